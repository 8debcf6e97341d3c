//! Random orders of the events of referral and remote work, by two hosts at once, and direct SQL beside them.
//!
//! The rules are checked on the stored rows, not on the code that decides: a hand-over has its own intent of the applicant, and no
//! withdrawal came between; an action has an acknowledged notice; what the rows forbid next, the database refuses to every writer.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;

use super::histories::Random;
use super::{Database, RECEIVED_AT, Sql, appended, databases, new_case, new_event, random, stored};
use crate::receipt_number::Number;
use crate::{
    Appended, Event, EventKind, NewCollectLink, NewEvent, NewPackage, Organization, OrganizationChange,
    OrganizationKind, PackageId, PackagePart, PackagePurpose, Refusal, Store, open, open_to_write,
};

/// The orders of each database where `KAKEKOMI_HISTORIES` names no other number.
const ORDERS: u64 = 200;
/// The first seed where `KAKEKOMI_SEED` names no other one.
const SEED: u64 = 23;
/// Steps of each of the two writers of an order.
const STEPS: u64 = 8;
const WITHDRAWALS: [&str; 3] = ["intent.withdrawn", "case.withdrawn", "case.erased"];
const ACTORS: [&str; 3] = ["applicant", "operator:sato", "operator:suzuki"];
/// The kinds of a random order. Those that lead on are frequent.
const KINDS: [EventKind; 17] = [
    EventKind::ReferralApplied,
    EventKind::IntentGiven,
    EventKind::IntentGiven,
    EventKind::IntentRecorded,
    EventKind::IntentWithdrawn,
    EventKind::HandoverReleased,
    EventKind::HandoverReleased,
    EventKind::HandoverReleased,
    EventKind::CaseWithdrawn,
    EventKind::CaseErased,
    EventKind::ForensicsReportReceived,
    EventKind::ForensicsReportUsed,
    EventKind::RemoteOrdered,
    EventKind::RemoteNotice,
    EventKind::RemoteAcknowledged,
    EventKind::RemoteAction,
    EventKind::RemoteEnded,
];

pub(super) fn package(number: &Number) -> NewPackage {
    let id = PackageId(crate::FileId::random().unwrap());
    NewPackage {
        id,
        number: number.clone(),
        organization: "forensics".to_owned(),
        purpose: PackagePurpose::Referral,
        manifest_sha256: random(),
        sealed_sha256: random(),
        length: 10,
        created_at: RECEIVED_AT + 2000,
        parts: vec![PackagePart { start: 0, length: 10, object: id.to_string() }],
        link: NewCollectLink { token_hash: random(), expires_at: RECEIVED_AT + 9000 },
    }
}

pub(super) async fn add_organization(store: &Arc<dyn Store>) {
    let organization = Organization {
        id: "forensics".to_owned(),
        name: "れいフォレンジック".to_owned(),
        kind: OrganizationKind::Forensics,
        recipient: "age1".to_owned(),
        disabled: false,
        created_at: RECEIVED_AT,
    };
    let event = new_event(&Number::random().unwrap(), EventKind::OrganizationAdded, &json!({}));
    assert!(store.change_organization(OrganizationChange::Add(organization), event).await.unwrap());
}

pub(super) fn event(number: &Number, kind: EventKind, actor: &str) -> NewEvent {
    NewEvent { actor: actor.to_owned(), ..new_event(number, kind, &json!({})) }
}

/// Takes a step of an order.
async fn step(store: &Arc<dyn Store>, number: &Number, random: &mut Random) {
    let packages = store.packages_of(number).await.unwrap();
    let outcome = match (random.below(24), packages.last()) {
        (0..6, _) => store.add_package(package(number), event(number, EventKind::HandoverCreated, ACTORS[1])).await,
        (6..8, Some(last)) => {
            store
                .record_collection(&last.id, event(number, EventKind::HandoverCollected, "organization:forensics"))
                .await
        }
        (8, Some(last)) => {
            store.destroy_package(&last.id, event(number, EventKind::HandoverDestroyed, ACTORS[1])).await
        }
        _ => {
            let kind = match random.pick(&KINDS) {
                // Few orders end so.
                EventKind::CaseErased | EventKind::CaseWithdrawn if random.below(4) > 0 => EventKind::IntentGiven,
                kind => kind,
            };
            Ok(appended(store, event(number, kind, random.pick(&ACTORS))).await)
        }
    };
    assert!(!matches!(outcome.unwrap(), Appended::Conflict { .. } | Appended::Replayed { .. } | Appended::KeyReused));
}

