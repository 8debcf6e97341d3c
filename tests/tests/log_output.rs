//! A log that cannot be written costs log lines only: every case is stored and answered, and SIGTERM ends the desk within
//! its time. `make bench` compares the latency with that of a working log.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::server::{Home, LogTarget, Server, free_address};
use kakekomi_tests::wire::Request;

const SUBMISSIONS: usize = 2_500;
const CLIENTS: usize = 8;
/// Time to stop: ten seconds for requests in progress, one for the last log lines.
const STOP_LIMIT: Duration = Duration::from_secs(12);

#[test]
fn full_device_delays_and_fails_no_response() {
    serves_with_its_log_at(LogTarget::FullDevice);
}

#[test]
fn closed_pipe_delays_and_fails_no_response() {
    serves_with_its_log_at(LogTarget::ClosedPipe);
}

#[test]
fn unread_pipe_delays_and_fails_no_response() {
    serves_with_its_log_at(LogTarget::UnreadPipe);
}

#[test]
fn file_on_a_full_disk_delays_and_fails_no_response() {
    serves_with_its_log_at(LogTarget::FullDisk);
}

fn serves_with_its_log_at(target: LogTarget) {
    let admin = free_address();
    let server = Server::start_logging_to(Home::new(), &["--admin-listen", &admin.to_string()], target);
    let draft = example(&server.home, &[]);
    let stored = AtomicUsize::new(0);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (server, draft, stored) = (&server, &draft, &stored);
            scope.spawn(move || {
                for number in (client..SUBMISSIONS).step_by(CLIENTS) {
                    let answer = server.send(&submission(&format!("{number}"), draft));
                    assert_eq!(answer.status, 201, "{target:?}, submission {number}");
                    stored.fetch_add(1, Ordering::Relaxed);
                    // A quarter more lines than fill an unread pipe and the queue behind it.
                    if number % 4 == 0 {
                        assert_eq!(server.send(&Request::get("/v1/desk")).status, 200);
                    }
                }
            });
        }
    });
    assert_eq!(stored.load(Ordering::Relaxed), SUBMISSIONS);
    assert_eq!(Request::get("/").send(server.at).status, 200);
    for path in ["/livez", "/readyz"] {
        assert_eq!(Request::get(path).send(admin).status, 200, "{path}");
    }
    assert!(dropped_lines(admin) > 0, "{target:?}: dropped lines are counted");

    let asked = Instant::now();
    let stopped = server.stop();
    assert!(asked.elapsed() < STOP_LIMIT, "{target:?}: stopping took {:?}", asked.elapsed());
    assert_eq!(stopped.code, Some(0));
    assert_eq!(stopped.home.cases().len(), SUBMISSIONS);
}

fn dropped_lines(admin: std::net::SocketAddr) -> u64 {
    let answer = Request::get("/metrics").send(admin);
    let metrics = String::from_utf8(answer.body).unwrap();
    let count = metrics.lines().find_map(|line| line.strip_prefix("kakekomi_log_dropped_total "));
    count.and_then(|count| count.parse().ok()).unwrap_or_default()
}
