//! One HTTP/1.1 exchange to the byte, for requests that no client library would send.
//!
//! `Request::post("/v1/check").json(b"{}")` → `Answer { status: 200, headers, body }`. The connection
//! is closed after each answer, so a body ends where the server closes.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Time that a test waits for one response.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request, whose headers and body may be anything.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Response to a request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values, in the order of the response.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Request {
    /// Makes a GET of a target.
    pub fn get(target: &str) -> Request {
        Request { method: "GET", target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// Makes a POST without a body.
    pub fn post(target: &str) -> Request {
        Request { method: "POST", ..Request::get(target) }
    }

    /// Makes an OPTIONS of a target, a browser's preflight request.
    pub fn options(target: &str) -> Request {
        Request { method: "OPTIONS", ..Request::get(target) }
    }

    /// Makes a DELETE of a target.
    pub fn delete(target: &str) -> Request {
        Request { method: "DELETE", ..Request::get(target) }
    }

    /// Makes a PATCH without a body.
    pub fn patch(target: &str) -> Request {
        Request { method: "PATCH", ..Request::get(target) }
    }

    /// Makes a HEAD of a target.
    pub fn head(target: &str) -> Request {
        Request { method: "HEAD", ..Request::get(target) }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a body without a content type.
    #[must_use]
    pub fn body(mut self, body: &[u8]) -> Request {
        self.body = body.to_vec();
        self
    }

    /// Sets a body of `application/json`, which need not be JSON.
    #[must_use]
    pub fn json(self, body: &[u8]) -> Request {
        self.header("content-type", "application/json").body(body)
    }

    /// Sends it and reads the whole response.
    pub fn send(&self, to: SocketAddr) -> Answer {
        self.try_send(to).unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.target))
    }

    /// Sends it and reads the whole response, unless the connection fails.
    ///
    /// # Errors
    /// A socket error; a server that responds before it has read the whole body is no error.
    pub fn try_send(&self, to: SocketAddr) -> std::io::Result<Answer> {
        let mut stream = self.begin(to)?;
        // A server may refuse a body by its length and stop reading: its response can still be read.
        _ = stream.write_all(&self.body);
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            Err(error) if bytes.is_empty() => Err(error),
            // A server that is killed breaks off.
            _ if !bytes.windows(4).any(|four| four == b"\r\n\r\n") => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(Answer::read(&bytes)),
        }
    }

    /// Sends the head and this number of the body's bytes, and leaves the connection open.
    ///
    /// # Errors
    /// A socket error.
    pub fn send_in_part(&self, to: SocketAddr, bytes: usize) -> std::io::Result<TcpStream> {
        let mut stream = self.begin(to)?;
        stream.write_all(&self.body[..bytes])?;
        Ok(stream)
    }

    /// Sends the head.
    fn begin(&self, to: SocketAddr) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut head = format!("{} {} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            _ = write!(head, "{name}: {value}\r\n");
        }
        if ["POST", "PATCH"].contains(&self.method) {
            _ = write!(head, "content-length: {}\r\n", self.body.len());
        }
        stream.write_all(head.as_bytes())?;
        stream.write_all(b"\r\n")?;
        Ok(stream)
    }
}

impl Answer {
    /// Reads a response from the bytes of a connection.
    ///
    /// # Panics
    /// The bytes are no response.
    pub fn read(bytes: &[u8]) -> Answer {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer has a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .and_then(|code| code.parse().ok())
            .expect("a status line");
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: bytes[end + 4..].to_vec() };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = joined(&answer.body);
        }
        answer
    }

    /// Returns the value of a header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Parses the body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: {error}: {}", self.status, self.text()))
    }

    /// Returns the body as text, for messages.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the `code` of a problem (RFC 9457), or nothing.
    pub fn code(&self) -> String {
        serde_json::from_slice::<Value>(&self.body)
            .ok()
            .and_then(|body| body["code"].as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

impl Answer {
    /// Checks a problem: status and code, a sentence without placeholders, and the name of
    /// the module.
    pub fn assert_problem(&self, what: &str, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{what}: {}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{what}");
        let detail = self.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.chars().count() > 8 && !detail.contains(['{', '}']), "{what}: {detail:?} is no sentence");
        assert!(
            self.header("kakekomi-module").is_some_and(|module| module.starts_with("sha256:")),
            "{what}: no module"
        );
    }
}

/// Joins a body of its chunks (RFC 9112, section 7.1).
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(String::from_utf8_lossy(&rest[..end]).trim(), 16).expect("a chunk's length");
        if length == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 2 + length + 2..];
    }
    body
}
