//! Evidence files of cases: their rows, and the trait of the store that keeps them.
//!
//! `declare_file(file of 20 MiB)` → `Stored { n: 4 }`; `add_part(0 … 8 MiB)`, `add_part(… 16 MiB)`, `add_part(… 20 MiB, end)`
//! → arrived
//!
//! The bytes lie in a storage that the store does not know. A part counts once its row is durable; its object must be so
//! before.

use std::fmt;
use std::str::FromStr;

use crate::error::StoreFuture;
use crate::event::{NewEvent, Refusal};
use crate::receipt_number::Number;

/// Bytes of a file's name in addresses.
const ID_BYTES: usize = 16;

/// The random name of a file in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub [u8; ID_BYTES]);

/// A text that names no file, or no state of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no evidence file has this name or state")]
pub struct UnknownFile;

impl FileId {
    /// Creates a random name.
    ///
    /// # Errors
    /// The system's source of randomness fails.
    pub fn random() -> Result<FileId, getrandom::Error> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(FileId(bytes))
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl FromStr for FileId {
    type Err = UnknownFile;

    /// Reads 32 lower-case digits: each file has one address.
    fn from_str(text: &str) -> Result<FileId, UnknownFile> {
        let digits: &[u8; 2 * ID_BYTES] = text.as_bytes().try_into().map_err(|_| UnknownFile)?;
        let digit = |digit: &u8| match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(UnknownFile),
        };
        let mut bytes = [0; ID_BYTES];
        for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks().0) {
            *byte = 16 * digit(high)? + digit(low)?;
        }
        Ok(FileId(bytes))
    }
}

impl TryFrom<Vec<u8>> for FileId {
    type Error = UnknownFile;

    fn try_from(bytes: Vec<u8>) -> Result<FileId, UnknownFile> {
        bytes.try_into().map(FileId).map_err(|_| UnknownFile)
    }
}

/// The state of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileState {
    /// Declared; some of its bytes may have come.
    Receiving,
    /// All bytes have come.
    Arrived,
    /// All bytes have come, and their SHA-256 is another one than the declared one. The file is kept.
    Mismatch,
    /// Given up unfinished, by the applicant or after the time for it; its bytes are deleted.
    Expired,
    /// Deleted by the desk, or erased with its case.
    Destroyed,
}

impl FileState {
    const ALL: [FileState; 5] =
        [FileState::Receiving, FileState::Arrived, FileState::Mismatch, FileState::Expired, FileState::Destroyed];

    /// Returns the word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            FileState::Receiving => "receiving",
            FileState::Arrived => "arrived",
            FileState::Mismatch => "mismatch",
            FileState::Expired => "expired",
            FileState::Destroyed => "destroyed",
        }
    }

    /// Reports whether all bytes came and are kept.
    pub fn is_complete(self) -> bool {
        matches!(self, FileState::Arrived | FileState::Mismatch)
    }
}

impl TryFrom<String> for FileState {
    type Error = UnknownFile;

    fn try_from(word: String) -> Result<FileState, UnknownFile> {
        FileState::ALL.into_iter().find(|state| state.as_str() == word).ok_or(UnknownFile)
    }
}

/// The most that a case may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseLimits {
    /// Files.
    pub files: u64,
    /// Declared bytes of all its files.
    pub bytes: u64,
}

/// A file to be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its random name.
    pub id: FileId,
    /// Its case.
    pub number: Number,
    /// `log`, `diagram`, `screenshot` or `other`.
    pub what: String,
    /// The entry of the draft's logs that it belongs to.
    pub log: Option<i64>,
    /// Declared bytes.
    pub length: u64,
    /// Declared digest.
    pub declared_sha256: Option<[u8; 32]>,
    /// Computed digest and state of a file without bytes, which is complete at once.
    pub end: Option<([u8; 32], FileState)>,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// The moment at which it is given up unfinished.
    pub expires_at: i64,
    /// The limits of its case. Files that were given up or destroyed do not count.
    pub limits: CaseLimits,
}

/// Outcome of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// It is durable; `n` is the number of its event in the case.
    Stored {
        /// Number of `file.declared` in the case.
        n: i64,
    },
    /// The case has as many files as it may have.
    TooMany,
    /// The files of the case would be larger than they may be.
    TooLarge,
    /// There is no such case.
    NoCase,
    /// The state of the case does not allow it.
    Refused(Refusal),
}

