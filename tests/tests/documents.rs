//! Documents that applicants agreed to stay readable, byte for byte, whatever is in force today (clause 1③).

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_service::desk::documents::sha256;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::wire::{Answer, Request};

/// Time in which a reload must end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads digest and text of the consent document in force.
fn in_force(server: &Server, locale: &str) -> (String, String) {
    let document = server.send(&Request::get(&format!("/v1/consent/{locale}"))).json()["document"].clone();
    (document["sha256"].as_str().unwrap().to_owned(), document["html"].as_str().unwrap().to_owned())
}

fn document(server: &Server, locale: &str, digest: &str) -> Answer {
    server.send(&Request::get(&format!("/v1/consent/{locale}/{digest}")))
}

/// Puts a version 2 of the consent document into force.
fn raise_consent(server: &Server) {
    let desk = server.home.path().join("desk");
    let file = desk.join("consent/document.ja.html");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("</h1>", "</h1><p>追記</p>", 1)).unwrap();
    let profile = fs::read_to_string(desk.join("desk.toml")).unwrap();
    let (before, consent) = profile.split_once("[consent]").unwrap();
    let consent = consent.replacen("version = \"1\"", "version = \"2\"", 1);
    fs::write(desk.join("desk.toml"), format!("{before}[consent]{consent}")).unwrap();
}

fn reload(server: &Server) {
    raise_consent(server);
    server.hang_up();
    let started = Instant::now();
    while server.send(&Request::get("/v1/desk")).json()["consent"] != "2" {
        assert!(started.elapsed() < PATIENCE, "the desk was not reloaded");
        thread::sleep(Duration::from_millis(20));
    }
}

fn has_the_bytes(server: &Server, digest: &str, text: &str) {
    let answer = document(server, "ja", digest);
    assert_eq!((answer.status, answer.text().as_str()), (200, text));
    assert_eq!(sha256(&answer.body), digest);
}

#[test]
fn agreed_documents_stay_readable_after_reload_and_restart() {
    let server = Server::start_in(Home::with_desk(""));
    let (digest, text) = in_force(&server, "ja");
    has_the_bytes(&server, &digest, &text);
    reload(&server);
    let (newer, newer_text) = in_force(&server, "ja");
    assert_ne!(newer, digest);
    let keeps_both = |server: &Server| {
        has_the_bytes(server, &digest, &text);
        has_the_bytes(server, &newer, &newer_text);
    };
    keeps_both(&server);
    let restarted = Server::start_in(server.kill());
    keeps_both(&restarted);
    // A host that never had the first version in force serves it from a copy of the folder, as docs/operate.md says.
    let (from, other) = (restarted.home.path().join("data/documents"), Home::new());
    let to = other.path().join("data/documents");
    fs::create_dir_all(&to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    keeps_both(&Server::start_in(other));
}

#[test]
fn document_is_immutable_runs_nothing_and_has_one_language() {
    let server = Server::start();
    let (digest, _) = in_force(&server, "en");
    let answer = document(&server, "en", &digest);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.header("cache-control").unwrap().contains("immutable"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
    assert!(!policy.contains("script-src") && policy.contains("frame-ancestors 'none'"), "{policy}");
    document(&server, "ja", &digest).assert_problem("another language", 404, "http.not_found");
    document(&server, "en", &"0".repeat(64)).assert_problem("no document", 404, "http.not_found");
    document(&server, "fr", &digest).assert_problem("no language", 404, "http.not_found");
}

#[test]
fn documents_are_compressed() {
    let server = Server::start();
    let (digest, text) = in_force(&server, "ja");
    let encoding = |target: &str| {
        let answer = server.send(&Request::get(target).header("accept-encoding", "br"));
        assert_eq!(answer.status, 200, "{target}");
        (answer.header("content-encoding").map(str::to_owned), answer.body.len())
    };
    let page = encoding(&format!("/documents/ja/{digest}"));
    assert!(page.0.as_deref() == Some("br") && page.1 < text.len(), "{page:?}");
    // A file that is kept is compressed in the background.
    let (target, started) = (format!("/v1/consent/ja/{digest}"), Instant::now());
    while encoding(&target).0.as_deref() != Some("br") {
        assert!(started.elapsed() < PATIENCE, "not compressed");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(encoding(&target).1 < text.len());
}

#[test]
fn page_of_a_document_shows_its_text_and_leads_to_the_form() {
    let server = Server::start();
    let (digest, text) = in_force(&server, "ja");
    let page = server.send(&Request::get(&format!("/documents/ja/{digest}")));
    assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
    let html = page.text();
    assert!(html.contains(&text) && html.contains("<a href=\"/\">") && html.contains(&digest), "{html}");
    assert!(!html.contains("<script"), "{html}");
    assert!(!page.header("content-security-policy").unwrap().contains("script-src"));
    assert_eq!(server.send(&Request::get(&format!("/documents/en/{digest}"))).status, 404);
}

#[test]
fn changed_file_is_reported_and_left_out() {
    let server = Server::start_in(Home::with_desk(""));
    let (digest, _) = in_force(&server, "ja");
    reload(&server);
    let home = server.kill();
    fs::write(home.path().join(format!("data/documents/{digest}.ja.html")), "<p>another text").unwrap();
    let doctor = home.run(&["doctor"]);
    let report = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(report.contains(&digest) && report.contains("another digest"), "{report}");
    let server = Server::start_in(home);
    assert_eq!(document(&server, "ja", &digest).status, 404);
}
