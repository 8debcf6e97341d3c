//! A desk under load, at its default limits: ten thousand connections of which two thousand drip a byte a second, and one
//! address that sends the most expensive drafts. Applicants still get their responses.
//!
//! `KAKEKOMI_LOAD_PEOPLE` is the number of applicants, fifty a second; docs/performance.md records a long run.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that cannot go on stops"
)]

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{TEXT_MAX, example};
use kakekomi_tests::load_clients::{Answers, LoadClients, peak_memory, people};
use kakekomi_tests::server::{Home, Server};

/// Numbers of idle and of slow connections.
const WAITING: usize = 8_000;
const DRIPPING: usize = 2_000;
/// Limit of the desk's memory, in bytes.
const MEMORY_MAX: u64 = 300_000_000;
/// Limit of the 99th percentile of response times, in addition to that of the same machine without the load.
const P99_MAX: Duration = Duration::from_millis(500);
/// Limit of the duration of a slow head.
const HEAD_MAX: Duration = Duration::from_secs(15);
/// Interval between two clients.
const EVERY: Duration = Duration::from_millis(20);
/// Number of clients before there is a load.
const QUIET: usize = 150;
/// Number of expensive drafts at once for each core: a desk lets 32 of them wait.
const FLOOD: usize = 100;

/// Lock of the tests, which would load each other's desk.
static ALONE: Mutex<()> = Mutex::new(());

fn many() -> usize {
    std::env::var("KAKEKOMI_LOAD_PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(600)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn post(target: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n{more}Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Returns the request of a client: look, check or submit in turn, each from its own address behind the proxy.
fn person(number: usize, draft: &[u8], run: &str) -> Vec<u8> {
    let from = format!("X-Forwarded-For: 203.0.113.{}\r\n", number % 250);
    match number % 3 {
        0 => format!("GET /v1/desk HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{from}\r\n").into_bytes(),
        1 => post("/v1/check", &from, draft),
        _ => post("/v1/submissions", &format!("{from}Idempotency-Key: {run}-{number}\r\n"), draft),
    }
}

fn say(what: &str, answers: &Answers) {
    let [half, most, last] = [50, 99, 100].map(|percent| answers.percentile(percent));
    println!("{what}: {} people, half within {half:?}, 99 % within {most:?}, all within {last:?}", answers.took.len());
}

#[test]
fn ten_thousand_connections_keep_latency_and_memory_low() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    rlimit::increase_nofile_limit(16_384).unwrap();
    let server = Server::start_with(Home::new(), &["--trusted-proxies", "127.0.0.1", "--log", "warn"]);
    let draft = example(&server.home, &[]);
    runtime().block_on(async {
        let quiet = people(server.at, QUIET, EVERY, |number| person(number, &draft, "quiet")).await;
        say("without a load", &quiet);
        let clients = LoadClients::connect(server.at, WAITING, DRIPPING);
        let (started, enough) = (Instant::now(), (WAITING + DRIPPING) * 99 / 100);
        while clients.open() < enough {
            assert!(started.elapsed() < Duration::from_secs(30), "only {} connections are open", clients.open());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // After the first slow heads, which are disconnected after ten seconds.
        let loaded = people(server.at, many(), EVERY, |number| person(number, &draft, "loaded")).await;
        say("ten thousand connections", &loaded);
        let (open, head, memory) = (clients.open(), clients.slowest_head(), peak_memory(server.id()));
        println!("{open} connections are open; the slowest head lasted {head:?}; {} MB at most", memory / 1_000_000);
        assert_eq!(loaded.wrong, [], "nobody is refused");
        assert!(open >= enough, "only {open} connections are open");
        assert!(loaded.percentile(99) < P99_MAX + quiet.percentile(99), "{:?}", loaded.percentile(99));
        assert!(head > Duration::ZERO && head < HEAD_MAX, "a slow head lasted {head:?}");
        assert!(memory < MEMORY_MAX, "{memory} bytes");
        clients.close().await;
    });
}

#[test]
fn expensive_drafts_of_one_address_slow_no_other() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Server::start_with(Home::new(), &["--trusted-proxies", "127.0.0.1", "--log", "warn"]);
    let draft = example(&server.home, &[]);
    let dear = dear();
    let from = "X-Forwarded-For: 198.51.100.1\r\n";
    runtime().block_on(async {
        let quiet = people(server.at, QUIET, EVERY, |number| person(number, &draft, "quiet")).await;
        say("without a load", &quiet);
        // A request waits only for those in progress, which may be long on a busy machine.
        let one = people(server.at, 1, EVERY, |_| post("/v1/check", "", &dear)).await.percentile(99);
        println!("one of the dearest drafts takes {one:?}");
        let at = server.at;
        // Sixty at once, and then as many as its rate lets through.
        let greedy =
            tokio::spawn(async move { people(at, 2 * many(), EVERY / 2, |_| post("/v1/check", from, &dear)).await });
        tokio::time::sleep(Duration::from_millis(200)).await;
        let loaded = people(server.at, many(), EVERY, |number| person(number, &draft, "loaded")).await;
        let greedy = greedy.await.unwrap();
        say("beside one that is greedy", &loaded);
        say("the greedy one", &greedy);
        assert_eq!(loaded.wrong, [], "nobody else is refused");
        // Each check thread has one of them, and each takes longer beside the others.
        let slowest = P99_MAX + quiet.percentile(99) + 2 * one;
        assert!(loaded.percentile(99) < slowest, "{:?} and not {slowest:?}", loaded.percentile(99));
        assert!(greedy.wrong.iter().any(|(_, head)| head.starts_with("HTTP/1.1 429")), "its rate has an end");
        assert_eq!(greedy.wrong.iter().find(|(_, head)| !is_refusal(head)), None);
    });
}

#[test]
fn overload_is_refused_at_once_and_the_rest_is_served() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Server::start_with(Home::new(), &["--log", "warn"]);
    let (draft, dear) = (example(&server.home, &[]), dear());
    let check = |_| post("/v1/check", "", &draft);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    runtime().block_on(async {
        let flood = people(server.at, FLOOD * cores, Duration::ZERO, |_| post("/v1/check", "", &dear)).await;
        say("more than it can do", &flood);
        let refused = flood.wrong.len();
        println!("{refused} of {} are refused", flood.took.len());
        assert!(refused > 0 && refused < flood.took.len(), "{refused} of {}", flood.took.len());
        assert_eq!(flood.wrong.iter().find(|(_, head)| !is_refusal(head)), None);
        // Refused at once, long before the earlier ones are done.
        let (half, done) = (flood.wrong[refused / 2].0, flood.percentile(100));
        assert!(half < done / 2, "a refusal took {half:?} where all took {done:?}");
        let after = people(server.at, QUIET, EVERY, check).await;
        say("afterwards", &after);
        assert_eq!(after.wrong, [], "it has died of it");
    });
}

/// Makes a draft of as many unknown keys as fit, each of them twice: each is an issue, so that the report has megabytes.
fn dear() -> Vec<u8> {
    let mut text = String::from("{\"a\":0");
    for number in 0.. {
        let pair = format!(",\"{number:x}\":0,\"{number:x}\":0");
        if text.len() + pair.len() >= TEXT_MAX {
            break;
        }
        text += &pair;
    }
    (text + "}").into_bytes()
}

/// Asserts 429 or 503 with a time to retry.
fn is_refusal(head: &str) -> bool {
    ["HTTP/1.1 429", "HTTP/1.1 503"].iter().any(|line| head.starts_with(line)) && head.contains("\r\nretry-after: ")
}
