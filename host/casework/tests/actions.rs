//! The actions on both databases: bodies, conflicts, rules of closing, questions, codes, erasure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

mod support;

use kakekomi_casework::limits::{CLOSED_AT_ONCE, FOLLOW_UP_FUTURE_MS, FOLLOW_UP_PAST_MS, QUESTIONS_MAX};
use kakekomi_casework::{
    ActError, Action, Casework, Channel, CloseRefusal, Confidence, FieldCode, LimitationKind, Operator, Outcome,
    QuestionDraft, QuestionKind, Right, Role, ShownEvent, Title, Urgency, WorkError, WorkState,
};
use kakekomi_service::sealed_case::{open_event, return_code_text};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{AccountChange, Refusal};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use support::{RECEIVED_AT, desks, lead, operator};

/// The last event of a case that is no reading.
async fn last(casework: &Casework, number: &Number) -> ShownEvent {
    let view = casework.view(&lead(), number).await.unwrap();
    assert_eq!(view.faults, Vec::<String>::new());
    view.timeline.into_iter().rfind(|event| !event.is_reading()).unwrap()
}

/// Each action with its body and the status after it.
fn actions(other: &Number) -> Vec<(Action, Value, &'static str)> {
    let text = |text: &str| text.to_owned();
    let advice = Action::Advice {
        text: text("止めない"),
        confidence: Confidence::Low,
        limits: text("ログなし"),
        channel: Channel::Phone,
    };
    let limitation = Action::Limitation { limitation: LimitationKind::ToolsDoNotRun, text: None };
    let duplicate = Action::Close { outcome: Outcome::DuplicateOf(other.clone()), reason: None };
    vec![
        (Action::Assign { assignee: Some(text("suzuki")) }, json!({"assignee": "suzuki"}), "received"),
        (Action::Assign { assignee: None }, json!({"assignee": null}), "received"),
        (Action::Start, json!({"assignee": "lead", "status": "in_progress"}), "in_progress"),
        (
            Action::Urgency { urgency: Urgency::Low, reason: text("over") },
            json!({"urgency": "low", "reason": "over"}),
            "in_progress",
        ),
        (Action::State { state: WorkState::Waiting }, json!({"status": "waiting"}), "waiting"),
        (Action::FollowUp { at: Some(RECEIVED_AT) }, json!({"at": RECEIVED_AT}), "waiting"),
        (Action::FollowUp { at: None }, json!({"at": null}), "waiting"),
        (Action::Note { text: text("a\nb") }, json!({"text": "a\nb"}), "waiting"),
        (
            Action::Call { reached: true, text: None, disclosed: Some(text("d")) },
            json!({"reached": true, "disclosed": "d"}),
            "waiting",
        ),
        (advice, json!({"text": "止めない", "confidence": "low", "limits": "ログなし", "channel": "phone"}), "waiting"),
        (limitation, json!({"limitation": "tools_do_not_run"}), "waiting"),
        (Action::Disclose { text: text("d") }, json!({"text": "d"}), "waiting"),
        (Action::Hold { hold: true, reason: text("r") }, json!({"hold": true, "reason": "r"}), "waiting"),
        (Action::Hold { hold: false, reason: text("r") }, json!({"hold": false, "reason": "r"}), "waiting"),
        (Action::Close { outcome: Outcome::Advised, reason: None }, json!({"outcome": "advised"}), "closed"),
        (Action::Reopen { reason: Some(text("r")) }, json!({"reason": "r"}), "in_progress"),
        (
            Action::Close {
                outcome: Outcome::ReferredToVendor { link: text("https://vendor.example/a") },
                reason: None,
            },
            json!({"outcome": "referred_to_vendor", "link": "https://vendor.example/a"}),
            "closed",
        ),
        (Action::Reopen { reason: None }, json!({}), "in_progress"),
        (duplicate, json!({"outcome": "duplicate_of", "duplicate_of": other.to_string()}), "closed"),
        (Action::Reopen { reason: None }, json!({}), "in_progress"),
        (Action::Withdraw { reason: text("said so") }, json!({"reason": "said so"}), "closed"),
    ]
}

