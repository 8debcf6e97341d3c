//! Backup of a database into a file, and its restoration.
//!
//! `back_up(url, "cases.sqlite3", false)` → `Copied { cases: 12, last_seq: 12, bytes: 143360 }`
//!
//! `VACUUM INTO` makes the copy in one read transaction: it holds the cases of one moment and ends under any load. SQLite's
//! backup API restarts whenever another process writes. A file gets its final name once it is whole, checked and flushed.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::file::{file_of, url_of};
use super::open_files::{FileId, OpenFiles, beside};
use super::{Sqlite, open};
use crate::error::StoreError;
use crate::query;
use crate::store::Store;
use crate::{clock, lock, synced_fs};

/// The contents of a backup.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    /// The number of cases.
    pub cases: u64,
    /// The `seq` of the last case; 0 without cases.
    pub last_seq: i64,
    /// The size of the file in bytes.
    pub bytes: u64,
}

/// The contents of a restored database, and the path of the previous one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Restored {
    /// Its contents.
    #[serde(flatten)]
    pub copied: Copied,
    /// The previous file; `None` where there was none.
    pub kept: Option<PathBuf>,
}

/// Copies the database of a URL into a file, for its owner alone. The database may be in use.
///
/// # Errors
/// [`StoreError::Exists`]: the file exists and `replace` is not set. After any error nothing has changed.
pub async fn back_up(url: &str, file: &Path, replace: bool) -> Result<Copied, StoreError> {
    let is_taken = !replace && file.symlink_metadata().is_ok();
    // Also with `replace`: a backup must not overwrite the database's own files, by any of their names.
    if is_taken || file_of(url).is_some_and(|source| is_one_of_its_files(file, &source)) {
        return Err(StoreError::Exists(file.display().to_string()));
    }
    let unfinished = Unfinished::beside(file)?;
    let copied = Sqlite::open_to_copy(url).await?.copy_into(&unfinished.path).await?;
    unfinished.finish(file, replace)?;
    Ok(copied)
}

/// Replaces the database of a URL with a copy of the backup, and keeps the previous one under another name.
///
/// # Errors
/// [`StoreError::InUse`]: a desk serves from it; [`StoreError::DamagedFile`], [`StoreError::Foreign`]: the backup is
/// invalid. After any error the database is unchanged.
pub async fn restore(url: &str, backup: &Path) -> Result<Restored, StoreError> {
    let file = file_of(url).ok_or_else(|| StoreError::Url("sqlite::memory:".to_owned()))?;
    let source = Sqlite::open_backup(&url_of(backup)).await?;
    source.check_integrity(backup).await?;
    // After the check: an invalid backup creates no folder.
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        synced_fs::create_dir_all_synced(folder).map_err(StoreError::at(folder))?;
    }
    let file = if file.exists() { OpenFiles::resolve(&file)? } else { file };
    let _lock = OpenFiles::lock(&file)?;
    let unfinished = Unfinished::beside(&file)?;
    let copied = source.copy_into(&unfinished.path).await?;
    let kept = set_aside(&file).await?;
    unfinished.finish(&file, true)?;
    Ok(Restored { copied, kept })
}

/// Reports whether a file is the database, its log, the log's index or its lock.
fn is_one_of_its_files(file: &Path, database: &Path) -> bool {
    let database = OpenFiles::resolve(database).unwrap_or_else(|_| database.to_path_buf());
    ["", "-wal", "-shm", "-lock"]
        .iter()
        .map(|end| beside(&database, end))
        .any(|own| own == file || FileId::of(&own).is_ok_and(|id| FileId::of(file).is_ok_and(|other| other == id)))
}

/// Keeps a database and its log under a dated name, and removes the log and its index of the old name, which SQLite would
/// apply to the new file. `None` where there is no database.
async fn set_aside(file: &Path) -> Result<Option<PathBuf>, StoreError> {
    let kept = file.exists().then(|| free_name(file, &clock::format_rfc3339(clock::now(), "+00:00")));
    if let Some(kept) = &kept {
        if let Err(error) = empty_log(file).await {
            tracing::warn!(%error, "the log of the previous database is kept beside it");
        }
        for end in ["", "-wal"] {
            let (from, to) = (beside(file, end), beside(kept, end));
            if from.exists() {
                fs::hard_link(&from, &to).map_err(StoreError::at(&to))?;
            }
        }
        synced_fs::sync_parent_dir(kept).map_err(StoreError::at(kept))?;
    }
    for end in ["-wal", "-shm"] {
        let name = beside(file, end);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::at(&name)(error)),
            _ => {}
        }
    }
    synced_fs::sync_parent_dir(file).map_err(StoreError::at(file))?;
    Ok(kept)
}

