//! The lock that admits one writing process per data folder or database file.
//!
//! `acquire("data/kakekomi.sqlite3.lock")` → an open file whose advisory lock (`flock`) the kernel releases when the
//! process ends. A second process gets [`StoreError::InUse`]. The file is never removed: otherwise two processes could lock
//! two files of the same name.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use super::error::StoreError;
use crate::synced_fs;

/// Creates the file if needed and locks it without waiting.
///
/// # Errors
/// [`StoreError::InUse`]: another process holds it; [`StoreError::File`]: it cannot be created or locked.
pub fn acquire(path: &Path) -> Result<File, StoreError> {
    let file = open(path).map_err(StoreError::at(path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(path.display().to_string())),
        Err(TryLockError::Error(error)) => Err(StoreError::at(path)(error)),
    }
}

/// Opens or creates the file and gives it to the owner of its folder, since root may run a command in a service's folder.
/// A symbolic link is refused and a file with several hard links is not given away: either could lead to a file of root's.
fn open(path: &Path) -> io::Result<File> {
    let no_link = OFlags::NOFOLLOW.bits().cast_signed();
    let file = File::options().write(true).create(true).truncate(false).mode(0o600).custom_flags(no_link).open(path)?;
    let about = file.metadata()?;
    if about.is_file() && about.nlink() == 1 {
        synced_fs::leave_to_owner(&file, path)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_exclusive_and_released_on_drop() {
        let path = std::env::temp_dir().join(format!("kakekomi-lock-{}", std::process::id()));
        let held = acquire(&path).unwrap();
        assert!(matches!(acquire(&path), Err(StoreError::InUse(_))));
        drop(held);
        acquire(&path).unwrap();
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_symbolic_link_is_refused() {
        let path = std::env::temp_dir().join(format!("kakekomi-lock-link-{}", std::process::id()));
        let target = path.with_extension("target");
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(matches!(acquire(&path), Err(StoreError::File(..))));
        assert!(!target.exists());
        std::fs::remove_file(path).unwrap();
    }
}
