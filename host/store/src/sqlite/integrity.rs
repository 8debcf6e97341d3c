//! SQLite's own check of its file: `PRAGMA integrity_check` with a time limit.
//!
//! A sound file → `Integrity { faults: [], complete: Some(true) }`
//!
//! The check reads the whole file and compares every index with its table, some seconds for a gigabyte. A progress handler
//! interrupts it after its time.

use std::time::{Duration, Instant};

use sqlx::sqlite::SqlitePool;

use super::error_code::primary_code;
use crate::error::StoreError;
use crate::store::Integrity;

/// Faults that are listed at most; one torn page often causes thousands.
const FINDINGS: u32 = 5;
/// Instructions of SQLite's virtual machine between two calls of the progress handler, some microseconds.
const INSTRUCTIONS: i32 = 1000;
/// SQLite's result code after an interruption by the progress handler.
const INTERRUPTED: u32 = 9;

/// Lets SQLite check its file, for at most this time.
pub(super) async fn check(pool: &SqlitePool, within: Duration) -> Result<Integrity, StoreError> {
    let mut connection = pool.acquire().await?;
    let started = Instant::now();
    connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS, move || started.elapsed() < within);
    let pragma = sqlx::AssertSqlSafe(format!("PRAGMA integrity_check({FINDINGS})"));
    let checked: Result<Vec<String>, _> = sqlx::query_scalar(pragma).fetch_all(&mut *connection).await;
    connection.lock_handle().await?.remove_progress_handler();
    match checked {
        Err(error) if primary_code(&error) == Some(INTERRUPTED) => {
            Ok(Integrity { faults: Vec::new(), complete: Some(false) })
        }
        checked => {
            let faults = checked?.into_iter().filter(|line| line != "ok").collect();
            Ok(Integrity { faults, complete: Some(true) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_check_that_takes_too_long_is_interrupted_and_incomplete() {
        let store = crate::tests::sqlite().await;
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) \
            INSERT INTO cases (number, received_at, test, locale, accepted, ruleset, module, \
            idempotency_key) SELECT i, i, 0, '', 0, '', '', i FROM n";
        sqlx::query(fill).execute(&store.backend.pool).await.unwrap();
        let interrupted = check(&store.backend.pool, Duration::ZERO).await.unwrap();
        assert_eq!(interrupted, Integrity { faults: Vec::new(), complete: Some(false) });
        let whole = check(&store.backend.pool, Duration::from_mins(1)).await.unwrap();
        assert_eq!(whole, Integrity { faults: Vec::new(), complete: Some(true) });
    }
}
