//! Identity of the open database files.
//!
//! `mv kakekomi.sqlite3 other` while it is served → [`StoreError::Moved`] at the next commit
//!
//! SQLite continues to write to a file that was moved, replaced or removed, and acknowledges every commit. So the device
//! and inode of the database, of its log and of the log's index are compared with their names before and after each
//! commit: a case that a later start would not find gets no receipt.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::StoreError;
use crate::lock;

/// The identities of a database's files when it was opened, and their lock.
#[derive(Debug)]
pub(super) struct OpenFiles {
    files: Vec<(PathBuf, FileId)>,
    /// Held until drop.
    _lock: File,
    /// True if the last check found a moved file.
    moved: AtomicBool,
}

impl OpenFiles {
    /// Resolves symbolic links as SQLite does when it opens the file.
    pub fn resolve(file: &Path) -> Result<PathBuf, StoreError> {
        file.canonicalize().map_err(StoreError::at(file))
    }

    /// Locks a resolved file against other serving processes ([`StoreError::InUse`]).
    pub fn lock(resolved: &Path) -> Result<File, StoreError> {
        lock::acquire(&beside(resolved, "-lock"))
    }

    /// Records the identity of all open files: the given name, which may be a link, the log, its index, and the lock.
    pub fn note(given: &Path, resolved: &Path, lock: File) -> Result<OpenFiles, StoreError> {
        let names = [given.to_path_buf()].into_iter().chain(["-wal", "-shm", "-lock"].map(|end| beside(resolved, end)));
        let note = |name: PathBuf| FileId::of(&name).map_err(StoreError::at(&name)).map(|id| (name, id));
        Ok(OpenFiles { files: names.map(note).collect::<Result<_, _>>()?, _lock: lock, moved: AtomicBool::default() })
    }

    /// Records the outcome of a check, and reports whether it is the first that found a moved file.
    pub fn moved_now(&self, moved: bool) -> bool {
        !self.moved.swap(moved, Ordering::SeqCst) && moved
    }

    /// Compares each name with the open file; fails with the first one that leads to another file or to none.
    pub fn check(&self) -> Result<(), StoreError> {
        let moved = self.files.iter().find(|(name, id)| !FileId::of(name).is_ok_and(|found| found == *id));
        moved.map_or(Ok(()), |(name, _)| Err(StoreError::Moved(name.display().to_string())))
    }
}

/// Appends a suffix to the name of the database: `data/kakekomi.sqlite3` and `-wal` → `data/kakekomi.sqlite3-wal`.
pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Device and inode of a file. While a file is open, no other file gets the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// Reads the identity of the file of a name.
    pub fn of(name: &Path) -> io::Result<FileId> {
        let metadata = std::fs::metadata(name)?;
        Ok(FileId { device: metadata.dev(), inode: metadata.ino() })
    }
}
