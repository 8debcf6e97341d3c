//! The folder of sealed parts that are being written.
//!
//! `folder.create()` → `Spool { path: "…/incoming/9f86d0…" }`, which is removed when it is dropped before it is put

use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kakekomi_store::synced_fs::{create_dir_all_synced, leave_to_owner};
use sha2::{Digest as _, Sha256};

use crate::object_name::ObjectName;
use crate::space::Space;

/// Bytes that are hashed at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// A file that receives the sealed bytes of one part. It is removed when it is dropped before it is put.
#[derive(Debug)]
pub struct Spool {
    /// The file, open for writing and reading.
    pub file: File,
    /// Its path.
    pub path: PathBuf,
}

impl Spool {
    /// Computes the length and the SHA-256 of its bytes.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn digest(&mut self) -> io::Result<(u64, Vec<u8>)> {
        self.file.rewind()?;
        let (mut hash, mut length, mut buffer) = (Sha256::new(), 0, vec![0; BUFFER_BYTES]);
        loop {
            let read = self.file.read(&mut buffer)?;
            if read == 0 {
                return Ok((length, hash.finalize().to_vec()));
            }
            hash.update(buffer.get(..read).unwrap_or_default());
            length += read as u64;
        }
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
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
        Ok(Spool { file, path })
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
