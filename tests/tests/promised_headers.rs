//! The headers that docs/http.md promises, compared with the responses of the running server, one promise after the other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;

use kakekomi_tests::applicant::{CHECK, SUBMIT, TEXT_MAX, example, padded, submission};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::{named_in, root};
use kakekomi_tests::wire::{Answer, Request};

/// Every header that the page promises, and that a test here, in `http.rs`, in `return.rs` or in `files.rs` checks.
const TESTED: [&str; 19] = [
    "Access-Control-Allow-Origin",
    "Allow",
    "Cache-Control",
    "Content-Encoding",
    "Content-Security-Policy",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "ETag",
    "Idempotency-Replayed",
    "Kakekomi-Module",
    "Kakekomi-Return-Bound",
    "Permissions-Policy",
    "Referrer-Policy",
    "Retry-After",
    "Tus-Resumable",
    "Vary",
    "X-Content-Type-Options",
    "X-Request-Id",
];
/// Headers of requests, which the page names as well.
const ASKED: [&str; 10] = [
    "Accept-Encoding",
    "Content-Type",
    "Host",
    "Idempotency-Key",
    "Kakekomi-Case",
    "Kakekomi-Code",
    "Kakekomi-Return",
    "Origin",
    "X-Forwarded-For",
    "X-HTTP-Method-Override",
];

const PARTNER: &str = "\n[[partner]]\nkey = \"pk_live_chamber\"\nname = { ja = \"れい\", en = \"Rei\" }\n\
                       origins = [\"https://www.chamber.example.jp\"]\n";
const CHAMBER: &str = "https://www.chamber.example.jp";

#[test]
fn every_header_that_the_page_promises_is_tested() {
    let page = std::fs::read_to_string(root().join("docs/http.md")).unwrap();
    let is_header = |word: &&str| {
        let named = word.split(':').next().unwrap();
        named.starts_with(|first: char| first.is_ascii_uppercase())
            && (named.contains('-') || ["Allow", "ETag", "Vary", "Host", "Origin"].contains(&named))
            && named.chars().all(|char| char.is_ascii_alphabetic() || char == '-')
    };
    let found: BTreeSet<&str> =
        page.split('`').skip(1).step_by(2).filter(is_header).map(|word| word.split(':').next().unwrap()).collect();
    let known: BTreeSet<&str> = TESTED.iter().chain(&ASKED).copied().collect();
    assert_eq!(found.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "promised and not tested");
    let promised = TESTED.iter().filter(|header| !found.contains(**header)).collect::<Vec<_>>();
    assert_eq!(promised, Vec::<&&str>::new(), "tested and not promised");
}

fn has(answer: &Answer, name: &str, part: &str) -> bool {
    answer.headers.iter().any(|(found, value)| found == name && value.contains(part))
}

