//! Approvals in writing on both databases: who records them, and their ids.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

mod support;

use kakekomi_casework::{ActError, Action, ApprovalDraft, ClauseAction, FieldError, Right, WorkError};
use serde_json::json;
use support::{desks, lead, operator};

fn approval(recipient: &str) -> Action {
    Action::Clause(ClauseAction::Approve(ApprovalDraft {
        purpose: "claim".to_owned(),
        recipient: recipient.to_owned(),
        fields: vec!["/incident/summary".to_owned()],
        document: "letter of 2026-11-20".to_owned(),
        sha256: Some("ab".repeat(32)),
        file: None,
        signed_by: "Yamada".to_owned(),
    }))
}

#[tokio::test]
async fn each_approval_gets_the_next_id_of_its_case() {
    for desk in desks().await {
        let (first, second) = (desk.case("れい").await, desk.case("別").await);
        let casework = desk.casework();
        for (number, recipient) in [(&first, "a"), (&second, "b"), (&first, "c")] {
            casework.act(&lead(), number, approval(recipient), None).await.unwrap();
        }
        let view = casework.view(&lead(), &first).await.unwrap();
        let bodies = view.timeline.into_iter().filter(|event| event.kind == "approval.attached");
        let bodies: Vec<_> = bodies.map(|event| event.body.unwrap()).collect();
        let expected = |count: u32, recipient: &str| {
            json!({
                "approval": format!("{first}.{count}"), "purpose": "claim", "recipient": recipient,
                "fields": ["/incident/summary"], "document": "letter of 2026-11-20", "signed_by": "Yamada",
                "sha256": "ab".repeat(32),
            })
        };
        assert_eq!(bodies, [expected(1, "a"), expected(2, "c")]);
        let stale = casework.act(&lead(), &first, approval("d"), Some(1)).await.unwrap_err();
        assert!(matches!(stale, ActError::Conflict(_)), "no id is given twice");
        let refused = casework.act(&operator("sato"), &first, approval("d"), None).await.unwrap_err();
        assert!(matches!(refused, ActError::Work(WorkError::Forbidden(Right::Export))), "{refused:?}");
    }
}

fn wrong(error: ActError) -> Vec<String> {
    let ActError::Fields(fields) = error else { panic!("{error:?}") };
    fields.iter().map(FieldError::to_string).collect()
}

#[tokio::test]
async fn an_approval_needs_a_document_and_is_ended_by_a_lead() {
    for desk in desks().await {
        let (number, casework) = (desk.case("れい").await, desk.casework());
        let Action::Clause(ClauseAction::Approve(draft)) = approval("a") else { panic!("an approval") };
        let attach =
            async |draft| casework.act(&lead(), &number, Action::Clause(ClauseAction::Approve(draft)), None).await;
        let without = ApprovalDraft { sha256: None, ..draft.clone() };
        assert_eq!(wrong(attach(without.clone()).await.unwrap_err()), ["sha256: required"]);
        for file in ["12".to_owned(), "ab".repeat(16)] {
            let unknown = ApprovalDraft { file: Some(file), ..without.clone() };
            assert_eq!(wrong(attach(unknown).await.unwrap_err()), ["file: unknown"]);
        }
        attach(draft).await.unwrap();
        let end =
            |approval: String| Action::Clause(ClauseAction::EndApproval { approval, reason: "by letter".to_owned() });
        for other in [format!("{number}.2"), format!("{number}.01"), format!("{number}."), "1".to_owned()] {
            let refused = casework.act(&lead(), &number, end(other), None).await.unwrap_err();
            assert_eq!(wrong(refused), ["approval: unknown"]);
        }
        let id = format!("{number}.1");
        let refused = casework.act(&operator("sato"), &number, end(id.clone()), None).await.unwrap_err();
        assert!(matches!(refused, ActError::Work(WorkError::Forbidden(Right::Export))), "{refused:?}");
        casework.act(&lead(), &number, end(id.clone()), None).await.unwrap();
        let events = casework.view(&lead(), &number).await.unwrap().timeline;
        let ended = events.into_iter().find(|event| event.kind == "approval.ended").unwrap();
        assert_eq!(ended.body.unwrap(), json!({ "approval": id, "reason": "by letter" }));
    }
}
