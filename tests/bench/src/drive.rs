//! Clients that send HTTP as fast as they get responses, or at a fixed rate, and the processor time of the server.
//!
//! The server's own processor time counts (user and system, from the kernel's account of the
//! process), not the clock, so that the clients on the same two cores do not distort it.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// The kernel's clock ticks in a second (`USER_HZ` on Linux).
const TICKS: f64 = 100.0;

/// The bytes of a client's request by its number.
pub type Making<'a> = &'a (dyn Fn(u32, u32) -> Vec<u8> + Sync);

/// Makes a POST for a persistent connection.
pub fn post(target: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{more}Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Measures the seconds until each of `clients` clients has `each` responses.
///
/// # Errors
/// A connection breaks, or a response is not 2xx.
pub fn rush(at: SocketAddr, clients: u32, each: u32, making: Making<'_>) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    together(clients, |client| {
        let mut line = Line::open(at)?;
        (0..each).try_for_each(|number| line.ask(&making(client, number)))
    })?;
    Ok(start.elapsed().as_secs_f64())
}

/// Measures response times, sorted, at a fixed rate of requests: each counts from the moment at which the request was
/// due, even if an earlier response was late.
///
/// # Errors
/// As [`rush`].
pub fn paced(
    at: SocketAddr,
    clients: u32,
    a_second: f64,
    lasting: Duration,
    making: Making<'_>,
) -> Result<Vec<f64>, Box<dyn Error>> {
    let every = Duration::from_secs_f64(f64::from(clients) / a_second);
    let start = Instant::now();
    let took = together(clients, |client| {
        let mut line = Line::open(at)?;
        let (mut took, mut due) = (Vec::new(), start + every * client / clients);
        while due < start + lasting {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            line.ask(&making(client, u32::try_from(took.len())?))?;
            took.push(due.elapsed().as_secs_f64());
            due += every;
        }
        Ok(took)
    })?;
    let mut took: Vec<f64> = took.into_iter().flatten().collect();
    took.sort_by(f64::total_cmp);
    Ok(took)
}

/// Runs clients at the same time; returns their results.
fn together<T: Send>(
    clients: u32,
    client: impl Fn(u32) -> Result<T, Box<dyn Error>> + Sync,
) -> Result<Vec<T>, Box<dyn Error>> {
    std::thread::scope(|scope| {
        let client = &client;
        let started: Vec<_> =
            (0..clients).map(|number| scope.spawn(move || client(number).map_err(|error| error.to_string()))).collect();
        let joined = started.into_iter().map(|client| client.join().map_err(|_| "a client panicked".to_owned())?);
        joined.collect::<Result<Vec<T>, String>>().map_err(Into::into)
    })
}

/// A persistent connection.
pub struct Line {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Line {
    /// Connects.
    ///
    /// # Errors
    /// The server does not listen.
    pub fn open(at: SocketAddr) -> Result<Line, Box<dyn Error>> {
        let stream = TcpStream::connect(at)?;
        stream.set_nodelay(true)?;
        Ok(Line { reader: BufReader::new(stream.try_clone()?), stream })
    }

    fn ask(&mut self, request: &[u8]) -> Result<(), Box<dyn Error>> {
        let (status, _) = self.exchange(request)?;
        if status.starts_with("HTTP/1.1 2") { Ok(()) } else { Err(format!("not 2xx: {status}").into()) }
    }

    /// Sends a request; returns the status line and the body of the response.
    ///
    /// # Errors
    /// The connection breaks, or the response has no length.
    pub fn exchange(&mut self, request: &[u8]) -> Result<(String, Vec<u8>), Box<dyn Error>> {
        self.stream.write_all(request)?;
        let mut status = String::new();
        self.reader.read_line(&mut status)?;
        let mut body = vec![0; body_length(&mut self.reader)?];
        self.reader.read_exact(&mut body)?;
        Ok((status, body))
    }
}

/// Reads the header lines of a response; returns the length of its body.
fn body_length(reader: &mut impl BufRead) -> Result<usize, Box<dyn Error>> {
    let mut length = None;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err("the connection ended".into());
        }
        if line == "\r\n" {
            return length.ok_or_else(|| "an answer without a length".into());
        }
        if let Some((name, value)) =
            line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        {
            length = Some(value.trim().parse().map_err(|_| format!("{name} is no number"))?);
        }
    }
}

/// Returns user and system time of a process so far (Linux: fields 14 and 15 of /proc/<pid>/stat).
///
/// # Errors
/// There is no such process.
pub fn processor_seconds(process: u32) -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(')').ok_or("no process name")?.1.split_whitespace();
    let ticks: Result<Vec<f64>, _> = fields.skip(11).take(2).map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS)
}
