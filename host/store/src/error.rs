//! Why the store could not do it. The words are for the log and the operator, never for an applicant.

use std::sync::Arc;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed: disk, lock, file, connection.
    #[error("database: {}", cause(.0))]
    Database(#[from] sqlx::Error),
    /// The database's shape could not be brought up to date.
    #[error("database: migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A URL that no backend knows.
    #[error("database: {0:?} is no database that this program knows; write sqlite:PATH or postgres://USER@HOST/NAME")]
    Url(String),
    /// So many cases wait to be written that this one cannot; nothing of it was stored.
    #[error("database: too many cases wait to be written")]
    Busy,
    /// The store has been closed.
    #[error("database: it has been closed")]
    Closed,
    /// The database did not answer in time; nothing was committed.
    #[error("database: no answer in time")]
    Late,
    /// A commit was interrupted, or nobody confirmed it: the cases are stored or not, and a replay of their keys tells.
    #[error("{0}; the commit is in doubt")]
    InDoubt(Box<StoreError>),
    /// The server has committed, and no standby has confirmed it.
    #[error("database: no standby has confirmed the commit (synchronous_standby_names)")]
    Unconfirmed,
    /// The server or this user of it may not write.
    #[error(
        "database: it is read-only for this program (a standby, default_transaction_read_only, or no right to insert)"
    )]
    ReadOnly,
    /// Another process serves from the same folder or file.
    #[error("{0} is locked: another kakekomi is at work here; stop it first")]
    InUse(String),
    /// A file that is open is no longer the one of its name.
    #[error(
        "database: {0} was moved, replaced or removed while it was open: put it back, or restart kakekomi to serve from \
         what is there"
    )]
    Moved(String),
    /// What failed for several cases that were written together.
    #[error(transparent)]
    Shared(#[from] Arc<StoreError>),
    /// There is no such file, and nothing is to be made.
    #[error("database: there is none at {0}; has `kakekomi serve` run with this --data or --database-url?")]
    Missing(String),
    /// The file is not one of ours: empty, another program's, or none that SQLite reads.
    #[error("database: {0} is no database of kakekomi (or one that is older than this program)")]
    Foreign(String),
    /// A file that is to be made is there already.
    #[error("{0} is there already; choose another name, or say --replace")]
    Exists(String),
    /// A file of SQLite's whose contents do not fit together.
    #[error("database: {0} is damaged: {1}")]
    DamagedFile(String, String),
    /// A file that a newer program has written.
    #[error("database: {0} is of a newer kakekomi than this one")]
    Newer(String),
    /// No connection can be made; first where to.
    #[error("database: no connection to {0}: {why}", why = cause(.1))]
    Unreachable(String, sqlx::Error),
    /// The case at this place of the sequence is there, and is not as it was stored.
    #[error("database: the case at seq {0} is damaged: {1}")]
    Damaged(i64, String),
    /// Behind this place of the sequence not even the keys of the cases can be read.
    #[error("database: cases are read as far as seq {0}, and not behind it: {1}")]
    Torn(i64, Arc<StoreError>),
    /// The file cannot be read or made.
    #[error("database: {0}: {1}")]
    File(String, std::io::Error),
    /// Cases stand in a log that cannot be read where it lies.
    #[error(
        "database: cases stand in {0}-wal, which cannot be read here: copy both files to a folder that you may write"
    )]
    Log(String),
}

impl StoreError {
    /// Reports whether the cases may be stored in spite of the error.
    pub fn is_in_doubt(&self) -> bool {
        match self {
            StoreError::InDoubt(_) => true,
            StoreError::Shared(error) => error.is_in_doubt(),
            _ => false,
        }
    }

    /// The same error, met after the commit may have happened.
    pub(super) fn in_doubt(self) -> StoreError {
        if self.is_in_doubt() { self } else { StoreError::InDoubt(Box::new(self)) }
    }
}

/// An error of the database in words, with its cause where sqlx leaves that out.
fn cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::PoolTimedOut => {
            "no connection became free in time: all are busy, or the database cannot be reached".to_owned()
        }
        other => other.to_string(),
    }
}
