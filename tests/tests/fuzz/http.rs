//! Invalid bodies and heads → the status of the contract, and never 5xx.
//!
//! A response of 200 is the native core's report in the context that it names; every receipt has its case.

use std::collections::BTreeMap;

use kakekomi_tests::applicant::{CHECK, SUBMIT, example};
use kakekomi_tests::same::rng::Rng;
use kakekomi_tests::same::{Stream, mutate};
use kakekomi_tests::server::Server;
use kakekomi_tests::wire::{Answer, Request};
use serde_json::Value;

use super::for_a_minute;

/// The possible statuses for a body.
const STATUSES: [u16; 8] = [200, 201, 400, 404, 409, 413, 415, 422];

#[test]
fn server_survives_any_head_and_body() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let mut stream = None;
    let mut statuses = BTreeMap::new();
    let mut receipts = BTreeMap::new();
    let count = for_a_minute("HTTP", |seed, count| {
        let mut rng = Rng::new(!seed, count);
        let fresh = stream.get_or_insert_with(|| Stream::new(seed)).question(count).text;
        let text = body(&draft, fresh, &mut rng);
        let answer = server.send(&request(&text, &mut rng));
        assert!(STATUSES.contains(&answer.status), "{}: {}", answer.status, answer.text());
        *statuses.entry(answer.status).or_insert(0) += 1;
        match answer.status {
            200 => is_the_cores(&text, &answer),
            201 => _ = receipts.insert(answer.json()["number"].to_string(), text),
            status => assert!(!answer.code().is_empty(), "{status} without a code: {}", answer.text()),
        }
    });
    eprintln!("HTTP: {statuses:?}");
    assert!(count > 100 && statuses.len() > 4, "{count} bodies are too few to say anything: {statuses:?}");
    let stopped = server.stop();
    assert!(!stopped.log.contains("panicked") && stopped.code == Some(0), "{}", stopped.log);
    let cases: Vec<_> = stopped.home.cases().iter().map(|case| case["number"].to_string()).collect();
    assert_eq!(cases.len(), receipts.len(), "every receipt has its case");
    assert!(cases.iter().all(|number| receipts.contains_key(number)));
}

/// Makes a body: the desk's example, damaged or whole, or a draft of the stream.
fn body(draft: &[u8], fresh: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    let mut text = if rng.percent(50) { draft.to_vec() } else { fresh };
    for _ in 0..rng.below(4) {
        mutate::bytes(&mut text, rng);
    }
    text
}

/// Makes a request with a body, whose head is sometimes wrong.
fn request(text: &[u8], rng: &mut Rng) -> Request {
    let query =
        rng.choose(&["", "?locale=en", "?locale=ja", "?locale=", "?locale=fr&locale=ja", "?%ff", "?locale=%00"]);
    let request = Request::post(&format!("{}{query}", rng.choose(&[CHECK, SUBMIT])));
    let request = match rng.below(12) {
        0 => request.body(text),
        1 => request.header("content-type", "text/json").body(text),
        2 => request.header("content-type", "application/json;charset=Shift_JIS").body(text),
        3 => request.header("content-encoding", "br").json(text),
        _ => request.json(text),
    };
    let key = format!("key-{}", rng.below(500));
    match rng.below(10) {
        0 => request,
        1 => request.header("idempotency-key", rng.choose(&["", "\"", "\"\"", "a b", "é", "\t"])),
        2 => request.header("idempotency-key", &key).header("kakekomi-module", rng.choose(&["", "sha256:", "sha1:00"])),
        3 => request.header("idempotency-key", &format!("\"{key}\"")),
        _ => request.header("idempotency-key", &key),
    }
}

fn is_the_cores(text: &[u8], answer: &Answer) {
    let report: Value = answer.json();
    let context = report["context"].to_string();
    let native = kakekomi_core::answer(text, context.as_bytes()).expect("a report's context replays it");
    assert!(native == answer.body, "another report than the core's: {}", answer.text());
}
