//! The sealer of an upload: clear bytes in, sealed parts out.
//!
//! `seal([chunk, chunk])` → the parts that are full by now; `finish()` → the last one, smaller
//!
//! Only sealed bytes reach a file.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use kakekomi_sealing::{HashKey, PartSealer};
use kakekomi_store::FileId;
use sha2::{Digest as _, Sha256};

use crate::storage::{PartStorage, Spool};
use crate::{UploadRefusal, hash_state};

/// A finished part that is not an object yet.
#[derive(Debug)]
pub struct SealedPart {
    /// The sealed bytes.
    pub spool: Spool,
    /// The place of its first byte in the file.
    pub start: u64,
    /// Bytes of the file in it.
    pub length: u64,
    /// Sealed bytes.
    pub sealed_length: u64,
    /// SHA-256 of the sealed bytes.
    pub sealed_sha256: [u8; 32],
    /// The wrapped state of the file's hash at its end.
    pub hash_state: Vec<u8>,
    /// SHA-256 of the file, with its last part.
    pub sha256: Option<[u8; 32]>,
}

/// The sealer of an upload.
pub struct FileSealer {
    pub storage: Arc<dyn PartStorage>,
    pub key: HashKey,
    pub id: FileId,
    /// The case's recipient.
    pub recipient: String,
    /// Bytes of the file.
    pub length: u64,
    /// Bytes of a full part.
    pub part_bytes: u64,
    /// Free space in percent below which no part is begun.
    pub min_free_percent: u64,
    /// The hash of the file up to `end`.
    pub hash: Sha256,
    /// The end of the bytes that were sealed.
    pub end: u64,
    /// The part that is not full.
    pub open: Option<OpenPart>,
}

/// A part that is not full.
pub struct OpenPart {
    start: u64,
    out: PartSealer<SealedBytes>,
}

impl FileSealer {
    /// Seals bytes; returns the parts that they fill. The file's last byte fills its part.
    ///
    /// # Errors
    /// [`UploadRefusal::Full`], [`UploadRefusal::Storage`], [`UploadRefusal::Sealing`].
    pub fn seal(&mut self, chunks: &[Bytes]) -> Result<Vec<SealedPart>, UploadRefusal> {
        let mut parts = Vec::new();
        for chunk in chunks {
            let mut rest = chunk.as_ref();
            while !rest.is_empty() {
                let part = match self.open.take() {
                    Some(part) => part,
                    None => self.begin()?,
                };
                let part_end = part.start.saturating_add(self.part_bytes).min(self.length);
                let room = usize::try_from(part_end.saturating_sub(self.end)).unwrap_or(usize::MAX);
                let (bytes, after) = rest.split_at(room.min(rest.len()));
                let part = self.write(part, bytes)?;
                rest = after;
                if self.end < part_end {
                    self.open = Some(part);
                } else {
                    parts.push(self.close(part)?);
                }
            }
        }
        Ok(parts)
    }

    /// Finishes the part that is not full.
    ///
    /// # Errors
    /// As [`FileSealer::seal`].
    pub fn finish(&mut self) -> Result<Option<SealedPart>, UploadRefusal> {
        self.open.take().map(|part| self.close(part)).transpose()
    }

    fn begin(&self) -> Result<OpenPart, UploadRefusal> {
        if let Some(space) = self.storage.space()? {
            space.check(self.min_free_percent)?;
        }
        let out = SealedBytes { spool: self.storage.spool()?, length: 0, hash: Sha256::new() };
        Ok(OpenPart { start: self.end, out: PartSealer::new(&self.recipient, out)? })
    }

    fn write(&mut self, mut part: OpenPart, bytes: &[u8]) -> Result<OpenPart, UploadRefusal> {
        self.hash.update(bytes);
        part.out.write_all(bytes)?;
        self.end = self.end.saturating_add(bytes.len() as u64);
        Ok(part)
    }

    fn close(&self, part: OpenPart) -> Result<SealedPart, UploadRefusal> {
        let sealed = part.out.finish()?;
        Ok(SealedPart {
            spool: sealed.spool,
            start: part.start,
            length: self.end.saturating_sub(part.start),
            sealed_length: sealed.length,
            sealed_sha256: sealed.hash.finalize().into(),
            hash_state: hash_state::wrap(&self.key, &self.id, &self.hash)?,
            sha256: (self.end == self.length).then(|| self.hash.clone().finalize().into()),
        })
    }
}

/// A writer of sealed bytes that measures and hashes them.
struct SealedBytes {
    spool: Spool,
    length: u64,
    hash: Sha256,
}

impl Write for SealedBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.spool.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        self.length = self.length.saturating_add(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.spool.file.flush()
    }
}
