//! Evidence files over broken connections, at hosts that change, that are killed and that stop, and by two writers.
//!
//! `KAKEKOMI_UPLOAD_CUTS=200` cuts an upload so often, `KAKEKOMI_UPLOAD_ROUNDS=1000` lets two writers meet so often.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr, // the figures of a long run
    reason = "a test that cannot go on stops"
)]

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use kakekomi_store::digest::{hex, sha256};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::returning::{authorized, start, state, submit, token};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::uploads::{Upload, evidence_folder, listed, noise, offset_of, opened, resumable};
use kakekomi_tests::wire::{Answer, Request};
use sha2::{Digest as _, Sha256};

on_both_databases! {
    an_upload_goes_on_after_every_cut
    what_a_killed_host_acknowledged_is_stored
    of_two_writers_one_writes_each_byte
    a_host_that_stops_stores_what_came
}

/// Bytes of a part.
const PART: usize = 8 << 20;

/// Bytes of a request of a large file.
const PIECE: usize = 32 << 20;

/// A count of a short run, unless a variable names that of a long one.
fn count(variable: &str, short: usize) -> usize {
    std::env::var(variable).map_or(short, |value| value.parse().unwrap())
}

/// Random numbers below a bound.
struct Dice(u64);

impl Dice {
    fn new() -> Dice {
        Dice(std::env::var("KAKEKOMI_SEED").map_or(20_261_130, |value| value.parse().unwrap()))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        let bytes: [u8; 8] = noise(8, self.0).try_into().unwrap();
        usize::try_from(u64::from_le_bytes(bytes) >> 8).unwrap() % bound.max(1)
    }
}

fn an_upload_goes_on_after_every_cut(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let bytes = noise(3 * PART + 12_345, 1);
    let upload = Upload::declare(&server, &token(&server, &case), "a", bytes.len() as u64);
    let (mut dice, mut before, cuts) = (Dice::new(), 0, count("KAKEKOMI_UPLOAD_CUTS", 12));
    for _ in 0..cuts {
        let offset = upload.offset(&server);
        assert!(offset >= before, "what was stored stays stored");
        before = offset;
        let rest = &bytes[usize::try_from(offset).unwrap()..];
        // Most cuts are close to each other, so that many of them fit into the file.
        let most = if dice.below(4) == 0 { rest.len() } else { rest.len() / cuts };
        upload.cut(server.at, offset, rest, dice.below(most + 1));
    }
    finish(&upload, &[&server], &bytes);
    assert_arrived(&server, &case.number, &upload, &bytes);
}

fn what_a_killed_host_acknowledged_is_stored(home: Home) {
    let mut server = start(home);
    let case = submit(&server, "key-1");
    let bytes = noise(4 * PART + 77, 2);
    let kills = count("KAKEKOMI_UPLOAD_KILLS", 4);
    // Two requests for each kill.
    let most = bytes.len() / (2 * kills + 1);
    let mut upload = Upload::declare(&server, &token(&server, &case), "a", bytes.len() as u64);
    let mut dice = Dice::new();
    let mut acknowledged = 0;
    for _ in 0..kills {
        let from = usize::try_from(upload.offset(&server)).unwrap();
        let end = from + 1 + dice.below(most);
        let answer = upload.patch(&server, from as u64, &bytes[from..end]);
        assert_eq!(answer.status, 204, "{}", answer.text());
        acknowledged = offset_of(&answer);
        // Another request is under way when the host is killed.
        let rest = &bytes[end..end + most];
        let stream = upload.bytes(end as u64, rest).send_in_part(server.at, dice.below(rest.len() + 1));
        std::thread::sleep(Duration::from_millis(dice.below(60) as u64));
        server = start(server.kill());
        drop(stream);
        assert!(upload.offset(&server) >= acknowledged, "an acknowledged byte is lost");
    }
    upload.token = token(&server, &case);
    finish(&upload, &[&server], &bytes);
    assert!(acknowledged > 0);
    assert_arrived(&server, &case.number, &upload, &bytes);
}

