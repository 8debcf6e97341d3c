//! Checks per second of processor time, over HTTP on one kept connection a client.
//!
//! The server's own processor time counts (user and system, from the kernel's account of the
//! process), not the clock: so the clients on the same two cores do not blur it.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use kakekomi_tests::server::Server;

/// How many clients send at once.
const CLIENTS: u32 = 4;
/// How many checks each of them asks for.
const CHECKS: u32 = 2_500;
/// The kernel's clock ticks in a second (`USER_HZ` on Linux).
const TICKS: f64 = 100.0;

/// Prints the figures for a draft.
///
/// # Errors
/// If a connection breaks or an answer is not 200.
pub fn bench(draft: &[u8]) -> Result<(), Box<dyn Error>> {
    let server = Server::start();
    let at = server.at;
    client(at, draft, 200)?; // warm
    let (before, start) = (processor_seconds(server.id())?, Instant::now());
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| client(at, draft, CHECKS).map_err(|error| error.to_string())))
            .collect();
        clients.into_iter().try_for_each(|client| client.join().map_err(|_| "a client panicked".to_owned())?)
    })?;
    let (spent, elapsed) = (processor_seconds(server.id())? - before, start.elapsed().as_secs_f64());
    let checks = f64::from(CLIENTS * CHECKS);
    println!(
        "HTTP /v1/check                       {:>8.0} checks a processor-second ({:.0} a second by the clock)",
        checks / spent,
        checks / elapsed
    );
    Ok(())
}

/// Sends the draft so many times over one connection.
fn client(at: SocketAddr, draft: &[u8], checks: u32) -> Result<(), Box<dyn Error>> {
    let stream = TcpStream::connect(at)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut request = format!(
        "POST /v1/check HTTP/1.1\r\nHost: {at}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        draft.len()
    )
    .into_bytes();
    request.extend_from_slice(draft);
    for _ in 0..checks {
        stream.write_all(&request)?;
        let mut body = vec![0; head(&mut reader)?];
        reader.read_exact(&mut body)?;
    }
    Ok(())
}

/// Reads an answer's head; gives the length of its body.
fn head(reader: &mut impl BufRead) -> Result<usize, Box<dyn Error>> {
    let mut length = None;
    let mut line = String::new();
    reader.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(format!("not 200: {line}").into());
    }
    loop {
        line.clear();
        reader.read_line(&mut line)?;
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

/// User and system time of a process so far (Linux: fields 14 and 15 of /proc/<pid>/stat).
fn processor_seconds(process: u32) -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit_once(')').ok_or("no process name")?.1.split_whitespace();
    let ticks: Result<Vec<f64>, _> = fields.skip(11).take(2).map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS)
}
