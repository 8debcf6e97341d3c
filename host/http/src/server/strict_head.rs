//! Requests whose ends two programs could see at different places, and how they are told.
//!
//! A proxy and the desk must agree where a request ends, or a stranger's request can hide behind
//! another's (request smuggling). hyper is lenient where RFC 9112 allows it: it takes a bare line feed for
//! an end of line, lets Transfer-Encoding win over Content-Length and joins two lengths that are equal.
//! The desk is not, and holds a request to its `Host` (RFC 9112, 3.2): exactly one that is a host, where HTTP/1.1 is spoken.
//! `RecordingStream` notes the bytes that come in, and when hyper hands over a request,
//! [`HeadRecorder::is_unambiguous`] looks at the head as it was sent.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What has come in of the next head, and how much of a body is still to come before it.
#[derive(Debug, Default)]
struct Recorded {
    bytes: Vec<u8>,
    body: u64,
    /// More came in than any head may have, or a body without a length: where heads begin is not known.
    lost: bool,
}

/// The heads of one connection, recorded by the stream and looked at by the service.
#[derive(Debug, Clone)]
pub struct HeadRecorder {
    recorded: Arc<Mutex<Recorded>>,
    /// hyper gives up before that.
    most: usize,
}

impl HeadRecorder {
    /// For heads of at most so many bytes.
    pub fn new(most: usize) -> HeadRecorder {
        HeadRecorder { recorded: Arc::default(), most }
    }

    fn record(&self, mut bytes: &[u8]) {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let body = usize::try_from(recorded.body).unwrap_or(usize::MAX).min(bytes.len());
        recorded.body -= body as u64;
        bytes = bytes.get(body..).unwrap_or_default();
        // A head, and what a client sends behind it without waiting.
        if recorded.lost || recorded.bytes.len() + bytes.len() > 2 * self.most {
            *recorded = Recorded { lost: true, ..Recorded::default() };
        } else {
            recorded.bytes.extend_from_slice(bytes);
        }
    }

    /// Whether the head that hyper has just read can be read in one way alone; called once for each.
    pub fn is_unambiguous(&self) -> bool {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let head = Head::read(&recorded.bytes);
        if recorded.lost || !head.plain || head.chunked {
            // Its own answer closes the connection: nothing behind it is looked at.
            let plain = !recorded.lost && head.plain;
            *recorded = Recorded { lost: true, ..Recorded::default() };
            return plain;
        }
        recorded.bytes.drain(..head.length);
        let body = usize::try_from(head.body).unwrap_or(usize::MAX).min(recorded.bytes.len());
        recorded.bytes.drain(..body);
        recorded.body = head.body - body as u64;
        true
    }
}

/// What a head says of its own end and of its body's.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    length: usize,
    body: u64,
    chunked: bool,
    plain: bool,
}

impl Head {
    fn read(bytes: &[u8]) -> Head {
        let mut head = Head { length: 0, body: 0, chunked: false, plain: true };
        let (mut lengths, mut codings) = (0_usize, 0_usize);
        let mut hosts = Hosts::default();
        let mut begun = false;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            head.length += line.len();
            let Some(text) = line.strip_suffix(b"\r\n").filter(|text| !text.contains(&b'\r')) else {
                return Head { plain: false, ..head };
            };
            match (text.is_empty(), begun) {
                (true, false) => {} // an empty line before a request is none (RFC 9112, 2.2)
                (true, true) => {
                    head.plain = lengths + codings <= 1 && hosts.are_right();
                    return head;
                }
                (false, false) => {
                    begun = true;
                    hosts.required = !text.ends_with(b" HTTP/1.0");
                }
                (false, true) if text.starts_with(b" ") || text.starts_with(b"\t") => {
                    return Head { plain: false, ..head };
                }
                (false, true) => {
                    let (name, value) = split(text);
                    match name.as_str() {
                        "content-length" => {
                            lengths += 1;
                            head.body = value.parse().unwrap_or_default();
                        }
                        "transfer-encoding" => {
                            codings += 1;
                            head.chunked = true;
                            // Another coding would reach the rules as it is.
                            lengths += usize::from(!value.eq_ignore_ascii_case("chunked"));
                        }
                        "host" => hosts.take(&value),
                        _ => {}
                    }
                }
            }
        }
        Head { plain: false, ..head }
    }
}

/// The `Host` lines of a head.
#[derive(Debug, Default)]
struct Hosts {
    required: bool,
    found: usize,
    wrong: bool,
}

impl Hosts {
    fn take(&mut self, value: &str) {
        self.found += 1;
        self.wrong |= !is_host(value);
    }

    fn are_right(&self) -> bool {
        !self.wrong && (self.found == 1 || (self.found == 0 && !self.required))
    }
}

/// Whether a text is a host and maybe a port (RFC 3986, 3.2.2); an address of HTTP has no empty host (RFC 9110, 4.2.1).
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

fn split(line: &[u8]) -> (String, String) {
    let line = String::from_utf8_lossy(line);
    let (name, value) = line.split_once(':').unwrap_or((&line, ""));
    (name.to_ascii_lowercase(), value.trim().to_owned())
}

/// A stream whose incoming bytes are recorded.
#[derive(Debug)]
pub struct RecordingStream<S> {
    stream: S,
    recorder: HeadRecorder,
}

impl<S> RecordingStream<S> {
    /// Notes what this stream reads.
    pub fn new(stream: S, recorder: HeadRecorder) -> RecordingStream<S> {
        RecordingStream { stream, recorder }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for RecordingStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.recorder.record(buffer.filled().get(before..).unwrap_or_default());
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for RecordingStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(head: &str) -> bool {
        Head::read(head.as_bytes()).plain
    }

    #[test]
    fn a_plain_head_is_plain() {
        assert!(plain("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert!(plain("\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"));
        assert!(plain("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"));
    }

    #[test]
    fn heads_that_can_be_read_in_two_ways_are_not() {
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
    fn http_1_1_has_one_host_that_is_one() {
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
    fn the_next_head_is_found_behind_a_body() {
        let heads = HeadRecorder::new(1024);
        heads.record(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab\n");
        assert!(heads.is_unambiguous());
        heads.record(b"\ncd");
        heads.record(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\n\n");
        assert!(heads.is_unambiguous());
        assert!(!heads.is_unambiguous());
        assert!(!heads.is_unambiguous(), "once lost, nothing is plain");
    }

    #[test]
    fn what_no_head_can_be_is_not_kept() {
        let heads = HeadRecorder::new(16);
        heads.record(&[b'a'; 33]);
        assert!(!heads.is_unambiguous());
        assert!(heads.recorded.lock().unwrap().bytes.is_empty());
    }
}
