//! Cases answered with 201 survive a power failure at any moment: each is there once and complete.
//!
//! One desk works under load on a watched disk; then the power fails at many moments of that run. For each moment the
//! content of the disk is computed, the real programs open it, and every earlier receipt is looked up.
//!
//! `KAKEKOMI_CUTS` sets the number of moments (docs/durability.md has the results of a long run), `KAKEKOMI_SEED` chooses
//! them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use kakekomi_tests::applicant::{example, submission, with};
use kakekomi_tests::disk::{Disk, Journal, Loss};
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::same::rng::Rng;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::shim::Shim;
use serde_json::Value;

/// Applicants who send at the same time, so that cases are written together.
const SENDERS: usize = 6;
/// Number of submissions of each sender.
const SUBMISSIONS: usize = 40;
/// Number of moments after which the desk itself is started, not only the command that lists.
const DESK_EVERY: u64 = 10;

fn number(name: &str, by_default: u64) -> u64 {
    std::env::var(name).map_or(by_default, |value| value.parse().expect("a number"))
}

/// One run under load: the disk before it, and its journal.
struct Run<'j> {
    before: Disk<'j>,
    journal: Journal,
    drafts: BTreeMap<String, Vec<u8>>,
}

/// Makes a draft for each key.
fn drafts() -> BTreeMap<String, Vec<u8>> {
    let draft = example(&Home::new(), &[]);
    let keys = (0..SENDERS * SUBMISSIONS).map(|index| format!("key-{index}"));
    keys.map(|key| (key.clone(), with(&draft, "/incident/summary", format!("{key} {}", "概要".repeat(500))))).collect()
}

/// Sends all drafts, and adds each receipt to the journal.
fn send_all(server: &Server, shim: &Shim, drafts: &BTreeMap<String, Vec<u8>>) {
    let all: Vec<_> = drafts.iter().collect();
    thread::scope(|scope| {
        for some in all.chunks(SUBMISSIONS) {
            scope.spawn(move || {
                for (key, draft) in some {
                    let answer = server.send(&submission(key, draft));
                    assert_eq!(answer.status, 201, "{}", answer.text());
                    shim.note(key.as_bytes(), &answer.body);
                }
            });
        }
    });
}

/// Simulates power failures at `cuts` moments after the record `first`; `open` makes a home of a disk. Returns the number of receipts
/// without a case.
fn look(run: &Run<'_>, cuts: u64, first: usize, open: impl Fn(&Disk<'_>) -> (Option<Cluster>, Home)) -> usize {
    let seed = number("KAKEKOMI_SEED", 20_261_125);
    let mut gone = 0;
    for cut in 0..cuts {
        let mut rng = Rng::new(seed, cut);
        let until = first + rng.below(run.journal.len() - first) + 1;
        let loss = if cut % 2 == 0 { Loss::Everything } else { Loss::Some(rng) };
        let promised: BTreeMap<String, Vec<u8>> = run
            .journal
            .notes(until)
            .map(|(key, receipt)| (String::from_utf8(key.to_vec()).unwrap(), receipt.to_vec()))
            .collect();
        let (cluster, home) = open(&run.before.after(&run.journal, until, loss));
        let place = format!("seed {seed}, cut {cut} before record {until} of {}", run.journal.len());
        gone += missing(&home, &promised, &run.drafts, &place);
        if cut % DESK_EVERY == 0 && gone == 0 {
            goes_on(home, &promised, &run.drafts, &place);
        }
        drop(cluster);
    }
    gone
}

/// Returns the number of receipts without a case; asserts that each case is complete and stored once.
fn missing(
    home: &Home,
    promised: &BTreeMap<String, Vec<u8>>,
    drafts: &BTreeMap<String, Vec<u8>>,
    place: &str,
) -> usize {
    let output = home.run(&["cases", "export"]);
    if !output.status.success() {
        // Before the first start has created the tables there is nothing to read.
        return promised.len();
    }
    let cases: Vec<Value> =
        output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let mut kept = BTreeMap::new();
    for case in &cases {
        let text = case["text"].as_str().unwrap().as_bytes();
        assert!(drafts.values().any(|draft| draft == text), "{place}: a case that is not whole: {case}");
        assert!(case["report"]["accepted"] == true && case["consent"].is_object(), "{place}: {case}");
        assert!(kept.insert(case["number"].to_string(), case).is_none(), "{place}: twice: {}", case["number"]);
    }
    let texts: std::collections::BTreeSet<_> = cases.iter().map(|case| case["text"].as_str()).collect();
    assert_eq!(texts.len(), cases.len(), "{place}: a draft has two cases");
    let has_case = |(key, receipt): &(&String, &Vec<u8>)| {
        let receipt: Value = serde_json::from_slice(receipt).unwrap();
        let case = kept.get(&receipt["number"].to_string());
        case.is_some_and(|case| {
            case["receipt"] == receipt && case["text"].as_str().unwrap().as_bytes() == drafts[*key].as_slice()
        })
    };
    promised.iter().filter(|promise| !has_case(promise)).count()
}

