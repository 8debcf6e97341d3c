//! An identity provider of a few lines, which answers what a test tells it to.
//!
//! `TestProvider::start()` → discovery, keys, token endpoint and user info at `provider.issuer()`

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

/// The answers of the provider, and the requests that it got.
#[derive(Default)]
pub struct Answers {
    /// The keys of the set.
    pub keys: Vec<Value>,
    /// The answer of the token endpoint.
    pub token: Value,
    /// The answer of the user info.
    pub user_info: Value,
    /// Requests, each with its head and its body.
    pub requests: Vec<String>,
}

/// A provider on loopback.
pub struct TestProvider {
    address: SocketAddr,
    answers: Arc<Mutex<Answers>>,
}

impl TestProvider {
    pub fn start() -> TestProvider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = TestProvider { address: listener.local_addr().unwrap(), answers: Arc::default() };
        let (issuer, answers) = (provider.issuer(), Arc::clone(&provider.answers));
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &issuer, &answers);
            }
        });
        provider
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap()
    }
}

fn answer(stream: TcpStream, issuer: &str, answers: &Mutex<Answers>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 {
            return;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut answers = answers.lock().unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    answers.requests.push(format!("{head}\r\n{}", String::from_utf8_lossy(&body)));
    let (status, body) = match path.as_str() {
        "/.well-known/openid-configuration" => (200, description(issuer)),
        "/keys" => (200, json!({"keys": answers.keys})),
        "/token" if answers.token.get("error").is_some() => (400, answers.token.clone()),
        "/token" => (200, answers.token.clone()),
        "/user-info" => (200, answers.user_info.clone()),
        _ => (404, json!({})),
    };
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status} A\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    reader.get_mut().write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes()).unwrap();
}

fn description(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/user-info"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/end"),
        "authorization_response_iss_parameter_supported": true,
    })
}
