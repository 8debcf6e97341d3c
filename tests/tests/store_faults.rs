//! Cases answered with 201 survive every crash: the host is killed under load, the database's server
//! as well, and each submission is sent five times at once.
//!
//! This is a short run. `KAKEKOMI_KILLS` and `KAKEKOMI_SUBMISSIONS` make it longer; docs/durability.md has the command and
//! the results.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{CHECK, example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};

on_both_databases! {
    receipts_survive_kill_9_and_five_attempts_make_one_case
}

/// Number of senders of each submission at the same time.
const TRIES: usize = 5;
/// Longest duration for each kill.
const PATIENCE: Duration = Duration::from_mins(2);

fn number(name: &str, by_default: usize) -> usize {
    std::env::var(name).map_or(by_default, |value| value.parse().expect("a number"))
}

/// A complete response.
fn whole(answer: Answer) -> Option<Answer> {
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    (length == Some(answer.body.len())).then_some(answer)
}

/// Applicants who send until they have a receipt.
struct Senders {
    at: RwLock<SocketAddr>,
    draft: Vec<u8>,
    submissions: usize,
    receipts: Mutex<BTreeMap<usize, Vec<u8>>>,
    answered: AtomicUsize,
    refused: AtomicUsize,
    over: AtomicBool,
}

impl Senders {
    fn new(server: &Server) -> Senders {
        Senders {
            at: RwLock::new(server.at),
            draft: example(&server.home, &[]),
            submissions: number("KAKEKOMI_SUBMISSIONS", 60),
            receipts: Mutex::default(),
            answered: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// Sends every submission once, each until it has a receipt.
    fn send_all(&self) {
        for index in 0..self.submissions {
            let request = submission(&format!("key-{index}"), &self.draft);
            while !self.over.load(Ordering::SeqCst) {
                let at = *self.at.read().unwrap();
                match request.try_send(at).map(whole) {
                    Ok(Some(answer)) if answer.status == 201 => {
                        let mut receipts = self.receipts.lock().unwrap();
                        let first = receipts.entry(index).or_insert_with(|| answer.body.clone());
                        assert_eq!(*first, answer.body, "key-{index} has two receipts");
                        self.answered.fetch_add(1, Ordering::SeqCst);
                        break;
                    }
                    Ok(Some(answer)) => {
                        assert!(matches!(answer.status, 503 | 409), "{}", answer.text());
                        self.refused.fetch_add(1, Ordering::SeqCst);
                    }
                    // Cut off: it may be stored or not.
                    Ok(None) | Err(_) => {}
                }
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Waits for a number of responses, so that a kill hits work in progress.
    fn wait_for(&self, answers: usize) {
        let started = Instant::now();
        while self.answered.load(Ordering::SeqCst) < answers {
            assert!(started.elapsed() < PATIENCE, "no answers any more");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Sends everything [`TRIES`] times at once while `trouble(kill)` runs repeatedly.
    fn through(&self, kills: usize, mut trouble: impl FnMut(usize)) {
        thread::scope(|scope| {
            let senders: Vec<_> = (0..TRIES).map(|_| scope.spawn(|| self.send_all())).collect();
            let troubled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for kill in 0..kills {
                    self.wait_for(self.submissions * TRIES * (kill + 1) / (kills + 2));
                    trouble(kill);
                }
                self.wait_for(self.submissions * TRIES);
            }));
            self.over.store(true, Ordering::SeqCst);
            for sender in senders {
                sender.join().unwrap();
            }
            troubled.unwrap();
        });
    }

    /// Asserts that every receipt has exactly one case, and that there is no other.
    fn assert_kept(&self, home: &Home) {
        let receipts = self.receipts.lock().unwrap();
        let mut promised: Vec<String> = receipts
            .values()
            .map(|receipt| {
                serde_json::from_slice::<serde_json::Value>(receipt).unwrap()["number"].as_str().unwrap().to_owned()
            })
            .collect();
        let mut kept: Vec<String> =
            home.cases().iter().map(|case| case["number"].as_str().unwrap().to_owned()).collect();
        promised.sort();
        kept.sort();
        assert_eq!(kept.len(), self.submissions);
        assert_eq!(kept, promised);
    }
}

fn receipts_survive_kill_9_and_five_attempts_make_one_case(home: Home) {
    let server = Server::start_in(home);
    let senders = Senders::new(&server);
    let mut server = Some(server);
    senders.through(number("KAKEKOMI_KILLS", 3), |_| {
        let home = server.take().unwrap().kill();
        let again = Server::start_in(home);
        *senders.at.write().unwrap() = again.at;
        server = Some(again);
    });
    senders.assert_kept(&server.unwrap().home);
}

#[test]
fn receipts_survive_a_killed_database_server() {
    if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
        eprintln!("not run: KAKEKOMI_TEST_POSTGRES is not set");
        return;
    }
    let cluster = Cluster::start();
    let server = Server::start_in(Home::at(&cluster.url));
    let senders = Senders::new(&server);
    let phone = server.send(&Request::get("/v1/desk")).json()["phone"].as_str().unwrap().to_owned();
    senders.through(number("KAKEKOMI_KILLS", 2), |kill| {
        cluster.kill();
        if kill == 0 {
            let refused = server.send(&submission("while-it-is-down", &senders.draft));
            refused.assert_problem("the database is down", 503, "store.failed");
            assert!(refused.text().contains(&phone) && refused.header("retry-after").is_some());
            assert_eq!(
                server.send(&Request::post(CHECK).json(&senders.draft)).status,
                200,
                "checking needs no database"
            );
        }
        cluster.start_again();
        let up = Instant::now();
        let before = senders.answered.load(Ordering::SeqCst);
        senders.wait_for(before + 1);
        assert!(up.elapsed() < Duration::from_secs(10), "it took {:?} to recover", up.elapsed());
    });
    senders.assert_kept(&server.home);
}

#[test]
fn flush_comes_before_the_response() {
    let may_trace = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    if !may_trace.is_ok_and(|status| status.success()) {
        eprintln!("not run: strace is missing, or may not trace here");
        return;
    }
    let server = Server::start();
    let draft = example(&server.home, &[]);
    assert_eq!(server.send(&submission("first", &draft)).status, 201);
    let trace = server.home.path().join("trace");
    let mut strace = Command::new("strace")
        .args(["-f", "-s", "64", "-e", "trace=fsync,fdatasync,read,recvfrom,write,writev,sendto", "-o"])
        .arg(&trace)
        .args(["-p", &server.id().to_string()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = std::io::BufReader::new(strace.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    assert!(line.contains("attached"), "{line}");
    assert_eq!(server.send(&submission("second", &draft)).status, 201);
    assert!(Command::new("kill").arg(strace.id().to_string()).status().unwrap().success());
    strace.wait().unwrap();
    let calls = std::fs::read_to_string(&trace).unwrap();
    let asked = calls.find("POST /v1/submissions").expect("the request is not in the trace");
    let answered = calls.find("HTTP/1.1 201").expect("the answer is not in the trace");
    let between = &calls[asked..answered];
    let flushed = between.lines().any(|call| call.contains("sync") && call.trim_end().ends_with("= 0"));
    assert!(flushed, "no flush between the request and its 201:\n{between}");
}
