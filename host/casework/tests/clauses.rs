//! The actions that the clauses govern, from every state and on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

mod support;

use kakekomi_casework::{
    AcknowledgedHow, ActError, Action, Casework, ClauseAction, DeskTerms, FieldCode, Operator, ReportPurpose, Right,
    Role, ShownEvent, SpokenDocument, WorkError, WorkMode, WorkedBy,
};
use kakekomi_store::OrganizationKind;
use kakekomi_store::Refusal;
use kakekomi_store::receipt_number::Number;
use serde_json::json;
use support::{Desk, desks, lead, operator};

const DIGEST: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn text(text: &str) -> String {
    text.to_owned()
}

fn notice(mode: WorkMode) -> ClauseAction {
    ClauseAction::GiveNotice { mode, version: text("1") }
}

fn work(by: WorkedBy) -> ClauseAction {
    ClauseAction::RecordWork { device: text("PC-12"), account: text("tanaka"), by, text: text("止めた") }
}

/// An action by its name in the tables.
fn action(name: &str) -> ClauseAction {
    match name {
        "applied" => ClauseAction::Applied { reason: text("電話で") },
        "intent" => ClauseAction::RecordIntent {
            name: text("田中"),
            role: text("部長"),
            document: SpokenDocument { version: text("1"), sha256: text(DIGEST) },
            text: None,
        },
        "confirm" => ClauseAction::ConfirmIntent,
        "withdraw" => ClauseAction::WithdrawIntent { reason: text("やめる") },
        "release" => ClauseAction::Release { organization: text("ntt-at") },
        "report" => ClauseAction::ReceiveReport {
            organization: text("ntt-at"),
            title: text("報告書"),
            sha256: Some(text(DIGEST)),
            text: None,
        },
        "order" => ClauseAction::OrderRemote { price: text("1,100円"), approved_by: text("田中"), text: None },
        "guided" => notice(WorkMode::Guided),
        "remote" => notice(WorkMode::Remote),
        "acknowledge" => {
            ClauseAction::Acknowledge { by: text("田中"), how: AcknowledgedHow::Phone, version: text("1") }
        }
        "applicant" => work(WorkedBy::Applicant),
        "operator" => work(WorkedBy::Operator),
        "end" => ClauseAction::EndWork { text: None },
        other => panic!("{other}"),
    }
}