/// The rows of a case: its events with the hand-overs `intent|package|collected|destroyed`.
struct Rows {
    events: Vec<Event>,
    handovers: Vec<[String; 4]>,
}

impl Rows {
    async fn read(store: &Arc<dyn Store>, sql: &mut Sql, number: &Number) -> Rows {
        let events = store.events(0, 100, Some(number)).await.unwrap();
        let columns = ["intent_seq", "package_seq", "collected_at", "destroyed_at"]
            .map(|column| format!("coalesce(CAST({column} AS TEXT), '')"));
        let rows = sql
            .texts(&format!(
                "SELECT {} FROM handovers WHERE case_number = '{number}' ORDER BY intent_seq",
                columns.join(" || '|' || ")
            ))
            .await;
        let split = |row: String| {
            let values: Vec<_> = row.split('|').map(str::to_owned).collect();
            values.try_into().unwrap()
        };
        Rows { events, handovers: rows.into_iter().map(split).collect() }
    }

    /// Finds the last event before a position that is of one of some kinds.
    fn last(&self, before: i64, kinds: &[&str]) -> Option<&Event> {
        self.events.iter().rev().find(|event| event.seq < before && kinds.contains(&event.kind.as_str()))
    }

    fn has_valid_intent(&self, before: i64) -> bool {
        let kinds = [&WITHDRAWALS[..], &["intent.given"]].concat();
        self.last(before, &kinds).is_some_and(|event| event.kind == "intent.given")
    }

    /// Checks the rules of the clauses on all rows.
    fn check(&self) {
        let intents: HashSet<_> = self.handovers.iter().map(|row| &row[0]).collect();
        assert_eq!(intents.len(), self.handovers.len(), "an intent allows one hand-over");
        let made: Vec<_> = self.events.iter().filter(|event| event.kind == "handover.created").collect();
        assert_eq!(made.len(), self.handovers.len(), "each hand-over has its event");
        for (created, [intent, _, collected, destroyed]) in made.iter().zip(&self.handovers) {
            let given = self.events.iter().find(|event| event.seq.to_string() == *intent).unwrap();
            assert_eq!(given.kind, "intent.given");
            assert!(given.seq < created.seq && self.has_valid_intent(created.seq), "no hand-over after a withdrawal");
            let is_withdrawn = self.last(i64::MAX, &WITHDRAWALS).is_some_and(|event| event.seq > given.seq);
            assert!(!is_withdrawn || !collected.is_empty() || !destroyed.is_empty(), "a withdrawal destroys it");
            assert!(collected.is_empty() || destroyed.is_empty());
        }
        for event in &self.events {
            let last = |kinds: &[&str]| self.last(event.seq, kinds).map(|event| event.kind.as_str());
            match event.kind.as_str() {
                "handover.released" | "handover.collected" => assert!(self.has_valid_intent(event.seq)),
                "intent.given" if event.actor != "applicant" => {
                    let recorded =
                        self.last(event.seq, &["intent.recorded", "intent.given", "intent.withdrawn"]).unwrap();
                    assert_eq!(recorded.kind, "intent.recorded");
                    assert_ne!(recorded.actor, event.actor);
                }
                "remote.action" => assert_eq!(
                    last(&["remote.acknowledged", "remote.notice", "remote.ordered", "remote.ended"]),
                    Some("remote.acknowledged")
                ),
                "forensics_report.received" => {
                    assert!(last(&["referral.applied", "intent.recorded", "intent.given"]).is_some());
                }
                "forensics_report.used" => assert!(last(&["forensics_report.received"]).is_some()),
                _ => {}
            }
        }
    }
}

