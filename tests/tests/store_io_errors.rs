//! A failing disk: no receipt without a case, but 503 with the phone number; reading continues; the desk recovers without
//! help when the disk does.
//!
//! The first write or flush of a submission fails, then the second, and so on to the last, each once and permanently.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{CHECK, example, submission};
use kakekomi_tests::disk::{Disk, Journal, Loss};
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::same::rng::Rng;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::shim::{EIO, ENOSPC, Shim};
use kakekomi_tests::wire::{Answer, Request};

/// Time in which a desk must recover.
const RECOVERY: Duration = Duration::from_secs(10);
/// A range of failures without an end.
const FOR_EVER: u64 = u64::MAX;

/// A desk on a disk that can fail, and its receipts.
struct Bed {
    server: Server,
    shim: Shim,
    draft: Vec<u8>,
    phone: String,
    first: Answer,
    promised: BTreeMap<String, Vec<u8>>,
    in_doubt: u32,
}

impl Bed {
    fn new(home: Home, shim: Shim, settings: &[(&str, PathBuf)]) -> Bed {
        let server = Server::start_under(home, &[], settings);
        let draft = example(&server.home, &[]);
        let phone = server.send(&Request::get("/v1/desk")).json()["phone"].as_str().unwrap().to_owned();
        let first = server.send(&submission("first", &draft));
        assert_eq!(first.status, 201, "{}", first.text());
        let promised = BTreeMap::from([("first".to_owned(), first.body.clone())]);
        Bed { server, shim, draft, phone, first, promised, in_doubt: 0 }
    }

    /// Sends once; the response is a receipt, or 503 with the phone number.
    fn send(&mut self, key: &str) -> bool {
        let answer = self.server.send(&submission(key, &self.draft));
        if answer.status == 201 {
            let first = self.promised.entry(key.to_owned()).or_insert_with(|| answer.body.clone());
            assert_eq!(*first, answer.body, "{key} has two receipts");
            return true;
        }
        // After a failed flush the content of the disk is unknown.
        let in_doubt = answer.code() == "store.in_doubt";
        self.in_doubt += u32::from(in_doubt);
        answer.assert_problem(key, 503, if in_doubt { "store.in_doubt" } else { "store.failed" });
        assert!(answer.text().contains(&self.phone) && answer.header("retry-after").is_some(), "{}", answer.text());
        false
    }

    /// Asserts that requests that write nothing are served, also those that read from the disk.
    fn reads_go_on(&self) {
        assert_eq!(self.server.send(&Request::get("/v1/desk")).status, 200);
        assert_eq!(self.server.send(&Request::post(CHECK).json(&self.draft)).status, 200);
        let again = self.server.send(&submission("first", &self.draft));
        assert_eq!((again.status, &again.body), (201, &self.first.body), "{}", again.text());
    }

