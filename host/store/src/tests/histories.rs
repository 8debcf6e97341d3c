//! Random histories: several writers append events of all kinds to a few cases at once, erase some, and know stale states.
//!
//! Afterwards each stored event is in the chain exactly once, each refusal was right, and the state of each case is the
//! replay of its changes.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::states::state;
use super::{Database, RECEIVED_AT, databases, new_case, new_event, stored};
use crate::receipt_number::Number;
use crate::{
    Appended, ApplicantRequest, AuditCheck, Event, EventKind, NewEvent, Projection, Refusal, Store, open, open_to_write,
};

/// The histories of each database where `KAKEKOMI_HISTORIES` names no other number.
const HISTORIES: u64 = 200;
/// The first seed where `KAKEKOMI_SEED` names no other one.
const SEED: u64 = 20;
const CASES: u64 = 4;
const WRITERS: u64 = 3;
/// Transactions of a writer in one history.
const TRANSACTIONS: u64 = 4;
/// The most events of a transaction.
const EVENTS: u64 = 4;

/// The generator splitmix64.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap()]
    }

    /// Makes an event of a case, or of a number that no case has.
    fn event(&mut self, cases: &[Number], seen: &HashMap<Number, i64>) -> NewEvent {
        let unknown = Number::random().unwrap();
        let case = if self.below(20) == 0 { &unknown } else { self.pick(&cases.iter().collect::<Vec<_>>()) };
        // Each other kind is as frequent as the second reading; some of the erasures meet a hold.
        let kinds = &EventKind::ALL[1..];
        let kind = match self.pick(kinds) {
            EventKind::CaseErased if self.below(2) == 0 => EventKind::CaseViewed,
            kind => kind,
        };
        let name = self.pick(&["sato", "suzuki"]);
        let body = match kind {
            EventKind::CaseState => json!({"status": self.pick(&["waiting", "in_progress"])}),
            EventKind::CaseClosed => json!({"outcome": self.pick(&["advised", "introduced"])}),
            EventKind::CaseUrgency => json!({"urgency": self.pick(&crate::URGENCIES)}),
            EventKind::CaseHold => json!({"hold": self.below(3) == 0}),
            _ => json!({"assignee": name, "at": self.below(100)}),
        };
        let last = seen.get(case).copied().unwrap_or(1);
        let after = match self.below(3) {
            0 => None,
            1 => Some(last),
            _ => Some(1 + i64::try_from(self.below(last.unsigned_abs() + 2)).unwrap()),
        };
        // Intents that one person records and another one confirms, and some that the same one does.
        let actor = self.pick(&["operator:sato", "operator:suzuki", "applicant"]).to_owned();
        NewEvent { after, actor, request: self.request(kind), ..new_event(case, kind, &body) }
    }

    /// Makes one of a few requests of an applicant, so that some are repeated, with the same text or another one.
    fn request(&mut self, kind: EventKind) -> Option<ApplicantRequest> {
        let hash = |value: u64| [u8::try_from(value).unwrap(); 32];
        let is_sent = !kind.is_store_wide() && self.below(3) == 0;
        is_sent.then(|| ApplicantRequest { key_hash: hash(self.below(4)), text_hash: hash(self.below(2)) })
    }
}

/// An event with its outcome, and the last changing event of its case that its writer knew.
struct Sent {
    event: NewEvent,
    outcome: Appended,
    seen: i64,
}

/// Writes a random share of a history.
async fn write(store: Arc<dyn Store>, cases: Vec<Number>, mut random: Random) -> Vec<Sent> {
    let (mut seen, mut sent) = (HashMap::<Number, i64>::new(), Vec::new());
    for _ in 0..TRANSACTIONS {
        let count = 1 + random.below(EVENTS);
        let events: Vec<_> = (0..count).map(|_| random.event(&cases, &seen)).collect();
        let outcomes = store.append(events.clone()).await.unwrap();
        for (event, outcome) in events.into_iter().zip(outcomes) {
            let known = event.case.as_ref().and_then(|case| seen.get(case)).copied().unwrap_or(1);
            match (outcome, &event.case) {
                (Appended::Stored { n: Some(n), .. }, Some(case)) if !event.kind.is_reading() => {
                    seen.insert(case.clone(), n);
                }
                (Appended::Conflict { changed_n }, Some(case)) => {
                    seen.insert(case.clone(), changed_n);
                }
                _ => {}
            }
            sent.push(Sent { event, outcome, seen: known });
        }
    }
    sent
}

