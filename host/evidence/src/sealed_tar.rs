//! The sealed parts of a file as a tar, for a host without an identity.
//!
//! `sealed_tar(storage, &line, parts)` → `9f86….part0001.age`, `9f86….part0002.age`, …
//!
//! Each opens with `age --decrypt`; in the order of their names they are the file. Headers are those of POSIX.1-1988
//! (ustar), which every tar reads.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use kakekomi_store::{FileLine, Part};

use crate::reading::{damaged, sealed_part};
use crate::storage::PartStorage;

/// Bytes of a block.
const BLOCK: u64 = 512;
/// Blocks of zeros at the end.
const END_BLOCKS: u64 = 2;
/// The greatest length that a header has room for.
const LENGTH_MAX: u64 = 0o77_777_777_777;

/// The fewest digits in the name of a part.
const DIGITS_MIN: usize = 4;

/// Computes the bytes of [`sealed_tar`].
pub fn sealed_tar_length(parts: &[Part]) -> u64 {
    let entries = parts.iter().map(|part| BLOCK + part.sealed_length.next_multiple_of(BLOCK));
    entries.sum::<u64>() + END_BLOCKS * BLOCK
}

/// Reads the sealed parts of a file as a tar. A missing or damaged part is an error of the reader at its place.
pub fn sealed_tar(storage: Arc<dyn PartStorage>, line: &FileLine, parts: Vec<Part>) -> impl Read + Send + use<> {
    let end = vec![0; usize::try_from(END_BLOCKS * BLOCK).unwrap_or_default()];
    let (id, seconds) = (line.id, line.changed_at.div_euclid(1000).unsigned_abs());
    let digits = digits(parts.len());
    let entries = (1_u64..).zip(parts).map(move |(count, part)| {
        let header = header(&format!("{id}.part{count:0digits$}.age"), part.sealed_length, seconds)?;
        let mut entry = sealed_part(storage.as_ref(), &part)?;
        entry.resize(entry.len().next_multiple_of(header.len()), 0);
        entry.splice(0..0, header);
        Ok(entry)
    });
    Entries { entries: entries.chain(std::iter::once(Ok(end))), open: Cursor::default() }
}

/// Counts the digits in the names of as many parts, so that all names are in the order of the parts.
fn digits(parts: usize) -> usize {
    parts.to_string().len().max(DIGITS_MIN)
}

/// Builds the header of an entry: name, mode, owner, length, time, check sum, kind.
fn header(name: &str, length: u64, seconds: u64) -> io::Result<[u8; 512]> {
    if length > LENGTH_MAX {
        return Err(damaged("a part is too large for a tar"));
    }
    let seconds = seconds.min(LENGTH_MAX);
    let filled = |sum: &str| {
        let owner = "0000000\0";
        let fields = format!("{name:\0<100}0000600\0{owner}{owner}{length:011o}\0{seconds:011o}\0{sum}0{:\0<100}", "");
        let mut header = [0; 512];
        let bytes = format!("{fields}ustar\x0000").into_bytes();
        header.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
        header
    };
    // The sum counts its own field as spaces.
    let sum: u64 = filled("        ").iter().map(|byte| u64::from(*byte)).sum();
    Ok(filled(&format!("{sum:06o}\0 ")))
}

/// A reader of one entry after the other.
struct Entries<I> {
    entries: I,
    open: Cursor<Vec<u8>>,
}

impl<I: Iterator<Item = io::Result<Vec<u8>>>> Read for Entries<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.open.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.entries.next() {
                Some(entry) => self.open = Cursor::new(entry?),
                None => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn names_have_as_many_digits_as_the_last_part_needs() {
        for (parts, expected) in [(0, 4), (1, 4), (9_999, 4), (10_000, 5), (99_999, 5), (100_000, 6)] {
            assert_eq!(digits(parts), expected, "{parts}");
        }
    }
}