#[tokio::test]
async fn each_action_is_one_event_with_its_body() {
    for desk in desks().await {
        let casework = desk.casework();
        let (number, other) = (desk.case("れい").await, desk.case("other").await);
        desk.account("suzuki", Role::Operator).await;
        for (action, body, status) in actions(&other) {
            let kind = action.kind().as_str();
            let seen = casework.view(&lead(), &number).await.unwrap().case.changed_n;
            let acted = casework.act(&lead(), &number, action, Some(seen)).await.unwrap();
            assert_eq!(acted.case.line.status, status, "{kind}");
            let event = last(&casework, &number).await;
            assert_eq!((event.kind.as_str(), event.body.as_ref(), event.n), (kind, Some(&body), Some(acted.n)));
            assert_eq!(event.actor, "operator:lead");
        }
    }
}

#[tokio::test]
async fn an_action_on_a_stale_page_is_refused_and_both_changes_are_shown() {
    for desk in desks().await {
        let number = desk.case("れい").await;
        let casework = desk.casework();
        let seen = casework.view(&operator("sato"), &number).await.unwrap().case.changed_n;
        casework.view(&operator("suzuki"), &number).await.unwrap();
        casework.act(&operator("suzuki"), &number, Action::Start, Some(seen)).await.unwrap();
        let close = Action::Close { outcome: Outcome::OutOfScope, reason: Some("spam".to_owned()) };
        let error = casework.act(&operator("sato"), &number, close, Some(seen)).await.unwrap_err();
        let ActError::Conflict(conflict) = error else { panic!("{error}") };
        assert_eq!(conflict.mine.kind, "case.closed");
        assert_eq!(conflict.mine.body, json!({"outcome": "out_of_scope", "reason": "spam"}));
        let theirs: Vec<_> = conflict.theirs.iter().map(|event| (event.n, event.body.clone())).collect();
        let started = json!({"assignee": "suzuki", "status": "in_progress"});
        assert_eq!(theirs, [(Some(conflict.changed_n), Some(started))], "readings are no change");
        // A host without the identity shows who changed what kind.
        let blind = desk.casework_without_identity();
        let note = Action::Note { text: "a".to_owned() };
        let ActError::Conflict(conflict) = blind.act(&operator("sato"), &number, note, Some(seen)).await.unwrap_err()
        else {
            panic!()
        };
        assert_eq!((conflict.theirs[0].actor.as_str(), &conflict.theirs[0].body), ("operator:suzuki", &None));
    }
}

#[tokio::test]
async fn a_close_needs_the_link_or_the_number_of_its_outcome() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let code = async |outcome| {
            let close = Action::Close { outcome, reason: None };
            match casework.act(&operator("sato"), &number, close, None).await.unwrap_err() {
                ActError::Fields(errors) => (errors[0].field.clone(), errors[0].code),
                other => panic!("{other}"),
            }
        };
        for link in ["http://vendor.example", "vendor.example", "https://", "javascript:alert(1)"] {
            let outcome = Outcome::ReferredToVendor { link: link.to_owned() };
            assert_eq!(code(outcome).await, ("link".to_owned(), FieldCode::NotHttps), "{link}");
        }
        let field = "duplicate_of".to_owned();
        assert_eq!(code(Outcome::DuplicateOf(number.clone())).await, (field.clone(), FieldCode::SameCase));
        assert_eq!(code(Outcome::DuplicateOf(Number::random().unwrap())).await, (field, FieldCode::NoSuchCase));
        assert_eq!(casework.view(&lead(), &number).await.unwrap().case.last_n, 1, "nothing was written");
    }
}

/// Lists the errors of an action that is refused.
async fn errors(casework: &Casework, number: &Number, action: Action) -> String {
    match casework.act(&operator("sato"), number, action, None).await {
        Err(ActError::Fields(errors)) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_assignee_is_an_enabled_account_that_may_work_on_cases() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let assign = |name: &str| Action::Assign { assignee: Some(name.to_owned()) };
        for (name, role) in [("suzuki", Role::Operator), ("gone", Role::Lead), ("audit", Role::Auditor)] {
            desk.account(name, role).await;
        }
        let disable = AccountChange::Disable { name: "gone".to_owned() };
        assert!(desk.store.change_account(disable, None).await.unwrap());
        for name in ["nobody", "gone", "audit", "Suzuki", "鈴木"] {
            assert_eq!(errors(&casework, &number, assign(name)).await, "assignee: no_such_operator", "{name}");
        }
        let acted = casework.act(&operator("sato"), &number, assign("suzuki"), None).await.unwrap();
        assert_eq!(acted.case.line.assignee.as_deref(), Some("suzuki"));
    }
}

