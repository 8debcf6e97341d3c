//! The embedded database: one file in write-ahead mode, each commit flushed to the disk.
//!
//! WAL with `synchronous=FULL` is what makes a commit outlast a power failure; WAL with SQLite's
//! usual NORMAL would only outlast a crash of this process. A writer waits up to five seconds for
//! another one. Every write is a single statement, however many cases it stores, so there is no
//! transaction to forget. One process serves from a file, under a lock ([`files`]).

mod backup;
mod files;
mod integrity;
mod open;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Error, QueryBuilder};

use super::damage::{self, Read, Table};
use super::query::{self, CASE, LINE};
use super::readiness::{PROBE_BYTES, Readiness};
use super::writer::{Rows, Writer, fates};
use super::{Answer, Bound, Case, CaseLine, Filter, Inserted, NewCase, Store, StoreError};
use crate::receipt_number::Number;
pub use backup::{Copied, Restored, backup, restore};
use files::OpenFiles;
pub use integrity::Integrity;

/// A SQLite file.
#[derive(Debug, Clone)]
pub struct Sqlite {
    database: Database,
    writer: Writer,
    /// `None` for a file that is only read.
    readiness: Option<Readiness>,
}

/// The connections to a file, and its identity where this process writes to it.
#[derive(Debug, Clone)]
struct Database {
    pool: SqlitePool,
    files: Option<Arc<OpenFiles>>,
}

/// The extended result code for a flush that failed (sqlite.org/rescode.html): what was written may be there all the same.
const IOERR_FSYNC: u32 = 1034;

/// The extended result code of an error of SQLite's.
fn extended_code(error: &Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// The primary result code of an error of SQLite's.
fn code(error: &Error) -> Option<u32> {
    extended_code(error).map(|code| code & 0xff)
}

/// An error of a statement that commits.
fn of_commit(error: Error) -> StoreError {
    let in_doubt = extended_code(&error) == Some(IOERR_FSYNC) || matches!(error, Error::WorkerCrashed);
    let error = StoreError::Database(error);
    if in_doubt { error.in_doubt() } else { error }
}

impl Database {
    /// Checks that the files that are open are those that a later start would find.
    async fn check(&self) -> Result<(), StoreError> {
        let Some(files) = &self.files else { return Ok(()) };
        let checked = files.check();
        if files.moved_now(checked.is_err()) {
            // Cases that stand in a log which has lost its file, or its name, go into the file that is open; and an
            // emptied log spoils no file that has been put in the place of that one.
            if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await {
                tracing::error!(%error, "the log of a database that was moved cannot be written into it");
            }
        }
        checked
    }

    async fn insert(&self, cases: &[Arc<NewCase>]) -> Result<Vec<Inserted>, StoreError> {
        let stored = query::insert(cases).build_query_as().fetch_all(&self.pool).await.map_err(of_commit)?;
        let stored: HashSet<(String, String)> = stored.into_iter().collect();
        let mut bound = HashSet::new();
        if stored.len() < cases.len() {
            let keys: Vec<&str> = cases.iter().map(|case| case.key.as_str()).collect();
            let found = query::bound_keys(&keys).build_query_scalar().fetch_all(&self.pool).await;
            bound.extend(found.map_err(|error| StoreError::Database(error).in_doubt())?);
        }
        Ok(fates(cases, stored, &bound))
    }
}

impl Rows for Database {
    fn write<'a>(&'a self, cases: &'a [Arc<NewCase>]) -> Answer<'a, Vec<Inserted>> {
        Box::pin(async move {
            self.check().await?;
            let inserted = self.insert(cases).await?;
            self.check().await.map_err(StoreError::in_doubt)?;
            Ok(inserted)
        })
    }

    fn probe(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.check().await?;
            let write = sqlx::query("UPDATE probe SET bytes = randomblob(?) WHERE id = 1").bind(PROBE_BYTES);
            write.execute(&self.pool).await?;
            self.check().await
        })
    }

    /// SQLite's result codes for too long, a constraint, and the wrong type.
    fn blames_a_row(error: &Error) -> bool {
        matches!(code(error), Some(18..=20))
    }
}