    /// Sends until there is a receipt, without a restart of the desk.
    fn recovers(&mut self, key: &str) {
        let started = Instant::now();
        while !self.send(key) {
            assert!(started.elapsed() < RECOVERY, "{key}: not well again after {RECOVERY:?}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Kills the desk; every receipt has its case, and there is no other case.
    fn assert_kept(self) -> (Home, Shim, Vec<String>) {
        let home = self.server.kill();
        let promised = numbers(&self.promised);
        assert_eq!(kept(&home), promised);
        (home, self.shim, promised)
    }
}

fn numbers(promised: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let number = |receipt: &Vec<u8>| {
        let receipt: serde_json::Value = serde_json::from_slice(receipt).unwrap();
        receipt["number"].as_str().unwrap().to_owned()
    };
    let mut numbers: Vec<_> = promised.values().map(number).collect();
    numbers.sort();
    numbers
}

fn kept(home: &Home) -> Vec<String> {
    let mut numbers: Vec<_> = home.cases().iter().map(|case| case["number"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    numbers
}

/// Makes the Nth write or flush of a submission fail, up to the first one on which no receipt depends: those after the
/// commit move the log into the file. Returns the number of those that matter.
fn every_one_fails(bed: &mut Bed, what: &str, errno: u64, for_ever: bool) -> u64 {
    for nth in 1.. {
        let key = format!("{what}-{nth}");
        bed.shim.fail(nth, if for_ever { FOR_EVER } else { nth }, errno);
        let stored = bed.send(&key);
        bed.reads_go_on();
        if stored {
            bed.shim.heal();
            return nth - 1;
        }
        if for_ever {
            assert!(!bed.send(&format!("{key}-meanwhile")), "{key}: a receipt from a disk that does not write");
            bed.shim.heal();
        }
        bed.recovers(&key);
    }
    unreachable!("a submission ends");
}

#[test]
fn failed_write_or_flush_loses_no_receipt_on_sqlite() {
    let home = Home::new();
    let shim = Shim::over(home.path());
    let settings = shim.settings();
    let mut bed = Bed::new(home, shim, &settings);
    for (name, errno) in [("input/output", EIO), ("full", ENOSPC)] {
        for for_ever in [false, true] {
            let calls = every_one_fails(&mut bed, &format!("{name}-{for_ever}"), errno, for_ever);
            assert!(calls >= 10, "{calls} writes and flushes are too few for a case");
            assert!(bed.in_doubt > 0, "a flush that failed was called not stored");
            eprintln!("{name}, for ever {for_ever}: each of {calls} writes and flushes failed");
        }
    }
    bed.assert_kept();
}

/// After a thousand pages SQLite moves its log into the file, which faults hit as well. A failed flush has lost its
/// data, so the run ends with a power failure.
#[test]
fn random_faults_and_power_loss_lose_no_receipt_on_sqlite() {
    let home = Home::new();
    let shim = Shim::over(home.path());
    let before = Disk::of(home.path());
    let settings = shim.settings();
    let mut bed = Bed::new(home, shim, &settings);
    let mut refused = 0;
    for index in 0..300 {
        let mut rng = Rng::new(20_261_125, index);
        let first = 1 + rng.below(40) as u64;
        let last = first + rng.below(3) as u64;
        bed.shim.fail(first, last, rng.choose(&[EIO, ENOSPC]));
        let key = format!("key-{index}");
        for _ in 0..3 {
            refused += u64::from(!bed.send(&key));
        }
        bed.shim.heal();
        bed.recovers(&key);
    }
    assert!(refused > 50, "{refused} refusals are too few to say anything");
    let (_home, shim, promised) = bed.assert_kept();
    let journal = Journal::read(&shim.journal());
    let rest = Home::new();
    before.after(&journal, journal.len(), Loss::Everything).write_to(rest.path());
    assert_eq!(kept(&rest), promised, "after the power went");
}

#[test]
fn failed_write_or_flush_of_the_log_loses_no_receipt_on_postgres() {
    if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
        eprintln!("not run: KAKEKOMI_TEST_POSTGRES is not set");
        return;
    }
    let cluster = Cluster::start();
    cluster.halt();
    let shim = Shim::over_some(&cluster.data(), "pg_wal");
    cluster.start_under(&shim.settings());
    let mut bed = Bed::new(Home::at(&cluster.url), shim, &[]);
    let mut refused = 0;
    for (nth, last, errno) in [(1, 1, EIO), (2, 2, EIO), (1, 1, ENOSPC), (2, 2, ENOSPC), (1, FOR_EVER, EIO)] {
        let key = format!("{errno}-{nth}-{last}");
        bed.shim.fail(nth, last, errno);
        refused += u64::from(!bed.send(&key));
        assert_eq!(bed.server.send(&Request::post(CHECK).json(&bed.draft)).status, 200, "checking needs no database");
        if last == FOR_EVER {
            // The server restarts repeatedly, and each time its log fails.
            assert!(!bed.send(&key), "a receipt from a disk that does not write");
            bed.shim.heal();
        }
        bed.recovers(&key);
        bed.reads_go_on();
    }
    assert!(bed.in_doubt > 0, "a server that fell during a commit was called not stored");
    assert!(refused >= 3, "{refused} refusals are too few: the faults did not reach the server");
    bed.assert_kept();
}