/// Tries by direct SQL what the rows forbid now; returns the number of attempts, which are all refused.
async fn attack(store: &Arc<dyn Store>, sql: &mut Sql, number: &Number, rows: &Rows) -> usize {
    let head = store.audit_head().await.unwrap();
    let (seq, n) = (head.seq + 1, rows.events.len() + 1);
    let blob = if sql.is_sqlite() { format!("x'{}'", "00".repeat(32)) } else { format!("'\\x{}'", "00".repeat(32)) };
    let insert = |kind: &str, actor: &str| {
        format!(
            "INSERT INTO events (seq, case_number, n, at, actor, kind, commitment, hash) \
             VALUES ({seq}, '{number}', {n}, 5, '{actor}', '{kind}', {blob}, {blob})"
        )
    };
    let last = |kinds: &[&str]| rows.last(i64::MAX, kinds).map(|event| event.kind.as_str());
    let mut forbidden = Vec::new();
    if !rows.has_valid_intent(i64::MAX) {
        forbidden.extend(["handover.released", "handover.created", "handover.collected"].map(|kind| insert(kind, "x")));
    }
    if last(&["remote.acknowledged", "remote.notice", "remote.ordered", "remote.ended"]) != Some("remote.acknowledged")
    {
        forbidden.push(insert("remote.action", "operator:sato"));
    }
    if last(&["forensics_report.received"]).is_none() {
        forbidden.push(insert("forensics_report.used", "operator:sato"));
    }
    let recorder = rows.last(i64::MAX, &["intent.recorded"]).map_or("operator:sato", |event| event.actor.as_str());
    if recorder != "applicant" {
        forbidden.push(insert("intent.given", recorder));
    }
    let into = "INSERT INTO handovers (intent_seq, case_number, package_seq, created_at)";
    for event in &rows.events {
        let is_used = rows.handovers.iter().any(|row| row[0] == event.seq.to_string());
        let is_withdrawn = rows.last(i64::MAX, &WITHDRAWALS).is_some_and(|last| last.seq > event.seq);
        if event.kind != "intent.given" || is_used || is_withdrawn {
            forbidden.push(format!("{into} VALUES ({}, '{number}', 1, 5)", event.seq));
        }
    }
    for [intent, _, collected, destroyed] in &rows.handovers {
        forbidden.push(format!("DELETE FROM handovers WHERE intent_seq = {intent}"));
        forbidden.push(format!("UPDATE handovers SET package_seq = 0 WHERE intent_seq = {intent}"));
        forbidden.push(format!("UPDATE handovers SET intent_seq = 0 WHERE intent_seq = {intent}"));
        if !destroyed.is_empty() {
            forbidden.push(format!(
                "UPDATE handovers SET collected_at = 5, destroyed_at = NULL WHERE intent_seq = {intent}"
            ));
        }
        if !collected.is_empty() {
            forbidden.push(format!("UPDATE handovers SET destroyed_at = 5 WHERE intent_seq = {intent}"));
        }
    }
    for statement in &forbidden {
        assert!(sql.run(statement).await.is_err(), "{statement}");
    }
    forbidden.len()
}