/// Carries out an action on the state as it is; returns `ok`, or the reason why it is refused.
async fn outcome(casework: &Casework, by: &Operator, number: &Number, action: ClauseAction) -> String {
    let seen = casework.view(&lead(), number).await.unwrap().case.changed_n;
    match casework.act(by, number, Action::Clause(action), Some(seen)).await {
        Ok(_) => text("ok"),
        Err(ActError::Refused(refusal)) => text(refusal.as_str()),
        Err(ActError::Fields(errors)) => errors.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

/// Leads a new case to a state. `packaged` makes the package; the intent is recorded by `sato`, everything else is the lead's.
async fn case_in(desk: &Desk, steps: &str) -> Number {
    let casework = desk.casework();
    let number = desk.case("れい").await;
    for step in steps.split_whitespace() {
        if step == "packaged" {
            desk.package(&number, "ntt-at").await;
            continue;
        }
        let by = if step == "intent" { operator("sato") } else { lead() };
        assert_eq!(outcome(&casework, &by, &number, action(step)).await, "ok", "{step} of {steps}");
    }
    number
}

/// Tries each action of a table's heading in each state of its rows.
async fn check_table(table: &str) {
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let actions: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    let rows: Vec<_> = lines.map(|line| line.split_once('|').unwrap()).collect();
    for desk in desks().await {
        desk.organization("ntt-at", OrganizationKind::Forensics).await;
        let casework = desk.casework();
        for (steps, expected) in &rows {
            let expected: Vec<_> = expected.split_whitespace().collect();
            assert_eq!(expected.len(), actions.len(), "{steps}");
            for (name, expected) in actions.iter().zip(expected) {
                let number = case_in(&desk, steps).await;
                let found = outcome(&casework, &lead(), &number, action(name)).await.replace(": ", ":");
                assert_eq!(found, expected, "{name} after {steps}");
            }
        }
    }
}

#[tokio::test]
async fn a_referral_goes_through_its_states_and_no_other_way() {
    check_table(
        "applied intent confirm withdraw release report
         | ok ok not_recorded no_intent no_intent not_applied
         applied | ok ok not_recorded no_intent no_intent ok
         applied intent | ok ok ok ok no_intent ok
         intent confirm | ok intent_known intent_known ok ok ok
         intent confirm release | ok intent_known intent_known ok ok ok
         intent confirm release packaged | ok intent_known intent_known ok package_known ok
         intent confirm withdraw | ok ok not_recorded no_intent no_intent ok
         intent withdraw | ok ok not_recorded no_intent no_intent ok",
    )
    .await;
}

#[tokio::test]
async fn remote_and_guided_work_needs_the_acknowledged_notice_and_remote_work_an_order() {
    check_table(
        "order guided remote acknowledge applicant operator end
         | ok ok mode:no_order no_notice not_acknowledged by:no_order no_remote_work
         order | ok ok ok no_notice not_acknowledged not_acknowledged ok
         guided | ok ok mode:no_order ok not_acknowledged by:no_order ok
         guided acknowledge | ok ok mode:no_order ok ok by:no_order ok
         order guided acknowledge | ok ok ok ok ok by:guided_notice ok
         order remote | ok ok ok ok not_acknowledged not_acknowledged ok
         order remote acknowledge | ok ok ok ok ok ok ok
         order remote acknowledge operator order | ok ok ok no_notice not_acknowledged not_acknowledged ok
         order remote acknowledge end | ok ok mode:no_order no_notice not_acknowledged by:no_order no_remote_work",
    )
    .await;
}

#[tokio::test]
async fn a_notice_is_that_in_force_and_its_acknowledgement_names_the_one_that_was_read_out() {
    for desk in desks().await {
        let notice = |version: &str| ClauseAction::GiveNotice { mode: WorkMode::Guided, version: text(version) };
        let acknowledge = |version: &str| ClauseAction::Acknowledge {
            by: text("田中"),
            how: AcknowledgedHow::Phone,
            version: text(version),
        };
        let refused = "version: other_notice";
        let (casework, number) = (desk.casework(), desk.case("れい").await);
        assert_eq!(outcome(&casework, &lead(), &number, acknowledge("1")).await, "no_notice");
        assert_eq!(outcome(&casework, &lead(), &number, notice("0")).await, refused);
        assert_eq!(outcome(&casework, &lead(), &number, notice("1")).await, "ok");
        // The notice changes before it is acknowledged: the applicant heard the former one.
        let terms = DeskTerms { notice_version: text("2"), ..DeskTerms::default() };
        let later = desk.casework().with_terms(terms);
        assert_eq!(outcome(&later, &lead(), &number, acknowledge("2")).await, refused);
        let last = later.last_notice(&number).await.unwrap().unwrap();
        assert_eq!(last.body.unwrap()["version"], "1");
        assert_eq!(outcome(&later, &lead(), &number, acknowledge("1")).await, "ok");
        assert_eq!(outcome(&later, &lead(), &number, notice("1")).await, refused);
        assert_eq!(outcome(&later, &lead(), &number, notice("2")).await, "ok");
        assert_eq!(outcome(&later, &lead(), &number, acknowledge("1")).await, refused);
    }
}

/// The events of a case that are no readings, the last one first.
async fn last(casework: &Casework, number: &Number) -> Vec<ShownEvent> {
    let mut timeline = casework.view(&lead(), number).await.unwrap().timeline;
    timeline.retain(|event| !event.is_reading());
    timeline.reverse();
    timeline
}

#[tokio::test]
async fn each_action_is_one_event_with_its_body() {
    for desk in desks().await {
        desk.organization("ntt-at", OrganizationKind::Forensics).await;
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let document = json!({ "version": "1", "sha256": DIGEST });
        for (name, kind, body) in [
            ("applied", "referral.applied", json!({ "reason": "電話で" })),
            ("intent", "intent.recorded", json!({ "name": "田中", "role": "部長", "document": document })),
            ("confirm", "intent.given", json!({ "by": "phone" })),
            ("release", "handover.released", json!({ "organization": "ntt-at" })),
            ("withdraw", "intent.withdrawn", json!({ "by": "phone", "reason": "やめる" })),
            ("order", "remote.ordered", json!({ "price": "1,100円", "approved_by": "田中" })),
            ("remote", "remote.notice", json!({ "mode": "remote", "version": "1" })),
            ("acknowledge", "remote.acknowledged", json!({ "by": "田中", "how": "phone", "version": "1" })),
            (
                "operator",
                "remote.action",
                json!({ "device": "PC-12", "account": "tanaka", "by": "operator", "text": "止めた" }),
            ),
            ("end", "remote.ended", json!({})),
            (
                "report",
                "forensics_report.received",
                json!({ "organization": "ntt-at", "title": "報告書", "sha256": DIGEST }),
            ),
        ] {
            let by = if name == "intent" { operator("sato") } else { lead() };
            assert_eq!(outcome(&casework, &by, &number, action(name)).await, "ok", "{name}");
            let event = last(&casework, &number).await.swap_remove(0);
            assert_eq!((event.kind.as_str(), event.body), (kind, Some(body)));
            assert_eq!(event.actor, by.actor());
        }
        let report = last(&casework, &number).await[0].n.unwrap();
        let use_of = |report| ClauseAction::UseReport {
            report,
            purpose: ReportPurpose::SecuritySettings,
            text: text("設定を提案"),
        };
        assert_eq!(outcome(&casework, &lead(), &number, use_of(report - 1)).await, "report: no_such_report");
        assert_eq!(outcome(&casework, &lead(), &number, use_of(report)).await, "ok");
        let body = json!({ "n": report, "purpose": "security_settings", "text": "設定を提案" });
        assert_eq!(last(&casework, &number).await[0].body, Some(body));
        let other = case_in(&desk, "applied").await;
        assert_eq!(outcome(&casework, &lead(), &other, use_of(2)).await, "report: no_such_report");
    }
}

#[tokio::test]
async fn an_intent_by_telephone_takes_two_people_and_the_page_that_they_saw() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let confirm = || Action::Clause(ClauseAction::ConfirmIntent);
        assert_eq!(outcome(&casework, &operator("sato"), &number, action("intent")).await, "ok");
        let n = last(&casework, &number).await[0].n;
        // The recorder is the same person on the desk and at the command line.
        for same in [operator("sato"), Operator::command_line("cli:sato")] {
            let refused = casework.act(&same, &number, confirm(), n).await.unwrap_err();
            assert!(matches!(refused, ActError::Refused(Refusal::NotRecorded)), "{refused}");
        }
        let without_n = casework.act(&operator("suzuki"), &number, confirm(), None).await.unwrap_err();
        assert!(
            matches!(&without_n, ActError::Fields(errors) if (errors[0].field.as_str(), errors[0].code) == ("n", FieldCode::Required)),
            "{without_n}"
        );
        // Another record came in between: nobody confirms what they have not seen.
        assert_eq!(outcome(&casework, &operator("suzuki"), &number, action("intent")).await, "ok");
        let stale = casework.act(&lead(), &number, confirm(), n).await.unwrap_err();
        assert!(matches!(stale, ActError::Conflict(_)), "{stale}");
        let n = last(&casework, &number).await[0].n;
        casework.act(&operator("sato"), &number, confirm(), n).await.unwrap();
        assert_eq!(casework.view(&lead(), &number).await.unwrap().case.clauses.referral.as_deref(), Some("intent"));
    }
}

