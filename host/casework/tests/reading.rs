//! Reading on both databases: the event of a view, hosts without identity, roles, search and audit.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

mod support;

use kakekomi_casework::limits::VIEW_INTERVAL_MS;
use kakekomi_casework::{Action, Casework, Contents, ExportLine, Operator, Right, Role, WorkError};
use kakekomi_service::sealed_case::{EventDraft, seal_store_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{EventKind, QueueFilter, Read};
use serde_json::json;
use support::{Desk, desks, lead, operator, pass};

/// Counts the events of a kind.
async fn count(desk: &Desk, number: &Number, kind: &str) -> usize {
    let events = desk.store.events(0, 100, Some(number)).await.unwrap();
    events.iter().filter(|event| event.kind == kind).count()
}

#[tokio::test]
async fn a_view_is_an_event_once_in_ten_minutes_for_each_account() {
    for desk in desks().await {
        let number = desk.case("れい").await;
        let hosts = [desk.casework(), desk.casework_over(desk.other_store().await)];
        for host in hosts.iter().chain(&hosts) {
            let view = host.view(&operator("sato"), &number).await.unwrap();
            assert!(matches!(view.contents, Contents::Opened(_)));
        }
        assert_eq!(count(&desk, &number, "case.viewed").await, 1, "across hosts");
        hosts[0].view(&operator("suzuki"), &number).await.unwrap();
        assert_eq!(count(&desk, &number, "case.viewed").await, 2);
        pass(VIEW_INTERVAL_MS);
        let view = hosts[1].view(&operator("sato"), &number).await.unwrap();
        assert_eq!(count(&desk, &number, "case.viewed").await, 3);
        assert_eq!(view.timeline.last().unwrap().kind, "case.viewed", "it is on the page that it allowed");
        assert_eq!(view.case.changed_n, 1, "a reading makes no form stale");
    }
}

#[tokio::test]
async fn an_opened_case_shows_its_answers_and_what_is_missing() {
    for desk in desks().await {
        let number = desk.case("れい").await;
        let casework = desk.casework();
        casework.act(&lead(), &number, Action::Note { text: "a note".to_owned() }, None).await.unwrap();
        let view = casework.view(&lead(), &number).await.unwrap();
        assert_eq!(view.faults, Vec::<String>::new());
        let Contents::Opened(contents) = view.contents else { panic!() };
        assert_eq!(contents.missing.unknown, ["/incident/purpose"]);
        assert_eq!(contents.missing.interview.as_deref(), Some("missing: a"));
        assert_eq!(contents.assessment.urgency.as_str(), "critical");
        assert_eq!(view.timeline[0].body.as_ref().unwrap()["urgency"], "critical");
        assert_eq!(view.timeline[1].body, Some(json!({"text": "a note"})));
    }
}

#[tokio::test]
async fn without_identity_or_right_contents_stay_sealed_and_no_reading_is_recorded() {
    for desk in desks().await {
        let number = desk.case("れい").await;
        desk.casework().act(&lead(), &number, Action::Note { text: "a".to_owned() }, None).await.unwrap();
        let auditor = Operator::account("audit", Role::Auditor);
        for (casework, operator) in [(desk.casework_without_identity(), lead()), (desk.casework(), auditor)] {
            let view = casework.view(&operator, &number).await.unwrap();
            assert!(matches!(view.contents, Contents::Sealed));
            assert!(view.age_file().unwrap().starts_with(b"age-encryption.org/v1"));
            assert_eq!(view.timeline.len(), 2);
            assert!(view.timeline.iter().all(|event| event.body.is_none()) && view.open_questions.is_empty());
        }
        assert_eq!(count(&desk, &number, "case.viewed").await, 0);
        for _ in 0..2 {
            let taken = desk.casework_without_identity().sealed_contents(&lead(), &number).await.unwrap();
            assert!(taken.unwrap().starts_with(b"age-encryption.org/v1"));
        }
        assert_eq!(count(&desk, &number, "case.viewed").await, 1, "taking the contents is a reading");
        let auditor = Operator::account("audit", Role::Auditor);
        let refused = desk.casework().sealed_contents(&auditor, &number).await.unwrap_err();
        assert!(matches!(refused, WorkError::Forbidden(Right::ReadContent)));
        let admin = Operator::account("admin", Role::Admin);
        let refused = desk.casework().view(&admin, &number).await.err().unwrap();
        assert!(matches!(refused, WorkError::Forbidden(Right::SeeQueue)));
        let unknown = desk.casework().view(&lead(), &Number::random().unwrap()).await.err().unwrap();
        assert!(matches!(unknown, WorkError::NoCase));
    }
}

#[tokio::test]
async fn one_field_finds_by_number_telephone_address_and_company() {
    for desk in desks().await {
        let (first, second) = (desk.case("株式会社れい").await, desk.case("別の会社").await);
        let casework = desk.casework_without_identity();
        let found = async |casework: &Casework, words: &str| {
            let lines = casework.search(&operator("sato"), words).await.unwrap();
            lines.into_iter().map(|line| line.unwrap().number).collect::<Vec<_>>()
        };
        let both = [second.to_string(), first.to_string()];
        for words in ["03-3211-9999", " ０３−３２１１−９９９９ ", "Hanako@Example.JP"] {
            assert_eq!(found(&casework, words).await, both, "{words}");
        }
        assert_eq!(found(&casework, "(株)れい").await, both[1..]);
        assert_eq!(found(&casework, &first.to_string()).await, both[1..]);
        assert_eq!(found(&casework, &first.to_string()[5..]).await, both[1..]);
        for nothing in ["", "  ", "-", "_", "誰も"] {
            assert_eq!(found(&casework, nothing).await, Vec::<String>::new());
        }
        assert_eq!(desk.store.audit_head().await.unwrap().seq, 2, "a search opens nothing and is no event");
    }
}

#[tokio::test]
async fn the_audit_lists_events_from_the_last_one_without_bodies() {
    for desk in desks().await {
        let number = desk.case("れい").await;
        let casework = desk.casework();
        for _ in 0..4 {
            casework.act(&lead(), &number, Action::Note { text: "a".to_owned() }, None).await.unwrap();
        }
        let auditor = Operator::account("audit", Role::Auditor);
        let seqs = async |before, limit| {
            let lines = casework.audit(&auditor, before, limit).await.unwrap();
            lines.into_iter().map(|line| line.seq).collect::<Vec<_>>()
        };
        assert_eq!(seqs(None, 3).await, [5, 4, 3]);
        assert_eq!(seqs(Some(3), 3).await, [2, 1]);
        assert_eq!(seqs(Some(1), 3).await, Vec::<i64>::new());
        assert_eq!(casework.head(&auditor).await.unwrap(), 5);
        let refused = casework.audit(&operator("sato"), None, 3).await.unwrap_err();
        assert!(matches!(refused, WorkError::Forbidden(Right::SeeAudit)));
    }
}

#[tokio::test]
async fn the_queue_shows_clear_columns_to_those_who_may_see_it() {
    for desk in desks().await {
        let number = desk.case("れい").await;
        let casework = desk.casework_without_identity();
        let queue = async |role| casework.queue(&Operator::account("x", role), &QueueFilter::default(), None, 50).await;
        let lines = queue(Role::Auditor).await.unwrap();
        let [Read::Ok(line)] = &lines[..] else { panic!() };
        assert_eq!((line.line.number.as_str(), line.line.urgency.as_deref()), (&*number.to_string(), Some("critical")));
        assert!(matches!(queue(Role::Admin).await, Err(WorkError::Forbidden(Right::SeeQueue))));
    }
}

#[tokio::test]
async fn exports_are_opened_with_an_identity_alone() {
    for desk in desks().await {
        let body = json!({"purpose": "sales", "cases": 3, "fields": ["/contact/company"], "sha256": "ab"});
        let kind = EventKind::ExportMade;
        let draft = EventDraft { at: 5, actor: "cli:root", kind, body: &body, after: None, also_to: None };
        let event = seal_store_event(desk.sealer.recipients(), &draft).unwrap();
        desk.store.append(vec![event]).await.unwrap();
        let auditor = Operator::account("ogata", Role::Auditor);
        let opened = desk.casework().exports(&auditor, None, 10).await.unwrap();
        assert_eq!((opened.len(), opened[0].actor.as_str(), opened[0].at), (1, "cli:root", 5));
        let record = opened[0].record.clone().unwrap();
        assert_eq!((record.purpose.as_str(), record.cases, record.recipient), ("sales", 3, None));
        let sealed = desk.casework_without_identity().exports(&auditor, None, 10).await.unwrap();
        assert_eq!(sealed, [ExportLine { record: None, ..opened[0].clone() }]);
        assert_eq!(desk.casework().exports(&auditor, Some(sealed[0].seq), 10).await.unwrap(), []);
        for role in [Role::Operator, Role::Admin] {
            let refused = desk.casework().exports(&Operator::account("sato", role), None, 10).await;
            assert!(matches!(refused, Err(WorkError::Forbidden(Right::SeeExports))));
        }
    }
}