impl Table for Sqlite {
    type Row = SqliteRow;

    fn page<'a>(
        &'a self,
        columns: &'static str,
        after: i64,
        limit: u32,
        filter: &'a Filter,
    ) -> Answer<'a, Vec<Self::Row>> {
        Box::pin(
            async move { Ok(query::page(columns, after, limit, filter).build().fetch_all(&self.database.pool).await?) },
        )
    }

    /// From the index of the numbers alone, which lies on other pages than the cases.
    fn keys(&self, after: i64, limit: u32) -> Answer<'_, Vec<Self::Row>> {
        let keys =
            "SELECT seq, number FROM cases INDEXED BY sqlite_autoindex_cases_1 WHERE seq > ? ORDER BY seq LIMIT ?";
        Box::pin(async move { Ok(sqlx::query(keys).bind(after).bind(limit).fetch_all(&self.database.pool).await?) })
    }

    fn numbered<'a>(&'a self, columns: &'static str, number: &'a Number) -> Answer<'a, Option<Self::Row>> {
        Box::pin(async move { Ok(query::numbered(columns, number).build().fetch_optional(&self.database.pool).await?) })
    }

    /// SQLite's result codes for a failed read, for a malformed page, and for a file that is none.
    fn is_damage(error: &StoreError) -> bool {
        matches!(error, StoreError::Database(error) if matches!(code(error), Some(10 | 11 | 26)))
    }
}

impl Store for Sqlite {
    fn by_key<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Bound>> {
        Box::pin(async move {
            let mut query = QueryBuilder::new(query::BOUND);
            let bound = query.push_bind(key).build_query_as().fetch_optional(&self.database.pool).await?;
            self.database.check().await?;
            bound.map(Bound::whole).transpose()
        })
    }

    fn insert(&self, case: Arc<NewCase>) -> Answer<'_, Inserted> {
        Box::pin(self.writer.insert(case))
    }

    fn lines<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<Read<CaseLine>>> {
        Box::pin(damage::page(self, LINE, after, limit, filter))
    }

    fn cases<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<Read<Case>>> {
        Box::pin(damage::page(self, CASE, after, limit, filter))
    }

    fn count<'a>(&'a self, filter: &'a Filter) -> Answer<'a, u64> {
        Box::pin(async move {
            let count: i64 = query::count(filter).build_query_scalar().fetch_one(&self.database.pool).await?;
            Ok(count.unsigned_abs())
        })
    }

    fn last(&self) -> Answer<'_, i64> {
        Box::pin(async move { Ok(sqlx::query_scalar(query::LAST).fetch_one(&self.database.pool).await?) })
    }

    fn show<'a>(&'a self, number: &'a Number) -> Answer<'a, Option<Read<Case>>> {
        Box::pin(damage::show(self, CASE, number))
    }

    fn integrity(&self, within: Duration) -> Answer<'_, Integrity> {
        Box::pin(integrity::check(&self.database.pool, within))
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            if let Some(readiness) = &self.readiness {
                return readiness.ask().await;
            }
            sqlx::query("SELECT count(*) FROM cases WHERE number = ''").fetch_one(&self.database.pool).await?;
            Ok(())
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.database.pool.close().await;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Sqlite;

    impl Sqlite {
        /// From now on the table refuses the cases of a partner called bad.
        pub(crate) async fn refuse_bad(&self) {
            let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON cases WHEN new.partner = 'bad' \
                 BEGIN SELECT RAISE(ABORT, 'refused'); END";
            sqlx::query(trigger).execute(&self.database.pool).await.unwrap();
        }
    }

    #[tokio::test]
    async fn commits_are_flushed_to_the_disk() {
        let store = crate::tests::sqlite().await;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&store.database.pool).await.unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.database.pool).await.unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }
}