#[tokio::test]
async fn a_withdrawal_destroys_the_package_in_its_own_append() {
    for desk in desks().await {
        desk.organization("ntt-at", OrganizationKind::Forensics).await;
        let casework = desk.casework();
        let application = Action::Withdraw { reason: text("r") };
        for withdrawal in [Action::Clause(action("withdraw")), application] {
            let number = case_in(&desk, "intent confirm release packaged").await;
            let stale = casework.act(&lead(), &number, withdrawal.clone(), Some(1)).await.unwrap_err();
            assert!(matches!(stale, ActError::Conflict(_)), "{stale}");
            let kept = desk.store.packages_of(&number).await.unwrap();
            assert_eq!((kept.len(), kept[0].destroyed_at), (1, None), "a refused withdrawal destroys nothing");
            assert_eq!(last(&casework, &number).await[0].kind, "handover.created");
            casework.act(&lead(), &number, withdrawal, None).await.unwrap();
            let events = last(&casework, &number).await;
            let body = json!({ "package": kept[0].id.to_string(), "reason": "withdrawn" });
            assert_eq!((events[0].kind.as_str(), events[0].body.as_ref()), ("handover.destroyed", Some(&body)));
            assert!(["intent.withdrawn", "case.withdrawn"].contains(&events[1].kind.as_str()));
            assert!(desk.store.packages_of(&number).await.unwrap()[0].destroyed_at.is_some());
        }
        // Without a package there is nothing to destroy.
        let number = case_in(&desk, "intent confirm withdraw").await;
        assert_eq!(last(&casework, &number).await[0].kind, "intent.withdrawn");
    }
}

