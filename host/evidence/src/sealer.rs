//! The sealer of an upload: clear bytes in, sealed parts out.
//!
//! `seal([run, run], false)` → the parts that are full by now; `seal([run], true)` → also the last one, smaller
//!
//! Only sealed bytes reach a file.

use std::io::Write as _;
use std::sync::Arc;

use kakekomi_sealing::PartSealer;

use crate::UploadRefusal;
use crate::runs::Run;
use crate::spool::Spool;
use crate::storage::PartStorage;

/// A finished part that is not an object yet.
#[derive(Debug)]
pub struct SealedPart {
    /// The sealed bytes.
    pub spool: Spool,
    /// The place of its first byte in the file.
    pub start: u64,
    /// Bytes of the file in it.
    pub length: u64,
}

/// The sealer of an upload.
pub struct FileSealer {
    storage: Arc<dyn PartStorage>,
    /// The case's recipient.
    recipient: String,
    /// Free space in percent below which no part is begun.
    min_free_percent: u64,
    /// The end of the bytes that were sealed.
    end: u64,
    /// The part that is not full, and its start.
    open: Option<(PartSealer<Spool>, u64)>,
}

impl FileSealer {
    /// Creates a sealer that begins at a place of a file.
    pub fn new(storage: Arc<dyn PartStorage>, recipient: String, min_free_percent: u64, end: u64) -> FileSealer {
        FileSealer { storage, recipient, min_free_percent, end, open: None }
    }

    /// Seals bytes; returns the parts that they fill, and at the end of the bytes the last one. The parts before an error
    /// are whole, and are to be stored.
    pub fn seal(&mut self, runs: &[Run], is_end: bool) -> (Vec<SealedPart>, Result<(), UploadRefusal>) {
        let mut parts = Vec::new();
        let sealed = self.seal_into(&mut parts, runs, is_end);
        (parts, sealed)
    }

    fn seal_into(&mut self, parts: &mut Vec<SealedPart>, runs: &[Run], is_end: bool) -> Result<(), UploadRefusal> {
        for run in runs {
            let (mut out, start) = match self.open.take() {
                Some(open) => open,
                None => (self.begin()?, self.end),
            };
            for bytes in &run.bytes {
                out.write_all(bytes)?;
                self.end = self.end.saturating_add(bytes.len() as u64);
            }
            self.open = Some((out, start));
            if run.fills_part {
                parts.extend(self.finish()?);
            }
        }
        if is_end {
            parts.extend(self.finish()?);
        }
        Ok(())
    }

    /// Finishes the part that is not full.
    fn finish(&mut self) -> Result<Option<SealedPart>, UploadRefusal> {
        let Some((out, start)) = self.open.take() else { return Ok(None) };
        Ok(Some(SealedPart { spool: out.finish()?, start, length: self.end.saturating_sub(start) }))
    }

    fn begin(&self) -> Result<PartSealer<Spool>, UploadRefusal> {
        if let Some(space) = self.storage.space()? {
            space.check(self.min_free_percent)?;
        }
        Ok(PartSealer::new(&self.recipient, self.storage.spool()?)?)
    }
}