/// `KAKEKOMI_HISTORIES=10000` runs so many orders on each database, `KAKEKOMI_SEED` sets the first seed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_order_of_events_hands_over_without_a_valid_intent() {
    let number = |name, default| std::env::var(name).map_or(default, |value| value.parse::<u64>().unwrap());
    let (orders, first) = (number("KAKEKOMI_HISTORIES", ORDERS), number("KAKEKOMI_SEED", SEED));
    for database in databases().await {
        let Database { store, url } = &database;
        // Another host, or a command beside the serving process.
        let other = if url.starts_with("sqlite:") { open_to_write(url).await } else { open(url).await }.unwrap();
        add_organization(store).await;
        let mut sql = database.sql().await;
        let (mut events, mut handovers, mut collected, mut attempts) = (0, 0, 0, 0);
        for seed in first..first + orders {
            eprintln!("order with seed {seed}");
            let number = stored(store, new_case(&format!("order-{seed}"))).await.0;
            let writers = [(store, 1), (&other, 2)].map(|(host, writer)| {
                let (host, number, mut random) = (Arc::clone(host), number.clone(), Random(seed << 8 | writer));
                tokio::spawn(async move {
                    for _ in 0..STEPS {
                        step(&host, &number, &mut random).await;
                    }
                })
            });
            for writer in writers {
                writer.await.unwrap();
            }
            let rows = Rows::read(store, &mut sql, &number).await;
            rows.check();
            attempts += attack(store, &mut sql, &number, &rows).await;
            events += rows.events.len();
            handovers += rows.handovers.len();
            collected += rows.handovers.iter().filter(|row| !row[2].is_empty()).count();
        }
        eprintln!(
            "{orders} orders: {events} events, {handovers} hand-overs, {collected} collected, {attempts} attempts by SQL refused"
        );
        assert!(handovers > 0 && collected > 0, "the orders reach what they test");
    }
}

#[tokio::test]
async fn a_withdrawal_destroys_the_package_and_ends_its_link() {
    for database in databases().await {
        let store = &database.store;
        add_organization(store).await;
        let number = stored(store, new_case("a")).await.0;
        let create = || event(&number, EventKind::HandoverCreated, "operator:sato");
        let refused = |refusal| Appended::Refused(refusal);
        assert_eq!(store.add_package(package(&number), create()).await.unwrap(), refused(Refusal::NotReleased));
        for (kind, actor) in [(EventKind::IntentGiven, "applicant"), (EventKind::HandoverReleased, "operator:sato")] {
            assert!(matches!(appended(store, event(&number, kind, actor)).await, Appended::Stored { .. }), "{kind}");
        }
        let mut package = package(&number);
        let (id, token, now) = (package.id, package.link.token_hash, RECEIVED_AT + 3000);
        // Several inserts, whose sizes are powers of two.
        let part = |start: u64| PackagePart { start, length: 2, object: format!("{id}-{start}") };
        package.parts = (0..5).map(|place| part(2 * place)).collect();
        let objects: Vec<_> = package.parts.iter().map(|part| part.object.clone()).collect();
        assert!(matches!(store.add_package(package, create()).await.unwrap(), Appended::Stored { .. }));
        let linked = store.linked_package(token, now).await.unwrap().unwrap();
        assert_eq!((linked.id, linked.number.as_str(), linked.length), (id, number.to_string().as_str(), 10));
        assert_eq!(store.linked_package(token, RECEIVED_AT + 9000).await.unwrap(), None, "the link has ended");
        assert_eq!(store.unknown_objects(objects.clone()).await.unwrap(), Vec::<String>::new());
        let parts = store.package_parts(linked.seq).await.unwrap();
        assert!(parts.iter().map(|part| &part.object).eq(&objects), "{parts:?}");
        // An event of a package is written with it alone.
        assert_eq!(appended(store, create()).await, refused(Refusal::NoPackage));
        // That it was destroyed is written with the withdrawal that destroys it, once.
        let destroyed = || event(&number, EventKind::HandoverDestroyed, "applicant");
        assert_eq!(appended(store, destroyed()).await, refused(Refusal::NoPackage));
        let withdrawn = event(&number, EventKind::IntentWithdrawn, "applicant");
        let outcomes = store.append(vec![withdrawn, destroyed(), destroyed()]).await.unwrap();
        assert!(outcomes[..2].iter().all(|outcome| matches!(outcome, Appended::Stored { .. })), "{outcomes:?}");
        assert_eq!(outcomes[2..], [refused(Refusal::NoPackage)]);
        assert_eq!(appended(store, destroyed()).await, refused(Refusal::NoPackage));
        assert_eq!(store.linked_package(token, now).await.unwrap(), None);
        assert_eq!(store.discarded_objects(10).await.unwrap(), objects);
        let collected = event(&number, EventKind::HandoverCollected, "organization:forensics");
        assert_eq!(store.record_collection(&id, collected).await.unwrap(), Appended::NoCase);
        let [line] = &store.packages_of(&number).await.unwrap()[..] else { panic!("one package") };
        assert!(line.destroyed_at.is_some() && line.collected_at.is_none());
    }
}

