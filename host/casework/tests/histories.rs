//! Random sequences of eight operators on a few cases, on two hosts of one database.
//!
//! No event is lost or doubled, each conflict shows both changes, and the state of each case is the replay of its events.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

mod support;

use std::collections::HashMap;

use kakekomi_casework::{
    ActError, Action, Casework, Channel, Confidence, LimitationKind, Operator, Outcome, QuestionDraft, QuestionKind,
    Role, ShownEvent, Title, Urgency, WorkState,
};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Change, EventKind, Projection};
use serde_json::Value;
use support::{Desk, RECEIVED_AT, desks};

/// The sequences of each database where `KAKEKOMI_HISTORIES` names no other number.
const SEQUENCES: u64 = 200;
const OPERATORS: u64 = 8;
const CASES: usize = 2;
/// Actions of an operator in one sequence.
const ACTIONS: u64 = 2;

/// The generator splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// Makes an action; its text, if it has one, is the mark of its writer.
    fn action(&mut self, name: &str, mark: &str) -> Action {
        let reason = || Some(mark.to_owned());
        match self.below(16) {
            0 => Action::Start,
            1 => Action::Assign { assignee: Some(name.to_owned()) },
            2 => Action::Urgency { urgency: Urgency::High, reason: mark.to_owned() },
            3 => Action::State { state: WorkState::Waiting },
            4 => Action::Close { outcome: Outcome::Advised, reason: reason() },
            5 => Action::Reopen { reason: reason() },
            6 => Action::Hold { hold: self.below(2) == 0, reason: mark.to_owned() },
            7 => Action::FollowUp { at: Some(RECEIVED_AT + i64::try_from(self.below(100)).unwrap()) },
            8 => Action::Call { reached: self.below(2) == 0, text: reason(), disclosed: None },
            9 => Action::Advice {
                text: mark.to_owned(),
                confidence: Confidence::Low,
                limits: mark.to_owned(),
                channel: Channel::Phone,
            },
            10 => Action::Limitation { limitation: LimitationKind::ToolsDoNotRun, text: reason() },
            11 => Action::Ask { questions: vec![question(mark)] },
            12 => Action::Disclose { text: mark.to_owned() },
            13 => Action::IssueCode,
            14 => Action::Withdraw { reason: mark.to_owned() },
            _ => Action::Note { text: mark.to_owned() },
        }
    }
}

fn question(title: &str) -> QuestionDraft {
    let title = Title { ja: title.to_owned(), en: None };
    QuestionDraft { kind: QuestionKind::Text, required: false, title, choices: Vec::new() }
}

/// An action with its outcome.
struct Sent {
    case: usize,
    kind: &'static str,
    actor: String,
    /// The mark, if the action has a text.
    mark: Option<String>,
    seen: Option<i64>,
    outcome: Result<i64, ActError>,
}

impl Sent {
    /// Reports whether a body is that of this action.
    fn is_in(&self, body: &Value) -> bool {
        body.is_object() && self.mark.as_ref().is_none_or(|mark| body.to_string().contains(&format!("\"{mark}\"")))
    }
}

/// The random share of an operator.
async fn work(casework: Casework, cases: Vec<Number>, operator: Operator, mut random: Random) -> Vec<Sent> {
    let mut sent = Vec::new();
    for index in 0..ACTIONS {
        let case = usize::try_from(random.below(CASES as u64)).unwrap();
        let mark = format!("{} {index}", operator.name());
        let action = random.action(operator.name(), &mark);
        // An operator's form is as old as the last view, or a command sends none.
        let seen = match random.below(4) {
            0 => None,
            1 => Some(1),
            _ => Some(casework.view(&operator, &cases[case]).await.unwrap().case.changed_n),
        };
        let kind = action.kind().as_str();
        let mark = format!("{action:?}").contains(&mark).then_some(mark);
        let acted = casework.act(&operator, &cases[case], action, seen).await.map(|acted| acted.n);
        sent.push(Sent { case, kind, actor: operator.actor().to_owned(), mark, seen, outcome: acted });
    }
    sent
}

/// Checks one conflict: the operator's change, and the changes since the page that it was made on.
fn check_conflict(sent: &Sent, timeline: &[ShownEvent]) {
    let Err(ActError::Conflict(conflict)) = &sent.outcome else { return };
    assert_eq!(conflict.mine.kind, sent.kind);
    assert!(sent.is_in(&conflict.mine.body), "the operator's own change is shown");
    assert!(conflict.theirs.iter().any(|event| event.n == Some(conflict.changed_n)), "the change that it met is shown");
    for event in &conflict.theirs {
        assert!(sent.seen.is_none_or(|seen| event.n.unwrap() > seen), "only later changes");
        assert!(!event.is_reading() && event.body.is_some());
        assert!(timeline.contains(event), "it is in the timeline as it was shown");
    }
}

