//! SQLite's own look at its file: `PRAGMA integrity_check`, for as long as there is patience for it.
//!
//! It reads the whole file and compares every index with its table, some seconds for a gigabyte. A progress handler
//! interrupts it when its time is over: a look that was broken off says so, and nothing of what it did not see.

use std::time::{Duration, Instant};

use sqlx::sqlite::SqlitePool;

use super::code;
use crate::StoreError;

/// How many findings are named; after the first page that is torn there are often thousands.
const FINDINGS: u32 = 5;
/// How many instructions of SQLite's machine pass between two looks at the clock, some microseconds.
const INSTRUCTIONS: i32 = 1000;
/// SQLite's result code for what a progress handler has interrupted.
const INTERRUPTED: u32 = 9;

/// What a database finds wrong with its own files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Integrity {
    /// The first few faults, in the database's words.
    pub faults: Vec<String>,
    /// Whether it was looked at to the end.
    pub complete: Option<bool>,
}

/// Lets SQLite check its file for at most so long.
pub(super) async fn check(pool: &SqlitePool, within: Duration) -> Result<Integrity, StoreError> {
    let mut connection = pool.acquire().await?;
    let started = Instant::now();
    connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS, move || started.elapsed() < within);
    let pragma = sqlx::AssertSqlSafe(format!("PRAGMA integrity_check({FINDINGS})"));
    let looked: Result<Vec<String>, _> = sqlx::query_scalar(pragma).fetch_all(&mut *connection).await;
    connection.lock_handle().await?.remove_progress_handler();
    match looked {
        Err(error) if code(&error) == Some(INTERRUPTED) => Ok(Integrity { faults: Vec::new(), complete: Some(false) }),
        looked => {
            let faults = looked?.into_iter().filter(|line| line != "ok").collect();
            Ok(Integrity { faults, complete: Some(true) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_look_that_takes_too_long_is_broken_off_and_says_so() {
        let store = crate::tests::sqlite().await;
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
            INSERT INTO cases (number, received_at, test, locale, accepted, ruleset, module, idempotency_key, text_sha256, \
            consent, receipt, text, report) SELECT i, i, 0, '', 0, '', '', i, '', '', x'', x'', x'' FROM n";
        sqlx::query(fill).execute(&store.database.pool).await.unwrap();
        let broken_off = check(&store.database.pool, Duration::ZERO).await.unwrap();
        assert_eq!(broken_off, Integrity { faults: Vec::new(), complete: Some(false) });
        let whole = check(&store.database.pool, Duration::from_mins(1)).await.unwrap();
        assert_eq!(whole, Integrity { faults: Vec::new(), complete: Some(true) });
    }
}
