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

/// Opens the file, or makes it, and leaves it to the owner of its folder: root may start a command in the folder of a service.
/// A link is refused, and a file of two names is not given away: either may be something of root's.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
        let file = options.open(path)?;
        let about = file.metadata()?;
        if about.is_file() && about.nlink() == 1 {
            durable::leave_to_owner(&file, path)?;
        }
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
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

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let path = std::env::temp_dir().join(format!("kakekomi-lock-link-{}", std::process::id()));
        let target = path.with_extension("target");
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(matches!(acquire(&path), Err(StoreError::File(..))));
        assert!(!target.exists());
        std::fs::remove_file(path).unwrap();
    }
}
