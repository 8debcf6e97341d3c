//! `POST /v1/submissions` of the real binary: the contract's order, statuses and codes, and the stored cases.
//!
//! Each test starts a desk with an empty folder, once with SQLite and once with PostgreSQL. After a refusal `cases list --json` is still empty.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::thread;

use kakekomi_tests::applicant::{CHECK, SUBMIT, TEXT_MAX, example, padded, submission, with};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;

on_both_databases! {
    every_refusal_has_its_status_and_code_and_stores_nothing
    first_of_several_refusals_follows_the_contract
    receipt_is_replayed_before_module_and_text_are_checked
    same_key_and_text_make_one_case_and_replay_its_receipt
    keys_of_1_and_255_characters_are_accepted
    refusal_reserves_no_idempotency_key
    five_simultaneous_attempts_make_one_case
    cases_survive_kill_9
    case_agrees_with_its_receipt
    sigterm_stops_the_desk_and_the_log_has_no_form_value
}

fn every_refusal_has_its_status_and_code_and_stores_nothing(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let incomplete = example(&server.home, &["--incomplete"]);
    let duplicate = String::from_utf8(draft.clone()).unwrap().replacen(
        "\"contact\"",
        "\"network\":{},\"network\":{},\"contact\"",
        1,
    );
    let unknown = String::from_utf8(draft.clone()).unwrap().replacen("\"contact\"", "\"fax\":1,\"contact\"", 1);
    let nobody = format!("sha256:{}", "0".repeat(64));
    let key = |key: &str| submission(key, &draft);
    let rows = [
        (
            "no content type",
            Request::post(SUBMIT).header("idempotency-key", "k").body(&draft),
            415,
            "http.content_type",
        ),
        (
            "another content type",
            Request::post(SUBMIT).header("content-type", "text/plain").header("idempotency-key", "k").body(&draft),
            415,
            "http.content_type",
        ),
        ("a content encoding", key("k").header("content-encoding", "gzip"), 415, "http.content_encoding"),
        ("no encoding by name", key("k").header("content-encoding", "identity"), 415, "http.content_encoding"),
        ("256 KiB and one byte", submission("k", &padded(draft.clone(), TEXT_MAX + 1)), 413, "http.too_large"),
        ("300 KiB", submission("k", &padded(draft.clone(), 300 * 1024)), 413, "http.too_large"),
        ("no key", Request::post(SUBMIT).json(&draft), 400, "idempotency.missing"),
        ("an empty key", key(""), 400, "idempotency.invalid"),
        ("an empty key in quotes", key("\"\""), 400, "idempotency.invalid"),
        ("a key of 256 characters", key(&"k".repeat(256)), 400, "idempotency.invalid"),
        ("two keys", key("k").header("idempotency-key", "l"), 400, "idempotency.invalid"),
        ("an unknown module", key("k").header("kakekomi-module", &nobody), 409, "module.unknown"),
        ("not JSON", submission("k", b"hello"), 400, "text.not_json"),
        ("nothing", submission("k", b""), 400, "text.not_json"),
        ("bad UTF-8", submission("k", b"{\"\xff\":1}"), 400, "text.not_utf8"),
        ("a byte order mark", submission("k", b"\xEF\xBB\xBF{}"), 400, "text.bom"),
        ("100,000 open brackets", submission("k", &b"[".repeat(100_000)), 400, "text.too_deep"),
        ("stale consent", submission("k", &with(&draft, "/consent/document/version", "0")), 409, "consent.stale"),
        (
            "stale policy",
            submission("k", &with(&draft, "/consent/policy/sha256", "0".repeat(64))),
            409,
            "consent.stale",
        ),
        ("no agreement", submission("k", &with(&draft, "/consent", serde_json::json!({}))), 422, "draft.issues"),
        ("issues", submission("k", &incomplete), 422, "draft.issues"),
        ("an unknown key", submission("k", unknown.as_bytes()), 422, "draft.issues"),
        ("a duplicate key", submission("k", duplicate.as_bytes()), 422, "draft.issues"),
        ("a list", submission("k", b"[]"), 422, "draft.issues"),
    ];
    for (what, request, status, code) in rows {
        let answer = server.send(&request);
        answer.assert_problem(what, status, code);
        if status == 422 || code == "consent.stale" || code.starts_with("text.") {
            let report = &answer.json()["report"];
            assert_eq!(report["accepted"], false, "{what}: the report is missing");
            assert!(!report["issues"].as_array().unwrap().is_empty(), "{what}");
        }
        if code == "consent.stale" {
            assert!(answer.text().contains("sha256"), "{what}: the current documents are missing");
        }
    }
    assert_eq!(server.home.cases().len(), 0, "something was stored");
}

