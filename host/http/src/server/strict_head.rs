//! Rejects requests whose ends two programs could see at different places.
//!
//! `Content-Length: 5` and `Transfer-Encoding: chunked` in one head → ambiguous, 400 `http.bad_request`
//!
//! A proxy and the desk must agree on the end of a request, or a stranger's request can hide behind another's (request
//! smuggling). hyper is lenient where RFC 9112 allows it: it accepts a bare line feed as the end of a line, lets
//! Transfer-Encoding win over Content-Length and joins two equal lengths. The desk is strict, and an HTTP/1.1 request must have
//! exactly one valid `Host` (RFC 9112, 3.2). [`RecordingReader`] records the bytes that arrive, and when hyper hands over a
//! request, [`HeadRecorder::is_unambiguous`] looks at the head as it was sent.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use httparse::{EMPTY_HEADER, Request, Status};
use tokio::io::{AsyncRead, ReadBuf};

/// Number of header lines that a request may have.
pub const MAX_HEADERS: usize = 64;

/// The bytes of the next head that have arrived, and the length of the body that is still to come before it.
#[derive(Debug, Default)]
struct Recorded {
    bytes: Vec<u8>,
    body: u64,
    /// True after more bytes than any head may have, or after a body without a length: the start of the next head is unknown.
    lost: bool,
}

/// The heads of one connection, recorded by the reader and looked at by the service.
#[derive(Debug, Clone)]
pub struct HeadRecorder {
    recorded: Arc<Mutex<Recorded>>,
    max_head: usize,
}

impl HeadRecorder {
    /// Creates a recorder of heads of at most this number of bytes, at which hyper gives up.
    pub fn new(max_head: usize) -> HeadRecorder {
        HeadRecorder { recorded: Arc::default(), max_head }
    }

    fn record(&self, mut bytes: &[u8]) {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let body = usize::try_from(recorded.body).unwrap_or(usize::MAX).min(bytes.len());
        recorded.body -= body as u64;
        bytes = bytes.get(body..).unwrap_or_default();
        // Twice, for a head and for what a client sends behind it without waiting.
        if recorded.lost || recorded.bytes.len() + bytes.len() > 2 * self.max_head {
            *recorded = Recorded { lost: true, ..Recorded::default() };
        } else {
            recorded.bytes.extend_from_slice(bytes);
        }
    }

    /// Tells if the head that hyper has just read can be read in one way only; called once for each.
    pub fn is_unambiguous(&self) -> bool {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let head = if recorded.lost { None } else { Head::parse(&recorded.bytes) };
        let Some(Head { length, body: Some(body) }) = head else {
            // The response closes the connection: nothing behind it is looked at.
            *recorded = Recorded { lost: true, ..Recorded::default() };
            return head.is_some();
        };
        recorded.bytes.drain(..length);
        let arrived = usize::try_from(body).unwrap_or(usize::MAX).min(recorded.bytes.len());
        recorded.bytes.drain(..arrived);
        recorded.body = body - arrived as u64;
        true
    }
}

/// The ends of a head and of its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    length: usize,
    /// Length of the body; `None` for a body in chunks.
    body: Option<u64>,
}

impl Head {
    /// Parses the head at the start of these bytes; `None` if it is ambiguous.
    fn parse(bytes: &[u8]) -> Option<Head> {
        let mut headers = [EMPTY_HEADER; MAX_HEADERS];
        let mut request = Request::new(&mut headers);
        let Ok(Status::Complete(length)) = request.parse(bytes) else { return None };
        let mut lines = bytes.get(..length)?.split_inclusive(|byte| *byte == b'\n');
        if !lines.all(|line| line.strip_suffix(b"\r\n").is_some_and(|line| !line.contains(&b'\r'))) {
            return None;
        }
        let values = |name: &str| -> Vec<&[u8]> {
            let named = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
            named.map(|header| header.value.trim_ascii()).collect()
        };
        let body = match (&*values("content-length"), &*values("transfer-encoding")) {
            ([], []) => Some(0),
            ([length], []) => Some(str::from_utf8(length).ok()?.parse().ok()?),
            // Another coding would reach the rules undecoded.
            ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => None,
            _ => return None,
        };
        let has_valid_host = match *values("host") {
            [] => request.version == Some(0),
            [host] => str::from_utf8(host).is_ok_and(is_host),
            _ => false,
        };
        has_valid_host.then_some(Head { length, body })
    }
}

/// Tells if a text is a host with or without a port (RFC 3986, 3.2.2); the host is not empty (RFC 9110, 4.2.1).
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (text, ""),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte);
    let is_in_brackets = |inner: &str| inner.bytes().all(|byte| byte == b':' || is_name(byte));
    let is_literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(is_in_brackets);
    !host.is_empty() && (is_literal || host.bytes().all(is_name)) && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// A reader whose bytes are recorded.
#[derive(Debug)]
pub struct RecordingReader<R> {
    /// Reads from the connection.
    pub reader: R,
    /// Records the bytes.
    pub recorder: HeadRecorder,
}

impl<R: AsyncRead + Unpin> AsyncRead for RecordingReader<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.reader).poll_read(context, buffer);
        self.recorder.record(buffer.filled().get(before..).unwrap_or_default());
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(head: &str) -> bool {
        Head::parse(head.as_bytes()).is_some()
    }

    #[test]
    fn plain_heads_are_accepted() {
        assert!(plain("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert!(plain("\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"));
        assert!(plain("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"));
    }

    #[test]
    fn ambiguous_heads_are_rejected() {
        for head in [
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\n\n",
            "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: a",
            "GET / HTTP/1.1\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\n\r\n",
        ] {
            assert!(!plain(head), "{head:?}");
        }
    }

    #[test]
    fn http_1_1_needs_exactly_one_valid_host() {
        let with = |host: &str| plain(&format!("GET / HTTP/1.1\r\nHost:{host}\r\n\r\n"));
        for right in ["a", " desk.example.jp ", "a:", "a:8080", "127.0.0.1:80", "[::1]", "[::1]:80", "xn--r8jz45g.jp"] {
            assert!(with(right), "{right}");
        }
        for wrong in
            ["", " ", ":80", "a:b", "a b", "a/b", "u@a", "a,b:80/", "[::1", "::1", "a\u{e9}", "\"a\"", "a:80:80"]
        {
            assert!(!with(wrong), "{wrong}");
        }
        assert!(plain("GET / HTTP/1.0\r\n\r\n") && plain("GET / HTTP/1.0\r\nHost: a\r\n\r\n"));
        assert!(!plain("GET / HTTP/1.0\r\nHost:\r\n\r\n") && !plain("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"));
    }

    #[test]
    fn next_head_is_found_behind_a_body() {
        let heads = HeadRecorder::new(1024);
        heads.record(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab\n");
        assert!(heads.is_unambiguous());
        heads.record(b"\ncd");
        heads.record(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\n\n");
        assert!(heads.is_unambiguous());
        assert!(!heads.is_unambiguous());
        assert!(!heads.is_unambiguous(), "every head after a lost one is rejected");
    }

    #[test]
    fn bytes_beyond_a_head_are_not_kept() {
        let heads = HeadRecorder::new(16);
        heads.record(&[b'a'; 33]);
        assert!(!heads.is_unambiguous());
        assert!(heads.recorded.lock().unwrap().bytes.is_empty());
    }
}