#[tokio::test]
async fn a_grant_ends_with_the_application_and_not_with_the_intent() {
    for database in databases().await {
        let store = &database.store;
        add_organization(store).await;
        let number = stored(store, new_case("a")).await.0;
        let grant = NewPackage { purpose: PackagePurpose::Subcontract, ..package(&number) };
        let (id, token, now) = (grant.id, grant.link.token_hash, RECEIVED_AT + 3000);
        let given = event(&number, EventKind::GrantGiven, "operator:sato");
        assert!(matches!(store.add_package(grant, given).await.unwrap(), Appended::Stored { .. }));
        for (kind, is_kept) in
            [(EventKind::IntentGiven, true), (EventKind::IntentWithdrawn, true), (EventKind::CaseWithdrawn, false)]
        {
            assert!(
                matches!(appended(store, event(&number, kind, "applicant")).await, Appended::Stored { .. }),
                "{kind}"
            );
            assert_eq!(store.linked_package(token, now).await.unwrap().is_some(), is_kept, "{kind}");
        }
        let used = event(&number, EventKind::GrantUsed, "organization:forensics");
        assert_eq!(store.record_collection(&id, used).await.unwrap(), Appended::NoCase);
        assert_eq!(store.discarded_objects(10).await.unwrap(), [id.to_string()]);
    }
}

#[tokio::test]
async fn an_intent_by_telephone_needs_two_persons() {
    for database in databases().await {
        let store = &database.store;
        let number = stored(store, new_case("a")).await.0;
        let by = |kind, actor| event(&number, kind, actor);
        let refused = Appended::Refused(Refusal::NotRecorded);
        assert_eq!(appended(store, by(EventKind::IntentGiven, "operator:sato")).await, refused);
        appended(store, by(EventKind::IntentRecorded, "operator:sato")).await;
        assert_eq!(appended(store, by(EventKind::IntentGiven, "operator:sato")).await, refused);
        let confirmed = appended(store, by(EventKind::IntentGiven, "operator:suzuki")).await;
        assert!(matches!(confirmed, Appended::Stored { .. }));
    }
}

#[tokio::test]
async fn the_events_of_a_draft_come_with_its_case() {
    for database in databases().await {
        let store = &database.store;
        let first_events = vec![EventKind::IntentGiven];
        let services = Some("consultation forensics".to_owned());
        let coded = crate::CodedAnswers { services, ..new_case("b").coded };
        let wanted = stored(store, crate::NewCase { coded, ..new_case("wanted") }).await.0;
        let plain = stored(store, new_case("plain")).await.0;
        let (number, head) = stored(store, crate::NewCase { first_events, ..new_case("a") }).await;
        let events = super::verified_events(store).await;
        let kinds: Vec<_> = events.iter().map(|event| (event.kind.as_str(), event.n.unwrap())).collect();
        assert_eq!(kinds, [("case.received", 1), ("case.received", 1), ("case.received", 1), ("intent.given", 2)]);
        assert_eq!(head.seq, 3, "the receipt names the case's own event");
        let case = store.show(&number).await.unwrap().unwrap().unwrap();
        assert_eq!((case.clauses.referral.as_deref(), case.last_n, case.changed_n), (Some("intent"), 2, 2));
        let case = store.show(&wanted).await.unwrap().unwrap().unwrap();
        assert_eq!((case.clauses.referral.as_deref(), case.last_n), (Some("applied"), 1));
        let received = new_event(&wanted, EventKind::ForensicsReportReceived, &json!({}));
        assert!(matches!(appended(store, received).await, Appended::Stored { .. }));
        let case = store.show(&plain).await.unwrap().unwrap().unwrap();
        assert_eq!((case.clauses.referral, case.last_n), (None, 1));
    }
}