fn first_of_several_refusals_follows_the_contract(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let long = padded(b"[".to_vec(), 300 * 1024);
    let nobody = format!("sha256:{}", "0".repeat(64));
    let stale_and_wrong = with(&with(&draft, "/consent/document/version", "0"), "/contact/phone", "110");
    let rows = [
        ("415 before 413", Request::post(SUBMIT).header("content-type", "text/plain").body(&long), 415),
        ("413 before the key", Request::post(SUBMIT).json(&long), 413),
        ("the key before the module", Request::post(SUBMIT).header("kakekomi-module", &nobody).json(b"x"), 400),
        ("the module before the text", submission("k", b"x").header("kakekomi-module", &nobody), 409),
        ("the consent before other issues", submission("k", &stale_and_wrong), 409),
    ];
    for (what, request, status) in rows {
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
    }
    assert_eq!(
        server.send(&Request::post(SUBMIT).header("kakekomi-module", &nobody).json(b"x")).code(),
        "idempotency.missing"
    );
    assert_eq!(server.home.cases().len(), 0);
}

fn receipt_is_replayed_before_module_and_text_are_checked(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let first = server.send(&submission("k", &draft));
    assert_eq!(first.status, 201, "{}", first.text());
    let nobody = format!("sha256:{}", "0".repeat(64));
    let again = server.send(&submission("k", &draft).header("kakekomi-module", &nobody));
    assert_eq!((again.status, &again.body), (201, &first.body), "the key's receipt again, whatever the module");
}

fn same_key_and_text_make_one_case_and_replay_its_receipt(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let other = example(&server.home, &["--kind", "lost_device"]);
    let first = server.send(&submission("one-key", &draft));
    assert_eq!(first.status, 201, "{}", first.text());
    for (what, key) in [("the same", "one-key"), ("quoted", "\"one-key\"")] {
        let again = server.send(&submission(key, &draft));
        assert_eq!((again.status, &again.body), (201, &first.body), "{what}");
    }
    server.send(&submission("one-key", &other)).assert_problem("another text", 422, "idempotency.reused");
    server.send(&submission("one-key", b"x")).assert_problem("no JSON", 422, "idempotency.reused");
    assert_eq!(server.home.cases().len(), 1);
    let second = server.send(&submission("another-key", &draft));
    assert_eq!(second.status, 201);
    assert_ne!(second.json()["number"], first.json()["number"]);
    assert_eq!(server.home.cases().len(), 2);
}

fn keys_of_1_and_255_characters_are_accepted(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    for key in ["k".to_owned(), "k".repeat(255), format!("\"{}\"", "q".repeat(255))] {
        let answer = server.send(&submission(&key, &draft));
        assert_eq!(answer.status, 201, "{key}: {}", answer.text());
    }
}

fn refusal_reserves_no_idempotency_key(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let incomplete = example(&server.home, &["--incomplete"]);
    assert_eq!(server.send(&submission("k", &incomplete)).status, 422);
    assert_eq!(server.send(&submission("k", b"x")).status, 400);
    assert_eq!(server.send(&submission("k", &draft)).status, 201);
    assert_eq!(server.home.cases().len(), 1);
}

