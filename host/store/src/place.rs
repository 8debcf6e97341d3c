//! The database's file on the disk: for its owner alone, and looked at before it is opened.
//!
//! `make("data/kakekomi.sqlite3")` → an empty file of mode 0600, which SQLite then fills; where there
//! is one already it is left as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::sqlite::SqliteConnectOptions;

use super::StoreError;
use crate::durable;

/// How every SQLite file begins (sqlite.org/fileformat2.html, 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The file that a URL names; `None` for a database in memory, and for a URL that names none.
pub fn file_of(url: &str) -> Option<PathBuf> {
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let options = SqliteConnectOptions::from_str(url).ok().filter(|_| url.starts_with("sqlite:") && !in_memory)?;
    Some(options.get_filename().to_path_buf())
}

/// Makes the file for its owner alone, where there is none.
pub(super) fn make(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(made) => durable::leave_to_owner(&made, file).and_then(|()| durable::name(file)),
    }
}

/// Whether anybody but the owner may read, write or enter it. What cannot be looked at is not open.
#[cfg(unix)]
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Whether anybody but the owner may read it: not known on this system.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

/// Whether the file begins as a SQLite file does.
pub(super) fn is_sqlite(file: &Path, name: &str) -> Result<bool, StoreError> {
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => StoreError::Missing(name.to_owned()),
        _ => StoreError::File(name.to_owned(), error),
    };
    let mut start = Vec::new();
    File::open(file).map_err(failed)?.take(MAGIC.len() as u64).read_to_end(&mut start).map_err(failed)?;
    Ok(start == MAGIC)
}

/// The bytes of the write-ahead log beside it, if there is one: somebody has it open, or did not close it.
pub(super) fn log_size(file: &Path) -> Option<u64> {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).ok().map(|metadata| metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file_or_none() {
        assert_eq!(file_of("sqlite:data/a%3Fb.sqlite3"), Some(PathBuf::from("data/a?b.sqlite3")));
        assert_eq!(file_of("sqlite::memory:"), None);
        assert_eq!(file_of("postgres:x"), None);
    }
}