/// A file as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct FileLine {
    /// Its place in the table.
    pub seq: i64,
    /// Its name in addresses.
    #[sqlx(try_from = "Vec<u8>")]
    pub id: FileId,
    /// Its case.
    pub number: String,
    /// The case's own recipient; `None` after an erasure.
    pub recipient: Option<String>,
    /// `log`, `diagram`, `screenshot` or `other`.
    pub what: String,
    /// The entry of the draft's logs that it belongs to.
    pub log: Option<i64>,
    /// Declared bytes.
    #[sqlx(try_from = "i64")]
    pub length: u64,
    /// Bytes that have come: the end of its last part.
    #[sqlx(try_from = "i64", rename = "received")]
    pub offset: u64,
    /// Declared digest, 32 bytes.
    pub declared_sha256: Option<Vec<u8>>,
    /// Computed digest, 32 bytes; `None` until all has come.
    pub sha256: Option<Vec<u8>>,
    /// Its state.
    #[sqlx(try_from = "String")]
    pub state: FileState,
    /// The number of `file.declared` in its case, whose body has the name.
    pub declared_n: i64,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// The moment of its last part or last state.
    pub changed_at: i64,
    /// The moment at which it is given up unfinished.
    pub expires_at: i64,
}

impl FileLine {
    /// Returns the file as its applicant sees it at a moment: an overdue one is given up, also before it is tidied up.
    #[must_use]
    pub fn at(mut self, now: i64) -> FileLine {
        if self.state == FileState::Receiving && self.expires_at <= now {
            self.state = FileState::Expired;
        }
        self
    }
}

/// A part of a file to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPart {
    /// The file's place in the table.
    pub file_seq: i64,
    /// The part, whose object is durable.
    pub part: Part,
    /// The moment at which the file is given up if no further part comes.
    pub expires_at: i64,
    /// The present moment.
    pub at: i64,
}

/// A part of a file: one object in the storage.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Part {
    /// The place of its first byte in the file.
    #[sqlx(try_from = "i64")]
    pub start: u64,
    /// Bytes of the file in it.
    #[sqlx(try_from = "i64")]
    pub length: u64,
    /// Bytes of the object.
    #[sqlx(try_from = "i64")]
    pub sealed_length: u64,
    /// SHA-256 of the object, 32 bytes.
    pub sealed_sha256: Vec<u8>,
    /// The object's name.
    pub object: String,
    /// The wrapped state of the file's SHA-256 at the part's end.
    pub hash_state: Vec<u8>,
}

/// The end of a file, with its last part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEnd {
    /// Computed digest.
    pub sha256: [u8; 32],
    /// Arrived or mismatch.
    pub state: FileState,
    /// `file.arrived` or `file.mismatch`.
    pub event: NewEvent,
}

/// Outcome of adding a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartAdded {
    /// It is durable.
    Stored,
    /// The file does not end where the part begins.
    Conflict {
        /// The file's end.
        offset: u64,
    },
    /// The file is complete, given up, or erased.
    Gone,
}

/// The way in which the bytes of a file are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileEnding {
    /// It was not finished in time, and is still unfinished at the event's moment.
    Overdue,
    /// The applicant gives up an unfinished file.
    Terminated,
    /// The desk deletes it, complete or not.
    Destroyed,
}

/// The part of a store that keeps evidence files.
pub trait FileStore {
    /// Stores a file with its events: `file.declared`, and the end of one without bytes.
    fn declare_file(&self, file: NewFile, events: Vec<NewEvent>) -> StoreFuture<'_, Declared>;

    /// Reads a file.
    fn file<'a>(&'a self, id: &'a FileId) -> StoreFuture<'a, Option<FileLine>>;

    /// Reads the files of a case, in the order of their declarations.
    fn files_of<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Vec<FileLine>>;

    /// Adds a part at the end of an unfinished file, and with the last part its end, in one transaction.
    fn add_part(&self, part: NewPart, end: Option<FileEnd>) -> StoreFuture<'_, PartAdded>;

    /// Reads the parts of a file, by the file's place in the table, in their order.
    fn parts(&self, file_seq: i64) -> StoreFuture<'_, Vec<Part>>;

    /// Reads the last part of a file.
    fn last_part(&self, file_seq: i64) -> StoreFuture<'_, Option<Part>>;

    /// Gives up the bytes of a file: its objects become discarded ones. `false` where the file is not in a state for it.
    fn end_file<'a>(&'a self, id: &'a FileId, ending: FileEnding, event: NewEvent) -> StoreFuture<'a, bool>;

    /// Reads at most `limit` unfinished files that are to be given up at a moment.
    fn overdue_files(&self, now: i64, limit: u32) -> StoreFuture<'_, Vec<FileLine>>;

    /// Reads at most `limit` complete files after a place in the table, changed since a moment, of cases that have more of
    /// them than events `file.scanned`.
    fn files_to_scan(&self, since: i64, after: i64, limit: u32) -> StoreFuture<'_, Vec<FileLine>>;

    /// Reads the names of at most `limit` objects that the storage must delete.
    fn discarded_objects(&self, limit: u32) -> StoreFuture<'_, Vec<String>>;

    /// Removes the names of objects that the storage has deleted.
    fn forget_objects(&self, objects: Vec<String>) -> StoreFuture<'_, ()>;

    /// Finds those names that no part has.
    fn unknown_objects(&self, objects: Vec<String>) -> StoreFuture<'_, Vec<String>>;
}
