//! Evidence files: limits, and the ends of uploads by the applicant, by time and by an erasure.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{authorized, events, start, state, submit, token};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::uploads::{Upload, declaration, evidence_folder, listed, metadata, noise, resumable};
use kakekomi_tests::wire::Request;
use serde_json::{Value, json};

on_both_databases! {
    limits_are_settings
    an_unfinished_file_is_given_up_and_a_finished_one_is_not
    an_unfinished_file_ends_after_its_time
    files_of_an_erased_case_are_deleted
}

fn limits_are_settings(home: Home) {
    let more =
        ["--evidence-files", "3", "--evidence-file-max", "1", "--evidence-case-max", "2", "--evidence-uploads", "2"];
    let server = Server::start_with(home, &[&["--trusted-proxies", "127.0.0.1"], &more[..]].concat());
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let named = metadata(&[("filename", "a")]);
    let declare = |length: u64| server.send(&declaration(&token, length, &named));
    let large = declare((1 << 20) + 1);
    large.assert_problem("a long file", 413, "file.too_large");
    assert!(large.text().contains("1MiB"), "{}", large.text());
    let first = Upload::declare(&server, &token, "a", 1 << 20);
    assert_eq!(declare(1 << 20).status, 201);
    declare(1).assert_problem("the sum of the case", 413, "file.too_large");
    assert_eq!(declare(0).status, 201);
    declare(0).assert_problem("a fourth file", 409, "files.too_many");
    assert_eq!(server.send(&first.request(Request::delete)).status, 204);
    let again = Upload::declare(&server, &token, "a", 1 << 20);

    let bytes = noise(1 << 20, 1);
    let from = |address: &str| again.bytes(0, &bytes).header("x-forwarded-for", address);
    let held: Vec<_> = (0..2).map(|_| from("198.51.100.1").send_in_part(server.at, 9).unwrap()).collect();
    let busy = (0..200).find_map(|_| {
        sleep(Duration::from_millis(20));
        let answer = server.send(&again.bytes(9_999, b"").header("x-forwarded-for", "198.51.100.1"));
        (answer.status == 429).then_some(answer)
    });
    let busy = busy.expect("a third upload of the address is refused");
    busy.assert_problem("a third upload", 429, "uploads.busy");
    assert!(busy.header("retry-after").is_some());
    let count = || state(&server, &token)["files"].as_array().unwrap().len();
    let before = count();
    let with_bytes =
        declaration(&token, 1, &named).header("content-type", "application/offset+octet-stream").body(b"a");
    let answer = server.send(&with_bytes.header("x-forwarded-for", "198.51.100.1"));
    answer.assert_problem("a declaration with bytes", 429, "uploads.busy");
    assert_eq!(count(), before, "a refused upload is not declared");
    assert_ne!(server.send(&from("198.51.100.2")).status, 429, "another address");
    drop(held);
}

fn an_unfinished_file_is_given_up_and_a_finished_one_is_not(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let [finished, unfinished] = ["a", "b"].map(|name| Upload::declare(&server, &token, name, 2));
    assert_eq!(finished.patch(&server, 0, b"ab").status, 204);
    assert_eq!(unfinished.patch(&server, 0, b"a").status, 204);
    let delete = |upload: &Upload| server.send(&upload.request(Request::delete));
    delete(&finished).assert_problem("a finished file", 409, "file.arrived");
    assert_eq!(delete(&unfinished).status, 204);
    delete(&unfinished).assert_problem("given up already", 410, "file.expired");
    unfinished.patch(&server, 1, b"b").assert_problem("bytes of it", 410, "file.expired");
    assert_eq!(unfinished.head(&server).status, 410);
    assert_eq!(listed(&state(&server, &token), &unfinished)["state"], "expired");
    let (event, body) = events(&server.home, &case.number).pop().unwrap();
    assert_eq!((event.kind.as_str(), event.actor.as_str()), ("file.expired", "applicant"));
    assert_eq!(body.unwrap(), json!({"file": unfinished.id(), "by": "applicant"}));
}

fn an_unfinished_file_ends_after_its_time(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let upload = Upload::declare(&server, &token, "a", 2);
    assert_eq!(upload.patch(&server, 0, b"a").status, 204);
    server.home.alter("UPDATE files SET expires_at = 1");
    assert_eq!(upload.head(&server).status, 410);
    upload.patch(&server, 1, b"b").assert_problem("after its time", 410, "file.expired");
    let list = server.send(&resumable(authorized(Request::get("/v1/files"), &token))).json();
    for list in [list, state(&server, &token)] {
        assert_eq!(listed(&list, &upload)["state"], "expired", "a client begins anew");
    }
    // The clock at the start may be wrong: nothing is deleted for it before the second hour.
    let server = start(server.stop().home);
    assert_eq!(upload.head(&server).status, 410);
    sleep(Duration::from_secs(1));
    let (event, _) = events(&server.home, &case.number).pop().unwrap();
    assert_eq!((event.kind.as_str(), objects(&server.home)), ("file.declared", 1));
}

