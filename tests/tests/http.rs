//! The HTTP interface of the real binary: one verdict everywhere, the desk, its documents and files.
//!
//! Submissions are in `submissions.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fmt::Write;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use kakekomi_tests::applicant::{CHECK, SUBMIT, example, submission};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::source_tree::named_in;
use kakekomi_tests::wire::Request;
use serde_json::Value;
use sha2::{Digest, Sha256};

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut digits, byte| {
        _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[test]
fn http_command_line_and_core_give_the_same_verdict() {
    let server = Server::start();
    for arguments in [&[][..], &["--incomplete"], &["--kind", "lost_device"]] {
        let draft = example(&server.home, arguments);
        let answer = server.send(&Request::post(CHECK).json(&draft));
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some("application/json")),
            "{}",
            answer.text()
        );
        let [text, context] = ["draft.json", "context.json"].map(|name| server.home.path().join(name));
        std::fs::write(&text, &draft).unwrap();
        std::fs::write(&context, answer.json()["context"].to_string()).unwrap();
        for engine in ["module", "core"] {
            let arguments =
                ["check", "--json", "--engine", engine, "--context", context.to_str().unwrap(), text.to_str().unwrap()];
            let output = server.home.run(&arguments);
            assert_eq!(String::from_utf8_lossy(&output.stdout), answer.text(), "{engine} {arguments:?}");
            let accepted = answer.json()["accepted"] == true;
            assert_eq!(output.status.code(), Some(i32::from(!accepted)), "{engine}");
        }
    }
    assert_eq!(server.home.cases().len(), 0, "a check stores nothing");
}

#[test]
fn header_file_and_command_name_the_same_digest() {
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
    let capitals = named.to_ascii_uppercase().replace("SHA", "sha");
    assert_eq!(server.send(&submission("l", &draft).header("kakekomi-module", &capitals)).status, 201);
}

#[test]
fn readable_resources_are_compressed_on_request() {
    let server = Server::start();
    let desk = server.send(&Request::get("/v1/desk")).json();
    let described = desk["describe"]["ja"].as_str().unwrap();
    for target in ["/", "/v1/desk", "/v1/consent/ja", "/v1/consent/en", "/v1/schema", described] {
        let plain = server.send(&Request::get(target));
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{target}");
        let asked = Request::get(target).header("accept-encoding", "gzip, br");
        // Unchanging files are compressed once, in the background.
        let small = (0..200).map(|_| server.send(&asked)).find(|answer| {
            let is_small = answer.header("content-encoding") == Some("br");
            if !is_small {
                thread::sleep(Duration::from_millis(50));
            }
            is_small
        });
        let small = small.unwrap_or_else(|| panic!("{target} is never compressed"));
        assert!(small.body.len() < plain.body.len() && small.header("vary").is_some(), "{target}");
        assert_eq!(small.header("cache-control"), plain.header("cache-control"), "{target}");
    }
}

#[test]
fn idle_connections_do_not_keep_others_out() {
    let server = Server::start_with(Home::new(), &["--connections", "640"]);
    let idle: Vec<_> = (0..640).map_while(|_| TcpStream::connect(server.at).ok()).collect();
    assert_eq!(idle.len(), 640);
    let refused = (0..50).find_map(|_| {
        let answer = server.send(&Request::get("/v1/desk"));
        (answer.status != 200).then_some(answer)
    });
    let refused = refused.expect("all places are taken");
    refused.assert_problem("no place", 503, "desk.busy");
    assert!(refused.header("retry-after").is_some() && refused.json()["phone"].is_string());
    drop(idle);
    let free = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(20));
        server.send(&Request::get("/v1/desk")).status == 200
    });
    assert!(free, "places are not given back");
}

#[cfg(unix)]
#[test]
fn stored_files_are_private_to_the_owner() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let data = home.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    let server = Server::start_in(home);
    assert_eq!(server.send(&submission("k", &example(&server.home, &[]))).status, 201);
    let files: Vec<_> = std::fs::read_dir(&data).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 2, "the database and its log");
    for file in files {
        let metadata = file.metadata().unwrap();
        let own = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o777, own, "{}", file.path().display());
    }
    let stopped = server.stop();
    assert!(stopped.log.contains("warning"), "a folder that others can read is no secret: {}", stopped.log);
}

#[test]
fn reading_cases_does_not_change_a_copy() {
    let server = Server::start();
    let answer = server.send(&submission("k", &example(&server.home, &[])));
    let number = answer.json()["number"].as_str().unwrap().to_owned();
    let words = number.to_lowercase().replace('-', " ");
    let shown = server.home.run(&[&["cases", "show", "--json"], &words.split(' ').collect::<Vec<_>>()[..]].concat());
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    // After SIGKILL the case may be in the log only; after a stop there is one file.
    let home = server.kill();
    assert_eq!(home.cases().len(), 1, "the log is read too");
    let home = Server::start_in(home).stop().home;
    let copy = home.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    std::fs::copy(home.path().join("data/kakekomi.sqlite3"), copy.join("kakekomi.sqlite3")).unwrap();
    let before = std::fs::read(copy.join("kakekomi.sqlite3")).unwrap();
    let listed = home.run(&["cases", "list", "--json", "--data", copy.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains(&number), "{}", String::from_utf8_lossy(&listed.stderr));
    assert_eq!(std::fs::read(copy.join("kakekomi.sqlite3")).unwrap(), before);
    assert_eq!(std::fs::read_dir(&copy).unwrap().count(), 1, "something was made beside it");
}

#[test]
fn desk_and_its_documents_are_served() {
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
            assert!(
                text.contains(digest),
                "{document} {locale}: the digest of the context is not among the documents'"
            );
        }
    }
    assert_eq!(server.send(&Request::get("/v1/consent/fr")).status, 404);
}

