//! A receiver of webhooks, which notes what comes and answers as a test chooses.
//!
//! `Receiver::start(|_| Some(204))` → `receiver.url` for the settings, `receiver.got()` for what came

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::server::Home;

/// Time in which what a test waits for must have come.
const PATIENCE: Duration = Duration::from_mins(2);

/// A request that came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its first line and its headers, as they came.
    pub head: String,
    /// Its body.
    pub body: String,
    /// The moment at which it had come.
    pub at: Instant,
}

impl Received {
    /// Returns a header; its name is in lower case.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// Reads the body.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The status of an answer; `None` for no answer at all.
type Answer = dyn Fn(&Received) -> Option<u16> + Send + Sync;

/// A receiver on loopback.
pub struct Receiver {
    /// The URL of its endpoint.
    pub url: String,
    got: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// Starts a receiver.
    pub fn start(answer: impl Fn(&Received) -> Option<u16> + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks/desk", listener.local_addr().unwrap());
        let (got, answer): (Arc<Mutex<Vec<Received>>>, Arc<Answer>) = (Arc::default(), Arc::new(answer));
        let noted = Arc::clone(&got);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &noted, &*answer));
            }
        });
        Receiver { url, got }
    }

    /// Returns what has come so far, in its order.
    pub fn got(&self) -> Vec<Received> {
        self.got.lock().unwrap().clone()
    }

    /// Waits until what has come fulfils a condition.
    pub fn wait_until(&self, what: &str, is_fulfilled: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let started = Instant::now();
        loop {
            let got = self.got();
            if is_fulfilled(&got) {
                return got;
            }
            assert!(started.elapsed() < PATIENCE, "{what}: {} requests have come", got.len());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Takes the requests of a connection until its client goes away.
fn serve(stream: TcpStream, noted: &Mutex<Vec<Received>>, answer: &Answer) {
    let Ok(mut reader) = stream.try_clone().map(BufReader::new) else { return };
    let mut stream = stream;
    while let Some(received) = read(&mut reader) {
        noted.lock().unwrap().push(received.clone());
        let Some(status) = answer(&received) else {
            // Until the client goes away.
            _ = reader.read(&mut [0]);
            return;
        };
        let answer = format!("HTTP/1.1 {status} -\r\nContent-Length: 0\r\n\r\n");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut received = Received { head, body: String::new(), at: Instant::now() };
    let mut body = vec![0; received.header("content-length").parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    received.body = String::from_utf8(body).ok()?;
    received.at = Instant::now();
    Some(received)
}

/// The secrets of every webhook of a test, the current one first.
pub const SECRETS: [&str; 2] =
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"];

/// Writes a file of settings with webhooks of a name and further lines each; returns its path.
pub fn settings(home: &Home, webhooks: &[(&str, &str, &str)]) -> String {
    let secrets = [0, 1].map(|index| {
        let file = home.path().join(format!("secret-{index}"));
        std::fs::write(&file, SECRETS[index]).unwrap();
        file.display().to_string()
    });
    let table = |(name, url, more): &(&str, &str, &str)| {
        format!("[[webhooks]]\nname = {name:?}\nurl = {url:?}\nsecrets = {secrets:?}\n{more}\n")
    };
    let file = home.path().join("kakekomi.toml");
    std::fs::write(&file, webhooks.iter().map(table).collect::<String>()).unwrap();
    file.display().to_string()
}
