//! SIGHUP reloads the desk's folder while the desk serves: all of it, or nothing of it.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{CHECK, SUBMIT, example, submission};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;

const PARTNER: &str = r#"
[[partner]]
key = "pk_live_chamber"
name = { ja = "れい商工会議所", en = "Rei Chamber" }
origins = ["https://www.chamber.example.jp"]
"#;
const CHAMBER: &str = "https://www.chamber.example.jp";
const BEFORE: &str = "0120-000-000";
const AFTER: &str = "0120-111-222";
/// Time in which a reload must end: compressing the API description takes most of it.
const PATIENCE: Duration = Duration::from_secs(30);

fn desk() -> Server {
    Server::start_in(Home::with_desk(""))
}

/// Writes a file of the desk's folder with one text replaced by another.
fn change(server: &Server, file: &str, from: &str, to: &str) {
    let path = server.home.path().join("desk").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn phone(server: &Server) -> String {
    server.send(&Request::get("/v1/desk")).json()["phone"].as_str().unwrap().to_owned()
}

/// Sends SIGHUP and waits until the desk is as expected.
fn reload_until(server: &Server, is_reloaded: impl Fn() -> bool) {
    server.hang_up();
    let started = Instant::now();
    while !is_reloaded() {
        assert!(started.elapsed() < PATIENCE, "the desk was not reloaded");
        thread::sleep(Duration::from_millis(20));
    }
}

fn reload_to_after(server: &Server) {
    reload_until(server, || phone(server) == AFTER);
}

#[test]
fn new_phone_number_is_on_the_page_and_in_every_response() {
    let server = desk();
    assert!(server.send(&Request::get("/")).text().contains(BEFORE));
    change(&server, "desk.toml", BEFORE, AFTER);
    reload_to_after(&server);
    for target in ["/", "/sheet?locale=ja", "/v1/desk"] {
        let text = server.send(&Request::get(target)).text();
        assert!(text.contains(AFTER) && !text.contains(BEFORE), "{target}");
    }
    server.fill_disk(0);
    let answer = server.send(&submission("k", &example(&server.home, &[])));
    assert_eq!((answer.status, answer.json()["phone"].as_str()), (503, Some(AFTER)), "{}", answer.text());
}

#[test]
fn reload_compresses_the_page_again() {
    let server = desk();
    let small = |server: &Server| {
        let answer = server.send(&Request::get("/").header("accept-encoding", "br"));
        (answer.header("content-encoding").map(str::to_owned), answer.header("etag").map(str::to_owned))
    };
    let started = Instant::now();
    while small(&server).0.is_none() {
        assert!(started.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(20));
    }
    let before = small(&server);
    change(&server, "desk.toml", BEFORE, AFTER);
    reload_to_after(&server);
    let after = small(&server);
    assert_eq!(after.0.as_deref(), Some("br"), "there is no moment without");
    assert_ne!(after.1, before.1);
}

#[test]
fn invalid_desk_is_refused_and_the_previous_one_stays() {
    let server = desk();
    let mut broken = 0;
    let mut break_and_mend = |file: &str, from: &str, to: &str| {
        change(&server, "desk.toml", BEFORE, AFTER);
        change(&server, file, from, to);
        server.hang_up();
        broken += 1;
        let started = Instant::now();
        while server.log().matches("the desk was not reloaded").count() < broken {
            assert!(started.elapsed() < PATIENCE, "{file}: {to}: nothing is said in the log");
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(phone(&server), BEFORE, "{file}: {to}");
        change(&server, file, to, from);
        change(&server, "desk.toml", AFTER, BEFORE);
    };
    break_and_mend("desk.toml", "[calendar]", "[calendar");
    break_and_mend("desk.toml", "offset = \"+09:00\"", "offset = \"Tokyo\"");
    break_and_mend("desk.toml", "consent/document.ja.html", "consent/missing.ja.html");
    break_and_mend("desk.toml", "origins = [\"http://localhost:3000\"", "origins = [\"http://example.jp\"");
    break_and_mend("holidays.toml", "date = \"2026-01-01\"", "date = \"2026-13-01\"");
    change(&server, "desk.toml", BEFORE, AFTER);
    reload_to_after(&server);
}

#[test]
fn request_keeps_the_desk_it_started_with() {
    let server = desk();
    let draft = example(&server.home, &["--incomplete"]);
    let mut stream = TcpStream::connect(server.at).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "POST {CHECK} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n",
        draft.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The request is in progress once the desk asks for its body.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    raise_consent(&server);
    reload_until(&server, || server.send(&Request::get("/v1/desk")).json()["consent"] == "2");
    stream.write_all(&draft).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, report) = answer.split_once("\r\n\r\n").unwrap();
    let report: Value = serde_json::from_str(report).unwrap();
    let versions = |report: &Value| report["context"]["consent"]["version"].as_str().unwrap().to_owned();
    assert_eq!(versions(&report), "1");
    assert_eq!(versions(&server.send(&Request::post(CHECK).json(&draft)).json()), "2");
}

/// Writes a new version of the consent document, with another text.
fn raise_consent(server: &Server) {
    change(server, "consent/document.ja.html", "</h1>", "</h1><p>追記</p>");
    let path = server.home.path().join("desk/desk.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, consent) = text.split_once("[consent]").unwrap();
    let consent = consent.replacen("version = \"1\"", "version = \"2\"", 1);
    fs::write(path, format!("{before}[consent]{consent}")).unwrap();
}

#[test]
fn consent_to_the_previous_document_is_stale() {
    let server = desk();
    let draft = example(&server.home, &[]);
    assert_eq!(server.send(&submission("one", &draft)).status, 201);
    raise_consent(&server);
    reload_until(&server, || server.send(&Request::get("/v1/desk")).json()["consent"] == "2");
    server.send(&submission("two", &draft)).assert_problem("an old agreement", 409, "consent.stale");
    assert_eq!(server.send(&submission("one", &draft)).status, 201, "a key has its receipt still");
    let shown = server.send(&Request::get("/v1/consent/ja"));
    assert!(shown.text().contains("追記"));
    assert_eq!(server.send(&submission("three", &example(&server.home, &[]))).status, 201);
    let noted = fs::read_to_string(server.home.path().join("data/documents.json")).unwrap();
    assert!(noted.contains("\"2\""), "{noted}");
}

#[test]
fn added_and_removed_partners_take_effect() {
    let server = desk();
    let draft = example(&server.home, &[]);
    let seen = |key: &str| {
        let allowed = server.send(&Request::get("/v1/desk").header("origin", CHAMBER));
        let allowed = allowed.header("access-control-allow-origin").is_some();
        let page = server.send(&Request::get("/?p=pk_live_chamber"));
        let framed = page.header("content-security-policy").unwrap().contains(CHAMBER);
        let request = Request::post(&format!("{SUBMIT}?p=pk_live_chamber")).header("idempotency-key", key).json(&draft);
        (allowed, framed, server.send(&request.header("origin", CHAMBER)).status)
    };
    assert_eq!(seen("one"), (false, false, 403));
    let path = server.home.path().join("desk/desk.toml");
    let without = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{without}{PARTNER}")).unwrap();
    let is_known = || server.send(&Request::get("/v1/desk?p=pk_live_chamber")).json().get("partner").is_some();
    reload_until(&server, is_known);
    assert_eq!(seen("two"), (true, true, 201));
    fs::write(&path, without).unwrap();
    reload_until(&server, || !is_known());
    assert_eq!(seen("three"), (false, false, 403));
    assert_eq!(seen("two").2, 201, "a key has its receipt still");
}

#[test]
fn many_signals_refuse_no_request_and_load_the_last_desk() {
    let server = desk();
    let draft = example(&server.home, &["--incomplete"]);
    let answers: Vec<Answer> = thread::scope(|scope| {
        let requests = scope.spawn(|| {
            let ask = |index: usize| match index % 2 {
                0 => server.send(&Request::get("/v1/desk")),
                _ => server.send(&Request::post(CHECK).json(&draft)),
            };
            (0..200).map(ask).collect::<Vec<_>>()
        });
        for (from, to) in [(BEFORE, AFTER), (AFTER, BEFORE)].into_iter().cycle().take(51) {
            change(&server, "desk.toml", from, to);
            (0..4).for_each(|_| server.hang_up());
        }
        requests.join().unwrap()
    });
    assert!(answers.iter().all(|answer| answer.status == 200));
    reload_to_after(&server);
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{}", stopped.log);
}
