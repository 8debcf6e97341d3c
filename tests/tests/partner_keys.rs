//! A new origin and a new key of a partner take effect by SIGHUP, and a replaced key is accepted through its last day.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{SUBMIT, example};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;

const PARTNER: &str = r#"
[[partner]]
key = "pk_live_old"
name = { ja = "れい商工会議所", en = "Rei Chamber" }
origins = ["https://www.chamber.example.jp"]
"#;
const CHAMBER: &str = "https://www.chamber.example.jp";
const SHOP: &str = "https://shop.chamber.example.jp";
const PATIENCE: Duration = Duration::from_secs(30);

fn desk() -> Server {
    Server::start_in(Home::with_desk(PARTNER))
}

/// Replaces the last place of a text in `desk.toml`, which has the partner behind everything else, reloads the desk, and waits for the line in the log.
fn reload_with(server: &Server, from: &str, to: &str) {
    let path = server.home.path().join("desk/desk.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, behind) = text.rsplit_once(from).unwrap();
    fs::write(path, format!("{before}{to}{behind}")).unwrap();
    let reloads = || server.log().matches("the desk was reloaded").count();
    let before = reloads();
    server.hang_up();
    let started = Instant::now();
    while reloads() == before {
        assert!(started.elapsed() < PATIENCE, "the desk was not reloaded");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Sends the draft of a kind of incident, once for each page with a key.
fn send(server: &Server, key: &str, origin: &str, kind: &str) -> Answer {
    let draft = example(&Home::new(), &["--kind", kind]);
    let once = format!("{key}{origin}{kind}");
    let request = Request::post(&format!("{SUBMIT}?p={key}")).header("idempotency-key", &once);
    server.send(&request.header("origin", origin).json(&draft))
}

/// Tells if a page of an origin may read the desk, frame the form with the key, and send.
fn works(server: &Server, key: &str, origin: &str) -> (bool, bool, bool) {
    let desk = server.send(&Request::get(&format!("/v1/desk?p={key}")).header("origin", origin));
    let is_shared = desk.header("access-control-allow-origin") == Some(origin);
    let page = server.send(&Request::get(&format!("/?p={key}")));
    let is_framed = page.header("content-security-policy").unwrap().contains(&format!(" {origin}"));
    (
        is_shared && desk.json().get("partner").is_some(),
        is_framed,
        send(server, key, origin, "ransomware").status == 201,
    )
}

fn listed(server: &Server, key: &str) -> Vec<Value> {
    let output = server.home.run(&["cases", "list", "--json", "--partner", key]);
    let cases: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    cases.into_iter().map(|case| case["partner"].clone()).collect()
}

#[test]
fn an_added_origin_takes_effect_by_a_reload() {
    let server = desk();
    assert_eq!(works(&server, "pk_live_old", SHOP), (false, false, false));
    reload_with(&server, &format!("[\"{CHAMBER}\"]"), &format!("[\"{CHAMBER}\", \"{SHOP}\"]"));
    assert_eq!(works(&server, "pk_live_old", SHOP), (true, true, true));
    assert_eq!(works(&server, "pk_live_old", CHAMBER), (true, true, true));
}

#[test]
fn a_key_is_replaced_with_both_valid_for_a_time() {
    let server = desk();
    assert_eq!(works(&server, "pk_live_old", CHAMBER), (true, true, true));
    assert_eq!(works(&server, "pk_live_new", CHAMBER), (false, false, false));
    let replaced = "key = \"pk_live_new\"\nformer_keys = [{ key = \"pk_live_old\", until = \"9999-12-31\" }]";
    reload_with(&server, "key = \"pk_live_old\"", replaced);
    assert_eq!(works(&server, "pk_live_new", CHAMBER), (true, true, true));
    let key = server.send(&Request::get("/v1/desk?p=pk_live_old")).json()["partner"]["key"].clone();
    assert_eq!(key, "pk_live_new");
    assert_eq!(send(&server, "pk_live_old", CHAMBER, "malware").status, 201);
    for key in ["pk_live_new", "pk_live_old"] {
        assert_eq!(listed(&server, key), ["pk_live_old", "pk_live_new", "pk_live_new"], "{key}");
    }
    assert!(!server.log().contains("former key"), "{}", server.log());
}

#[test]
fn a_replaced_key_is_unknown_after_its_last_day_and_the_log_names_it() {
    let server = desk();
    let replaced = "key = \"pk_live_new\"\nformer_keys = [{ key = \"pk_live_old\", until = \"2026-01-31\" }]";
    reload_with(&server, "key = \"pk_live_old\"", replaced);
    assert!(!works(&server, "pk_live_old", CHAMBER).1);
    send(&server, "pk_live_old", CHAMBER, "ransomware").assert_problem("a former key", 403, "partner.unknown");
    assert_eq!(works(&server, "pk_live_new", CHAMBER), (true, true, true));
    let log = server.log();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("former key")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    for word in ["WARN", "pk_live_old", "pk_live_new", "2026-01-31"] {
        assert!(lines[0].contains(word), "{word}: {}", lines[0]);
    }
}

#[test]
fn a_wrong_former_key_is_refused_and_the_previous_desk_stays() {
    let server = desk();
    let path = server.home.path().join("desk/desk.toml");
    let text = fs::read_to_string(&path).unwrap();
    let entry = "key = \"pk_live_old\"\nformer_keys = [{ key = \"pk_test_example\", until = \"soon\" }]";
    fs::write(&path, text.replace("key = \"pk_live_old\"", entry)).unwrap();
    server.hang_up();
    let started = Instant::now();
    while !server.log().contains("the desk was not reloaded") {
        assert!(started.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(20));
    }
    assert!(server.log().contains("partner.former_keys"), "{}", server.log());
    assert_eq!(works(&server, "pk_live_old", CHAMBER), (true, true, true));
}
