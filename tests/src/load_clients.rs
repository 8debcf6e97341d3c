//! Load of ten thousand clients on one desk: most hold an idle connection, some send a byte a second of a head or a body,
//! and a few send drafts, whose response times are measured.
//!
//! `LoadClients::connect(at, 8_000, 2_000)` keeps that many connections open: one that the desk closes is replaced at once.
//! `people(at, 600, every, request)` → the time of each response, and the responses that are not 2xx.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Source addresses of loopback, from 127.0.0.2 on: one has ports for 28,000 connections a minute.
const SOURCE_ADDRESSES: usize = 8;
/// Time after which a request counts as unanswered.
const RESPONSE_TIMEOUT: Duration = Duration::from_mins(2);

/// Connections that are kept open.
#[derive(Debug)]
pub struct LoadClients {
    clients: JoinSet<()>,
    seen: Arc<Seen>,
}

/// Measurements of the open connections.
#[derive(Debug, Default)]
struct Seen {
    open: AtomicUsize,
    slowest_head: AtomicU64,
}

/// Behavior of a slow client.
#[derive(Debug, Clone, Copy)]
enum Behavior {
    Idle,
    SlowHead,
    SlowBody,
}

impl LoadClients {
    /// Opens `idle` idle connections and `slow` slow ones, half of which send a head.
    pub fn connect(at: SocketAddr, idle: usize, slow: usize) -> LoadClients {
        let (mut clients, seen) = (JoinSet::new(), Arc::new(Seen::default()));
        for number in 0..idle + slow {
            let behavior = match number {
                number if number >= slow => Behavior::Idle,
                number if number % 2 == 0 => Behavior::SlowHead,
                _ => Behavior::SlowBody,
            };
            clients.spawn(keep_open(at, number, behavior, Arc::clone(&seen)));
        }
        LoadClients { clients, seen }
    }

    /// Returns the number of open connections.
    pub fn open(&self) -> usize {
        self.seen.open.load(Ordering::Relaxed)
    }

    /// Returns the time until the desk closed the connection with the slowest head.
    pub fn slowest_head(&self) -> Duration {
        Duration::from_millis(self.seen.slowest_head.load(Ordering::Relaxed))
    }

    /// Closes all connections.
    pub async fn close(mut self) {
        self.clients.shutdown().await;
    }
}

/// Keeps one connection open: opens the next when the desk closes one.
async fn keep_open(at: SocketAddr, number: usize, behavior: Behavior, seen: Arc<Seen>) {
    // The connections are opened over some seconds, not all in the same moment.
    sleep(Duration::from_micros(u64::try_from(number % 10_000).unwrap_or_default() * 300)).await;
    loop {
        if let Ok(stream) = connect(at, number).await {
            let started = Instant::now();
            seen.open.fetch_add(1, Ordering::Relaxed);
            hold(stream, behavior).await;
            seen.open.fetch_sub(1, Ordering::Relaxed);
            if matches!(behavior, Behavior::SlowHead) {
                let lasted = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                seen.slowest_head.fetch_max(lasted, Ordering::Relaxed);
            }
        } else {
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Holds a connection until the desk closes it.
async fn hold(mut stream: TcpStream, behavior: Behavior) {
    let begin: &[u8] = match behavior {
        Behavior::Idle => b"",
        Behavior::SlowHead => b"GET /v1/desk HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        Behavior::SlowBody => {
            b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
        }
    };
    if stream.write_all(begin).await.is_err() {
        return;
    }
    let mut piece = [0; 1024];
    loop {
        match timeout(Duration::from_secs(1), stream.read(&mut piece)).await {
            Ok(Ok(0) | Err(_)) => return,
            Ok(Ok(_)) => {}
            Err(_) if matches!(behavior, Behavior::Idle) => {}
            Err(_) => {
                if stream.write_all(b"a").await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn connect(at: SocketAddr, number: usize) -> std::io::Result<TcpStream> {
    let host = u8::try_from(number % SOURCE_ADDRESSES).unwrap_or_default();
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2 + host)), 0))?;
    socket.connect(at).await
}

/// Responses to the requests of `people`.
#[derive(Debug, Default)]
pub struct Answers {
    /// Time of each response, from before the connection to the last byte, in ascending order.
    pub took: Vec<Duration>,
    /// Heads of responses that are not 2xx, and errors, with their times.
    pub wrong: Vec<(Duration, String)>,
}

impl Answers {
    /// Returns the time within which `percent` of a hundred had their response.
    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.took.len().saturating_sub(1);
        self.took.get((self.took.len() * percent / 100).min(last)).copied().unwrap_or(Duration::MAX)
    }
}

/// Sends `many` requests, one each `every`, each on its own connection; `request` makes the one of a number.
pub async fn people(at: SocketAddr, many: usize, every: Duration, request: impl Fn(usize) -> Vec<u8>) -> Answers {
    let mut asked = JoinSet::new();
    for number in 0..many {
        let bytes = request(number);
        asked.spawn(async move {
            let started = Instant::now();
            let head = timeout(RESPONSE_TIMEOUT, ask(at, &bytes)).await.unwrap_or_else(|_| Err("no answer".to_owned()));
            (started.elapsed(), head)
        });
        sleep(every).await;
    }
    let mut answers = Answers::default();
    for (took, head) in asked.join_all().await {
        answers.took.push(took);
        match head {
            Ok(head) if head.starts_with("HTTP/1.1 2") => {}
            Ok(head) | Err(head) => answers.wrong.push((took, head)),
        }
    }
    answers.took.sort();
    answers.wrong.sort();
    answers
}

/// Sends one request, reads the whole response and returns its head.
async fn ask(at: SocketAddr, request: &[u8]) -> Result<String, String> {
    let exchange = async {
        let mut stream = TcpStream::connect(at).await?;
        // A desk may refuse a request by its head without reading its body; its response can still be read.
        _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = exchange.await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.split("\r\n\r\n").next().unwrap_or_default().to_owned())
}

/// Returns the peak memory of a process in bytes (Linux: `VmHWM`).
pub fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}