fn of_two_writers_one_writes_each_byte(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let rounds = count("KAKEKOMI_UPLOAD_ROUNDS", 20);
    let bytes = noise(rounds * 1000, 3);
    let upload = Upload::declare(&server, &token, "a", bytes.len() as u64);
    let mut written = [0; 2];
    let mut end = 0;
    while end < bytes.len() {
        // Different lengths, so that a byte of the loser would be seen.
        let lengths = [1000, 700].map(|length: usize| length.min(bytes.len() - end));
        let answers: [Answer; 2] = std::thread::scope(|scope| {
            let (upload, bytes, server) = (&upload, &bytes, &server);
            let send = |length: usize| move || upload.patch(server, end as u64, &bytes[end..end + length]);
            lengths.map(|length| scope.spawn(send(length))).map(|thread| thread.join().unwrap())
        });
        let stored = answers.iter().position(|answer| answer.status == 204);
        let winner = stored.unwrap_or_else(|| panic!("{answers:?}"));
        written[winner] += 1;
        end += lengths[winner];
        assert_eq!(offset_of(&answers[winner]), end as u64);
        // The slower one may look between the last part and the arrival, which is another transaction.
        let slower = &answers[1 - winner];
        let code = if end == bytes.len() && slower.code() == "file.arrived" { "file.arrived" } else { "file.offset" };
        slower.assert_problem("the slower one", 409, code);
    }
    eprintln!("two writers: {written:?} of their requests were stored");
    assert_arrived(&server, &case.number, &upload, &bytes);
}

fn a_host_that_stops_stores_what_came(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let bytes = noise(PART + 5, 4);
    let upload = Upload::declare(&server, &token(&server, &case), "a", bytes.len() as u64);
    let sent = PART / 2;
    let mut stream = upload.bytes(0, &bytes).send_in_part(server.at, sent).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let asked = Instant::now();
    let stopped = server.stop();
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = Answer::read(&answer);
    assert_eq!((answer.status, offset_of(&answer)), (204, sent as u64), "{}", answer.text());
    let server = start(stopped.home);
    assert_eq!(upload.offset(&server), sent as u64);
    finish(&upload, &[&server], &bytes);
    assert_arrived(&server, &case.number, &upload, &bytes);
}

#[test]
fn two_hosts_on_one_database_take_turns() {
    let Some(home) = Home::on_postgres() else { return };
    let storage = evidence_folder(&home);
    std::fs::create_dir_all(storage.parent().unwrap()).unwrap();
    let more = ["--trusted-proxies", "127.0.0.1", "--evidence-url", storage.to_str().unwrap()];
    let first = Server::start_with(home, &more);
    let second = Server::start_with(Home::at(first.home.database_url().unwrap()), &more);
    let case = submit(&first, "key-1");
    let bytes = noise(2 * PART + 999, 5);
    let upload = Upload::declare(&second, &token(&first, &case), "a", bytes.len() as u64);
    let mut dice = Dice::new();
    for turn in 0..count("KAKEKOMI_UPLOAD_CUTS", 12) {
        let host = [&first, &second][turn % 2];
        let offset = usize::try_from(upload.offset(host)).unwrap();
        let end = (offset + dice.below(bytes.len() / 8)).min(bytes.len());
        if dice.below(2) == 0 {
            upload.cut(host.at, offset as u64, &bytes[offset..], end - offset);
        } else {
            let answer = upload.patch(host, offset as u64, &bytes[offset..end]);
            assert!([204, 409].contains(&answer.status), "{}", answer.text());
        }
    }
    finish(&upload, &[&first, &second], &bytes);
    assert_arrived(&first, &case.number, &upload, &bytes);
}

