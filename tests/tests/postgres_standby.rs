//! A PostgreSQL server that waits for a standby: a commit that the standby has not confirmed is in doubt, and becomes a
//! receipt once it has. A real primary, a real standby; and servers that may not write.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr, // a test that is not run says so
    reason = "a test that cannot go on stops"
)]

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::certificates::certificate;
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::{Answer, Request};

/// Time in which a server must carry out a command.
const PATIENCE: Duration = Duration::from_secs(30);

/// A desk on a separate server.
struct Bed {
    primary: Cluster,
    server: Server,
    admin: SocketAddr,
    draft: Vec<u8>,
    #[expect(dead_code, reason = "it holds the authority's file")]
    certificates: Home,
}

impl Bed {
    /// Starts the desk; `None`, and a message, if the tests run without PostgreSQL.
    fn new() -> Option<Bed> {
        Bed::start(|primary, _| primary.url.clone())
    }

    /// Starts a desk that is connected over TLS.
    fn over_tls() -> Option<Bed> {
        Bed::start(|primary, folder| {
            let authority = folder.join("database");
            certificate(&authority, "localhost");
            primary.speak_tls(&authority);
            primary.verified_url("localhost", &authority)
        })
    }

    fn start(url: impl FnOnce(&Cluster, &Path) -> String) -> Option<Bed> {
        if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
            eprintln!("not run: KAKEKOMI_TEST_POSTGRES is not set");
            return None;
        }
        let (primary, certificates) = (Cluster::start(), Home::new());
        let url = url(&primary, certificates.path());
        let admin = free_address();
        let server = Server::start_with(Home::at(&url), &["--admin-listen", &admin.to_string()]);
        let draft = example(&server.home, &[]);
        Some(Bed { primary, server, admin, draft, certificates })
    }

    /// Starts a standby, and makes the primary wait for it.
    fn with_standby(&self) -> Cluster {
        let standby = Cluster::standby_of(&self.primary);
        self.primary.set("synchronous_standby_names", "*");
        standby
    }

    fn send(&self, key: &str) -> Answer {
        self.server.send(&submission(key, &self.draft))
    }

    fn assert_in_doubt(&self, key: &str) {
        let answer = self.send(key);
        answer.assert_problem(key, 503, "store.in_doubt");
        let phone = self.server.send(&Request::get("/v1/desk")).json()["phone"].as_str().unwrap().to_owned();
        assert!(answer.text().contains(&phone) && answer.header("retry-after").is_some(), "{}", answer.text());
    }

    fn becomes(&self, status: u16) {
        let started = Instant::now();
        while Request::get("/readyz").send(self.admin).status != status {
            assert!(started.elapsed() < PATIENCE, "/readyz does not become {status}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Calls a function of PostgreSQL on the backend that waits for the standby, once there is one.
    fn to_the_waiting_backend(&self, function: &str) {
        let started = Instant::now();
        let statement = format!("SELECT {function}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        while self.primary.ask(&statement) != "t" {
            assert!(started.elapsed() < PATIENCE, "nobody waits for the standby");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn numbers(home: &Home) -> Vec<String> {
    home.cases().iter().map(|case| case["number"].as_str().unwrap().to_owned()).collect()
}

fn number(receipt: &Answer) -> String {
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    receipt.json()["number"].as_str().unwrap().to_owned()
}

#[test]
fn commit_without_standby_is_in_doubt_until_replayed() {
    let Some(bed) = Bed::new() else { return };
    let standby = bed.with_standby();
    let first = number(&bed.send("first"));
    bed.becomes(200);
    standby.halt();

    bed.assert_in_doubt("second");
    bed.assert_in_doubt("second");
    bed.assert_in_doubt("first");
    bed.becomes(503);
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kakekomi' AND wait_event = 'SyncRep'";
    let waiting: u32 = bed.primary.ask(waiting).parse().unwrap();
    assert!(waiting <= 1, "{waiting} backends wait; they pile up");

    standby.start_again();
    bed.becomes(200);
    let second = bed.send("second");
    assert_eq!(bed.send("second").body, second.body, "one receipt");
    let third = number(&bed.send("third"));
    let expected = [first, number(&second), third];
    assert_eq!(numbers(&bed.server.home), expected);
    assert_eq!(numbers(&Home::at(&standby.url)), expected, "the standby has what has a receipt");
}

/// The warnings of the server during a commit arrive, and an answer that does not come in time ends.
#[test]
fn commit_over_tls_without_standby_is_in_doubt_until_replayed() {
    let Some(bed) = Bed::over_tls() else { return };
    let standby = bed.with_standby();
    bed.becomes(200);
    standby.halt();
    thread::scope(|scope| {
        let sent = scope.spawn(|| bed.assert_in_doubt("cancelled"));
        bed.to_the_waiting_backend("pg_cancel_backend");
        sent.join().unwrap();
    });
    bed.assert_in_doubt("late");
    standby.start_again();
    bed.becomes(200);
    let receipts = ["cancelled", "late"].map(|key| number(&bed.send(key)));
    assert_eq!(numbers(&bed.server.home), receipts);
    assert_eq!(numbers(&Home::at(&standby.url)), receipts);
    let clear = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'kakekomi' AND NOT ssl";
    assert_eq!(bed.primary.ask(clear), "0");
}

#[test]
fn cancelled_wait_on_the_server_gives_no_receipt() {
    let Some(bed) = Bed::new() else { return };
    let standby = bed.with_standby();
    bed.becomes(200);
    standby.halt();
    for function in ["pg_cancel_backend", "pg_terminate_backend"] {
        thread::scope(|scope| {
            let sent = scope.spawn(|| bed.assert_in_doubt(function));
            bed.to_the_waiting_backend(function);
            sent.join().unwrap();
        });
        // A replay finds the case, and its own wait is cancelled too.
        thread::scope(|scope| {
            let sent = scope.spawn(|| bed.assert_in_doubt(function));
            bed.to_the_waiting_backend(function);
            sent.join().unwrap();
        });
    }
    let other = example(&bed.server.home, &["--kind", "lost_device"]);
    standby.start_again();
    bed.becomes(200);
    let another_text = bed.server.send(&submission("pg_cancel_backend", &other));
    another_text.assert_problem("the key is bound", 422, "idempotency.reused");
    let receipts = ["pg_cancel_backend", "pg_terminate_backend"].map(|key| number(&bed.send(key)));
    assert_eq!(numbers(&bed.server.home), receipts);
    assert_eq!(numbers(&Home::at(&standby.url)), receipts);
}

#[test]
fn two_primaries_of_one_url_are_refused_and_a_serving_host_stays_with_its_own() {
    let Some(bed) = Bed::new() else { return };
    let standby = bed.with_standby();
    let address = |cluster: &Cluster| cluster.url.split(['@', '/']).nth(3).unwrap().to_owned();
    // The standby is named first: its place does not make it the primary.
    let both = format!("postgres://kakekomi@{},{}/postgres", address(&standby), address(&bed.primary));
    let server = Server::start_in(Home::at(&both).with_keys(&bed.server.home.keys()));
    let first = number(&server.send(&submission("first", &bed.draft)));
    assert_eq!(numbers(&server.home), [&*first], "commands find the primary, too");

    standby.promote();
    bed.primary.set("synchronous_standby_names", "");
    let refused = server.home.run(&["cases", "list"]);
    let printed = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(5) && printed.contains("are primaries of one URL"), "{printed}");
    let second = number(&server.send(&submission("second", &bed.draft)));
    assert_eq!(numbers(&bed.server.home), [first, second]);
}

#[test]
fn read_only_or_stopped_server_is_not_ready() {
    let Some(bed) = Bed::new() else { return };
    bed.becomes(200);
    assert_eq!(bed.send("first").status, 201);
    bed.primary.set("default_transaction_read_only", "on");
    bed.becomes(503);
    bed.send("second").assert_problem("read-only", 503, "store.failed");
    assert_eq!(bed.send("first").status, 201, "reading goes on");
    bed.primary.set("default_transaction_read_only", "off");
    bed.becomes(200);
    bed.primary.halt();
    bed.becomes(503);
    bed.primary.start_again();
    bed.becomes(200);
    assert_eq!(bed.send("second").status, 201);
}

#[test]
fn desk_is_not_ready_while_a_table_is_locked() {
    let Some(bed) = Bed::new() else { return };
    bed.becomes(200);
    // The lock under which cases are written, held by a session that does nothing.
    let mut holder = Command::new("psql");
    holder.args(["--quiet", "--dbname", &bed.primary.url, "--command"]);
    holder.arg("SELECT pg_advisory_lock(x'6b616b656b6f6d69'::bigint), pg_sleep(600)");
    let mut holder = holder.stdout(std::process::Stdio::null()).spawn().unwrap();
    bed.becomes(503);
    bed.primary.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    holder.wait().unwrap();
    bed.becomes(200);
    assert_eq!(bed.send("first").status, 201);
}
