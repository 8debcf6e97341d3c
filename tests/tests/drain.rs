//! The drain of a host that is asked to end: health checks fail, and requests are still taken.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::sleep;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::{Answer, Request};

/// Time in which a signal is noticed, and a process ends.
const PATIENCE: Duration = Duration::from_secs(30);

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(20));
    }
}

fn status(path: &str, at: SocketAddr) -> u16 {
    Request::get(path).send(at).status
}

/// Asks for the desk's data as a client that keeps its connection.
fn ask(stream: &mut TcpStream) {
    stream.write_all(b"GET /v1/desk HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
}

fn start(drain: &str) -> (Server, SocketAddr) {
    let admin = free_address();
    let server = Server::start_with(Home::new(), &["--admin-listen", &admin.to_string(), "--drain", drain]);
    assert_eq!((status("/livez", admin), status("/readyz", admin)), (200, 200));
    (server, admin)
}

#[test]
fn draining_host_fails_its_checks_takes_requests_and_ends() {
    let (mut server, admin) = start("3");
    let draft = example(&server.home, &[]);
    let mut kept = TcpStream::connect(server.at).unwrap();
    ask(&mut kept);
    let mut first = [0; 4096];
    assert!(kept.read(&mut first).unwrap() > 0);
    let asked = Instant::now();
    server.terminate();
    wait_until("it drains", || status("/readyz", admin) == 503);
    assert_eq!((status("/livez", admin), status("/metrics", admin)), (503, 200));

    assert_eq!(submission("late", &draft).send(server.at).status, 201, "a request that comes yet is taken");
    ask(&mut kept);
    let mut rest = Vec::new();
    kept.read_to_end(&mut rest).unwrap();
    let start = rest.windows(9).position(|nine| nine == b"HTTP/1.1 ").unwrap();
    let last = Answer::read(&rest[start..]);
    assert_eq!((last.status, last.header("connection")), (200, Some("close")), "the proxy keeps no connection");
    assert_eq!(server.exit_code(), None);
    wait_until("it ends", || server.exit_code().is_some());
    assert!(asked.elapsed() >= Duration::from_secs(3));
    assert_eq!((server.exit_code(), server.home.cases().len()), (Some(0), 1));
}

#[test]
fn without_a_drain_the_host_ends_at_once() {
    let (mut server, _) = start("0");
    let asked = Instant::now();
    server.terminate();
    wait_until("it ends", || server.exit_code().is_some());
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
}

#[test]
fn second_signal_ends_a_drain_at_once() {
    let (mut server, admin) = start("600");
    server.terminate();
    wait_until("it drains", || status("/readyz", admin) == 503);
    server.terminate();
    wait_until("it ends", || server.exit_code().is_some());
    assert_eq!(server.exit_code(), Some(130));
}