fn five_simultaneous_attempts_make_one_case(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let request = submission("five", &draft);
    let at = server.at;
    let answers: Vec<Answer> = thread::scope(|scope| {
        let sent: Vec<_> = (0..5).map(|_| scope.spawn(|| request.send(at))).collect();
        sent.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let receipts: Vec<_> = answers.iter().filter(|answer| answer.status == 201).map(|answer| &answer.body).collect();
    assert!(!receipts.is_empty() && receipts.iter().all(|receipt| *receipt == receipts[0]));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((answer.status, answer.code().as_str()), (409, "idempotency.in_progress"));
    }
    let cases = server.home.cases();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0]["number"], answers.iter().find(|answer| answer.status == 201).unwrap().json()["number"]);
}

fn cases_survive_kill_9(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let receipt = server.send(&submission("k", &draft));
    let home = server.kill();
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    let server = Server::start_in(home);
    let cases = server.home.cases();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0]["number"], receipt.json()["number"]);
    let again = server.send(&submission("k", &draft));
    assert_eq!((again.status, &again.body), (201, &receipt.body));
}

fn case_agrees_with_its_receipt(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let answer = server.send(&submission("k", &draft));
    let receipt = answer.json();
    let case = &server.home.cases()[0];
    for key in ["number", "received_at", "module"] {
        assert_eq!(case[key], receipt[key], "{key}");
        assert!(!case[key].is_null(), "{key}");
    }
    assert_eq!((&case["accepted"], &case["partner"]), (&Value::Bool(true), &Value::Null));
    assert!(case["status"].is_string() && receipt["ruleset"].is_string() && receipt["consent"].is_object());
    assert_eq!(answer.header("kakekomi-module"), receipt["module"].as_str());
    let number = receipt["number"].as_str().unwrap();
    let shown = server.home.run(&["cases", "show", number, "--json"]);
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["number"], receipt["number"]);
}

#[test]
fn full_disk_is_a_503_with_the_phone_number() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let first = server.send(&submission("first", &draft));
    assert_eq!(first.status, 201);
    // SQLite's shared index has 32 KiB already; its log still has room for a few cases.
    server.fill_disk(40 * 1024);
    let phone = server.send(&Request::get("/v1/desk")).json()["phone"].as_str().unwrap().to_owned();
    let answers = (0..50).map(|number| (number, server.send(&submission(&format!("key-{number}"), &draft))));
    let (stored, refused) =
        answers.into_iter().find(|(_, answer)| answer.status != 201).expect("the disk is never full");
    refused.assert_problem("a full disk", 503, "store.failed");
    assert!(refused.text().contains(&phone), "the phone number is missing: {}", refused.text());
    assert!(refused.header("retry-after").is_some());
    assert_eq!(server.send(&Request::post(CHECK).json(&draft)).status, 200, "checking needs no disk");
    let server = Server::start_in(server.kill());
    assert_eq!(server.home.cases().len(), 1 + stored, "what was not answered with 201 is not there");
    let late = server.send(&submission(&format!("key-{stored}"), &draft));
    assert_eq!(late.status, 201, "the key was not bound: {}", late.text());
}

fn sigterm_stops_the_desk_and_the_log_has_no_form_value(home: Home) {
    let server = Server::start_in(home);
    let secret = "ひみつの会社名株式会社";
    let draft = with(&example(&server.home, &[]), "/contact/company", secret);
    let wrong = with(&draft, "/contact/phone", "secret-phone-110");
    assert_eq!(server.send(&submission("key-of-a-person", &wrong)).status, 422);
    assert_eq!(server.send(&submission("key-of-a-person", &draft)).status, 201);
    assert_eq!(server.send(&submission("other", b"secret-broken-json")).status, 400);
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.log);
    assert!(!stopped.log.is_empty(), "a desk says where it serves");
    for word in [secret, "secret-phone", "secret-broken", "key-of-a-person"] {
        assert!(!stopped.log.contains(word), "{word} stands in the log");
    }
}
