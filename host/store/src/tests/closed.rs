//! Hand-overs of closed cases.
//!
//! intent, closed as `advised` → `handover.released` is refused as `closed` · closed as `introduced` → it is stored

use serde_json::json;

use super::clauses::{add_organization, event, package};
use super::{appended, databases, new_case, new_event, stored};
use crate::{Appended, EventKind, Refusal};

#[tokio::test]
async fn a_closed_case_is_handed_over_after_an_introduction_alone() {
    for database in databases().await {
        let store = &database.store;
        add_organization(store).await;
        for outcome in crate::OUTCOMES.into_iter().filter(|outcome| *outcome != "withdrawn") {
            let number = stored(store, new_case(outcome)).await.0;
            let of = |kind| event(&number, kind, "operator:sato");
            appended(store, event(&number, EventKind::IntentGiven, "applicant")).await;
            let close = || new_event(&number, EventKind::CaseClosed, &json!({ "outcome": outcome }));
            let is_stored = |outcome| matches!(outcome, Appended::Stored { .. });
            assert!(is_stored(appended(store, close()).await));
            let released = appended(store, of(EventKind::HandoverReleased)).await;
            if outcome == "introduced" {
                assert!(is_stored(released), "{released:?}");
            } else {
                assert_eq!(released, Appended::Refused(Refusal::Closed), "{outcome}");
                for kind in [EventKind::CaseReopened, EventKind::HandoverReleased] {
                    assert!(is_stored(appended(store, of(kind)).await), "{kind}");
                }
                assert!(is_stored(appended(store, close()).await));
                let made = store.add_package(package(&number), of(EventKind::HandoverCreated)).await.unwrap();
                assert_eq!(made, Appended::Refused(Refusal::Closed), "{outcome}");
                appended(store, of(EventKind::CaseReopened)).await;
            }
            let package = package(&number);
            let id = package.id;
            assert!(is_stored(store.add_package(package, of(EventKind::HandoverCreated)).await.unwrap()));
            // What was packaged before is collected after the end, too.
            appended(store, close()).await;
            let collected = event(&number, EventKind::HandoverCollected, "organization:forensics");
            assert!(is_stored(store.record_collection(&id, collected).await.unwrap()), "{outcome}");
        }
    }
}
