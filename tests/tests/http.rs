//! The HTTP interface of the real binary: the contract's order, statuses and codes, and what is stored.
//!
//! Each test starts a desk with an empty folder. After a refusal `cases list --json` is still empty.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::thread;

use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;
use sha2::{Digest, Sha256};

const CHECK: &str = "/v1/check";
const SUBMIT: &str = "/v1/submissions";
const TEXT_MAX: usize = 262_144;

/// `kakekomi example …`
fn example(home: &Home, arguments: &[&str]) -> Vec<u8> {
    let output = home.run(&[&["example"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A submission of JSON with a key.
fn submission(key: &str, text: &[u8]) -> Request {
    Request::post(SUBMIT).header("idempotency-key", key).json(text)
}

fn with(draft: &[u8], pointer: &str, value: impl Into<Value>) -> Vec<u8> {
    let mut draft: Value = serde_json::from_slice(draft).unwrap();
    *draft.pointer_mut(pointer).unwrap() = value.into();
    draft.to_string().into_bytes()
}

fn padded(mut text: Vec<u8>, length: usize) -> Vec<u8> {
    text.resize(length, b' ');
    text
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Status and code, a sentence for a person, the module's name; and nothing in it that is left to fill in.
fn assert_problem(what: &str, answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.chars().count() > 8 && !detail.contains(['{', '}']), "{what}: {detail:?} is no sentence");
    assert!(answer.header("kakekomi-module").is_some_and(|module| module.starts_with("sha256:")), "{what}: no module");
}

#[test]
fn every_refusal_has_its_status_and_code_and_stores_nothing() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let incomplete = example(&server.home, &["--incomplete"]);
    let duplicate = String::from_utf8(draft.clone()).unwrap().replacen("\"contact\"", "\"network\":{},\"network\":{},\"contact\"", 1);
    let unknown = String::from_utf8(draft.clone()).unwrap().replacen("\"contact\"", "\"fax\":1,\"contact\"", 1);
    let nobody = format!("sha256:{}", "0".repeat(64));
    let key = |key: &str| submission(key, &draft);
    let rows = [
        ("no content type", Request::post(SUBMIT).header("idempotency-key", "k").body(&draft), 415, "http.content_type"),
        ("another content type", Request::post(SUBMIT).header("content-type", "text/plain").header("idempotency-key", "k").body(&draft), 415, "http.content_type"),
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
        ("stale policy", submission("k", &with(&draft, "/consent/policy/sha256", "0".repeat(64))), 409, "consent.stale"),
        ("no agreement", submission("k", &with(&draft, "/consent", serde_json::json!({}))), 422, "draft.issues"),
        ("issues", submission("k", &incomplete), 422, "draft.issues"),
        ("an unknown key", submission("k", unknown.as_bytes()), 422, "draft.issues"),
        ("a duplicate key", submission("k", duplicate.as_bytes()), 422, "draft.issues"),
        ("a list", submission("k", b"[]"), 422, "draft.issues"),
    ];
    for (what, request, status, code) in rows {
        let answer = server.send(&request);
        assert_problem(what, &answer, status, code);
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

#[test]
fn the_first_of_several_reasons_is_the_contracts_first() {
    let server = Server::start();
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
    assert_eq!(server.send(&Request::post(SUBMIT).header("kakekomi-module", &nobody).json(b"x")).code(), "idempotency.missing");
    assert_eq!(server.home.cases().len(), 0);
}

#[test]
fn the_receipt_comes_before_the_module_and_the_text() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let first = server.send(&submission("k", &draft));
    assert_eq!(first.status, 201, "{}", first.text());
    let nobody = format!("sha256:{}", "0".repeat(64));
    let again = server.send(&submission("k", &draft).header("kakekomi-module", &nobody));
    assert_eq!((again.status, &again.body), (201, &first.body), "the key's receipt again, whatever the module");
}

#[test]
fn a_key_and_a_text_make_one_case_and_replay_its_receipt() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let other = example(&server.home, &["--kind", "lost_device"]);
    let first = server.send(&submission("one-key", &draft));
    assert_eq!(first.status, 201, "{}", first.text());
    for (what, key) in [("the same", "one-key"), ("quoted", "\"one-key\"")] {
        let again = server.send(&submission(key, &draft));
        assert_eq!((again.status, &again.body), (201, &first.body), "{what}");
    }
    assert_problem("another text", &server.send(&submission("one-key", &other)), 422, "idempotency.reused");
    assert_problem("no JSON", &server.send(&submission("one-key", b"x")), 422, "idempotency.reused");
    assert_eq!(server.home.cases().len(), 1);
    let second = server.send(&submission("another-key", &draft));
    assert_eq!(second.status, 201);
    assert_ne!(second.json()["number"], first.json()["number"]);
    assert_eq!(server.home.cases().len(), 2);
}

#[test]
fn keys_of_1_and_255_characters_are_taken() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    for key in ["k".to_owned(), "k".repeat(255), format!("\"{}\"", "q".repeat(255))] {
        let answer = server.send(&submission(&key, &draft));
        assert_eq!(answer.status, 201, "{key}: {}", answer.text());
    }
}

#[test]
fn a_refusal_binds_no_key() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let incomplete = example(&server.home, &["--incomplete"]);
    assert_eq!(server.send(&submission("k", &incomplete)).status, 422);
    assert_eq!(server.send(&submission("k", b"x")).status, 400);
    assert_eq!(server.send(&submission("k", &draft)).status, 201);
    assert_eq!(server.home.cases().len(), 1);
}

#[test]
fn five_at_once_make_one_case() {
    let server = Server::start();
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

#[test]
fn a_case_outlasts_kill_9() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let receipt = server.send(&submission("k", &draft));
    let home = server.kill();
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    let server = Server::start_in(home, None);
    let cases = server.home.cases();
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0]["number"], receipt.json()["number"]);
    let again = server.send(&submission("k", &draft));
    assert_eq!((again.status, &again.body), (201, &receipt.body));
}