/// Adds up the opened events of a case.
fn replay(timeline: &[ShownEvent], services: Option<&str>) -> Projection {
    let urgency = timeline[0].body.as_ref().unwrap()["urgency"].as_str().map(str::to_owned);
    let mut state = Projection::received(RECEIVED_AT, urgency, services);
    for (n, event) in (2..).zip(&timeline[1..]) {
        assert_eq!(event.n, Some(n), "no gap and nothing twice");
        let kind: EventKind = event.kind.parse().unwrap();
        assert_eq!(state.allows_by(kind, &event.actor), Ok(()));
        state.apply(kind, &event.actor, &Change::of(kind, event.at, event.body.as_ref().unwrap()).unwrap());
    }
    state
}

/// Runs a sequence; returns the number of events, conflicts and refusals.
async fn run(desk: &Desk, hosts: &[Casework; 2], seed: u64) -> [usize; 3] {
    let mut cases = Vec::new();
    for _ in 0..CASES {
        cases.push(desk.case("れい").await);
    }
    let workers: Vec<_> = (0..OPERATORS)
        .map(|index| {
            let host = hosts[usize::try_from(index % 2).unwrap()].clone();
            let operator = Operator::account(&format!("operator{index}"), Role::Lead);
            tokio::spawn(work(host, cases.clone(), operator, Random(seed << 8 | index)))
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    let mut counts = [0; 3];
    for (index, number) in cases.iter().enumerate() {
        let view = hosts[0].view(&Operator::account("check", Role::Lead), number).await.unwrap();
        assert_eq!(view.faults, Vec::<String>::new());
        // The last view is the only event after the case was read.
        let services = view.case.line.coded.services.as_deref();
        let state = replay(&view.timeline[..view.timeline.len() - 1], services);
        let case = &view.case;
        assert_eq!(
            (&state.status, &state.outcome, &state.assignee, &state.urgency),
            (&case.line.status, &case.line.outcome, &case.line.assignee, &case.line.urgency)
        );
        assert_eq!(
            (state.waiting_since, state.follow_up, state.held, state.last_n, state.changed_n),
            (case.waiting_since, case.follow_up, case.line.held, case.last_n, case.changed_n)
        );
        let mut written: HashMap<i64, &ShownEvent> = HashMap::new();
        for event in view.timeline.iter().skip(1).filter(|event| !event.is_reading()) {
            written.insert(event.n.unwrap(), event);
        }
        for sent in all.iter().filter(|sent| sent.case == index) {
            check_conflict(sent, &view.timeline);
            match &sent.outcome {
                Ok(n) => {
                    let event = written.remove(n).expect("an event that was reported is stored once");
                    assert_eq!((event.kind.as_str(), event.actor.as_str()), (sent.kind, sent.actor.as_str()));
                    assert!(sent.is_in(event.body.as_ref().unwrap()), "with its own text");
                    counts[0] += 1;
                }
                Err(ActError::Conflict(_)) => counts[1] += 1,
                Err(ActError::Refused(_)) => counts[2] += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(written.is_empty(), "no event that nobody reported: {written:?}");
    }
    counts
}

/// `KAKEKOMI_HISTORIES=10000` runs so many sequences on each database, `KAKEKOMI_SEED` sets the first seed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn operators_lose_and_double_no_event_and_see_both_changes() {
    let number = |name, default| std::env::var(name).map_or(default, |value| value.parse::<u64>().unwrap());
    let (sequences, first) = (number("KAKEKOMI_HISTORIES", SEQUENCES), number("KAKEKOMI_SEED", 21));
    for desk in desks().await {
        for index in 0..OPERATORS {
            desk.account(&format!("operator{index}"), Role::Lead).await;
        }
        let hosts = [desk.casework(), desk.casework_over(desk.other_store().await)];
        let mut totals = [0; 3];
        for seed in first..first + sequences {
            let counts = run(&desk, &hosts, seed).await;
            totals = std::array::from_fn(|index| totals[index] + counts[index]);
        }
        let [stored, conflicts, refused] = totals;
        eprintln!("{sequences} sequences: {stored} events, {conflicts} conflicts, {refused} refused");
        assert!(totals.iter().all(|total| *total > 0), "{totals:?}");
    }
}
