//! The database file: its URL, its creation for its owner alone, and its first bytes.
//!
//! `create("data/kakekomi.sqlite3")` → an empty file of mode 0600, which SQLite then fills; an existing file is left alone.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::sqlite::SqliteConnectOptions;

use super::open_files::beside;
use crate::error::StoreError;
use crate::synced_fs;

/// The first bytes of every SQLite file (sqlite.org/fileformat2.html, 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Builds the URL of the database in a data folder.
pub fn url_in(data: &Path) -> String {
    url_of(&data.join("kakekomi.sqlite3"))
}

/// Builds the URL of a SQLite file.
pub fn url_of(file: &Path) -> String {
    let path = file.display().to_string();
    format!("sqlite:{}", path.replace('%', "%25").replace('?', "%3F"))
}

/// Finds the file of a URL; `None` for a database in memory and for other URLs.
pub fn file_of(url: &str) -> Option<PathBuf> {
    let in_memory = url.contains(":memory:") || url.contains("mode=memory");
    let options = SqliteConnectOptions::from_str(url).ok().filter(|_| url.starts_with("sqlite:") && !in_memory)?;
    Some(options.get_filename().to_path_buf())
}

/// Creates the file for its owner alone, unless it exists.
pub(super) fn create(file: &Path) -> io::Result<()> {
    match File::options().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(made) => synced_fs::leave_to_owner(&made, file).and_then(|()| synced_fs::sync_parent_dir(file)),
    }
}

/// Checks that the file begins as a SQLite file does.
pub(super) fn check(file: &Path) -> Result<(), StoreError> {
    let name = || file.display().to_string();
    let mut start = Vec::new();
    match File::open(file).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut start)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::Missing(name())),
        Err(error) => Err(StoreError::File(name(), error)),
        Ok(_) if start != MAGIC => Err(StoreError::Foreign(name())),
        Ok(_) => Ok(()),
    }
}

/// Finds the size of the write-ahead log. There is one while a process has the database open, or did not close it.
pub(super) fn log_size(file: &Path) -> Option<u64> {
    fs::metadata(beside(file, "-wal")).ok().map(|metadata| metadata.len())
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
