//! The sealed bytes of a package as objects of the storage.
//!
//! `ObjectWriter::new(storage)`, any number of writes, `finish()` → objects of 8 MiB, durable; `read(storage, parts)` → the same bytes
//!
//! An object is written to a file of the storage and put when it is full, so that a package of any size takes no memory.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use kakekomi_evidence::{ObjectName, PartStorage, Spool};
use kakekomi_store::PackagePart;
use sha2::{Digest as _, Sha256};

/// Bytes of an object; the last one of a package is shorter. A storage may hold one in memory, as it does a part of a file.
pub const OBJECT_BYTES: u64 = 8 << 20;

/// The stored objects of a package.
pub struct Objects {
    /// The objects, in their order.
    pub parts: Vec<PackagePart>,
    /// Their bytes.
    pub length: u64,
    /// SHA-256 of their bytes.
    pub sha256: [u8; 32],
}

/// A writer of objects. It deletes them when it is dropped before it is finished.
pub struct ObjectWriter {
    storage: Arc<dyn PartStorage>,
    object_bytes: u64,
    open: Option<(Spool, u64)>,
    parts: Vec<PackagePart>,
    length: u64,
    hash: Sha256,
}

impl ObjectWriter {
    /// Begins a package.
    pub fn new(storage: Arc<dyn PartStorage>, object_bytes: u64) -> ObjectWriter {
        ObjectWriter { storage, object_bytes, open: None, parts: Vec::new(), length: 0, hash: Sha256::new() }
    }

    /// Puts the last object.
    ///
    /// # Errors
    /// It cannot be stored; all objects are deleted then.
    pub fn finish(mut self) -> io::Result<Objects> {
        self.put()?;
        let sha256 = std::mem::take(&mut self.hash).finalize().into();
        Ok(Objects { parts: std::mem::take(&mut self.parts), length: self.length, sha256 })
    }

    /// Makes the open file an object.
    fn put(&mut self) -> io::Result<()> {
        let Some((spool, length)) = self.open.take() else { return Ok(()) };
        let name = ObjectName::random().map_err(io::Error::other)?;
        // First in the list: a failed put may leave an object.
        let start = self.length.saturating_sub(length);
        self.parts.push(PackagePart { start, length, object: name.to_string() });
        self.storage.put(spool, &name)
    }
}

impl Write for ObjectWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (mut spool, written) = match self.open.take() {
            Some(open) => open,
            None => (self.storage.spool()?, 0),
        };
        let room = usize::try_from(self.object_bytes.saturating_sub(written)).unwrap_or(usize::MAX);
        let bytes = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        spool.write_all(bytes)?;
        self.hash.update(bytes);
        let count = bytes.len() as u64;
        self.length = self.length.saturating_add(count);
        self.open = Some((spool, written.saturating_add(count)));
        if written.saturating_add(count) >= self.object_bytes {
            self.put()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for ObjectWriter {
    fn drop(&mut self) {
        discard(&*self.storage, &self.parts);
    }
}

/// Deletes the objects of a package that is not stored. What cannot be deleted is left to the sweep.
pub fn discard(storage: &dyn PartStorage, parts: &[PackagePart]) {
    for name in parts.iter().filter_map(|part| ObjectName::read(&part.object)) {
        let _ = storage.delete(&name);
    }
}

/// Reads the sealed bytes of a package. A missing object, or one of another length, is an error of the reader at its place.
pub fn read(storage: Arc<dyn PartStorage>, parts: Vec<PackagePart>) -> impl Read + Send + use<> {
    PackageReader { storage, parts: parts.into_iter(), open: None }
}

/// An open object with the bytes that are left of it.
type Open = (Box<dyn Read + Send>, u64);

struct PackageReader {
    storage: Arc<dyn PartStorage>,
    parts: std::vec::IntoIter<PackagePart>,
    open: Option<Open>,
}

impl Read for PackageReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some((object, left)) = self.open.as_mut().filter(|(_, left)| *left > 0) {
                let room = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
                let read = object.read(buffer.get_mut(..room).unwrap_or_default())?;
                if read == 0 && room > 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                *left = left.saturating_sub(read as u64);
                return Ok(read);
            }
            let Some(part) = self.parts.next() else { return Ok(0) };
            let name = ObjectName::read(&part.object).ok_or(ErrorKind::InvalidData)?;
            self.open = Some((self.storage.open(&name)?, part.length));
        }
    }
}
