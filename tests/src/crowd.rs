//! Ten thousand clients of one desk: most of them hold a connection and say nothing, some drip a byte a second into a
//! head or a body, and a few are people with a draft, whose answers are timed.
//!
//! `Crowd::gather(at, 8_000, 2_000)` keeps so many connections open: one that the desk cuts off is replaced at once.
//! `people(at, requests, …)` → how long each answer took, and what was not answered as it should be.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// From so many addresses of loopback they come, 127.0.0.2 and on: one has ports for 28,000 connections a minute.
const ADDRESSES: usize = 8;
/// How long a person waits for an answer.
const PATIENCE: Duration = Duration::from_mins(2);

/// Connections that are kept open.
#[derive(Debug)]
pub struct Crowd {
    clients: JoinSet<()>,
    seen: Arc<Seen>,
}

/// What the crowd saw.
#[derive(Debug, Default)]
struct Seen {
    open: AtomicUsize,
    slowest_head: AtomicU64,
}

/// What a slow client does with its connection.
#[derive(Debug, Clone, Copy)]
enum Way {
    Waits,
    DripsHead,
    DripsBody,
}

impl Crowd {
    /// So many that wait, and so many that drip, half of them into a head.
    pub fn gather(at: SocketAddr, wait: usize, drip: usize) -> Crowd {
        let (mut clients, seen) = (JoinSet::new(), Arc::new(Seen::default()));
        for number in 0..wait + drip {
            let way = match number {
                number if number >= drip => Way::Waits,
                number if number % 2 == 0 => Way::DripsHead,
                _ => Way::DripsBody,
            };
            clients.spawn(stay(at, number, way, Arc::clone(&seen)));
        }
        Crowd { clients, seen }
    }

    /// How many connections are open now.
    pub fn open(&self) -> usize {
        self.seen.open.load(Ordering::Relaxed)
    }

    /// How long the slowest head lasted until the desk cut it off.
    pub fn slowest_head(&self) -> Duration {
        Duration::from_millis(self.seen.slowest_head.load(Ordering::Relaxed))
    }

    /// Closes them all.
    pub async fn leave(mut self) {
        self.clients.shutdown().await;
    }
}

/// Keeps one connection open, one after the other.
async fn stay(at: SocketAddr, number: usize, way: Way, seen: Arc<Seen>) {
    // Not all in the same moment: a crowd comes within some seconds.
    sleep(Duration::from_micros(u64::try_from(number % 10_000).unwrap_or_default() * 300)).await;
    loop {
        if let Ok(stream) = connect(at, number).await {
            let started = Instant::now();
            seen.open.fetch_add(1, Ordering::Relaxed);
            hold(stream, way).await;
            seen.open.fetch_sub(1, Ordering::Relaxed);
            if matches!(way, Way::DripsHead) {
                let lasted = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                seen.slowest_head.fetch_max(lasted, Ordering::Relaxed);
            }
        } else {
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Holds a connection until the desk closes it.
async fn hold(mut stream: TcpStream, way: Way) {
    let begin: &[u8] = match way {
        Way::Waits => b"",
        Way::DripsHead => b"GET /v1/desk HTTP/1.1\r\nHost: a\r\nX-Slow: ",
        Way::DripsBody => {
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
            Err(_) if matches!(way, Way::Waits) => {}
            Err(_) => {
                if stream.write_all(b"a").await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn connect(at: SocketAddr, number: usize) -> std::io::Result<TcpStream> {
    let host = u8::try_from(number % ADDRESSES).unwrap_or_default();
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2 + host)), 0))?;
    socket.connect(at).await
}

/// What people saw who were answered, or were not.
#[derive(Debug, Default)]
pub struct Answers {
    /// How long each answer took, from before the connection to its last byte, in order.
    pub took: Vec<Duration>,
    /// Heads of answers that are not 2xx, and errors, with how long they took.
    pub wrong: Vec<(Duration, String)>,
}

impl Answers {
    /// The time in which so many of a hundred had their answer.
    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.took.len().saturating_sub(1);
        self.took.get((self.took.len() * percent / 100).min(last)).copied().unwrap_or(Duration::MAX)
    }
}

/// So many people who come one after the other, `every` so often, each on a connection of its own with the request that
/// `request` makes for its number.
pub async fn people(at: SocketAddr, many: usize, every: Duration, request: impl Fn(usize) -> Vec<u8>) -> Answers {
    let mut asked = JoinSet::new();
    for number in 0..many {
        let bytes = request(number);
        asked.spawn(async move {
            let started = Instant::now();
            let head = timeout(PATIENCE, ask(at, &bytes)).await.unwrap_or_else(|_| Err("no answer".to_owned()));
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

/// One request, answered to its end; the answer's head.
async fn ask(at: SocketAddr, request: &[u8]) -> Result<String, String> {
    let exchange = async {
        let mut stream = TcpStream::connect(at).await?;
        // A desk may refuse a request by its head and read no more of it: the answer is there all the same.
        _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = exchange.await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.split("\r\n\r\n").next().unwrap_or_default().to_owned())
}

/// The most memory that a process has had so far, in bytes (Linux: `VmHWM`).
pub fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}