/// Headers of every response.
fn assert_common(target: &str, answer: &Answer) {
    let id = answer.header("x-request-id").unwrap_or_default();
    assert!(id.len() == 16 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{target}: {id}");
    assert!(has(answer, "cache-control", "no-") || has(answer, "cache-control", "immutable"), "{target}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{target}");
    assert!(has(answer, "content-security-policy", "default-src 'none'"), "{target}");
    assert!(!has(answer, "content-security-policy", "unsafe-inline"), "{target}");
    let is_document = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    for name in ["referrer-policy", "permissions-policy", "cross-origin-opener-policy"] {
        assert_eq!(answer.header(name).is_some(), is_document, "{target}: {name}");
    }
    let path = target.split('?').next().unwrap();
    let loaded = ["/embed/", "/packages/"].iter().any(|place| path.starts_with(place));
    let framed = (target.starts_with("/?p=") || path == "/partners/preview").then_some("require-corp");
    let shared = if loaded || framed.is_some() { "cross-origin" } else { "same-origin" };
    assert_eq!(answer.header("cross-origin-resource-policy"), Some(shared), "{target}");
    assert_eq!(
        answer.header("access-control-allow-origin"),
        loaded.then_some("*"),
        "{target}: nobody's origin was named"
    );
    assert_eq!(answer.header("cross-origin-embedder-policy"), framed, "{target}");
    let varies = ["/v1/", "/module/", "/embed/", "/packages/"].iter().any(|place| path.starts_with(place));
    assert_eq!(has(answer, "vary", "Origin"), varies, "{target}");
}

#[test]
fn cached_responses_have_the_promised_headers() {
    let server = Server::start_in(Home::with_desk(PARTNER));
    let desk = server.send(&Request::get("/v1/desk")).json();
    let digest = desk["module"].as_str().unwrap().replace("sha256:", "");
    let agreed = desk["context"]["consent"]["sha256"]["ja"].as_str().unwrap();
    let page = server.send(&Request::get("/"));
    let immutable = named_in(&page.text()).into_iter().filter(|file| file.starts_with("/page/")).chain([
        format!("/module/{digest}.wasm"),
        format!("/module/{digest}.js"),
        format!("/module/{digest}/describe.ja.json"),
        format!("/v1/consent/ja/{agreed}"),
        format!("/embed/{}/kakekomi.js", kakekomi_http::element_versions::VERSION),
    ]);
    let asked_after = [
        "/v1/schema",
        "/openapi.json",
        "/docs",
        "/embed/1/kakekomi.js",
        "/embed/1/inline.json",
        "/packages/",
        "/packages/SHA256SUMS",
        "/partners/partners.js",
        "/favicon.ico",
        "/sheet.css",
    ];
    let never = [
        "/",
        "/?p=pk_live_chamber",
        "/sheet",
        "/partners",
        "/partners/preview",
        "/v1/desk",
        "/v1/consent/ja",
        "/nowhere",
        "/v1/nowhere",
        "/embed/1/none",
        "/packages/none",
    ];
    let rows = immutable.map(|target| (target, "immutable"));
    let rows = rows.chain(asked_after.map(|target| (target.to_owned(), "no-cache")));
    for (target, kept) in rows.chain(never.map(|target| (target.to_owned(), "no-store"))) {
        let answer = server.send(&Request::get(&target));
        assert_common(&target, &answer);
        assert!(has(&answer, "cache-control", kept), "{target}: {:?}", answer.header("cache-control"));
        if kept != "no-store" {
            let tag = answer.header("etag").unwrap_or_else(|| panic!("{target} has no ETag"));
            let again = server.send(&Request::get(&target).header("if-none-match", tag));
            assert_eq!(again.status, 304, "{target}");
        }
    }
}

#[test]
fn verdicts_refusals_and_receipts_have_the_promised_headers() {
    let server = Server::start_with(Home::with_desk(PARTNER), &["--trusted-proxies", "127.0.0.1", "--rate-limit", "4"]);
    let draft = example(&server.home, &[]);
    let check = || Request::post(CHECK);
    let limited = check().header("x-forwarded-for", "198.51.100.1").json(&draft);
    assert_eq!(server.send(&limited).status, 200);
    let rows = [
        (CHECK, check().json(&draft), 200),
        (CHECK, check().json(b"x"), 400),
        (CHECK, Request::get(CHECK), 405),
        (CHECK, check().json(&padded(draft.clone(), TEXT_MAX + 1)), 413),
        (CHECK, check().body(&draft), 415),
        (CHECK, limited, 429),
        (SUBMIT, Request::post(SUBMIT).json(&draft), 400),
        (SUBMIT, Request::post(&format!("{SUBMIT}?p=pk_none")).header("idempotency-key", "p").json(&draft), 403),
        (SUBMIT, Request::get(SUBMIT), 405),
        (SUBMIT, submission("m", &draft).header("kakekomi-module", &format!("sha256:{}", "0".repeat(64))), 409),
        (SUBMIT, submission("i", b"{}"), 422),
        (SUBMIT, submission("k", &draft), 201),
        (SUBMIT, submission("k", &draft), 201),
    ];
    for (index, (target, request, status)) in rows.into_iter().enumerate() {
        let answer = server.send(&request);
        assert_eq!(answer.status, status, "{index}: {}", answer.text());
        assert_common(target, &answer);
        assert!(has(&answer, "kakekomi-module", "sha256:"), "{index} {target} {status}");
        assert_eq!(answer.header("allow"), (status == 405).then_some("POST"), "{index}");
        assert_eq!(answer.header("retry-after").is_some(), status == 429, "{index}");
        assert_eq!(answer.header("idempotency-replayed"), (index == 12).then_some("true"), "{index}");
        assert_eq!(answer.header("content-encoding"), None, "{index}");
    }
    let seen = Request::get("/v1/desk").header("origin", CHAMBER);
    assert_eq!(server.send(&seen).header("access-control-allow-origin"), Some(CHAMBER));
}
