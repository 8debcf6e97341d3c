//! A listening socket that outlasts the process, as systemd hands it over: a restart refuses no request.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::server::{Home, binary};
use kakekomi_tests::wire::Request;

/// Time in which a start or a stop must end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A desk with the socket on file descriptor 3.
fn start(home: &Home, socket: &TcpListener) -> Child {
    start_with(home, socket, "exec 3<&0 0</dev/null; LISTEN_FDS=1")
}

/// Starts a desk by a shell that prepares its environment as systemd would: `LISTEN_PID` is the process's own number, which it keeps through `exec`.
fn start_with(home: &Home, socket: &TcpListener, set_up: &str) -> Child {
    let line = format!("{set_up} LISTEN_PID=$$ KAKEKOMI_DATA=\"$1\" exec \"$0\" serve --listen 127.0.0.1:1");
    let mut command = Command::new("sh");
    command.args(["-c", &line]).arg(binary()).arg(home.path().join("data"));
    command.stdin(OwnedFd::from(socket.try_clone().unwrap())).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Starts a desk and waits until it serves: a signal that comes before ends it at once.
fn start_and_wait(home: &Home, socket: &TcpListener) -> Child {
    let mut desk = start(home, socket);
    let mut log = BufReader::new(desk.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("serving at") {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended before it served");
    }
    thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    desk
}

/// Sends SIGTERM, and waits for the end.
fn stop(mut desk: Child) {
    let sent = Command::new("kill").arg(desk.id().to_string()).status().unwrap();
    assert!(sent.success());
    assert_eq!(desk.wait().unwrap().code(), Some(0));
}

#[test]
fn restart_refuses_no_request() {
    let (home, socket) = (Home::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let at = socket.local_addr().unwrap();
    let mut desk = start_and_wait(&home, &socket);
    let draft = example(&home, &[]);
    let is_over = AtomicBool::new(false);
    let (stored, desk) = thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let (draft, is_over) = (&draft, &is_over);
                scope.spawn(move || {
                    let mut stored = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        let answer = submission(&format!("{client}-{stored}"), draft).send(at);
                        assert_eq!(answer.status, 201, "{}", answer.text());
                        assert_eq!(Request::get("/v1/desk").send(at).status, 200);
                        stored += 1;
                    }
                    stored
                })
            })
            .collect();
        for _ in 0..5 {
            thread::sleep(Duration::from_millis(300));
            stop(desk);
            // Between the two no process accepts: connections wait in the socket.
            thread::sleep(Duration::from_millis(100));
            desk = start_and_wait(&home, &socket);
        }
        thread::sleep(Duration::from_millis(500));
        is_over.store(true, Ordering::Relaxed);
        (clients.into_iter().map(|client| client.join().unwrap()).sum::<usize>(), desk)
    });
    assert_eq!(home.cases().len(), stored, "each receipt has its case, and no case has none");
    assert!(stored >= 20, "{stored}");
    stop(desk);
}

#[test]
fn requests_in_progress_are_finished_by_their_process() {
    let (home, socket) = (Home::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let at = socket.local_addr().unwrap();
    let desk = start(&home, &socket);
    let draft = example(&home, &[]);
    assert_eq!(Request::get("/v1/desk").send(at).status, 200);
    // One connection is accepted and silent; the other has sent a head and half a body.
    let mut fresh = TcpStream::connect(at).unwrap();
    let mut halved = TcpStream::connect(at).unwrap();
    let (first, rest) = draft.split_at(draft.len() / 2);
    let head = |key: &str| {
        let length = draft.len();
        format!(
            "POST /v1/submissions HTTP/1.1\r\nhost: a\r\nidempotency-key: {key}\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    halved.write_all(&[head("halved").as_bytes(), first].concat()).unwrap();
    // A later request is answered, so both were accepted.
    assert_eq!(Request::get("/v1/desk").send(at).status, 200);
    let sent = Command::new("kill").arg(desk.id().to_string()).status().unwrap();
    assert!(sent.success());
    thread::sleep(Duration::from_millis(100));
    let waiting = thread::spawn(move || Request::get("/v1/desk").send(at).status);
    fresh.write_all(&[head("fresh").as_bytes(), &draft].concat()).unwrap();
    halved.write_all(rest).unwrap();
    for mut stream in [fresh, halved] {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    }
    let mut desk = desk;
    assert_eq!(desk.wait().unwrap().code(), Some(0));
    let next = start(&home, &socket);
    assert_eq!(waiting.join().unwrap(), 200, "the next process answers what waited in the socket");
    assert_eq!(home.cases().len(), 2);
    stop(next);
}

#[test]
fn unusable_sockets_abort_the_start() {
    let home = Home::new();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let two = "exec 3<&0 4<&0 0</dev/null; LISTEN_FDS=2";
    let none = "exec 3</dev/null 0</dev/null; LISTEN_FDS=1";
    for (set_up, word) in [(two, "more than one"), (none, "sockets from systemd")] {
        let mut desk = start_with(&home, &socket, set_up);
        let started = Instant::now();
        while desk.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < PATIENCE, "{set_up}: it serves");
            thread::sleep(Duration::from_millis(20));
        }
        let mut words = String::new();
        desk.stderr.take().unwrap().read_to_string(&mut words).unwrap();
        assert_eq!(desk.wait().unwrap().code(), Some(5), "{words}");
        assert!(words.contains(word), "{words}");
    }
}