#[tokio::test]
async fn a_follow_up_date_lies_between_yesterday_and_two_years_ahead() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let follow_up = |at| Action::FollowUp { at: Some(at) };
        let (first, last) = (RECEIVED_AT - FOLLOW_UP_PAST_MS, RECEIVED_AT + FOLLOW_UP_FUTURE_MS);
        for (at, code) in
            [(first - 1, "too_early"), (i64::MIN, "too_early"), (last + 1, "too_late"), (i64::MAX, "too_late")]
        {
            assert_eq!(errors(&casework, &number, follow_up(at)).await, format!("at: {code}"), "{at}");
        }
        for at in [first, last] {
            let acted = casework.act(&operator("sato"), &number, follow_up(at), None).await.unwrap();
            assert_eq!(acted.case.follow_up, Some(at));
        }
    }
}

fn question(kind: QuestionKind) -> QuestionDraft {
    let title = |ja: &str| Title { ja: ja.to_owned(), en: None };
    let choices = if kind == QuestionKind::Choice { vec![title("一"), title("二")] } else { Vec::new() };
    QuestionDraft { kind, required: true, title: title("再起動しましたか"), choices }
}

#[tokio::test]
async fn questions_have_ids_of_their_own_and_the_service_can_open_them() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let ask = |questions| Action::Ask { questions };
        let kinds = [QuestionKind::YesNo, QuestionKind::Choice];
        let acted = casework.act(&operator("sato"), &number, ask(kinds.map(question).to_vec()), None).await.unwrap();
        assert_eq!((acted.case.line.status.as_str(), acted.case.waiting_since), ("waiting", None));
        casework.act(&operator("sato"), &number, ask(vec![question(QuestionKind::Text)]), None).await.unwrap();
        let view = casework.view(&operator("sato"), &number).await.unwrap();
        let ids: Vec<_> = view.open_questions.iter().map(|question| question.id.as_str()).collect();
        assert_eq!(ids, ["q1", "q2", "q21"]);
        assert_eq!(view.open_questions[1].choices[1].value, "c2");
        let many = |count| ask(vec![question(QuestionKind::Text); count]);
        let too_many = casework.act(&operator("sato"), &number, many(QUESTIONS_MAX - 2), None).await;
        assert!(matches!(too_many, Err(ActError::Fields(errors)) if errors[0].code == FieldCode::TooMany));
        // The intake host opens the questions by the service's identity, and counts them without the desk's.
        let blind = desk.casework_without_identity();
        blind.act(&operator("sato"), &number, many(QUESTIONS_MAX - 3), None).await.unwrap();
        let service = desk.keys.service().unwrap();
        let events = desk.store.events(0, 100, Some(&number)).await.unwrap();
        let opened: Vec<_> =
            events.iter().filter(|event| open_event(&service, event).is_ok_and(|body| body.is_some())).collect();
        assert!(opened.iter().all(|event| event.kind == "question.asked"), "and nothing else");
        assert_eq!(opened.len(), 3);
    }
}

#[tokio::test]
async fn a_new_return_code_is_returned_once_and_only_its_hash_is_stored() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        assert_eq!(desk.store.return_code(&number).await.unwrap(), None);
        let mut codes = Vec::new();
        for _ in 0..2 {
            let code = casework.act(&operator("sato"), &number, Action::IssueCode, None).await.unwrap().code.unwrap();
            let digits = code.to_string().replace(' ', "");
            let bound = Sha256::new().chain_update(number.to_string()).chain_update(Sha256::digest(&digits)).finalize();
            assert_eq!(desk.store.return_code(&number).await.unwrap(), Some(bound.to_vec()));
            let sealed = json!({"channel": "phone", "return_code": return_code_text(&bound)});
            assert_eq!(last(&casework, &number).await.body, Some(sealed));
            codes.push(digits);
        }
        assert_ne!(codes[0], codes[1]);
    }
}

