//! The shim's journal: writes, names and flushes, in one order for all processes.
//!
//! `struct record { kind, file, number, …, lengths of two texts }` and the texts → [`Record`]s, by the letters of
//! `shim/faults.c`: C, D made · W, T written · R, L, U named · S, E, F flushed · N the test's own words.

use std::fs;
use std::path::Path;

/// The header of a record, in bytes (`struct record`).
const HEAD: usize = 48;

/// All that was done, in one order for all processes.
#[derive(Debug)]
pub struct Journal {
    bytes: Vec<u8>,
    pub(super) records: Vec<Record>,
}

/// One call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub kind: u8,
    /// The file's number on the disk.
    pub file: u64,
    /// A place, a length, or a flush's number.
    pub number: u64,
    /// Positions at which its two texts begin, meet and end.
    texts: [usize; 3],
}

impl Journal {
    /// Reads what a shim noted.
    pub fn read(file: &Path) -> Journal {
        Journal::of(fs::read(file).unwrap())
    }

    pub(super) fn of(bytes: Vec<u8>) -> Journal {
        let mut records = Vec::new();
        let mut at = 0;
        while at + HEAD <= bytes.len() {
            let number = |index: usize| {
                u64::from_le_bytes(bytes[at + 8 * index..at + 8 * index + 8].try_into().expect("eight bytes"))
            };
            let length = |index| usize::try_from(number(index)).unwrap();
            let start = at + HEAD;
            let texts = [start, start + length(4), start + length(4) + length(5)];
            let kind = u8::try_from(number(0)).unwrap();
            records.push(Record { kind, file: number(1), number: number(2), texts });
            at = texts[2];
        }
        assert_eq!(at, bytes.len(), "the journal's end");
        Journal { bytes, records }
    }

    /// A record with two words of the test's own.
    pub(crate) fn note(first: &[u8], second: &[u8]) -> Vec<u8> {
        Journal::record(b'N', 0, 0, [first, second])
    }

    /// A record as the shim writes one.
    pub(super) fn record(kind: u8, file: u64, number: u64, texts: [&[u8]; 2]) -> Vec<u8> {
        let lengths = texts.map(|text| text.len() as u64);
        let numbers = [u64::from(kind), file, number, 0, lengths[0], lengths[1]];
        [&numbers.map(u64::to_le_bytes).concat(), texts[0], texts[1]].concat()
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Checks if there are no records.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The test's own words before a record.
    pub fn notes(&self, until: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.records[..until].iter().filter(|record| record.kind == b'N').map(|record| self.texts(record))
    }

    /// Changes the journal to that of a disk which reports flushes that it has not made.
    #[must_use]
    pub fn with_flushes_that_are_lies(mut self) -> Journal {
        self.records.iter_mut().filter(|record| record.kind == b'E').for_each(|record| record.kind = b'-');
        self
    }

    pub(super) fn texts(&self, record: &Record) -> (&[u8], &[u8]) {
        let [start, middle, end] = record.texts;
        (&self.bytes[start..middle], &self.bytes[middle..end])
    }
}
