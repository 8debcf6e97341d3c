//! The identity of the files that a desk writes to.
//!
//! SQLite goes on writing to a file that was moved, replaced or removed, and acknowledges every commit. So the device
//! and inode of the database, of its log and of the log's index are compared with their names before and after each
//! commit: a case that no later start would find gets no receipt.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{StoreError, lock};

/// A database's files as they were when it was opened, and the lock on them.
#[derive(Debug)]
pub(super) struct OpenFiles {
    files: Vec<(PathBuf, FileId)>,
    /// Held until this is dropped.
    _lock: File,
    /// The outcome of the last check: a file was moved.
    moved: AtomicBool,
}

impl OpenFiles {
    /// The name under which SQLite opens the file: links resolved, as SQLite resolves them.
    pub fn resolve(file: &Path) -> Result<PathBuf, StoreError> {
        file.canonicalize().map_err(|error| StoreError::File(file.display().to_string(), error))
    }

    /// Locks a resolved file against other processes that serve from it.
    ///
    /// # Errors
    /// [`StoreError::InUse`]: one does.
    pub fn lock(resolved: &Path) -> Result<File, StoreError> {
        lock::acquire(&beside(resolved, "-lock"))
    }

    /// Notes the identity of everything that SQLite has open, once it has: the name that was given, which may be a
    /// link, the log, its index, and the lock.
    pub fn note(given: &Path, resolved: &Path, lock: File) -> Result<OpenFiles, StoreError> {
        let names = [given.to_path_buf()].into_iter().chain(["-wal", "-shm", "-lock"].map(|end| beside(resolved, end)));
        let note = |name: PathBuf| match FileId::of(&name) {
            Ok(id) => Ok((name, id)),
            Err(error) => Err(StoreError::File(name.display().to_string(), error)),
        };
        Ok(OpenFiles { files: names.map(note).collect::<Result<_, _>>()?, _lock: lock, moved: AtomicBool::new(false) })
    }

    /// Notes the outcome of a check, and reports whether it is the first that found a file moved.
    pub fn moved_now(&self, moved: bool) -> bool {
        !self.moved.swap(moved, Ordering::SeqCst) && moved
    }

    /// Compares each name with the file that is open.
    ///
    /// # Errors
    /// [`StoreError::Moved`]: the first name that is another file by now, or none.
    pub fn check(&self) -> Result<(), StoreError> {
        let moved = self.files.iter().find(|(name, id)| !FileId::of(name).is_ok_and(|found| found == *id));
        moved.map_or(Ok(()), |(name, _)| Err(StoreError::Moved(name.display().to_string())))
    }
}

/// The name of a file beside the database: `data/kakekomi.sqlite3` and `-wal` → `data/kakekomi.sqlite3-wal`.
pub(super) fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// The device and inode of a file. A file that is open keeps its own, so no other file gets the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The identity of the file that a name leads to.
    #[cfg(unix)]
    pub fn of(name: &Path) -> io::Result<FileId> {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(name)?;
        Ok(FileId { device: metadata.dev(), inode: metadata.ino() })
    }

    /// Not known on this system, where an open file can be neither moved nor removed.
    #[cfg(not(unix))]
    pub fn of(name: &Path) -> io::Result<FileId> {
        std::fs::metadata(name).map(|_| FileId { device: 0, inode: 0 })
    }
}
