//! The organizations that may receive a case (clauses 1②⑧), and those whose reports it accepts (3), on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

mod support;

use kakekomi_casework::{ActError, Action, ApprovalDraft, Casework, ClauseAction, HandoverError, MissingStep};
use kakekomi_service::desk::Desk as Profile;
use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{EventKind, OrganizationKind};
use serde_json::{Value, json};
use support::{Desk, RECEIVED_AT, desks, lead};

async fn act(casework: &Casework, number: &Number, action: ClauseAction) -> String {
    match casework.act(&lead(), number, Action::Clause(action), None).await {
        Ok(_) => "ok".to_owned(),
        Err(ActError::Fields(errors)) => errors.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

fn release(organization: &str) -> ClauseAction {
    ClauseAction::Release { organization: organization.to_owned() }
}

fn approval(recipient: &str) -> ClauseAction {
    ClauseAction::Approve(ApprovalDraft {
        purpose: "フォレンジック".to_owned(),
        recipient: recipient.to_owned(),
        fields: vec!["/incident/summary".to_owned()],
        document: "承諾書 2026-11-20".to_owned(),
        sha256: Some("ab".repeat(32)),
        file: None,
        signed_by: "山田".to_owned(),
    })
}

/// Appends an event as another program does, or one of a version before.
async fn append(desk: &Desk, number: &Number, kind: EventKind, body: Value) {
    let case = desk.store.show(number).await.unwrap().unwrap().unwrap();
    let actor = if kind == EventKind::IntentGiven { "applicant" } else { "operator:lead" };
    let draft = EventDraft { at: RECEIVED_AT, actor, kind, body: &body, after: None, also_to: None };
    desk.store.append(vec![seal_event(&case, &draft).unwrap()]).await.unwrap();
}

/// Lists the organizations that the page of a case offers.
async fn offered(casework: &Casework, number: &Number) -> Vec<String> {
    let view = casework.view(&lead(), number).await.unwrap();
    casework.receivers(&lead(), &view).await.unwrap().into_iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn another_organization_receives_a_case_only_with_an_approval_in_writing() {
    let profile = Profile::load(None).unwrap();
    for desk in desks().await {
        for id in ["ntt-at", "other"] {
            desk.organization(id, OrganizationKind::Forensics).await;
        }
        let (casework, number) = (desk.casework(), desk.case("れい").await);
        append(&desk, &number, EventKind::IntentGiven, json!({})).await;
        assert_eq!(offered(&casework, &number).await, ["ntt-at"]);
        assert_eq!(act(&casework, &number, release("other")).await, "organization: needs_approval");
        // A release of a version before makes no package either.
        append(&desk, &number, EventKind::HandoverReleased, json!({ "organization": "other" })).await;
        let refused = casework.make_package(&lead(), &number, None, &profile).await.unwrap_err();
        let is_missing = |step| matches!(&refused, HandoverError::Missing(steps) if steps[..] == [step]);
        assert!(is_missing(MissingStep::Approval), "{refused}");
        let view = casework.view(&lead(), &number).await.unwrap();
        assert!(casework.referral(&view).await.unwrap().missing.contains(&MissingStep::Approval));

        assert_eq!(act(&casework, &number, approval("れい損害保険")).await, "ok");
        assert_eq!(act(&casework, &number, release("other")).await, "organization: needs_approval");
        assert_eq!(act(&casework, &number, approval("other")).await, "ok");
        assert_eq!(offered(&casework, &number).await, ["ntt-at", "other"]);
        let sealed = desk.casework_without_identity();
        assert_eq!(act(&sealed, &number, release("other")).await, "organization: needs_approval", "nobody can read it");
        assert_eq!(act(&casework, &number, release("other")).await, "ok");
        let refused = casework.make_package(&lead(), &number, None, &profile).await.unwrap_err();
        assert!(matches!(&refused, HandoverError::Missing(steps) if steps[..] == [MissingStep::Storage]), "{refused}");

        // The company of the desk needs none, also where nothing can be opened.
        assert_eq!(act(&sealed, &number, release("ntt-at")).await, "ok");
    }
}

#[tokio::test]
async fn a_report_is_accepted_from_the_organization_that_received_the_case() {
    let report = |organization: &str| ClauseAction::ReceiveReport {
        organization: organization.to_owned(),
        title: "報告書".to_owned(),
        sha256: Some("ab".repeat(32)),
        text: None,
    };
    let refused = "organization: not_received";
    for desk in desks().await {
        for id in ["ntt-at", "other", "third"] {
            desk.organization(id, OrganizationKind::Forensics).await;
        }
        let (casework, number) = (desk.casework(), desk.case("れい").await);
        let outcomes = async |ids: [&str; 3]| {
            let mut outcomes = Vec::new();
            for id in ids {
                outcomes.push(act(&casework, &number, report(id)).await);
            }
            outcomes
        };
        let ids = ["ntt-at", "other", "third"];
        append(&desk, &number, EventKind::IntentGiven, json!({})).await;
        assert_eq!(outcomes(ids).await, ["ok", refused, refused], "nothing was handed over");
        assert_eq!(act(&casework, &number, approval("other")).await, "ok");
        assert_eq!(act(&casework, &number, release("other")).await, "ok");
        assert_eq!(outcomes(ids).await, [refused, "ok", refused], "released");
        desk.package(&number, "other").await;
        assert_eq!(outcomes(ids).await, [refused, "ok", refused], "packaged");
        let view = casework.view(&lead(), &number).await.unwrap();
        let offered = casework.reporters(&lead(), &view).await.unwrap();
        assert_eq!(offered.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["other"]);
        // The package is a clear row: a host without the identity refuses the same.
        let sealed = desk.casework_without_identity();
        assert_eq!(act(&sealed, &number, report("ntt-at")).await, refused);
        let withdrawal = ClauseAction::WithdrawIntent { reason: "やめる".to_owned() };
        assert_eq!(act(&casework, &number, withdrawal).await, "ok");
        assert_eq!(outcomes(ids).await, ["ok", refused, refused], "the package was destroyed before it was collected");
    }
}