/// Asserts that a desk which starts after it replays every receipt, and accepts unanswered submissions.
fn goes_on(home: Home, promised: &BTreeMap<String, Vec<u8>>, drafts: &BTreeMap<String, Vec<u8>>, place: &str) {
    let server = Server::start_in(home);
    for (key, draft) in drafts.iter().take(60) {
        let answer = server.send(&submission(key, draft));
        assert_eq!(answer.status, 201, "{place}: {}", answer.text());
        if let Some(receipt) = promised.get(key) {
            assert_eq!(*receipt, answer.body, "{place}: {key} has another receipt");
        }
    }
    let kept = home_modules(server.home.path());
    assert!(kept.iter().all(|(name, digest)| name.starts_with(digest.as_str())), "{place}: a torn module: {kept:?}");
}

/// The modules that a desk keeps for the next release, and the digests of their bytes.
fn home_modules(home: &Path) -> Vec<(String, String)> {
    let folder = std::fs::read_dir(home.join("data/modules")).unwrap().map(Result::unwrap);
    let modules = folder.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "wasm"));
    modules
        .map(|entry| {
            let digest = kakekomi_sandbox::Digest::of(&std::fs::read(entry.path()).unwrap());
            (entry.file_name().to_string_lossy().into_owned(), digest.to_string())
        })
        .collect()
}

#[test]
fn receipts_survive_power_loss_on_sqlite() {
    let home = Home::new();
    let shim = Shim::over(home.path());
    let before = Disk::of(home.path());
    let server = Server::start_under(home, &[], &shim.settings());
    let drafts = drafts();
    send_all(&server, &shim, &drafts);
    drop(server);
    let run = Run { before, journal: Journal::read(&shim.journal()), drafts };
    let open = |disk: &Disk<'_>| {
        let home = Home::new();
        disk.write_to(home.path());
        (None, home)
    };
    assert_eq!(look(&run, number("KAKEKOMI_CUTS", 100), 0, open), 0, "receipts without a case");

    let lying = Run { journal: run.journal.with_flushes_that_are_lies(), ..run };
    let late = lying.journal.len() / 4 * 3;
    assert!(look(&lying, 10, late, open) > 0, "a disk that does not flush loses nothing: this test sees nothing");
}

#[test]
fn receipts_survive_power_loss_on_postgres() {
    if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
        eprintln!("not run: KAKEKOMI_TEST_POSTGRES is not set");
        return;
    }
    let cluster = Cluster::start();
    cluster.halt();
    // The desk overrides the setting of a server that responds before its flush.
    append(&cluster.data().join("postgresql.conf"), "synchronous_commit = off\n");
    let before = Disk::of(&cluster.data());
    let shim = Shim::over(&cluster.data());
    cluster.start_under(&shim.settings());
    let server = Server::start_in(Home::at(&cluster.url));
    let drafts = drafts();
    send_all(&server, &shim, &drafts);
    let keys = server.home.keys();
    drop(server);
    drop(cluster);
    let run = Run { before, journal: Journal::read(&shim.journal()), drafts };
    let open = |disk: &Disk<'_>| {
        let cluster = Cluster::start_on(|folder| {
            let data: PathBuf = folder.join("data");
            disk.write_to(&data);
            // Process number and port of the failed server; and this one need not wait for the real disk.
            _ = std::fs::remove_file(data.join("postmaster.pid"));
            append(&data.join("postgresql.conf"), "fsync = off\n");
        });
        let home = Home::at(&cluster.url).with_keys(&keys);
        (Some(cluster), home)
    };
    assert_eq!(look(&run, number("KAKEKOMI_CUTS", 10), 0, open), 0, "receipts without a case");

    let lying = Run { journal: run.journal.with_flushes_that_are_lies(), ..run };
    // After the tables are made and receipts are given.
    let late = lying.journal.len() / 4 * 3;
    assert!(look(&lying, 2, late, open) > 0, "a disk that does not flush loses nothing: this test sees nothing");
}

fn append(file: &Path, line: &str) {
    let mut text = std::fs::read_to_string(file).unwrap();
    text.push_str(line);
    std::fs::write(file, text).unwrap();
}
