//! A database of the version before the clauses, opened by this one.
//!
//! a case whose applicant wished the introduction → referral `applied`; a withdrawn one → `withdrawn`; another one → none

use serde_json::json;

use super::{Database, Sql, appended, databases, new_case, new_event, stored};
use crate::{Appended, CodedAnswers, EventKind, NewCase, open};

/// Takes back the migrations of the clauses and of the outbox.
const UNDO: &str = "DROP TABLE outbox; DROP TABLE outbox_subscriptions; DROP TABLE outbox_targets; DROP TABLE handovers; DROP TABLE collect_links; DROP TABLE package_parts; DROP TABLE packages;
    DROP TABLE organizations;
    ALTER TABLE projections DROP COLUMN referral; ALTER TABLE projections DROP COLUMN remote;
    ALTER TABLE projections DROP COLUMN recorded_by; ALTER TABLE projections DROP COLUMN reported;
    DELETE FROM _sqlx_migrations WHERE description IN ('clauses', 'outbox')";
const UNDO_SQLITE: &str = "DROP TRIGGER events_follow_the_clauses; DROP TRIGGER events_are_announced";
const UNDO_POSTGRES: &str = "DROP FUNCTION announce_events CASCADE; DROP FUNCTION check_clauses_of_event CASCADE; DROP FUNCTION check_handover CASCADE;
    DROP FUNCTION is_withdrawn_after; DROP FUNCTION last_kind_among";

#[tokio::test]
async fn cases_of_the_version_before_have_the_referral_that_their_events_give_them() {
    for Database { store, url } in databases().await {
        let wanting = |key: &str| {
            let services = Some("consultation forensics".to_owned());
            let case = new_case(key);
            NewCase { coded: CodedAnswers { services, ..case.coded.clone() }, ..case }
        };
        let wished = stored(&store, wanting("wished")).await.0;
        let withdrawn = stored(&store, wanting("withdrawn")).await.0;
        let plain = stored(&store, new_case("plain")).await.0;
        appended(&store, new_event(&withdrawn, EventKind::CaseWithdrawn, &json!({}))).await;
        store.close().await.unwrap();
        // Only then another process may serve from the file.
        drop(store);
        let mut sql = Sql::connect(&url).await;
        let undo_own = if sql.is_sqlite() { UNDO_SQLITE } else { UNDO_POSTGRES };
        for undo in [undo_own, UNDO] {
            sql.run(undo).await.unwrap();
        }
        drop(sql);
        let store = open(&url).await.unwrap();
        for (number, expected) in [(&wished, Some("applied")), (&withdrawn, Some("withdrawn")), (&plain, None)] {
            let case = store.show(number).await.unwrap().unwrap().unwrap();
            assert_eq!(case.clauses.referral.as_deref(), expected);
        }
        let report = new_event(&wished, EventKind::ForensicsReportReceived, &json!({}));
        assert!(matches!(appended(&store, report).await, Appended::Stored { .. }));
    }
}
