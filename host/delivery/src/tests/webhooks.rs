//! A webhook against a server of a few lines on loopback.

use std::time::{Duration, Instant};

use kakekomi_store::EventKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{Channel as _, Notice, Outcome, Webhook, WebhookOptions, WebhookSecret, case_kinds, schema};

/// Answers one request with a text; returns its address, and the request.
async fn server(answer: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks?desk=1", listener.local_addr().unwrap());
    let request = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
        while !read.ends_with(b"}}") {
            let count = stream.read(&mut buffer).await.unwrap();
            read.extend_from_slice(&buffer[..count]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(read).unwrap()
    });
    (url, request)
}

fn webhook(url: &str) -> Webhook {
    let secret = |text: &str| {
        let file = std::env::temp_dir().join(format!("kakekomi-hook-{}-{}", std::process::id(), text.len()));
        std::fs::write(&file, text).unwrap();
        WebhookSecret::read(&file).unwrap()
    };
    let secrets = vec![
        secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        secret("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ];
    let options = WebhookOptions {
        name: "siem".to_owned(),
        url: url.to_owned(),
        secrets,
        kinds: vec![EventKind::CaseReceived],
        private_address: true,
        authority: None,
    };
    Webhook::new(options).unwrap()
}

fn notice() -> Notice {
    Notice {
        id: "evt_00ff".to_owned(),
        kind: "case.received".to_owned(),
        case: Some("2609-4873-1059".to_owned()),
        at: 1_795_140_000_000,
        attempt: 1,
    }
}

fn answer(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
}

#[tokio::test]
async fn a_request_has_the_three_headers_and_a_body_of_number_kind_and_time() {
    let (url, request) = server(answer("204 No Content")).await;
    assert_eq!(webhook(&url).deliver(&notice()).await, Outcome::Delivered("204".to_owned()));
    let request = request.await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post /hooks?desk=1 http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nwebhook-id: evt_00ff\r\n") && head.contains("\r\nwebhook-timestamp: "), "{head}");
    let signatures = head.lines().find_map(|line| line.strip_prefix("webhook-signature: ")).unwrap();
    assert_eq!(signatures.split(' ').filter(|signature| signature.starts_with("v1,")).count(), 2, "{signatures}");
    let expected = r#"{"type":"case.received","timestamp":"2026-11-20T02:00:00Z","data":{"number":"2609-4873-1059","kind":"case.received"}}"#;
    assert_eq!(body, expected);
}

#[tokio::test]
async fn answers_have_their_outcomes() {
    for (status, outcome) in [
        ("200 OK", Outcome::Delivered("200".to_owned())),
        ("302 Found", Outcome::Failed("302".to_owned())),
        ("400 Bad Request", Outcome::Failed("400".to_owned())),
        ("410 Gone", Outcome::Gone("410".to_owned())),
        ("503 Service Unavailable", Outcome::Failed("503".to_owned())),
    ] {
        let (url, _request) = server(answer(status)).await;
        assert_eq!(webhook(&url).deliver(&notice()).await, outcome, "{status}");
    }
    assert_eq!(webhook("http://127.0.0.1:1/").deliver(&notice()).await, Outcome::Failed("no answer".to_owned()));
}

#[tokio::test]
async fn a_long_answer_is_not_read_to_its_end() {
    let long = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", 1 << 30, "a".repeat(100_000));
    let (url, request) = server(long).await;
    let started = Instant::now();
    assert_eq!(webhook(&url).deliver(&notice()).await, Outcome::Delivered("200".to_owned()));
    assert!(started.elapsed() < Duration::from_secs(5));
    request.abort();
}

#[test]
fn the_schema_names_every_kind_of_a_case() {
    let schema = schema().to_string();
    assert_eq!(case_kinds().count(), 50);
    for kind in case_kinds() {
        assert!(schema.contains(&format!("\"{kind}\"")), "{kind}");
    }
    assert!(!schema.contains("account."));
}
