//! Bytes of an upload, split where parts end.
//!
//! Chunks of 5 and 6 MiB → a run of 8 MiB that fills its part, and one of 3 MiB
//!
//! The bytes are not copied.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// Bytes of one part that follow each other.
#[derive(Debug)]
pub struct Run {
    pub bytes: Vec<Bytes>,
    /// True if the part ends here.
    pub fills_part: bool,
}

/// The splitter of an upload. The file's last byte fills its part.
#[derive(Debug)]
pub struct Splitter {
    part_bytes: u64,
    /// Bytes until the part is full.
    part_left: u64,
    /// Bytes until the file is complete.
    file_left: u64,
}

impl Splitter {
    /// Creates a splitter for as many bytes as a file lacks.
    pub fn new(part_bytes: u64, file_left: u64) -> Splitter {
        Splitter { part_bytes, part_left: part_bytes.min(file_left), file_left }
    }

    /// Splits chunks. The caller passes no more bytes than the file lacks.
    pub fn split(&mut self, chunks: Vec<Bytes>) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut bytes = Vec::new();
        for mut chunk in chunks {
            while !chunk.is_empty() && self.part_left > 0 {
                let room = usize::try_from(self.part_left).unwrap_or(usize::MAX);
                let piece = chunk.split_to(room.min(chunk.len()));
                self.part_left = self.part_left.saturating_sub(piece.len() as u64);
                self.file_left = self.file_left.saturating_sub(piece.len() as u64);
                bytes.push(piece);
                if self.part_left == 0 {
                    self.part_left = self.part_bytes.min(self.file_left);
                    runs.push(Run { bytes: std::mem::take(&mut bytes), fills_part: true });
                }
            }
        }
        if !bytes.is_empty() {
            runs.push(Run { bytes, fills_part: false });
        }
        runs
    }
}

/// Adds bytes to a file's hash; returns it at the end of each part.
pub fn hash(hash: &mut Sha256, runs: &[Run]) -> Vec<Sha256> {
    let mut at_ends = Vec::new();
    for run in runs {
        run.bytes.iter().for_each(|bytes| hash.update(bytes));
        if run.fills_part {
            at_ends.push(hash.clone());
        }
    }
    at_ends
}
