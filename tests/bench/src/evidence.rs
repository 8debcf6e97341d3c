//! Uploads of evidence files over HTTP: their speed, the memory that they take, and the form beside them.
//!
//! `Patch::begin(server.at, &path, &token, bytes)?.whole(&piece, bytes)?` → the head of the response, once all bytes are stored

pub mod load;
pub mod speed;

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};

use kakekomi_evidence::{FolderStorage, PartStorage as _};
use kakekomi_tests::server::Home;

/// Bytes of an upload, or of all uploads at once.
const BYTES: u64 = 1 << 30;
/// Free space below which there are fewer.
const ENOUGH_SPACE: u64 = 4 << 30;
/// Bytes that a sender repeats: those of a part.
const PIECE: usize = 8 << 20;

/// Returns the bytes of an upload, a whole number of pieces: an eighth of the free space where that is little.
fn size(home: &Home) -> Result<u64, Box<dyn Error>> {
    let space = FolderStorage::open(&home.path().join("space"))?.space()?.ok_or("the free space is not known")?;
    let piece = PIECE as u64;
    Ok(if space.free < ENOUGH_SPACE { (space.free / 8 / piece).max(1) * piece } else { BYTES })
}

/// Returns the MiB of a number of bytes.
fn mib(bytes: u64) -> f64 {
    u32::try_from(bytes >> 20).map_or(f64::NAN, f64::from)
}

/// A PATCH under way.
struct Patch(TcpStream);

impl Patch {
    /// Sends the head.
    fn begin(at: SocketAddr, path: &str, more: &str, bytes: u64) -> Result<Patch, Box<dyn Error>> {
        let mut stream = TcpStream::connect(at)?;
        let head = format!(
            "PATCH {path} HTTP/1.1\r\nHost: bench\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\
             Content-Type: application/offset+octet-stream\r\n{more}Content-Length: {bytes}\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        Ok(Patch(stream))
    }

    /// Sends some of the body.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        Ok(self.0.write_all(bytes)?)
    }

    /// Sends the whole body, which repeats a piece; returns the head of the response.
    fn whole(mut self, piece: &[u8], bytes: u64) -> Result<String, Box<dyn Error>> {
        let mut left = usize::try_from(bytes)?;
        while left > 0 {
            let sent = left.min(piece.len());
            self.send(piece.get(..sent).unwrap_or_default())?;
            left -= sent;
        }
        let mut head = String::new();
        let mut reader = BufReader::new(self.0);
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Err(format!("the connection ended: {head}").into());
            }
        }
        if head.starts_with("HTTP/1.1 204") { Ok(head) } else { Err(head.into()) }
    }
}
