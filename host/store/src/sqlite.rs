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
mod multi_row;
mod open;
mod open_files;

use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Error, QueryBuilder, Row as _};

use super::backend::{Backend, Cases};
use super::insert::insert;
use super::query::TableRows;
use super::readiness::PROBE_BYTES;
use super::session::{Record, Session, Sessions};
use super::writer::Rows;
use crate::case::{Inserted, NewCase};
use crate::error::{StoreError, StoreFuture};
use crate::store::Integrity;
pub use backup::{Copied, Restored, back_up, restore};
use error_code::{extended_code, primary_code};
pub use file::{file_of, url_in};
use multi_row::multi_row;
use open_files::OpenFiles;

/// The cases in a SQLite file.
pub type Sqlite = Cases<Database>;

/// The connections to a file, and the identity of its files where this process serves from it.
#[derive(Debug, Clone)]
pub struct Database {
    pool: SqlitePool,
    /// The connection that writes. A connection whose file another one changed reads all pages anew, so one that writes all
    /// transactions keeps its cache.
    writer: SqlitePool,
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

/// A transaction of `BEGIN IMMEDIATE`. One that is dropped is rolled back by closing its connection: after some errors, such
/// as a full disk, SQLite has ended the transaction itself, which sqlx's own type does not notice.
#[derive(Debug)]
pub struct SqliteSession {
    database: Database,
    /// `None` once it is committed.
    connection: Option<PoolConnection<sqlx::Sqlite>>,
}

impl SqliteSession {
    fn connection(&mut self) -> Result<&mut SqliteConnection, Error> {
        self.connection.as_deref_mut().ok_or(Error::WorkerCrashed)
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.close_on_drop();
        }
    }
}

impl Sessions for Database {
    type Session = SqliteSession;

    async fn begin(&self) -> Result<SqliteSession, StoreError> {
        self.check().await?;
        // Before the transaction begins, so that a caller who goes away in between leaves none behind.
        let mut session = SqliteSession { connection: Some(self.writer.acquire().await?), database: self.clone() };
        sqlx::query("BEGIN IMMEDIATE").execute(session.connection()?).await?;
        Ok(session)
    }
}

impl Session for SqliteSession {
    type Database = sqlx::Sqlite;

    const HAS_CLEAR_CASES: &'static str =
        "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = 'clear_cases'";

    async fn fetch<T: Record>(&mut self, mut query: QueryBuilder<sqlx::Sqlite>) -> Result<Vec<T>, StoreError> {
        Ok(query.build_query_as().fetch_all(self.connection()?).await?)
    }

    async fn execute(&mut self, mut query: QueryBuilder<sqlx::Sqlite>) -> Result<u64, StoreError> {
        Ok(query.build().execute(self.connection()?).await?.rows_affected())
    }

    /// Runs few queries of several statements: each query is a switch to the connection's thread and back.
    async fn insert_groups(&mut self, groups: Vec<Vec<TableRows>>) -> Result<(), StoreError> {
        for query in groups.into_iter().flat_map(multi_row) {
            self.execute(query).await?;
        }
        Ok(())
    }

    async fn commit(mut self) -> Result<(), StoreError> {
        sqlx::query("COMMIT").execute(self.connection()?).await.map_err(commit_error)?;
        self.connection = None;
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
        write.execute(&self.writer).await?;
        self.check().await
    }

    /// Checks SQLite's result codes for too long, a constraint, and the wrong type.
    fn is_row_error(error: &Error) -> bool {
        matches!(primary_code(error), Some(18..=20))
    }
}

impl Backend for Database {
    type Database = sqlx::Sqlite;

    async fn close(&self) {
        self.pool.close().await;
        self.writer.close().await;
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

    /// Empties the log; free pages are overwritten when they are freed (`secure_delete`).
    async fn purge(&self) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await?;
        // A checkpoint that waits for a reader holds up every writer: it waits for a moment only, but several times.
        set_busy_timeout(&mut connection, PURGE_WAIT).await?;
        let purged = empty_log(&mut connection).await;
        set_busy_timeout(&mut connection, BUSY_TIMEOUT).await?;
        purged
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

    /// A case that was not found is inserted next, which checks the files itself.
    async fn confirm(&self, is_found: bool) -> Result<(), StoreError> {
        if is_found { self.check().await } else { Ok(()) }
    }

    fn integrity(&self, within: Duration) -> StoreFuture<'_, Integrity> {
        Box::pin(integrity::check(&self.pool, within))
    }
}

/// The longest wait of a writer for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Attempts to empty the log while others read.
const PURGE_ATTEMPTS: u32 = 20;
/// The pause between them.
const PURGE_PAUSE: Duration = Duration::from_millis(250);
/// The longest wait of an attempt.
const PURGE_WAIT: Duration = Duration::from_millis(50);

/// Empties the log; `false` if others read it all the time.
async fn empty_log(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    for attempt in 0..PURGE_ATTEMPTS {
        if attempt > 0 {
            tokio::time::sleep(PURGE_PAUSE).await;
        }
        let (busy, _, _): (i64, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await?;
        if busy == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn set_busy_timeout(connection: &mut SqliteConnection, timeout: Duration) -> Result<(), StoreError> {
    let mut pragma = QueryBuilder::new("PRAGMA busy_timeout = ");
    pragma.push(timeout.as_millis()).build().execute(connection).await?;
    Ok(())
}

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
