//! The lock of the process that writes to a data folder or a database file.
//!
//! `acquire("data/kakekomi.sqlite3.lock")` → an open file whose advisory lock (`flock`) the kernel releases when the
//! process ends, however it ends. A second process gets [`StoreError::InUse`]. The file itself stays: a lock file that
//! is removed lets two processes lock two files of one name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::StoreError;
use crate::durable;

/// Makes the file where there is none, and locks it without waiting.
///
/// # Errors
/// [`StoreError::InUse`]: another process holds it; [`StoreError::File`]: it cannot be made or locked.
pub fn acquire(path: &Path) -> Result<File, StoreError> {
    let failed = |error: io::Error| StoreError::File(path.display().to_string(), error);
    let file = open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Opens the file, or makes it for the owner of its folder: root may start a command in the folder of a service. A file that
/// is there already is not given away, since it may be a link to something of root's.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => OpenOptions::new().write(true).open(path),
        made => made.and_then(|file| durable::leave_to_owner(&file, path).map(|()| file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_free_when_its_file_is_closed() {
        let path = std::env::temp_dir().join(format!("kakekomi-lock-{}", std::process::id()));
        let held = acquire(&path).unwrap();
        assert!(matches!(acquire(&path), Err(StoreError::InUse(_))));
        drop(held);
        acquire(&path).unwrap();
        std::fs::remove_file(path).unwrap();
    }
}