fn files_of_an_erased_case_are_deleted(home: Home) {
    let server = start(home);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let upload = Upload::declare(&server, &token, "a", 2);
    assert_eq!(upload.patch(&server, 0, b"ab").status, 204);
    assert_eq!(objects(&server.home), 1);
    let erase = server.home.run(&["cases", "erase", &case.number, "--yes"]);
    assert!(erase.status.success(), "{}", String::from_utf8_lossy(&erase.stderr));
    assert_eq!(objects(&server.home), 0);
    assert_eq!(upload.head(&server).status, 401);
    let without_bodies = events_without_bodies(&server.home, &case.number);
    assert!(without_bodies.contains(&"file.arrived".to_owned()), "{without_bodies:?}");
}

#[test]
fn the_sender_of_a_refused_piece_sees_the_reason() {
    let server = start(Home::new());
    let token = token(&server, &submit(&server, "key-1"));
    let upload = Upload::declare(&server, &token, "a", 2);
    assert_eq!(upload.patch(&server, 0, b"ab").status, 204);
    let piece = noise(8 << 20, 1);
    for _ in 0..5 {
        upload.patch(&server, 0, &piece).assert_problem("a piece of the page's size", 409, "file.arrived");
    }
}

#[test]
fn an_address_declares_its_quota_a_day_and_no_more() {
    let server = Server::start_with(
        Home::new(),
        &["--trusted-proxies", "127.0.0.1", "--evidence-address-quota", "2", "--evidence-file-max", "1"],
    );
    let token = token(&server, &submit(&server, "key-1"));
    let named = metadata(&[("filename", "a")]);
    let declare = |length: u64, address: &str| {
        server.send(&declaration(&token, length, &named).header("x-forwarded-for", address))
    };
    declare((1 << 20) + 1, "198.51.100.1").assert_problem("too large for a file", 413, "file.too_large");
    for _ in 0..2 {
        assert_eq!(declare(1 << 20, "198.51.100.1").status, 201);
    }
    let refused = declare(1 << 20, "198.51.100.1");
    refused.assert_problem("past the quota", 503, "quota.exceeded");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((3600..=24 * 3600).contains(&wait) && refused.text().contains("0120-"), "{wait} s: {}", refused.text());
    assert_eq!(declare(1 << 20, "198.51.100.2").status, 201, "another address has its own");
    assert_eq!(declare(1 << 20, "127.0.0.1").status, 201);
}

#[test]
fn the_folder_of_another_database_is_not_served() {
    let server = start(Home::new());
    let token = token(&server, &submit(&server, "key-1"));
    let upload = Upload::declare(&server, &token, "a", 2);
    assert_eq!(upload.patch(&server, 0, b"ab").status, 204);
    let (owner, other) = (server.stop().home, Home::new());
    let folder = evidence_folder(&owner);
    let folder = folder.to_str().unwrap();
    let refused = other.run(&["serve", "--listen", "127.0.0.1:0", "--evidence-url", folder]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(5), "{said}");
    let id = fs::read_to_string(evidence_folder(&owner).join("store")).unwrap();
    for word in [folder, id.trim(), "--evidence-url"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(objects(&owner), 1);
    assert_eq!(upload.offset(&start(owner)), 2);
}

#[test]
fn a_full_disk_takes_no_bytes_and_loses_none() {
    let server = Server::start_on_small_disk(Home::new(), &["--evidence-min-free", "60", "--min-free-space", "0"], 32);
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let upload = Upload::declare(&server, &token, "a", 4);
    assert_eq!(upload.patch(&server, 0, b"ab").status, 204);
    server.fill_small_disk();
    let declared = server.send(&declaration(&token, 1, "filename YQ=="));
    for full in [upload.patch(&server, 2, b"cd"), declared] {
        full.assert_problem("a full disk", 507, "evidence.full");
        assert_eq!(full.json()["phone"], "0120-000-000");
    }
    assert_eq!(upload.offset(&server), 2);
    server.empty_small_disk();
    assert_eq!(upload.patch(&server, 2, b"cd").status, 204);
    assert_eq!(listed(&state(&server, &token), &upload)["state"], "arrived");
}

#[test]
fn a_storage_that_is_gone_takes_no_bytes_and_comes_back() {
    let server = Server::start();
    let case = submit(&server, "key-1");
    let token = token(&server, &case);
    let upload = Upload::declare(&server, &token, "a", 4);
    assert_eq!(upload.patch(&server, 0, b"ab").status, 204);
    let [folder, away] = ["data/evidence", "away"].map(|name| server.home.path().join(name));
    fs::rename(&folder, &away).unwrap();
    let gone = upload.patch(&server, 2, b"cd");
    gone.assert_problem("no storage", 503, "evidence.unavailable");
    assert_eq!((&gone.json()["phone"], gone.header("retry-after")), (&json!("0120-000-000"), Some("10")));
    assert_eq!(upload.offset(&server), 2);
    fs::rename(&away, &folder).unwrap();
    assert_eq!(upload.patch(&server, 2, b"cd").status, 204);
    assert_eq!(listed(&state(&server, &token), &upload)["state"], "arrived");
}

fn events_without_bodies(home: &Home, number: &str) -> Vec<String> {
    let output = home.run(&["cases", "timeline", number, "--json"]);
    let lines: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    lines.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

/// The number of stored objects.
fn objects(home: &Home) -> usize {
    let output = Command::new("find").arg(evidence_folder(home)).args(["-name", "*.age"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().count()
}
