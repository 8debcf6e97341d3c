//! A scan of a file's bytes by clamd, the service of `ClamAV`.
//!
//! `clamd.scan(&mut bytes)` → `Scan { result: Pattern("Eicar-Test-Signature"), scanner: "ClamAV 1.4.6/27800/…" }`
//!
//! The bytes go through a socket of this machine or its private network; nothing is written by this program. A result says
//! which patterns were found, and never that a file is harmless.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use url::Host;

use crate::near::is_near;

/// Time for a connection, and for each piece that clamd takes.
const SEND_TIMEOUT: Duration = Duration::from_mins(1);
/// Time for the result after the last byte.
const RESULT_TIMEOUT: Duration = Duration::from_mins(10);
/// Bytes of a piece.
const PIECE_BYTES: usize = 64 << 10;
/// The most bytes of a reply, and the most characters of a pattern's name.
const REPLY_MAX: u64 = 1024;

/// The socket of clamd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clamd {
    /// A socket of this machine.
    Unix(PathBuf),
    /// Host and port, of this machine or a private network: the bytes of files go there as they are.
    Tcp(String),
}

/// A text that names no socket of clamd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "clamd is unix:/PATH, or tcp:HOST:PORT with localhost, a loopback or a private address: files go there unsealed"
)]
pub struct ClamdError;

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanResult {
    /// No known pattern was found. The file may be harmful all the same.
    NoPattern,
    /// A known pattern was found; its name.
    Pattern(String),
    /// The file is larger than clamd takes, and was not scanned.
    TooLarge,
}

/// A scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Its result.
    pub result: ScanResult,
    /// Version of the scanner and of its patterns.
    pub scanner: String,
}

/// The reason why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The scanner does not answer, or reports an error.
    #[error("clamd: {0}")]
    Scanner(io::Error),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    File(io::Error),
}

/// A connection of either kind.
trait Connection: Read + Write + Send {}
impl<T: Read + Write + Send> Connection for T {}

impl Clamd {
    /// Asks for the version of the scanner and of its patterns.
    ///
    /// # Errors
    /// It does not answer.
    pub fn version(&self) -> io::Result<String> {
        let mut connection = self.connect()?;
        connection.write_all(b"zVERSION\0")?;
        reply(&mut *connection)
    }

    /// Scans all bytes of a reader.
    ///
    /// # Errors
    /// [`ScanError`].
    pub fn scan(&self, bytes: &mut dyn Read) -> Result<Scan, ScanError> {
        let scanner = self.version().map_err(ScanError::Scanner)?;
        let mut connection = self.connect().map_err(ScanError::Scanner)?;
        let sent = send(&mut *connection, bytes);
        if let Err(error @ ScanError::File(_)) = sent {
            return Err(error);
        }
        // One that takes no further bytes says why before it closes.
        let result = reply(&mut *connection).and_then(|reply| read_result(&reply));
        match (result, sent) {
            (Ok(result), _) => Ok(Scan { result, scanner }),
            (Err(error), Ok(())) => Err(ScanError::Scanner(error)),
            (Err(_), Err(error)) => Err(error),
        }
    }

    fn connect(&self) -> io::Result<Box<dyn Connection>> {
        match self {
            Clamd::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_write_timeout(Some(SEND_TIMEOUT))?;
                stream.set_read_timeout(Some(RESULT_TIMEOUT))?;
                Ok(Box::new(stream))
            }
            Clamd::Tcp(address) => {
                let address = address.to_socket_addrs()?.next().ok_or(ErrorKind::AddrNotAvailable)?;
                let stream = TcpStream::connect_timeout(&address, SEND_TIMEOUT)?;
                stream.set_write_timeout(Some(SEND_TIMEOUT))?;
                stream.set_read_timeout(Some(RESULT_TIMEOUT))?;
                Ok(Box::new(stream))
            }
        }
    }
}

impl FromStr for Clamd {
    type Err = ClamdError;

