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

use kakekomi_casework::{ActError, Action, ApprovalDraft, ClauseAction, Right, WorkError};
use serde_json::json;
use support::{desks, lead, operator};

fn approval(recipient: &str) -> Action {
    Action::Clause(ClauseAction::Approve(ApprovalDraft {
        purpose: "claim".to_owned(),
        recipient: recipient.to_owned(),
        fields: vec!["/incident/summary".to_owned()],
        document: "letter of 2026-11-20".to_owned(),
        sha256: None,
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
            })
        };
        assert_eq!(bodies, [expected(1, "a"), expected(2, "c")]);
        let stale = casework.act(&lead(), &first, approval("d"), Some(1)).await.unwrap_err();
        assert!(matches!(stale, ActError::Conflict(_)), "no id is given twice");
        let refused = casework.act(&operator("sato"), &first, approval("d"), None).await.unwrap_err();
        assert!(matches!(refused, ActError::Work(WorkError::Forbidden(Right::Export))), "{refused:?}");
    }
}