/// The states of a case after each of its events, and its events.
struct Replay {
    states: Vec<Projection>,
    events: Vec<Event>,
}

impl Replay {
    fn new() -> Replay {
        let first =
            Projection::received(RECEIVED_AT, Some("high".to_owned()), new_case("any").coded.services.as_deref());
        Replay { states: vec![first], events: Vec::new() }
    }

    /// Adds a stored event, which must have been allowed and not stale.
    fn add(&mut self, sent: &Sent, event: Event) {
        let before = self.states.last().unwrap();
        assert_eq!(event.n, Some(before.last_n + 1), "no gap and nothing twice");
        assert_eq!(before.allows_by(sent.event.kind, &sent.event.actor), Ok(()));
        assert!(sent.event.after.is_none_or(|after| after == before.changed_n), "a stale event was stored");
        let mut after = before.clone();
        after.apply(sent.event.kind, &sent.event.actor, &sent.event.change);
        self.states.push(after);
        self.events.push(event);
    }

    /// Checks that a state of the case gave this refusal.
    fn check_refused(&self, sent: &Sent) {
        let kind = sent.event.kind;
        let allows = |state: &Projection| state.allows_by(kind, &sent.event.actor);
        let is_right = match sent.outcome {
            Appended::Conflict { changed_n } => {
                let gave = |state: &Projection| state.changed_n == changed_n && allows(state).is_ok();
                sent.event.after != Some(changed_n) && changed_n >= sent.seen && self.states.iter().any(gave)
            }
            // Events of a package are written with it alone.
            Appended::Refused(Refusal::NoPackage) if kind.needs_package() => true,
            Appended::Refused(refusal) => self.states.iter().any(|state| allows(state) == Err(refusal)),
            Appended::NoCase | Appended::Stored { .. } | Appended::Replayed { .. } | Appended::KeyReused => false,
        };
        assert!(is_right, "{kind} {:?} {:?}", sent.event.after, sent.outcome);
    }

    /// Checks that one event alone has the key of a repeated request, and that it has the same text or another one.
    fn check_repeated(&self, repeated: &Sent, sent: &HashMap<Vec<u8>, Sent>) {
        let request = repeated.event.request.unwrap();
        let caused: Vec<_> = self
            .events
            .iter()
            .filter_map(|event| Some((event.n, sent[&event.commitment].event.request?)))
            .filter(|(_, first)| first.key_hash == request.key_hash)
            .collect();
        let [(n, first)] = caused[..] else { panic!("{} events of one request", caused.len()) };
        let is_right = match repeated.outcome {
            Appended::Replayed { n: replayed } => n == Some(replayed) && first.text_hash == request.text_hash,
            _ => first.text_hash != request.text_hash,
        };
        assert!(is_right, "{:?}", repeated.outcome);
    }

    /// Compares the end of the replay with the stored case.
    async fn check_case(&self, store: &Arc<dyn Store>, number: &Number, sent: &HashMap<Vec<u8>, Sent>) {
        let case = store.show(number).await.unwrap().unwrap().unwrap();
        assert_eq!(&state(&case), self.states.last().unwrap());
        assert_eq!(case.sealed.is_none(), case.line.is_erased());
        for event in &self.events {
            let body = sent[&event.commitment].event.body.clone();
            assert_eq!(event.body, if case.line.is_erased() { None } else { body });
        }
    }
}