    fn from_str(text: &str) -> Result<Clamd, ClamdError> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| path.starts_with('/')) {
            return Ok(Clamd::Unix(PathBuf::from(path)));
        }
        let (host, port) = text.strip_prefix("tcp:").and_then(|rest| rest.rsplit_once(':')).ok_or(ClamdError)?;
        let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
        let host = Host::parse(host).map_err(|_| ClamdError)?;
        if is_port && is_near(&host) { Ok(Clamd::Tcp(format!("{host}:{port}"))) } else { Err(ClamdError) }
    }
}

impl fmt::Display for Clamd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Clamd::Unix(path) => write!(out, "unix:{}", path.display()),
            Clamd::Tcp(address) => write!(out, "tcp:{address}"),
        }
    }
}

impl ScanResult {
    /// Returns the word in the event.
    pub fn as_str(&self) -> &'static str {
        match self {
            ScanResult::NoPattern => "no_pattern",
            ScanResult::Pattern(_) => "pattern",
            ScanResult::TooLarge => "too_large",
        }
    }
}

/// Sends all bytes in pieces, each behind its length.
fn send(connection: &mut dyn Connection, bytes: &mut dyn Read) -> Result<(), ScanError> {
    connection.write_all(b"zINSTREAM\0").map_err(ScanError::Scanner)?;
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let read = bytes.read(&mut buffer).map_err(ScanError::File)?;
        let length = u32::try_from(read).unwrap_or_default().to_be_bytes();
        connection.write_all(&length).map_err(ScanError::Scanner)?;
        // A length of zero is the end.
        if read == 0 {
            return Ok(());
        }
        connection.write_all(buffer.get(..read).unwrap_or_default()).map_err(ScanError::Scanner)?;
    }
}

/// Reads a reply, which a NUL ends.
fn reply(connection: &mut dyn Connection) -> io::Result<String> {
    let mut reply = Vec::new();
    let mut byte = [0];
    while (reply.len() as u64) < REPLY_MAX && connection.read(&mut byte)? == 1 && byte != [0] {
        reply.extend(byte);
    }
    let reply = String::from_utf8_lossy(&reply).trim().to_owned();
    if reply.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(reply) }
}

fn read_result(reply: &str) -> io::Result<ScanResult> {
    if reply.contains("size limit exceeded") {
        return Ok(ScanResult::TooLarge);
    }
    match reply.strip_prefix("stream: ") {
        Some("OK") => Ok(ScanResult::NoPattern),
        Some(found) if found.ends_with(" FOUND") => {
            Ok(ScanResult::Pattern(found.trim_end_matches(" FOUND").to_owned()))
        }
        _ => Err(io::Error::other(format!("it replies {reply:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_of_this_machine_or_a_private_network() {
        for text in [
            "unix:/run/clamav/clamd.ctl",
            "tcp:localhost:3310",
            "tcp:127.0.0.1:3310",
            "tcp:[::1]:3310",
            "tcp:10.0.0.7:1",
        ] {
            assert_eq!(text.parse::<Clamd>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "unix:clamd.ctl",
            "/run/clamd.ctl",
            "tcp:clamd.example.jp:3310",
            "tcp:203.0.113.7:3310",
            "tcp:127.0.0.1",
            "tcp:127.0.0.1:0",
        ] {
            assert_eq!(text.parse::<Clamd>(), Err(ClamdError), "{text}");
        }
    }

    #[test]
    fn replies_are_read() {
        assert_eq!(read_result("stream: OK").unwrap(), ScanResult::NoPattern);
        assert_eq!(read_result("stream: Eicar FOUND").unwrap(), ScanResult::Pattern("Eicar".to_owned()));
        assert_eq!(read_result("INSTREAM size limit exceeded. ERROR").unwrap(), ScanResult::TooLarge);
        for other in ["stream: Can't allocate memory ERROR", "UNKNOWN COMMAND", "OK"] {
            assert!(read_result(other).is_err(), "{other}");
        }
    }
}