#[tokio::test]
async fn a_role_without_the_right_changes_nothing() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let hold = || Action::Hold { hold: true, reason: "r".to_owned() };
        for (role, action, right) in [
            (Role::Operator, hold(), Right::Hold),
            (Role::Operator, Action::Erase, Right::Erase),
            (Role::Auditor, Action::Start, Right::Act),
            (Role::Admin, Action::Start, Right::Act),
        ] {
            let operator = Operator::account("x", role);
            let error = casework.act(&operator, &number, action, None).await.unwrap_err();
            assert!(matches!(error, ActError::Work(WorkError::Forbidden(lacking)) if lacking == right), "{error}");
        }
        assert_eq!(desk.store.events(0, 10, None).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_erased_case_keeps_its_number_alone() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        let hold = |hold| Action::Hold { hold, reason: "r".to_owned() };
        casework.act(&lead(), &number, hold(true), None).await.unwrap();
        let refused = casework.act(&lead(), &number, Action::Erase, None).await.unwrap_err();
        assert!(matches!(refused, ActError::Refused(Refusal::Held)));
        casework.act(&lead(), &number, hold(false), None).await.unwrap();
        let erased = casework.act(&lead(), &number, Action::Erase, None).await.unwrap();
        assert_eq!((erased.case.line.status.as_str(), erased.case.first_urgency), ("erased", None));
        assert_eq!(erased.is_purged, Some(true));
        let view = casework.view(&lead(), &number).await.unwrap();
        assert!(view.timeline.iter().all(|event| event.body.is_none()) && view.age_file().is_none());
        assert!(casework.act(&lead(), &number, Action::Note { text: "a".to_owned() }, None).await.is_err());
    }
}

#[tokio::test]
async fn an_erasure_that_does_not_know_the_last_change_is_a_conflict() {
    for desk in desks().await {
        let casework = desk.casework();
        let number = desk.case("れい").await;
        casework.act(&operator("sato"), &number, Action::Note { text: "new fact".to_owned() }, Some(1)).await.unwrap();
        let erased = casework.act(&lead(), &number, Action::Erase, Some(1)).await.unwrap_err();
        let ActError::Conflict(conflict) = erased else { panic!("{erased:?}") };
        assert_eq!((conflict.mine.kind, conflict.theirs.len(), conflict.changed_n), ("case.erased", 1, 2));
        assert!(casework.view(&lead(), &number).await.unwrap().age_file().is_some());
        casework.act(&lead(), &number, Action::Erase, Some(conflict.changed_n)).await.unwrap();
    }
}

#[tokio::test]
async fn many_cases_are_closed_at_once_and_each_refusal_is_named() {
    for desk in desks().await {
        let casework = desk.casework();
        let mut numbers = Vec::new();
        for _ in 0..5 {
            numbers.push(desk.case("bot").await);
        }
        casework.act(&operator("sato"), &numbers[1], Action::Start, None).await.unwrap();
        let close = Action::Close { outcome: Outcome::Advised, reason: None };
        casework.act(&operator("sato"), &numbers[2], close, None).await.unwrap();
        casework.act(&lead(), &numbers[3], Action::Erase, None).await.unwrap();
        let unknown = Number::random().unwrap();
        let chosen: Vec<_> = numbers.iter().chain([&unknown]).map(|number| (number.clone(), Some(1))).collect();
        let closed = casework.close_many(&operator("sato"), &chosen, "bots").await.unwrap();
        let outcomes: Vec<_> = closed.into_iter().map(|one| one.outcome).collect();
        assert_eq!(
            outcomes,
            [
                Ok(2),
                Err(CloseRefusal::Changed),
                Err(CloseRefusal::Refused(Refusal::Closed)),
                Err(CloseRefusal::Refused(Refusal::Erased)),
                Ok(2),
                Err(CloseRefusal::NoCase),
            ]
        );
        assert_eq!(last(&casework, &numbers[4]).await.body, Some(json!({"outcome": "out_of_scope", "reason": "bots"})));
        let too_many = vec![(unknown, None); CLOSED_AT_ONCE + 1];
        for (numbers, reason) in [(&too_many[..], "r"), (&[], "r"), (&too_many[..1], " ")] {
            let refused = casework.close_many(&operator("sato"), numbers, reason).await;
            assert!(matches!(refused, Err(ActError::Fields(_))));
        }
    }
}
