//! SQLite, the embedded database: one file in write-ahead mode, flushed at each commit.
//!
//! `Sqlite::open("sqlite:data/kakekomi.sqlite3")` → a [`Store`](crate::Store)
//!
//! WAL with `synchronous=FULL` makes a commit survive a power failure; with SQLite's usual NORMAL it would only survive a
//! crash of this process. Every write is a transaction that takes SQLite's write lock at its beginning, since commands write
//! events beside a serving process. One process serves from a file, under a lock (`open_files`).

mod backup;
mod error_code;
mod file;
mod integrity;
mod open;
mod open_files;

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Error, QueryBuilder, Row as _, Transaction};

use super::backend::{Backend, Cases};
use super::insert::insert;
use super::readiness::PROBE_BYTES;
use super::session::{Record, Session, Sessions};
use super::writer::Rows;
use crate::case::{Inserted, NewCase};
use crate::error::{StoreError, StoreFuture};
use crate::store::Integrity;
pub use backup::{Copied, Restored, back_up, restore};
use error_code::{extended_code, primary_code};
pub use file::{file_of, url_in};
use open_files::OpenFiles;

/// The cases in a SQLite file.
pub type Sqlite = Cases<Database>;

/// The connections to a file, and the identity of its files where this process serves from it.
#[derive(Debug, Clone)]
pub struct Database {
    pool: SqlitePool,
    files: Option<Arc<OpenFiles>>,
}

impl Database {
    /// Checks that the open files are those that a later start would find.
    async fn check(&self) -> Result<(), StoreError> {
        let Some(files) = &self.files else { return Ok(()) };
        let checked = files.check();
        if files.moved_now(checked.is_err()) {
            // The open file gets the cases of its log; and the emptied log cannot damage a file that replaced it.
            if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await {
                tracing::error!(%error, "the log of a database that was moved cannot be written into it");
            }
        }
        checked
    }
}

/// A transaction of `BEGIN IMMEDIATE`.
#[derive(Debug)]
pub struct SqliteSession {
    database: Database,
    transaction: Transaction<'static, sqlx::Sqlite>,
}

impl Sessions for Database {
    type Session = SqliteSession;

    async fn begin(&self) -> Result<SqliteSession, StoreError> {
        self.check().await?;
        Ok(SqliteSession { database: self.clone(), transaction: self.pool.begin_with("BEGIN IMMEDIATE").await? })
    }
}

impl Session for SqliteSession {
    type Database = sqlx::Sqlite;

    const HAS_CLEAR_CASES: &'static str =
        "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = 'clear_cases'";

    async fn fetch<T: Record>(&mut self, mut query: QueryBuilder<sqlx::Sqlite>) -> Result<Vec<T>, StoreError> {
        Ok(query.build_query_as().fetch_all(&mut *self.transaction).await?)
    }

    async fn execute(&mut self, mut query: QueryBuilder<sqlx::Sqlite>) -> Result<u64, StoreError> {
        Ok(query.build().execute(&mut *self.transaction).await?.rows_affected())
    }

    async fn commit(self) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(commit_error)?;
        self.database.check().await.map_err(StoreError::in_doubt)
    }
}

impl Rows for Database {
    async fn write(&self, cases: &[Arc<NewCase>]) -> Result<Vec<Inserted>, StoreError> {
        let mut session = self.begin().await?;
        let outcomes = insert(&mut session, cases).await?;
        session.commit().await?;
        Ok(outcomes)
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.check().await?;
        let write = sqlx::query("UPDATE probe SET bytes = randomblob(?) WHERE id = 1").bind(PROBE_BYTES);
        write.execute(&self.pool).await?;
        self.check().await
    }

    /// Checks SQLite's result codes for too long, a constraint, and the wrong type.
    fn is_row_error(error: &Error) -> bool {
        matches!(primary_code(error), Some(18..=20))
    }
}

impl Backend for Database {
    type Database = sqlx::Sqlite;

    fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    async fn rows(&self, mut query: QueryBuilder<sqlx::Sqlite>) -> Result<Vec<SqliteRow>, StoreError> {
        Ok(query.build().fetch_all(&self.pool).await?)
    }

    async fn fetch<T: Record>(&self, mut query: QueryBuilder<sqlx::Sqlite>) -> Result<Vec<T>, StoreError> {
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }

    async fn has_clear_cases(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(SqliteSession::HAS_CLEAR_CASES).fetch_one(&self.pool).await?)
    }

    /// Empties the log; free pages are overwritten when they are freed (`secure_delete`). A reader may delay it.
    async fn purge(&self) -> Result<(), StoreError> {
        for _ in 0..PURGE_ATTEMPTS {
            let (busy, _, _): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.pool).await?;
            if busy == 0 {
                return Ok(());
            }
            tokio::time::sleep(PURGE_PAUSE).await;
        }
        tracing::warn!("the database's log could not be emptied: what was erased leaves it with the next checkpoint");
        Ok(())
    }

    /// Reads only the index of the numbers, which is on other pages than the cases.
    async fn keys(&self, after: i64, limit: u32) -> Result<Vec<SqliteRow>, StoreError> {
        let keys =
            "SELECT seq, number FROM cases INDEXED BY sqlite_autoindex_cases_1 WHERE seq > ? ORDER BY seq LIMIT ?";
        Ok(sqlx::query(keys).bind(after).bind(limit).fetch_all(&self.pool).await?)
    }

    fn key(row: &SqliteRow) -> Result<(i64, Option<String>), Error> {
        Ok((row.try_get("seq")?, row.try_get("number").ok()))
    }

    /// Checks SQLite's result codes for a failed read, a malformed page, and a file that is no database.
    fn is_damage(error: &StoreError) -> bool {
        matches!(error, StoreError::Database(error) if matches!(primary_code(error), Some(10 | 11 | 26)))
    }

    async fn confirm(&self, _: bool) -> Result<(), StoreError> {
        self.check().await
    }

    fn integrity(&self, within: Duration) -> StoreFuture<'_, Integrity> {
        Box::pin(integrity::check(&self.pool, within))
    }
}

/// Attempts to empty the log while others read.
const PURGE_ATTEMPTS: u32 = 20;
/// The pause between them.
const PURGE_PAUSE: Duration = Duration::from_millis(100);

/// The extended code of a failed flush: the row may be written all the same.
const IOERR_FSYNC: u32 = 1034;

/// Converts the error of a statement that commits.
fn commit_error(error: Error) -> StoreError {
    let in_doubt = extended_code(&error) == Some(IOERR_FSYNC) || matches!(error, Error::WorkerCrashed);
    let error = StoreError::Database(error);
    if in_doubt { error.in_doubt() } else { error }
}

#[cfg(test)]
mod tests {
    use super::Sqlite;

    impl Sqlite {
        /// Makes the table reject cases of a partner called bad.
        pub(crate) async fn refuse_bad(&self) {
            let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON cases WHEN new.partner = 'bad' \
                 BEGIN SELECT RAISE(ABORT, 'refused'); END";
            sqlx::query(trigger).execute(&self.backend.pool).await.unwrap();
        }
    }

    #[tokio::test]
    async fn commits_are_flushed_to_the_disk() {
        let store = crate::tests::sqlite().await;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&store.backend.pool).await.unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.backend.pool).await.unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }
}
