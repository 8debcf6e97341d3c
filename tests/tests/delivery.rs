//! Notices through the outbox under kills, from outside: each arrives at least once, in order in its case, and none is forgotten.
//!
//! Hosts and database are killed while events are written and delivered. One endpoint takes everything, one fails now and then, and
//! one never answers. `KAKEKOMI_NOTICES` and `KAKEKOMI_KILLS` make the runs longer (`make test-long`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]

use std::collections::{BTreeMap, HashSet};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    Change, EVENTS_AT_ONCE, EventKind, NewEvent, NoticeState, OutboxFilter, Store, open_to_write, url_in,
};
use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::webhooks::{Received, Receiver, settings};
use serde_json::json;
use tokio::runtime::Runtime;

/// Cases over which the events are spread.
const CASES: usize = 20;
/// The kinds of the test's events.
const KINDS: &str = "kinds = [\"case.received\", \"note.added\"]\nprivate_address = true";
/// Of so many deliveries to the failing endpoint one fails.
const FAILS_EVERY: usize = 97;
/// Time without a kill in which everything must have come.
const PATIENCE: Duration = Duration::from_mins(3);

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |number| number.parse().expect(name))
}

/// The endpoints of a test.
struct Endpoints {
    steady: Receiver,
    failing: Receiver,
    dead: Receiver,
}

impl Endpoints {
    fn start() -> Endpoints {
        let count = AtomicUsize::new(0);
        let fails = move |_: &Received| {
            let is_failure = (count.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(FAILS_EVERY);
            Some(if is_failure { 503 } else { 204 })
        };
        Endpoints {
            steady: Receiver::start(|_| Some(204)),
            failing: Receiver::start(fails),
            dead: Receiver::start(|_| None),
        }
    }

    fn settings(&self, home: &Home) -> String {
        let Endpoints { steady, failing, dead } = self;
        settings(home, &[("steady", &steady.url, KINDS), ("failing", &failing.url, KINDS), ("dead", &dead.url, KINDS)])
    }
}

/// The events of a test, written past the hosts, as a command writes them.
struct Events {
    runtime: Runtime,
    store: Arc<dyn Store>,
    numbers: Vec<Number>,
}

impl Events {
    /// Makes the cases and opens their store.
    fn of(server: &Server, url: &str) -> Events {
        let draft = example(&server.home, &[]);
        let send = |index: usize| {
            let answer = server.send(&submission(&format!("key-{index}"), &draft));
            assert_eq!(answer.status, 201, "{}", answer.text());
            Number::read(answer.json()["number"].as_str().unwrap()).unwrap()
        };
        let numbers = (0..CASES).map(send).collect();
        let runtime = Runtime::new().unwrap();
        let store = runtime.block_on(open_to_write(url)).unwrap();
        Events { runtime, store, numbers }
    }

    /// Writes notes to all cases in turn, in spite of a database that goes away; returns the number of those that were confirmed.
    fn write(&self, count: usize, batch: usize) -> usize {
        let note = |index: usize| NewEvent {
            case: Some(self.numbers[index % CASES].clone()),
            at: 1_795_140_000_000,
            actor: "cli:test".to_owned(),
            kind: EventKind::NoteAdded,
            body: None,
            commitment: [7; 32],
            change: Change::of(EventKind::NoteAdded, 0, &json!({})).unwrap(),
            after: None,
            request: None,
            return_code: None,
        };
        let mut written = 0;
        while written < count {
            let events: Vec<_> = (written..count.min(written + batch)).map(note).collect();
            let size = events.len();
            match self.runtime.block_on(self.store.append(events)) {
                Ok(_) => written += size,
                Err(_) => thread::sleep(Duration::from_millis(100)),
            }
        }
        written
    }

    /// Reads the ids of all notices, by case and in their order.
    fn ids(&self) -> BTreeMap<String, Vec<String>> {
        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut after = 0;
        loop {
            let page = self.runtime.block_on(self.store.events(after, 500, None)).unwrap();
            let Some(last) = page.last() else { return ids };
            after = last.seq;
            for event in page.iter().filter(|event| ["case.received", "note.added"].contains(&event.kind.as_str())) {
                let number = event.case_number.clone().unwrap();
                ids.entry(number).or_default().push(format!("evt_{}", hex(&event.hash[..16])));
            }
        }
    }

