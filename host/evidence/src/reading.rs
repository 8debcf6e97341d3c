//! Reading of stored files: their bytes, opened, and the check of their objects.
//!
//! `read(storage, &line, parts, identities)` → a reader of the file's bytes; `verify(…)` → [`Verification`]
//!
//! The functions and readers block.

use std::io::{self, Cursor, ErrorKind, Read};
use std::sync::Arc;

use kakekomi_sealing::{Identities, open_part};
use kakekomi_store::{FileLine, Part};
use sha2::{Digest as _, Sha256};

use crate::object_name::ObjectName;
use crate::storage::PartStorage;

/// The faults of a stored file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// The places of parts whose objects are not there, or cannot be read.
    pub missing: Vec<u64>,
    /// The places of parts whose objects have another length or SHA-256, or other bytes than the part should have.
    pub damaged: Vec<u64>,
    /// The places where parts do not follow each other.
    pub gaps: Vec<u64>,
    /// True if the SHA-256 of the opened bytes is another one than the stored one; `None` where it was not compared: without
    /// an identity, for an unfinished file, or after another fault.
    pub wrong_sha256: Option<bool>,
}

impl Verification {
    /// Reports whether no fault was found.
    pub fn is_sound(&self) -> bool {
        self.missing.is_empty() && self.damaged.is_empty() && self.gaps.is_empty() && self.wrong_sha256 != Some(true)
    }
}

/// Reads a file's bytes. A missing or damaged part is an error of the reader at its place.
///
/// The identities are those of the file's case.
pub fn read(
    storage: Arc<dyn PartStorage>,
    line: &FileLine,
    parts: Vec<Part>,
    identities: Identities,
) -> impl Read + Send + use<> {
    let end = if line.state.is_complete() { line.length } else { line.offset };
    FileReader { storage, parts: parts.into_iter(), identities, open: None, place: 0, end }
}

/// Checks the objects of a file, and with the case's identity its bytes.
pub fn verify(
    storage: &dyn PartStorage,
    line: &FileLine,
    parts: &[Part],
    identities: Option<&Identities>,
) -> Verification {
    let mut found = Verification { gaps: gaps(line, parts), ..Verification::default() };
    let mut hash = Sha256::new();
    for part in parts {
        match check_part(storage, part, identities, &mut hash) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => found.damaged.push(part.start),
            Err(_) => found.missing.push(part.start),
        }
    }
    if let Some(sha256) = line.sha256.as_deref().filter(|_| identities.is_some() && found.is_sound()) {
        found.wrong_sha256 = Some(hash.finalize().as_slice() != sha256);
    }
    found
}

/// Lists the places where a part should begin and none does.
fn gaps(line: &FileLine, parts: &[Part]) -> Vec<u64> {
    let mut place = 0;
    let mut gaps = Vec::new();
    for part in parts {
        if part.start != place {
            gaps.push(place);
        }
        place = part.start.saturating_add(part.length);
    }
    if line.state.is_complete() && place != line.length {
        gaps.push(place);
    }
    gaps
}

/// Checks the object of a part, and with an identity its bytes, which are added to a hash.
fn check_part(
    storage: &dyn PartStorage,
    part: &Part,
    identities: Option<&Identities>,
    hash: &mut Sha256,
) -> io::Result<()> {
    let sealed = sealed_part(storage, part)?;
    let Some(identities) = identities else { return Ok(()) };
    let mut reader = open_part(identities, Cursor::new(sealed)).map_err(damaged)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut length = 0;
    loop {
        match reader.read(&mut buffer).map_err(damaged)? {
            0 if length == part.length => return Ok(()),
            0 => return Err(damaged("a part has another length")),
            read => {
                hash.update(buffer.get(..read).unwrap_or_default());
                length += read as u64;
            }
        }
    }
}

/// Bytes that are opened at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// Reads an object whole, so that no byte of a damaged one is passed on.
///
/// # Errors
/// [`ErrorKind::InvalidData`]: it has another length or SHA-256 than its row.
pub fn sealed_part(storage: &dyn PartStorage, part: &Part) -> io::Result<Vec<u8>> {
    let name = ObjectName::read(&part.object).ok_or_else(|| damaged("a part has no name of an object"))?;
    let mut sealed = Vec::with_capacity(usize::try_from(part.sealed_length).unwrap_or_default().min(LARGEST_BUFFER));
    storage.open(&name)?.take(part.sealed_length.saturating_add(1)).read_to_end(&mut sealed)?;
    if sealed.len() as u64 != part.sealed_length || Sha256::digest(&sealed).as_slice() != part.sealed_sha256 {
        return Err(damaged("an object has other bytes than were stored"));
    }
    Ok(sealed)
}

/// Bytes that are reserved for an object at once, whatever its row says.
const LARGEST_BUFFER: usize = 16 << 20;

pub fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

/// The bytes of a file, part after part.
struct FileReader {
    storage: Arc<dyn PartStorage>,
    parts: std::vec::IntoIter<Part>,
    identities: Identities,
    open: Option<Box<dyn Read + Send>>,
    place: u64,
    end: u64,
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(open) = &mut self.open {
                let read = open.read(buffer)?;
                if read > 0 {
                    self.place = self.place.saturating_add(read as u64);
                    return Ok(read);
                }
                self.open = None;
            }
            match self.parts.next() {
                Some(part) if part.start == self.place => {
                    let sealed = Cursor::new(sealed_part(self.storage.as_ref(), &part)?);
                    self.open = Some(Box::new(open_part(&self.identities, sealed).map_err(damaged)?));
                }
                None if self.place == self.end => return Ok(0),
                _ => return Err(damaged("a part of the file is missing")),
            }
        }
    }
}