/// Reads the events after a head, verifies their chain and sorts them by their cases.
async fn replays(
    store: &Arc<dyn Store>,
    check: &mut AuditCheck,
    sent: &HashMap<Vec<u8>, Sent>,
) -> HashMap<String, Replay> {
    let mut replays: HashMap<String, Replay> = HashMap::new();
    let (mut stored, mut received) = (0, 0);
    for event in store.events(check.head().seq, 10_000, None).await.unwrap() {
        check.next(&event).unwrap();
        if event.kind == "case.received" {
            replays.insert(event.case_number.unwrap(), Replay::new());
            received += 1;
            continue;
        }
        let sent = &sent[&event.commitment];
        let outcome = Appended::Stored { seq: event.seq, n: event.n };
        assert_eq!((sent.outcome, event.kind.as_str()), (outcome, sent.event.kind.as_str()));
        stored += 1;
        if let Some(number) = event.case_number.clone() {
            replays.get_mut(&number).unwrap().add(sent, event);
        }
    }
    assert_eq!(check.head(), store.audit_head().await.unwrap());
    let expected = sent.values().filter(|sent| matches!(sent.outcome, Appended::Stored { .. })).count();
    assert_eq!((stored, received), (expected, usize::try_from(CASES + 1).unwrap()), "no event is lost or doubled");
    replays
}

/// Runs a history with both handles of a database, and checks it; returns the number of its events by outcome.
async fn run(handles: &[Arc<dyn Store>; 2], seed: u64, check: &mut AuditCheck) -> [usize; 4] {
    let store = &handles[0];
    let mut cases = Vec::new();
    for index in 0..CASES {
        cases.push(stored(store, new_case(&format!("{seed}-{index}"))).await.0);
    }
    let writers = (0..WRITERS).map(|writer| {
        let handle = Arc::clone(&handles[usize::try_from(writer % 2).unwrap()]);
        tokio::spawn(write(handle, cases.clone(), Random(seed << 8 | writer)))
    });
    let writers: Vec<_> = writers.collect();
    // A case that is inserted among the events.
    let late = stored(store, new_case(&format!("{seed}-late"))).await.0;
    let mut sent = Vec::new();
    for writer in writers {
        sent.extend(writer.await.unwrap());
    }
    let sent: HashMap<_, _> = sent.into_iter().map(|sent| (sent.event.commitment.to_vec(), sent)).collect();
    let replays = replays(store, check, &sent).await;
    let mut counts = [0; 4];
    for sent_event in sent.values() {
        match (sent_event.outcome, &sent_event.event.case) {
            (Appended::Stored { .. }, _) => counts[0] += 1,
            (Appended::Replayed { .. } | Appended::KeyReused, Some(number)) => {
                replays[&number.to_string()].check_repeated(sent_event, &sent);
                counts[3] += 1;
            }
            (Appended::NoCase, Some(number)) => assert!(!replays.contains_key(&number.to_string())),
            (outcome, number) => {
                replays[&number.as_ref().unwrap().to_string()].check_refused(sent_event);
                counts[if matches!(outcome, Appended::Conflict { .. }) { 1 } else { 2 }] += 1;
            }
        }
    }
    for number in cases.iter().chain([&late]) {
        replays[&number.to_string()].check_case(store, number, &sent).await;
    }
    counts
}

/// `KAKEKOMI_HISTORIES=10000` runs so many histories on each database, `KAKEKOMI_SEED` sets the first seed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_histories_lose_and_double_no_event() {
    let number = |name, default| std::env::var(name).map_or(default, |value| value.parse::<u64>().unwrap());
    let (histories, first) = (number("KAKEKOMI_HISTORIES", HISTORIES), number("KAKEKOMI_SEED", SEED));
    for Database { store, url } in databases().await {
        // Another host, or a command beside the serving process.
        let other = if url.starts_with("sqlite:") { open_to_write(&url).await } else { open(&url).await };
        let handles = [store, other.unwrap()];
        let (mut check, mut totals) = (AuditCheck::default(), [0; 4]);
        for seed in first..first + histories {
            eprintln!("history with seed {seed}");
            let counts = run(&handles, seed, &mut check).await;
            totals = std::array::from_fn(|index| totals[index] + counts[index]);
        }
        let [stored, conflicts, refused, repeated] = totals;
        eprintln!(
            "{histories} histories: {stored} events stored, {conflicts} conflicts, {refused} refused, {repeated} repeated"
        );
        assert!(totals.iter().all(|total| *total > 0), "{totals:?}");
    }
}
