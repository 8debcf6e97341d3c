//! The folder of sealed parts that are being written.
//!
//! `folder.create()` → `Spool { path: "…/incoming/9f86d0…" }`, which is removed when it is dropped before it is put

use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind, Write};
use std::num::NonZero;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kakekomi_store::synced_fs::{create_dir_all_synced, leave_to_owner};
use sha2::{Digest as _, Sha256};

use crate::object_name::ObjectName;
use crate::space::Space;

/// Bytes after which the system is asked to write them to the disk: otherwise the flush at the end of a part has all of it to
/// write, and a case that comes meanwhile waits for it.
const WRITE_OUT_BYTES: u64 = 512 << 10;

/// A file that receives the sealed bytes of one part. It is removed when it is dropped before it is put.
#[derive(Debug)]
pub struct Spool {
    /// The file.
    pub file: File,
    /// Its path.
    pub path: PathBuf,
    /// The hash of the bytes, and their number.
    hash: Sha256,
    length: u64,
    /// Bytes that the system was not asked to write out yet.
    unwritten: u64,
}

impl Spool {
    /// Returns the length and the SHA-256 of its bytes.
    pub fn digest(&self) -> (u64, Vec<u8>) {
        (self.length, self.hash.clone().finalize().to_vec())
    }

    /// Asks the system to write the last bytes to the disk, without waiting for it. Only a flush makes them durable.
    fn begin_to_write_out(&mut self) {
        // On Linux this advice begins to write pages that are not on the disk. It is advice: a refusal changes nothing.
        #[cfg(target_os = "linux")]
        let _ = {
            let (start, length) = (self.length - self.unwritten, NonZero::new(self.unwritten));
            rustix::fs::fadvise(&self.file, start, length, rustix::fs::Advice::DontNeed)
        };
        self.unwritten = 0;
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.length += written as u64;
        self.unwritten += written as u64;
        if self.unwritten >= WRITE_OUT_BYTES {
            self.begin_to_write_out();
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // It is gone from here once it was put; the sweep removes what cannot be removed now.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A folder of spools, for its owner alone.
#[derive(Debug, Clone)]
pub struct SpoolFolder(PathBuf);

impl SpoolFolder {
    /// Names a folder, which may be missing.
    pub fn new(path: PathBuf) -> SpoolFolder {
        SpoolFolder(path)
    }

    /// Creates the folder if it is missing.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn create_folder(&self) -> io::Result<()> {
        create_dir_all_synced(&self.0)
    }

    /// Creates a spool.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn create(&self) -> io::Result<Spool> {
        let name = ObjectName::random().map_err(io::Error::other)?;
        let path = self.0.join(name.as_str());
        let file = File::options().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        leave_to_owner(&file, &path)?;
        Ok(Spool { file, path, hash: Sha256::new(), length: 0, unwritten: 0 })
    }

    /// Measures the space of its disk.
    ///
    /// # Errors
    /// It cannot be measured.
    pub fn space(&self) -> io::Result<Space> {
        let system = rustix::fs::statvfs(&self.0)?;
        let bytes = |blocks: u64| blocks.saturating_mul(system.f_frsize);
        Ok(Space { free: bytes(system.f_bavail), total: bytes(system.f_blocks) })
    }

    /// Removes the spools of an age; returns their number.
    ///
    /// # Errors
    /// They cannot be listed.
    pub fn remove_old(&self, age: Duration) -> io::Result<u64> {
        let old = old_files(&self.0, age)?;
        Ok(old.into_iter().filter(|entry| fs::remove_file(entry.path()).is_ok()).map(|_| 1).sum())
    }
}

/// Lists the files of a folder that were last changed before an age. A folder that is not there is empty.
pub fn old_files(folder: &Path, age: Duration) -> io::Result<Vec<DirEntry>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let is_old = |entry: &DirEntry| {
        let changed = entry.metadata().and_then(|metadata| metadata.modified());
        changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|since| since >= age))
    };
    let mut old = Vec::new();
    for entry in entries {
        let entry = entry?;
        if is_old(&entry) {
            old.push(entry);
        }
    }
    Ok(old)
}
