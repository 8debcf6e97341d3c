//! Why the store could not do it. The words are for the log and the operator, never for an applicant.

use std::sync::Arc;

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed: disk, lock, file, connection.
    #[error("database: {0}")]
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
    /// The database did not answer in time; what was to be written may be there or not.
    #[error("database: no answer in time")]
    Late,
    /// What failed for several cases that were written together.
    #[error(transparent)]
    Shared(#[from] Arc<StoreError>),
    /// There is no such file, and nothing is to be made.
    #[error("database: there is none at {0}; has `kakekomi serve` run with this --data or --database-url?")]
    Missing(String),
    /// The file is not one of ours: empty, another program's, or none that SQLite reads.
    #[error("database: {0} is no database of kakekomi (or one that is older than this program)")]
    Foreign(String),
    /// The file cannot be read or made.
    #[error("database: {0}: {1}")]
    File(String, std::io::Error),
    /// Cases stand in a log that cannot be read where it lies.
    #[error(
        "database: cases stand in {0}-wal, which cannot be read here: copy both files to a folder that you may write"
    )]
    Log(String),
}