/// Finds an unused name for the previous database and its log: two restores may run within one second.
fn free_name(file: &Path, time: &str) -> PathBuf {
    let names = std::iter::once(String::new()).chain((2..).map(|count: u64| format!("-{count}")));
    let mut names = names.map(|count| beside(file, &format!(".before-{time}{count}")));
    let is_free =
        |name: &PathBuf| [name.clone(), beside(name, "-wal")].iter().all(|name| name.symlink_metadata().is_err());
    names.find(is_free).unwrap_or_else(|| beside(file, ".before"))
}

/// Writes the log into the file.
async fn empty_log(file: &Path) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::from_str(&url_of(file))?.create_if_missing(false);
    let mut connection: SqliteConnection = options.connect().await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await?;
    connection.close().await
}

impl Sqlite {
    /// Copies the database into an empty file, in one read transaction, and checks the copy.
    async fn copy_into(self, file: &Path) -> Result<Copied, StoreError> {
        let name = file.to_str().ok_or_else(|| StoreError::at(file)(ErrorKind::InvalidFilename.into()))?;
        sqlx::query("VACUUM INTO ?").bind(name).execute(&self.backend.pool).await?;
        self.close().await?;
        let copy = Sqlite::open_backup(&url_of(file)).await?;
        copy.check_integrity(file).await?;
        let cases: i64 = sqlx::query_scalar(query::COUNT_ALL).fetch_one(&copy.backend.pool).await?;
        let (cases, last_seq) = (cases.unsigned_abs(), copy.last().await?);
        copy.close().await?;
        Ok(Copied { cases, last_seq, bytes: fs::metadata(file).map_err(StoreError::at(file))?.len() })
    }

    /// Checks the whole file and its indexes, and that no newer program has migrated it.
    async fn check_integrity(&self, file: &Path) -> Result<(), StoreError> {
        let name = || file.display().to_string();
        let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&self.backend.pool).await?;
        if found != "ok" {
            return Err(StoreError::DamagedFile(name(), found));
        }
        let newest = "SELECT max(version) FROM _sqlx_migrations";
        let newest: i64 = sqlx::query_scalar(newest).fetch_one(&self.backend.pool).await?;
        if newest > open::newest_migration() { Err(StoreError::Newer(name())) } else { Ok(()) }
    }
}

/// A temporary file for its owner alone; removed unless it gets its final name.
#[derive(Debug)]
struct Unfinished {
    path: PathBuf,
    /// Excludes other processes. The kernel releases the lock of a killed process, whose file is then reused.
    lock: File,
}

impl Unfinished {
    fn beside(file: &Path) -> Result<Unfinished, StoreError> {
        let path = beside(file, ".unfinished");
        let mut lock = lock::acquire(&path)?;
        if lock.metadata().is_ok_and(|metadata| metadata.nlink() > 1) {
            // The process was killed between link and removal: the other name is a whole backup, which must not be emptied.
            fs::remove_file(&path).map_err(StoreError::at(&path))?;
            lock = lock::acquire(&path)?;
        }
        lock.set_len(0).map_err(StoreError::at(&path))?;
        Ok(Unfinished { path, lock })
    }

    /// Flushes the file and gives it its final name, durably.
    fn finish(self, name: &Path, replace: bool) -> Result<(), StoreError> {
        let named = || {
            self.lock.sync_all()?;
            if replace {
                fs::rename(&self.path, name)?;
            } else {
                rename_to_a_free_name(&self.path, name)?;
            }
            synced_fs::sync_parent_dir(name)
        };
        named().map_err(|error: io::Error| match error.kind() {
            ErrorKind::AlreadyExists => StoreError::Exists(name.display().to_string()),
            _ => StoreError::at(name)(error),
        })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(beside(&self.path, "-journal"));
    }
}

/// Renames a file unless the new name exists. Where the file system cannot do that atomically, it adds a hard link.
fn rename_to_a_free_name(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS) => {}
            renamed => return renamed.map_err(io::Error::from),
        }
    }
    fs::hard_link(from, to)
}
