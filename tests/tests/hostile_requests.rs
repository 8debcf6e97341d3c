//! Hostile clients, to the byte: ambiguous heads, heads and bodies that never end, unread responses, and too much of
//! everything.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{CHECK, example};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::Request;

/// Longer than any of the desk's own time-outs, on a busy machine too.
const PATIENCE: Duration = Duration::from_mins(2);

/// Sends bytes unchanged and returns the response up to the end of the connection.
fn raw(server: &Server, bytes: &[u8]) -> String {
    raw_at(server.at, bytes)
}

/// Does the same as [`raw`], from an address.
fn raw_at(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).map(|rest| &rest[..3]).collect()
}

#[test]
fn ambiguous_head_is_refused_and_nothing_after_it_is_read() {
    let server = Server::start();
    let hidden = "GET /v1/schema HTTP/1.1\r\nHost: a\r\n\r\n";
    let post = "POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    let rows = [
        (
            "a length and chunks",
            format!("{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        (
            "chunks and a length",
            format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        ("two lengths", format!("{post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}{hidden}")),
        ("the same length twice", format!("{post}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}{hidden}")),
        ("two lengths in one line", format!("{post}Content-Length: 2, 2\r\n\r\n{{}}{hidden}")),
        ("a length with a sign", format!("{post}Content-Length: +2\r\n\r\n{{}}{hidden}")),
        ("another coding", format!("{post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a coding that is none", format!("{post}Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n{hidden}")),
        (
            "chunks twice",
            format!("{post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        ("a folded line", format!("{post}X: a\r\n Content-Length: 2\r\n\r\n{{}}{hidden}")),
        ("bare line feeds", format!("GET /v1/schema HTTP/1.1\nHost: a\n\n{hidden}")),
        ("one bare line feed", format!("GET /v1/schema HTTP/1.1\r\nHost: a\nX: b\r\n\r\n{hidden}")),
        ("a space before the colon", format!("{post}Content-Length : 2\r\n\r\n{{}}{hidden}")),
        ("two hosts", format!("GET /v1/schema HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n{hidden}")),
        ("chunks in HTTP/1.0", "POST /v1/check HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned()),
    ];
    for (what, bytes) in rows {
        assert_eq!(statuses(&raw(&server, bytes.as_bytes())), ["400"], "{what}");
    }
    let chunks = format!("{post}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{hidden}");
    assert_eq!(statuses(&raw(&server, chunks.as_bytes())), ["200"], "chunks are taken, and nothing behind them");
    let last = "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
    let plain = format!("{post}Content-Length: 2\r\n\r\n{{}}{hidden}{post}{last}");
    assert_eq!(statuses(&raw(&server, plain.as_bytes())), ["200", "200", "200"], "plain requests in a row are read");
}

#[test]
fn http_1_1_requires_one_valid_host() {
    let server = Server::start();
    let get = |version: &str, hosts: &str| {
        statuses(&raw(&server, format!("GET /v1/schema HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n").as_bytes()))
            .join(" ")
    };
    for right in ["Host: a\r\n", "Host: desk.example.jp:8443\r\n", "Host: [::1]:80\r\n", "HOST:a\r\n"] {
        assert_eq!(get("1.1", right), "200", "{right}");
    }
    for wrong in [
        "",
        "Host:\r\n",
        "Host: \r\n",
        "Host: a b\r\n",
        "Host: a/b\r\n",
        "Host: u@a\r\n",
        "Host: a:b\r\n",
        "Hos: a\r\n",
    ] {
        assert_eq!(get("1.1", wrong), "400", "{wrong:?}");
    }
    let answer = raw(&server, b"GET /v1/schema HTTP/1.0\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.0 200 "), "HTTP/1.0 knows no Host: {answer}");
    let hidden = "GET /v1/schema HTTP/1.1\r\n\r\nGET /v1/schema HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_eq!(statuses(&raw(&server, hidden.as_bytes())), ["400"], "and nothing behind it is read");
}

#[test]
fn admin_listener_requires_one_valid_host() {
    let admin = free_address();
    let _server = Server::start_with(Home::new(), &["--admin-listen", &admin.to_string()]);
    let live = "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(statuses(&raw_at(admin, live.as_bytes())), ["200"]);
    for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a b\r\n"] {
        for path in ["/livez", "/readyz", "/metrics", "/nothing"] {
            let hidden = format!("GET {path} HTTP/1.1\r\n{hosts}\r\n{live}");
            let answer = raw_at(admin, hidden.as_bytes());
            assert_eq!(statuses(&answer), ["400"], "{path} {hosts:?}");
            assert!(answer.ends_with("http.bad_request\n"), "{answer}");
        }
    }
}

#[test]
fn oversized_heads_are_refused() {
    let server = Server::start();
    let long =
        |bytes: usize| format!("GET /v1/schema?{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "a".repeat(bytes));
    assert_eq!(statuses(&raw(&server, long(15 * 1024).as_bytes())), ["200"]);
    let refused = raw(&server, long(17 * 1024).as_bytes());
    assert!(matches!(statuses(&refused)[..], ["431" | "414"]), "{refused}");
    let many = |lines: usize| {
        format!("GET /v1/schema HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{}\r\n", "X: y\r\n".repeat(lines))
    };
    assert_eq!(statuses(&raw(&server, many(62).as_bytes())), ["200"]);
    assert_eq!(statuses(&raw(&server, many(63).as_bytes())), ["431"]);
}

#[test]
fn slow_heads_bodies_and_readers_are_disconnected() {
    let server = Server::start();
    let started = Instant::now();
    let mut slow_head = TcpStream::connect(server.at).unwrap();
    let mut slow_body = TcpStream::connect(server.at).unwrap();
    for stream in [&slow_head, &slow_body] {
        stream.set_read_timeout(Some(Duration::from_millis(900))).unwrap();
    }
    slow_head.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    slow_body
        .write_all(
            b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n",
        )
        .unwrap();
    let mut ended = [None, None];
    let mut answers = [Vec::new(), Vec::new()];
    while ended.contains(&None) && started.elapsed() < PATIENCE {
        for (index, stream) in [&mut slow_head, &mut slow_body].into_iter().enumerate() {
            if ended[index].is_some() {
                continue;
            }
            // A byte a second, as a patient attacker would.
            let broken = stream.write_all(b"a").is_err();
            let mut piece = [0; 4096];
            match stream.read(&mut piece) {
                Ok(0) => ended[index] = Some(started.elapsed()),
                Ok(length) => answers[index].extend_from_slice(&piece[..length]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) && !broken => {}
                Err(_) => ended[index] = Some(started.elapsed()),
            }
        }
    }
    let [head, body] = ended.map(|ended| ended.expect("a slow client is never cut off"));
    assert!(head < Duration::from_secs(15), "a slow head lasted {head:?}");
    assert!(body > Duration::from_secs(20), "a slow body was cut after {body:?}");
    assert!(String::from_utf8_lossy(&answers[1]).starts_with("HTTP/1.1 408 "), "{:?}", answers[1]);
}

#[test]
fn rate_limited_address_gets_retry_after_and_slows_no_other() {
    let server = Server::start_with(Home::new(), &["--trusted-proxies", "127.0.0.1", "--rate-limit", "40"]);
    let draft = example(&server.home, &[]);
    let check = |from: &str| server.send(&Request::post(CHECK).header("x-forwarded-for", from).json(&draft));
    let answers: Vec<_> = (0..15).map(|_| check("6.6.6.6, 198.51.100.1")).collect();
    assert!(answers[..10].iter().all(|answer| answer.status == 200), "the burst is taken");
    let refused = answers.iter().find(|answer| answer.status == 429).expect("nothing is refused");
    refused.assert_problem("past the rate", 429, "rate.limited");
    let again: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&again), "{again}");
    assert_eq!(check("198.51.100.2").status, 200, "another address");
    assert_eq!(check("").status, 200, "loopback itself");
}

#[test]
fn connections_over_the_limit_are_refused() {
    let server = Server::start_with(Home::new(), &["--connections", "4"]);
    let held: Vec<_> = (0..4).map(|_| TcpStream::connect(server.at).unwrap()).collect();
    let busy = (0..100).map(|_| server.send(&Request::get("/v1/desk"))).find(|answer| answer.status == 503);
    assert_eq!(busy.expect("a fifth connection is served").code(), "desk.busy");
    drop(held);
    let again = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        server.send(&Request::get("/v1/desk")).status == 200
    });
    assert!(again, "a place that was given back is not given again");
}
