//! A steady load of submissions, pages and checks.
//!
//! `load.during(|| restart())` → runs the change under load; `load.seen()` → the receipts, and the requests that failed

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{CHECK, submission};
use kakekomi_tests::wire::{Answer, Request};

/// People who submit at the same time.
const SENDERS: usize = 3;
/// Pause between two requests of one client.
const PAUSE: Duration = Duration::from_millis(60);
/// Time in which each submission has its receipt, and each response arrives.
const PATIENCE: Duration = Duration::from_mins(1);

/// Requests and their responses so far.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Responses to pages and checks.
    pub answered: usize,
    /// Receipts by their keys.
    pub receipts: BTreeMap<String, Vec<u8>>,
    /// Submissions that were refused and sent again: status and code.
    pub refused: Vec<String>,
    /// Requests without a response, or with one that no applicant should see.
    pub failed: Vec<String>,
    /// The moments of the receipts.
    stored: Vec<Instant>,
}

impl Seen {
    /// Returns the number of all requests.
    pub fn requests(&self) -> usize {
        self.answered + self.receipts.len() + self.refused.len() + self.failed.len()
    }

    /// Returns the longest time without a receipt.
    pub fn longest_pause(&self) -> Duration {
        self.stored.windows(2).map(|two| two[1] - two[0]).max().unwrap_or_default()
    }
}

/// Clients of a site.
#[derive(Debug)]
pub struct Load {
    name: &'static str,
    at: SocketAddr,
    draft: Vec<u8>,
    over: AtomicBool,
    seen: Mutex<Seen>,
}

impl Load {
    /// Prepares the clients; the name is in their keys.
    pub fn new(name: &'static str, at: SocketAddr, draft: &[u8]) -> Load {
        Load { name, at, draft: draft.to_vec(), over: AtomicBool::new(false), seen: Mutex::default() }
    }

    /// Runs a change under load; every submission that has begun gets its receipt.
    pub fn during(&self, change: impl FnOnce()) {
        scope(|scope| {
            for sender in 0..SENDERS {
                scope.spawn(move || self.submit(sender));
            }
            scope.spawn(|| self.ask());
            scope.spawn(|| self.ask_over_one_connection());
            let changed = catch_unwind(AssertUnwindSafe(change));
            self.over.store(true, Ordering::SeqCst);
            changed.unwrap_or_else(|panic| resume_unwind(panic));
        });
    }

    /// Returns the responses so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }

    /// Reports whether a receipt has come since a moment.
    pub fn has_stored_since(&self, moment: Instant) -> bool {
        self.seen.lock().unwrap().stored.last().is_some_and(|stored| *stored > moment)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    fn submit(&self, sender: usize) {
        for index in 0.. {
            if self.is_over() {
                return;
            }
            let key = format!("{}-{sender}-{index}", self.name);
            let (request, begun) = (submission(&key, &self.draft), Instant::now());
            while !self.has_receipt(&key, request.try_send(self.at)) {
                assert!(begun.elapsed() < PATIENCE, "{key} gets no receipt");
                sleep(PAUSE);
            }
            sleep(PAUSE);
        }
    }

    fn has_receipt(&self, key: &str, answer: io::Result<Answer>) -> bool {
        let mut seen = self.seen.lock().unwrap();
        match answer {
            Ok(answer) if answer.status == 201 => {
                seen.stored.push(Instant::now());
                seen.receipts.insert(key.to_owned(), answer.body);
                return true;
            }
            Ok(answer) if answer.code().is_empty() => seen.failed.push(format!("{} {key}", answer.status)),
            Ok(answer) => seen.refused.push(format!("{} {} {key}", answer.status, answer.code())),
            Err(error) => seen.failed.push(format!("{key}: {error}")),
        }
        false
    }

    /// Asks for pages and checks, each over a connection of its own.
    fn ask(&self) {
        let check = Request::post(CHECK).json(&self.draft);
        for request in [Request::get("/"), Request::get("/v1/desk"), check].iter().cycle() {
            if self.is_over() {
                return;
            }
            self.count(request.try_send(self.at).map(|answer| is_whole(&answer)));
            sleep(PAUSE);
        }
    }

    /// Asks as a browser does, over a connection that is kept open as long as the other side keeps it.
    fn ask_over_one_connection(&self) {
        let mut connection = None;
        while !self.is_over() {
            let asked = ask_again(&mut connection, self.at);
            if asked.is_err() {
                connection = None;
            }
            self.count(asked);
            sleep(PAUSE);
        }
    }

    fn count(&self, asked: io::Result<bool>) {
        let mut seen = self.seen.lock().unwrap();
        match asked {
            Ok(true) => seen.answered += 1,
            Ok(false) => seen.failed.push("a page or a check".to_owned()),
            Err(error) => seen.failed.push(format!("a page or a check: {error}")),
        }
    }
}

fn is_whole(answer: &Answer) -> bool {
    let length = answer.header("content-length").and_then(|length| length.parse().ok());
    answer.status == 200 && length.is_none_or(|length: usize| length == answer.body.len())
}

/// Asks for the desk's data, and reads the response to its end; drops the connection if the response says so.
fn ask_again(connection: &mut Option<BufReader<TcpStream>>, at: SocketAddr) -> io::Result<bool> {
    let mut stream = match connection.take() {
        Some(stream) => stream,
        None => BufReader::new(TcpStream::connect(at)?),
    };
    stream.get_ref().set_read_timeout(Some(PATIENCE))?;
    stream.get_mut().write_all(b"GET /v1/desk HTTP/1.1\r\nhost: a\r\n\r\n")?;
    let (mut head, mut line) = (String::new(), String::new());
    while line != "\r\n" {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head += &line.to_ascii_lowercase();
    }
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    stream.read_exact(&mut vec![0; length])?;
    if !head.contains("connection: close") {
        *connection = Some(stream);
    }
    Ok(head.starts_with("http/1.1 200 ") && length > 0)
}