#[tokio::test]
async fn a_release_goes_to_an_enabled_organization_for_forensics() {
    for desk in desks().await {
        for (id, kind) in [
            ("ntt-at", OrganizationKind::Forensics),
            ("gone", OrganizationKind::Forensics),
            ("other", OrganizationKind::Forensics),
            ("helper", OrganizationKind::Subcontractor),
        ] {
            desk.organization(id, kind).await;
        }
        desk.disable("gone").await;
        let casework = desk.casework();
        let number = case_in(&desk, "intent confirm").await;
        let release = |id: &str| ClauseAction::Release { organization: text(id) };
        let report = |id: &str| ClauseAction::ReceiveReport {
            organization: text(id),
            title: text("t"),
            sha256: None,
            text: None,
        };
        let refused = "organization: no_such_organization";
        for id in ["gone", "helper", "nobody"] {
            assert_eq!(outcome(&casework, &lead(), &number, release(id)).await, refused, "{id}");
        }
        assert_eq!(outcome(&casework, &lead(), &number, release("other")).await, "organization: needs_approval");
        for id in ["helper", "nobody"] {
            assert_eq!(outcome(&casework, &lead(), &number, report(id)).await, refused, "{id}");
        }
        assert_eq!(outcome(&casework, &lead(), &number, report("other")).await, "organization: not_received");
        assert_eq!(outcome(&casework, &lead(), &number, release("ntt-at")).await, "ok");
        // A report may come after the organization was disabled.
        desk.disable("ntt-at").await;
        assert_eq!(outcome(&casework, &lead(), &number, report("ntt-at")).await, "ok");
    }
}

#[tokio::test]
async fn only_a_lead_releases_and_nobody_else_than_those_who_act_records() {
    for desk in desks().await {
        desk.organization("ntt-at", OrganizationKind::Forensics).await;
        let casework = desk.casework();
        let number = case_in(&desk, "intent confirm").await;
        for (role, name, right) in [
            (Role::Operator, "release", Right::Release),
            (Role::Auditor, "order", Right::Act),
            (Role::Admin, "report", Right::Act),
        ] {
            let by = Operator::account("x", role);
            let error = casework.act(&by, &number, Action::Clause(action(name)), None).await.unwrap_err();
            assert!(matches!(error, ActError::Work(WorkError::Forbidden(lacking)) if lacking == right), "{error}");
        }
    }
}
