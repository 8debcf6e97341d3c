//! Commits whose outcome is known: confirmed by the server, and by its standby where it waits for one, or in doubt.
//!
//! ```text
//! COMMIT → success                                  Ok
//!        → success after a warning                  in doubt: the wait for a standby was cancelled
//!        → connection lost, server gone, an error   in doubt: the commit may have come first
//!        → no answer in time                        in doubt: the wait is cancelled, so that nothing piles up behind it
//! ```

use std::pin::pin;
use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::{Postgres, Transaction};
use tokio::time::timeout;

use super::notice::heard;
use super::{PATIENCE, in_time};
use crate::StoreError;

/// The longest wait for a cancelled commit to end, and for the cancelling itself.
const CANCELLED: Duration = Duration::from_secs(2);

/// Commits a transaction of a backend, and waits for the standbys that the server waits for.
///
/// # Errors
/// [`StoreError::InDoubt`], whatever went wrong.
pub(super) async fn commit(
    pool: &PgPool,
    transaction: Transaction<'_, Postgres>,
    backend: i32,
) -> Result<(), StoreError> {
    let mut commit = pin!(heard(transaction.commit()));
    match timeout(PATIENCE, &mut commit).await {
        Ok((Ok(()), false)) => Ok(()),
        Ok((Ok(()), true)) => Err(StoreError::Unconfirmed.in_doubt()),
        Ok((Err(error), _)) => Err(StoreError::Database(error).in_doubt()),
        Err(_) => {
            // What has been committed on this server becomes visible then, so that a replay finds it.
            let cancel = sqlx::query("SELECT pg_cancel_backend($1)").bind(backend);
            if let Ok(Ok(_)) = timeout(CANCELLED, cancel.execute(pool)).await {
                let _ = timeout(CANCELLED, commit).await;
            }
            Err(StoreError::Late.in_doubt())
        }
    }
}

/// Waits until every case that can be read is confirmed by the standbys that the server waits for, if it waits for any:
/// a later commit is confirmed only after the earlier ones.
///
/// # Errors
/// [`StoreError::InDoubt`], whatever went wrong.
pub(super) async fn confirm(pool: &PgPool) -> Result<(), StoreError> {
    let waits = "SELECT current_setting('synchronous_standby_names') <> ''";
    if !in_time(sqlx::query_scalar(waits).fetch_one(pool)).await.map_err(StoreError::in_doubt)? {
        return Ok(());
    }
    let (transaction, backend) = in_time(message(pool, "confirm", 0)).await.map_err(StoreError::in_doubt)?;
    commit(pool, transaction, backend).await
}

/// A transaction that writes some bytes into the server's log and into no table; and its backend.
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