#[test]
fn a_case_says_what_its_receipt_says() {
    let server = Server::start();
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
fn one_verdict_over_http_on_the_command_line_and_by_the_core() {
    let server = Server::start();
    for arguments in [&[][..], &["--incomplete"], &["--kind", "lost_device"]] {
        let draft = example(&server.home, arguments);
        let answer = server.send(&Request::post(CHECK).json(&draft));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
        let [text, context] = ["draft.json", "context.json"].map(|name| server.home.path().join(name));
        std::fs::write(&text, &draft).unwrap();
        std::fs::write(&context, answer.json()["context"].to_string()).unwrap();
        for engine in ["module", "core"] {
            let arguments = ["check", "--json", "--engine", engine, "--context", context.to_str().unwrap(), text.to_str().unwrap()];
            let output = server.home.run(&arguments);
            let printed = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
            assert_eq!(String::from_utf8_lossy(printed), answer.text(), "{engine} {arguments:?}");
            let accepted = answer.json()["accepted"] == true;
            assert_eq!(output.status.code(), Some(i32::from(!accepted)), "{engine}");
        }
    }
    assert_eq!(server.home.cases().len(), 0, "a check stores nothing");
}

#[test]
fn one_digest_in_the_header_the_file_and_the_command() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let named = server.send(&Request::post(CHECK).json(&draft)).header("kakekomi-module").unwrap().to_owned();
    let digest = named.strip_prefix("sha256:").unwrap();
    let file = server.send(&Request::get(&format!("/module/{digest}.wasm")));
    assert_eq!((file.status, file.header("content-type")), (200, Some("application/wasm")));
    assert_eq!(hex(&file.body), digest);
    assert_eq!(kakekomi_artifact::SHA256, digest);
    assert!(file.header("cache-control").is_some_and(|control| control.contains("immutable")));
    let output = server.home.run(&["module", "--json"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains(digest));
    let out = server.home.path().join("kakekomi.wasm");
    let written = server.home.run(&["module", "--out", out.to_str().unwrap()]);
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    assert_eq!(hex(&std::fs::read(&out).unwrap()), digest);
    for locale in ["ja", "en"] {
        let described = server.send(&Request::get(&format!("/module/{digest}/describe.{locale}.json")));
        assert_eq!((described.status, &described.json()["locale"]), (200, &Value::from(locale)));
    }
    assert_eq!(server.send(&submission("k", &draft).header("kakekomi-module", &named)).status, 201);
}

#[test]
fn the_desk_and_its_documents() {
    let server = Server::start();
    let desk = server.send(&Request::get("/v1/desk")).json();
    assert!(desk["phone"].is_string() && desk["name"].is_string() && desk["services"].is_array());
    assert!(desk["module"].as_str().unwrap().starts_with("sha256:"));
    assert!(desk["context"]["now"].is_i64());
    for locale in ["ja", "en"] {
        let documents = server.send(&Request::get(&format!("/v1/consent/{locale}")));
        assert_eq!(documents.status, 200, "{}", documents.text());
        let text = documents.text();
        for document in ["consent", "policy"] {
            let digest = desk["context"][document]["sha256"][locale].as_str().unwrap();
            assert!(text.contains(digest), "{document} {locale}: the digest of the context is not among the documents'");
        }
    }
    assert_eq!(server.send(&Request::get("/v1/consent/fr")).status, 404);
}

/// Clause 4⑦: the number may change, so nothing that is cached or kept may hold it.
#[test]
fn no_file_holds_the_phone_number() {
    let server = Server::start();
    let desk = server.send(&Request::get("/v1/desk"));
    assert_eq!(desk.header("cache-control"), Some("no-store"));
    let phone = desk.json()["phone"].as_str().unwrap().to_owned();
    let digest = desk.json()["module"].as_str().unwrap().replace("sha256:", "");
    let page = server.send(&Request::get("/"));
    let scripts = page.text().split('"').filter(|part| part.ends_with(".js") || part.ends_with(".css")).map(str::to_owned).collect::<Vec<_>>();
    assert!(!scripts.is_empty(), "the page has no script: {}", page.text());
    let module = ["wasm", "js"].map(|ending| format!("/module/{digest}.{ending}"));
    let described = ["ja", "en"].map(|locale| format!("/module/{digest}/describe.{locale}.json"));
    for target in [scripts, module.to_vec(), described.to_vec(), vec!["/".to_owned()]].concat() {
        let file = server.send(&Request::get(&target));
        assert_eq!(file.status, 200, "{target}");
        assert!(!file.body.windows(phone.len()).any(|part| part == phone.as_bytes()), "{target} holds the phone number");
    }
}

#[test]
fn the_answer_speaks_the_language_that_was_asked_for() {
    let server = Server::start();
    let incomplete = example(&server.home, &["--incomplete"]);
    for (query, locale) in [("", "ja"), ("?locale=ja", "ja"), ("?locale=en", "en"), ("?locale=fr", "ja")] {
        let report = server.send(&Request::post(&format!("{CHECK}{query}")).json(&incomplete)).json();
        assert_eq!(report["context"]["locale"], locale, "{query}");
        let ascii = report["issues"][0]["message"].as_str().unwrap().is_ascii();
        assert_eq!(ascii, locale == "en", "{query}");
    }
}

#[test]
fn addresses_and_methods_that_there_are_not() {
    let server = Server::start();
    let nowhere = server.send(&Request::get("/v1/nowhere"));
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "http.not_found"));
    let method = server.send(&Request::get(SUBMIT));
    assert_eq!((method.status, method.code().as_str()), (405, "http.method"));
    let module = server.send(&Request::get(&format!("/module/{}.wasm", "0".repeat(64))));
    assert_eq!(module.status, 404);
}

