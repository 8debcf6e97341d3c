//! Errors of the store. Their messages are for the log and the operator, never for an applicant.
//!
//! A full queue → [`StoreError::Busy`], `database: too many cases wait to be written`

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

/// The future of a store's method.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed: disk, lock, file, connection.
    #[error("database: {}", cause(.0))]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("database: migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The URL names no known database.
    #[error("database: {0:?} is no database that this program knows; write sqlite:PATH or postgres://USER@HOST/NAME")]
    Url(String),
    /// The write queue is full; nothing was stored.
    #[error("database: too many cases wait to be written")]
    Busy,
    /// The store has been closed.
    #[error("database: it has been closed")]
    Closed,
    /// The database did not answer in time; nothing was committed.
    #[error("database: no answer in time")]
    Late,
    /// A commit was interrupted or not confirmed: the cases may be stored. A replay of their keys resolves it.
    #[error("{0}; the commit is in doubt")]
    InDoubt(Box<StoreError>),
    /// The server has committed, but no standby has confirmed it.
    #[error("database: no standby has confirmed the commit (synchronous_standby_names)")]
    Unconfirmed,
    /// The server is read-only, or its user may not write.
    #[error(
        "database: it is read-only for this program (a standby, default_transaction_read_only, or no right to insert)"
    )]
    ReadOnly,
    /// Another process serves from the same folder or file.
    #[error("{0} is locked: another kakekomi is at work here; stop it first")]
    InUse(String),
    /// The name of an open file leads to another file by now.
    #[error(
        "database: {0} was moved, replaced or removed while it was open: put it back, or restart kakekomi to serve from \
         what is there"
    )]
    Moved(String),
    /// The common error of cases that were written together.
    #[error(transparent)]
    Shared(#[from] Arc<StoreError>),
    /// The file does not exist.
    #[error("database: there is none at {0}; has `kakekomi serve` run with this --data or --database-url?")]
    Missing(String),
    /// The file is empty, another program's, or no SQLite file.
    #[error("database: {0} is no database of kakekomi (or one that is older than this program)")]
    Foreign(String),
    /// The target file exists already.
    #[error("{0} is there already; choose another name, or say --replace")]
    Exists(String),
    /// SQLite's integrity check failed.
    #[error("database: {0} is damaged: {1}")]
    DamagedFile(String, String),
    /// A newer version of the program has migrated the file.
    #[error("database: {0} is of a newer kakekomi than this one")]
    Newer(String),
    /// No connection to this host and database can be made.
    #[error("database: no connection to {0}: {why}", why = cause(.1))]
    Unreachable(String, sqlx::Error),
    /// The file of `sslrootcert` cannot be used.
    #[error("database: sslrootcert {0}: {1}")]
    Authority(String, String),
    /// All of several servers are standbys.
    #[error("database: all of {0} are standbys: promote one")]
    NoPrimary(String),
    /// Two of several servers are primaries.
    #[error("database: {0} are primaries of one URL: stop the one that was the primary before")]
    TwoPrimaries(String),
    /// The case at this position of the sequence is not as it was stored.
    #[error("database: the case at seq {0} is damaged: {1}")]
    Damaged(i64, String),
    /// After this position of the sequence not even the keys of the cases can be read.
    #[error("database: cases are read as far as seq {0}, and not behind it: {1}")]
    Torn(i64, Arc<StoreError>),
    /// A case of an earlier version cannot be sealed; it is unchanged.
    #[error("database: the case at seq {0}, which an earlier version stored in clear, cannot be sealed: {1}")]
    NotConverted(i64, String),
    /// The cases of an earlier version are not all sealed yet.
    #[error("database: {0} has cases that an earlier version stored in clear: kakekomi migrate, or serve, seals them")]
    Unconverted(String),
    /// The file cannot be read or created.
    #[error("database: {0}: {1}")]
    File(String, io::Error),
    /// The write-ahead log holds cases and cannot be read in its folder.
    #[error(
        "database: cases stand in {0}-wal, which cannot be read here: copy both files to a folder that you may write"
    )]
    Log(String),
}

impl StoreError {
    /// Converts the error of a file or folder.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        |error| StoreError::File(path.display().to_string(), error)
    }

    /// Reports whether the cases may be stored despite the error.
    pub fn is_in_doubt(&self) -> bool {
        match self {
            StoreError::InDoubt(_) => true,
            StoreError::Shared(error) => error.is_in_doubt(),
            _ => false,
        }
    }

    /// Marks an error that occurred after the commit may have happened.
    pub(super) fn in_doubt(self) -> StoreError {
        if self.is_in_doubt() { self } else { StoreError::InDoubt(Box::new(self)) }
    }
}

/// Describes an error of sqlx, with the likely cause where sqlx gives none.
fn cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::PoolTimedOut => {
            "no connection became free in time: all are busy, or the database cannot be reached".to_owned()
        }
        other => other.to_string(),
    }
}