#[test]
fn a_part_is_not_acknowledged_while_its_standby_is_away() {
    if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
        return;
    }
    let primary = Cluster::start();
    let server = start(Home::at(&primary.url));
    let token = token(&server, &submit(&server, "key-1"));
    let upload = Upload::declare(&server, &token, "a", 2);
    assert_eq!(upload.patch(&server, 0, b"a").status, 204);
    let standby = Cluster::standby_of(&primary);
    primary.set("synchronous_standby_names", "*");
    assert_eq!(upload.offset(&server), 1);
    standby.halt();
    assert_eq!(upload.head(&server).status, 503);
    let list = server.send(&resumable(authorized(Request::get("/v1/files"), &token)));
    list.assert_problem("a list in doubt", 503, "store.in_doubt");
    standby.start_again();
    let started = Instant::now();
    while upload.head(&server).status != 200 {
        assert!(started.elapsed() < Duration::from_secs(30), "the standby does not confirm");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_silent_client_is_cut_off_and_a_slow_one_is_not() {
    let server = start(Home::new());
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let [silent, slow] = ["a", "b"].map(|name| Upload::declare(&server, &token, name, 36));
    let bytes = noise(36, 6);
    let mut silence = silent.bytes(0, &bytes).send_in_part(server.at, 10).unwrap();
    let mut drip = slow.bytes(0, &bytes).send_in_part(server.at, 0).unwrap();
    for byte in &bytes {
        std::thread::sleep(Duration::from_secs(1));
        drip.write_all(&[*byte]).unwrap();
    }
    let mut answers = [Vec::new(), Vec::new()];
    silence.read_to_end(&mut answers[0]).unwrap();
    drip.read_to_end(&mut answers[1]).unwrap();
    let [silence, drip] = answers.map(|answer| Answer::read(&answer));
    silence.assert_problem("thirty seconds without a byte", 408, "http.timeout");
    assert_eq!((offset_of(&silence), silent.offset(&server)), (10, 10), "what came is stored");
    assert_eq!((drip.status, offset_of(&drip)), (204, 36), "longer than thirty seconds in all: {}", drip.text());
}

/// `KAKEKOMI_UPLOAD_LARGE=4294967297` sends a file of 4 GiB and a byte.
#[test]
fn a_large_file_arrives() {
    let server = start(Home::new());
    let case = submit(&server, "key-1");
    let length = count("KAKEKOMI_UPLOAD_LARGE", 2 * PART + 1);
    let upload = Upload::declare(&server, &token(&server, &case), "a", length as u64);
    let (mut digest, started) = (Sha256::new(), Instant::now());
    for from in (0..length).step_by(PIECE) {
        let bytes = noise(PIECE.min(length - from), from as u64);
        digest.update(&bytes);
        assert_eq!(offset_of(&upload.patch(&server, from as u64, &bytes)), (from + bytes.len()) as u64);
    }
    eprintln!("{length} bytes in {:.1} s", started.elapsed().as_secs_f64());
    let arrived = listed(&state(&server, &token(&server, &case)), &upload);
    let digest = hex(&digest.finalize());
    assert_eq!((&arrived["state"], &arrived["sha256"]), (&"arrived".into(), &digest.into()));
    // With the identity of the desk it opens every part.
    let verified = server.home.run(&["evidence", "verify", &case.number]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Sends the rest, at one host after the other. A request whose connection broke may still be storing what came of it.
fn finish(upload: &Upload, hosts: &[&Server], bytes: &[u8]) {
    for turn in 0..100 {
        let host = hosts[turn % hosts.len()];
        let offset = usize::try_from(upload.offset(host)).unwrap();
        if offset == bytes.len() {
            return;
        }
        let answer = upload.patch(host, offset as u64, &bytes[offset..]);
        assert!([204, 409, 429].contains(&answer.status), "{}", answer.text());
        if answer.status != 204 {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    panic!("the upload does not end");
}

fn assert_arrived(server: &Server, number: &str, upload: &Upload, bytes: &[u8]) {
    let arrived = listed(&state(server, &upload.token), upload);
    assert_eq!((&arrived["state"], &arrived["sha256"]), (&"arrived".into(), &sha256(bytes).into()));
    assert!(
        opened(&server.home, &evidence_folder(&server.home), number, upload) == bytes,
        "the desk finds other bytes"
    );
}