#[test]
fn the_page_is_served_under_a_policy_of_its_own() {
    let server = Server::start();
    let page = server.send(&Request::get("/"));
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("'wasm-unsafe-eval'") && !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
}

#[test]
fn a_full_disk_is_a_503_with_the_phone_number() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let first = server.send(&submission("first", &draft));
    assert_eq!(first.status, 201);
    let stopped = server.stop();
    // 16 KiB a file: less than the database has already.
    let server = Server::start_in(stopped.home, Some(32));
    let phone = server.send(&Request::get("/v1/desk")).json()["phone"].as_str().unwrap().to_owned();
    let refused = server.send(&submission("second", &draft));
    assert_problem("a full disk", &refused, 503, "store.failed");
    assert!(refused.text().contains(&phone), "the phone number is missing: {}", refused.text());
    assert!(refused.header("retry-after").is_some());
    assert_eq!(server.send(&Request::post(CHECK).json(&draft)).status, 200, "checking needs no disk");
    let home = server.stop().home;
    let server = Server::start_in(home, None);
    assert_eq!(server.home.cases().len(), 1);
    let late = server.send(&submission("second", &draft));
    assert_eq!(late.status, 201, "the key was not bound: {}", late.text());
}

#[test]
fn a_database_that_is_none_is_said_at_the_start() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("data")).unwrap();
    std::fs::write(home.path().join("data/kakekomi.sqlite3"), "this is no database".repeat(500)).unwrap();
    let output = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn it_stops_when_asked_and_its_log_holds_no_answer() {
    let server = Server::start();
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