    /// Waits until a target has no notice that waits. Leases of killed hosts, and waits after a failure, are over at once.
    fn wait_for(&self, target: &str, end_leases: impl Fn()) {
        let started = Instant::now();
        let filter = OutboxFilter { state: Some(NoticeState::Pending), target: Some(format!("webhook:{target}")) };
        while !self.runtime.block_on(self.store.notices(0, 1, &filter)).unwrap().is_empty() {
            assert!(started.elapsed() < PATIENCE, "notices for {target} wait");
            thread::sleep(Duration::from_secs(1));
            end_leases();
        }
    }
}

/// Asserts that what came is every notice, each case's in their order, and reports repetitions.
fn assert_complete(name: &str, receiver: &Receiver, ids: &BTreeMap<String, Vec<String>>) -> usize {
    let (mut seen, mut came, mut repeated) = (HashSet::new(), BTreeMap::<String, Vec<String>>::new(), 0);
    for received in receiver.got() {
        let id = received.header("webhook-id").to_owned();
        // One that was answered with an error comes again, and its place is that of its success.
        if seen.insert(id.clone()) {
            let number = received.json()["data"]["number"].as_str().unwrap().to_owned();
            came.entry(number).or_default().push(id);
        } else {
            repeated += 1;
        }
    }
    assert_eq!(came.len(), ids.len(), "{name}");
    for (number, expected) in ids {
        assert!(came[number] == *expected, "{name}: {number} got {} of {}", came[number].len(), expected.len());
    }
    repeated
}

/// The statement that ends all leases and waits, but those of the dead endpoint.
const END_LEASES: &str = "UPDATE outbox SET leased_until = 0, next_at = 0 WHERE state = 'pending' AND next_at IS NOT NULL AND target <> 'webhook:dead'";

/// The number of the writers' lock on PostgreSQL, which a statement beside them takes too.
const WRITER_LOCK: i64 = 0x6b61_6b65_6b6f_6d69;

/// Ends the leases in a file of SQLite.
fn end_leases_of(server: &Server) {
    let mut sqlite = Command::new("sqlite3");
    sqlite.args(["-cmd", ".timeout 20000"]).arg(server.home.path().join("data/kakekomi.sqlite3")).arg(END_LEASES);
    assert!(sqlite.status().expect("sqlite3").success());
}

/// Ends the leases in a PostgreSQL database.
fn end_leases_in(cluster: &Cluster) {
    cluster.ask(&format!("SELECT pg_advisory_xact_lock({WRITER_LOCK}); {END_LEASES}"));
}

fn report(notices: usize, kills: usize, hosts: usize, started: Instant, repeated: [usize; 2]) {
    eprintln!(
        "{notices} notices to each endpoint, {kills} kills, {hosts} hosts: all in order after {} s, {repeated:?} repeated",
        started.elapsed().as_secs()
    );
}

#[test]
fn a_host_that_is_killed_forgets_no_notice() {
    let endpoints = Endpoints::start();
    let home = Home::new();
    let config = endpoints.settings(&home);
    let arguments = ["--config", config.as_str()];
    let (notices, kills) = (number("KAKEKOMI_NOTICES", 90), number("KAKEKOMI_KILLS", 3));
    let mut server = Some(Server::start_with(home, &arguments));
    let home_path = server.as_ref().unwrap().home.path().to_path_buf();
    let events = Events::of(server.as_ref().unwrap(), &url_in(&home_path.join("data")));
    let started = Instant::now();
    for _ in 0..kills {
        let before = endpoints.steady.got().len();
        events.write(notices.div_ceil(kills), EVENTS_AT_ONCE.min(10));
        endpoints.steady.wait_until("after a kill", |got| got.len() > before);
        server = Some(Server::start_with(server.take().unwrap().kill(), &arguments));
        end_leases_of(server.as_ref().unwrap());
    }
    for target in ["steady", "failing"] {
        events.wait_for(target, || end_leases_of(server.as_ref().unwrap()));
    }
    let ids = events.ids();
    let repeated = [("steady", &endpoints.steady), ("failing", &endpoints.failing)]
        .map(|(name, receiver)| assert_complete(name, receiver, &ids));
    assert!(!endpoints.dead.got().is_empty(), "the dead endpoint was tried");
    report(ids.values().map(Vec::len).sum(), kills, 1, started, repeated);
}

#[test]
fn two_hosts_and_a_killed_database_forget_no_notice() {
    if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
        eprintln!("not run: KAKEKOMI_TEST_POSTGRES is not set");
        return;
    }
    let endpoints = Endpoints::start();
    let cluster = Cluster::start();
    let start = || {
        let home = Home::at(&cluster.url);
        let config = endpoints.settings(&home);
        Server::start_with(home, &["--config", &config])
    };
    let (notices, kills) = (number("KAKEKOMI_NOTICES", 180), number("KAKEKOMI_KILLS", 3));
    let mut hosts = vec![start(), start()];
    let events = Events::of(&hosts[0], &cluster.url);
    let started = Instant::now();
    for kill in 0..kills {
        let before = endpoints.steady.got().len();
        thread::scope(|scope| {
            scope.spawn(|| events.write(notices.div_ceil(kills), EVENTS_AT_ONCE.min(10)));
            endpoints.steady.wait_until("before a kill", |got| got.len() > before);
            if kill % 3 == 2 {
                cluster.kill();
                cluster.start_again();
            } else {
                drop(hosts.remove(0).kill());
                hosts.push(start());
            }
        });
        end_leases_in(&cluster);
    }
    for target in ["steady", "failing"] {
        events.wait_for(target, || end_leases_in(&cluster));
    }
    let ids = events.ids();
    let repeated = [("steady", &endpoints.steady), ("failing", &endpoints.failing)]
        .map(|(name, receiver)| assert_complete(name, receiver, &ids));
    assert!(!endpoints.dead.got().is_empty(), "the dead endpoint was tried");
    report(ids.values().map(Vec::len).sum(), kills, 2, started, repeated);
}