/// Clause 4⑦: the number may change, so only files that are never cached may contain it.
#[test]
fn cached_files_hold_no_phone_number() {
    let server = Server::start();
    let made_now = ["/", "/v1/desk", "/sheet?locale=ja", "/sheet?locale=en"];
    for target in made_now {
        assert_eq!(server.send(&Request::get(target)).header("cache-control"), Some("no-store"), "{target}");
    }
    let desk = server.send(&Request::get("/v1/desk")).json();
    let phone = desk["phone"].as_str().unwrap();
    let digest = desk["module"].as_str().unwrap().replace("sha256:", "");
    let page = named_in(&server.send(&Request::get("/")).text()).into_iter();
    let module = ["wasm", "js"].map(|ending| format!("/module/{digest}.{ending}"));
    let described = ["ja", "en"].map(|locale| format!("/module/{digest}/describe.{locale}.json"));
    for target in page.chain(module).chain(described).filter(|target| !made_now.contains(&target.as_str())) {
        let file = server.send(&Request::get(&target));
        assert_eq!(file.status, 200, "{target}");
        assert!(
            !file.body.windows(phone.len()).any(|part| part == phone.as_bytes()),
            "{target} holds the phone number"
        );
    }
}

#[test]
fn response_is_in_the_requested_locale() {
    let server = Server::start();
    let incomplete = example(&server.home, &["--incomplete"]);
    for (query, locale) in
        [("", "ja"), ("?locale=ja", "ja"), ("?locale=en", "en"), ("?locale=fr", "ja"), ("?locale=%65n", "en")]
    {
        let report = server.send(&Request::post(&format!("{CHECK}{query}")).json(&incomplete)).json();
        assert_eq!(report["context"]["locale"], locale, "{query}");
        let ascii = report["issues"][0]["message"].as_str().unwrap().is_ascii();
        assert_eq!(ascii, locale == "en", "{query}");
    }
}

#[test]
fn command_and_route_give_the_same_schema() {
    let server = Server::start();
    let answer = server.send(&Request::get("/v1/schema"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let schema = answer.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let printed = server.home.run(&["schema"]);
    assert!(printed.status.success());
    assert_eq!(serde_json::from_slice::<Value>(&printed.stdout).unwrap(), schema);
}

#[test]
fn unknown_paths_and_methods_are_refused() {
    let server = Server::start();
    let nowhere = server.send(&Request::get("/v1/nowhere"));
    assert_eq!((nowhere.status, nowhere.code().as_str()), (404, "http.not_found"));
    for target in [SUBMIT, CHECK] {
        let method = server.send(&Request::get(target));
        method.assert_problem(target, 405, "http.method");
        assert_eq!(method.header("allow"), Some("POST"), "{target}");
    }
    let module = server.send(&Request::get(&format!("/module/{}.wasm", "0".repeat(64))));
    assert_eq!(module.status, 404);
}

#[test]
fn page_has_its_own_policy() {
    let server = Server::start();
    let page = server.send(&Request::get("/"));
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("'wasm-unsafe-eval'")
            && !policy.contains("'unsafe-inline'")
            && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
}

/// A type that is no document's, a document, and an answer without a type, which a browser lays onto the document it keeps.
#[test]
fn non_html_responses_have_a_closed_policy() {
    let server = Server::start();
    let docs = server.send(&Request::get("/docs"));
    let kept = server.send(&Request::get("/docs").header("if-none-match", docs.header("etag").unwrap()));
    assert_eq!(kept.status, 304);
    for (answer, document) in [
        (server.send(&Request::get("/v1/desk")), false),
        (server.send(&Request::get("/v1/nowhere")), false),
        (server.send(&Request::get("/")), true),
        (docs, true),
        (kept, true),
    ] {
        let policy = answer.header("content-security-policy").unwrap();
        assert_eq!(policy == "default-src 'none'; frame-ancestors 'none'", !document, "{policy}");
        for name in ["referrer-policy", "permissions-policy", "cross-origin-opener-policy"] {
            assert_eq!(answer.header(name).is_some(), document, "{name}");
        }
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
    }
}

#[test]
fn invalid_database_is_reported_at_startup() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join("data")).unwrap();
    std::fs::write(home.path().join("data/kakekomi.sqlite3"), "this is no database".repeat(500)).unwrap();
    let output = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn admin_responses_have_the_security_headers() {
    let admin = free_address();
    let _server = Server::start_with(Home::new(), &["--admin-listen", &admin.to_string()]);
    for path in ["/livez", "/readyz", "/metrics", "/no-such-path"] {
        let answer = Request::get(path).send(admin);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
}
