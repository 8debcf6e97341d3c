//! The requests for the keys: one for an unknown kid, at most one a minute.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use kakekomi_http_client::{ClientOptions, HttpClient};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;

use super::signer::Signer;
use super::{NOW, claims};
use crate::jws::Kind;
use crate::keys::{KEPT_MS, Keys, REFETCH_MS};
use crate::{OidcError, Provider, ProviderOptions, TokenFault};

/// A server of a set of keys that counts its requests.
struct KeyServer {
    address: Url,
    set: Arc<Mutex<String>>,
    requests: Arc<AtomicUsize>,
}

impl KeyServer {
    async fn start() -> KeyServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/keys", listener.local_addr().unwrap()).parse().unwrap();
        let (set, requests) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let server = KeyServer { address, set: Arc::clone(&set), requests: Arc::clone(&requests) };
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4096]).await.unwrap();
                requests.fetch_add(1, Ordering::SeqCst);
                let set = set.lock().unwrap().clone();
                let length = set.len();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                stream.write_all(format!("{head}{set}").as_bytes()).await.unwrap();
            }
        });
        server
    }

    fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
        *self.set.lock().unwrap() = json!({"keys": keys}).to_string();
    }
}

#[tokio::test]
async fn an_unknown_kid_asks_for_the_keys_at_most_once_a_minute() {
    let server = KeyServer::start().await;
    let client = HttpClient::new(&ClientOptions::default()).unwrap();
    let keys = Keys::default();
    let (old, new) = (Signer::es256(), Signer::ed25519());
    let verify = async |signer: &Signer, now: i64| {
        let verified = keys.verify(&client, &server.address, (&signer.sign(&claims()), Kind::IdToken), now).await;
        (verified.map(drop), server.requests.load(Ordering::SeqCst))
    };
    server.publish(&[&old]);
    assert!(matches!(verify(&old, NOW).await, (Ok(()), 1)));
    assert!(matches!(verify(&old, NOW).await, (Ok(()), 1)));
    // The provider rotates: the new key is found, and the old one ends with the answer.
    server.publish(&[&new]);
    let unknown = |outcome| matches!(outcome, Err(OidcError::Token(TokenFault::UnknownKey)));
    let (outcome, requests) = verify(&new, NOW + REFETCH_MS - 1).await;
    assert!(unknown(outcome) && requests == 1, "the keys are not a minute old");
    assert!(matches!(verify(&new, NOW + REFETCH_MS).await, (Ok(()), 2)));
    for _ in 0..3 {
        let (outcome, requests) = verify(&old, NOW + REFETCH_MS + 1).await;
        assert!(unknown(outcome) && requests == 2);
    }
    // A key that the provider removes without a new one is refused after an hour.
    server.publish(&[]);
    assert!(matches!(verify(&new, NOW + REFETCH_MS + KEPT_MS - 1).await, (Ok(()), 2)));
    let (outcome, requests) = verify(&new, NOW + REFETCH_MS + KEPT_MS).await;
    assert!(unknown(outcome) && requests == 3);
}

#[tokio::test]
async fn an_answer_that_is_too_long_or_not_there_is_an_error() {
    let server = KeyServer::start().await;
    let client = HttpClient::new(&ClientOptions::default()).unwrap();
    let token = Signer::es256().sign(&claims());
    *server.set.lock().unwrap() = " ".repeat(crate::fetch::ANSWER_MAX + 1);
    let outcome = Keys::default().verify(&client, &server.address, (&token, Kind::IdToken), NOW).await;
    assert!(matches!(outcome, Err(OidcError::Unreachable { .. })), "{outcome:?}");
    let nowhere = "http://127.0.0.1:1/keys".parse().unwrap();
    let outcome = Keys::default().verify(&client, &nowhere, (&token, Kind::IdToken), NOW).await;
    assert!(matches!(outcome, Err(OidcError::Unreachable { .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_keeps_nobody_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = ProviderOptions {
        issuer: format!("http://{}", listener.local_addr().unwrap()),
        client_id: "desk".to_owned(),
        client_secret: None,
        scopes: Vec::new(),
        redirect_uri: String::new(),
        after_logout: String::new(),
    };
    drop(listener);
    let provider = Provider::new(options, HttpClient::new(&ClientOptions::default()).unwrap()).unwrap();
    let refusal = async |now: i64| provider.check(now).await.unwrap_err().to_string();
    assert!(refusal(NOW).await.contains("refused"));
    assert!(refusal(NOW + 14_999).await.contains("a moment ago"));
    assert!(refusal(NOW + 15_000).await.contains("refused"));
}
