//! The embedded database: one file in write-ahead mode, each commit flushed to the disk.
//!
//! WAL with `synchronous=FULL` is what makes a commit outlast a power failure; WAL with SQLite's
//! usual NORMAL would only outlast a crash of this process. A writer waits up to five seconds for
//! another one. Every write is a single statement, however many cases it stores, so there is no
//! transaction to forget.

mod open;

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::sqlite::SqlitePool;
use sqlx::{Error, QueryBuilder};

use super::query::{self, CASE, LINE};
use super::writer::{Rows, Writer, fates};
use super::{Answer, Bound, Case, CaseLine, Filter, Inserted, NewCase, Store};
use crate::receipt::number::Number;

/// A SQLite file.
#[derive(Debug, Clone)]
pub struct Sqlite {
    pool: SqlitePool,
    writer: Writer,
}

/// The primary result code of an error of SQLite's.
fn code(error: &Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

impl Rows for SqlitePool {
    fn write<'a>(&'a self, cases: &'a [Arc<NewCase>]) -> Answer<'a, Vec<Inserted>> {
        Box::pin(async move {
            let stored = query::insert(cases).build_query_as().fetch_all(self).await?;
            let stored: HashSet<(String, String)> = stored.into_iter().collect();
            let mut bound = HashSet::new();
            if stored.len() < cases.len() {
                let keys: Vec<&str> = cases.iter().map(|case| case.key.as_str()).collect();
                bound.extend(query::bound_keys(&keys).build_query_scalar().fetch_all(self).await?);
            }
            Ok(fates(cases, stored, &bound))
        })
    }

    /// SQLite's result codes for too long, a constraint, and the wrong type.
    fn blames_a_row(error: &Error) -> bool {
        matches!(code(error), Some(18..=20))
    }
}

impl Store for Sqlite {
    fn by_key<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Bound>> {
        Box::pin(async move {
            let query = sqlx::query_as("SELECT text_sha256, receipt, module FROM cases WHERE idempotency_key = ?");
            Ok(query.bind(key).fetch_optional(&self.pool).await?)
        })
    }

    fn insert(&self, case: Arc<NewCase>) -> Answer<'_, Inserted> {
        Box::pin(self.writer.insert(case))
    }

    fn lines<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<CaseLine>> {
        Box::pin(
            async move { Ok(query::page(LINE, after, limit, filter).build_query_as().fetch_all(&self.pool).await?) },
        )
    }

    fn cases<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<Case>> {
        Box::pin(
            async move { Ok(query::page(CASE, after, limit, filter).build_query_as().fetch_all(&self.pool).await?) },
        )
    }

    fn count<'a>(&'a self, filter: &'a Filter) -> Answer<'a, u64> {
        Box::pin(async move {
            let count: i64 = query::count(filter).build_query_scalar().fetch_one(&self.pool).await?;
            Ok(count.unsigned_abs())
        })
    }

    fn last(&self) -> Answer<'_, i64> {
        Box::pin(async move { Ok(sqlx::query_scalar(query::LAST).fetch_one(&self.pool).await?) })
    }

    fn show<'a>(&'a self, number: &'a Number) -> Answer<'a, Option<Case>> {
        Box::pin(async move {
            let mut query = QueryBuilder::new(format!("SELECT {CASE} FROM cases WHERE number = "));
            Ok(query.push_bind(number.to_string()).build_query_as().fetch_optional(&self.pool).await?)
        })
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            sqlx::query("SELECT count(*) FROM cases WHERE number = ''").fetch_one(&self.pool).await?;
            Ok(())
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
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
            sqlx::query(trigger).execute(&self.pool).await.unwrap();
        }
    }

    #[tokio::test]
    async fn commits_are_flushed_to_the_disk() {
        let store = crate::store::tests::sqlite().await;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&store.pool).await.unwrap();
        let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.pool).await.unwrap();
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }
}
