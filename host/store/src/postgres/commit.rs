//! Commits with a known outcome: confirmed by the server and, where it waits for one, by a standby; or in doubt.
//!
//! ```text
//! COMMIT → success                                  Ok
//!        → success after a warning                  in doubt: the wait for a standby was cancelled
//!        → connection lost, server gone, an error   in doubt: the commit may have come first
//!        → no answer in time                        in doubt: the wait is cancelled, so that no later commit waits for it
//! ```

use std::pin::pin;
use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::{Postgres, Transaction};
use tokio::time::timeout;

use super::deadline::{QUERY_TIMEOUT, in_time};
use super::notice::with_warnings;
use crate::error::StoreError;

/// The longest wait for the cancelling, and then for the cancelled commit.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(2);

/// Commits a transaction of a backend and waits for the server's synchronous standbys.
///
/// # Errors
/// [`StoreError::InDoubt`] in every case.
pub(super) async fn commit(
    pool: &PgPool,
    transaction: Transaction<'_, Postgres>,
    backend: i32,
) -> Result<(), StoreError> {
    let mut commit = pin!(with_warnings(transaction.commit()));
    match timeout(QUERY_TIMEOUT, &mut commit).await {
        Ok((Ok(()), false)) => Ok(()),
        Ok((Ok(()), true)) => Err(StoreError::Unconfirmed.in_doubt()),
        Ok((Err(error), _)) => Err(StoreError::Database(error).in_doubt()),
        Err(_) => {
            // The local commit becomes visible then, so that a replay finds it.
            let cancel = sqlx::query("SELECT pg_cancel_backend($1)").bind(backend);
            if let Ok(Ok(_)) = timeout(CANCEL_TIMEOUT, cancel.execute(pool)).await {
                let _ = timeout(CANCEL_TIMEOUT, commit).await;
            }
            Err(StoreError::Late.in_doubt())
        }
    }
}

/// Waits until the server's synchronous standbys, if any, have confirmed every readable case: a later commit is confirmed
/// only after the earlier ones.
///
/// # Errors
/// [`StoreError::InDoubt`] in every case.
pub(super) async fn confirm(pool: &PgPool) -> Result<(), StoreError> {
    let waits = "SELECT current_setting('synchronous_standby_names') <> ''";
    if !in_time(sqlx::query_scalar(waits).fetch_one(pool)).await.map_err(StoreError::in_doubt)? {
        return Ok(());
    }
    let (transaction, backend) = in_time(message(pool, "confirm", 0)).await.map_err(StoreError::in_doubt)?;
    commit(pool, transaction, backend).await
}

/// Begins a transaction that writes bytes into the server's log and into no table; returns it with its backend.
pub(super) async fn message(
    pool: &PgPool,
    about: &str,
    bytes: i32,
) -> Result<(Transaction<'static, Postgres>, i32), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let write = "SELECT pg_backend_pid() FROM pg_logical_emit_message(true, 'kakekomi', $1 || repeat('.', $2))";
    let backend = sqlx::query_scalar(write).bind(about).bind(bytes).fetch_one(&mut *transaction).await?;
    Ok((transaction, backend))
}
