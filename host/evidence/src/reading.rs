//! Reading of stored files: opened, as a tar of sealed parts, and verified.
//!
//! `read(storage, parts, identities)` → a reader of the file's bytes; `verify(…)` → [`Verification`]
//!
//! The functions and readers block.

use std::io::{self, Read};
use std::sync::Arc;

use kakekomi_sealing::Identities;
use kakekomi_store::{FileLine, Part};

use crate::storage::PartStorage;

/// The faults of a stored file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// The places of parts whose objects are not there, or cannot be read.
    pub missing: Vec<u64>,
    /// The places of parts whose objects have another length or SHA-256.
    pub damaged: Vec<u64>,
    /// The places where parts do not follow each other.
    pub gaps: Vec<u64>,
    /// The SHA-256 of the opened bytes is another one than the row's; `None` where it was not computed.
    pub wrong_sha256: Option<bool>,
}

impl Verification {
    /// Reports whether no fault was found.
    pub fn is_sound(&self) -> bool {
        self.missing.is_empty() && self.damaged.is_empty() && self.gaps.is_empty() && self.wrong_sha256 != Some(true)
    }
}

/// Reads a file's bytes. A missing or damaged part is an error of the reader at its place.
pub fn read(
    _storage: Arc<dyn PartStorage>,
    _line: &FileLine,
    _parts: Vec<Part>,
    _identities: Identities,
) -> impl Read + Send + use<> {
    io::empty()
}

/// Computes the bytes of [`sealed_tar`].
pub fn sealed_tar_length(_line: &FileLine, _parts: &[Part]) -> u64 {
    0
}

/// Reads the sealed parts of a file as a tar of `FILE.part0001.age`, ….
pub fn sealed_tar(_storage: Arc<dyn PartStorage>, _line: &FileLine, _parts: Vec<Part>) -> impl Read + Send + use<> {
    io::empty()
}

/// Checks the objects of a file, and with the case's identity its bytes.
pub fn verify(
    _storage: &dyn PartStorage,
    _line: &FileLine,
    _parts: &[Part],
    _identities: Option<&Identities>,
) -> Verification {
    Verification::default()
}
