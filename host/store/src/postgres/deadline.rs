//! The longest wait for an answer of the server.
//!
//! `in_time(query).await` → the answer, or [`StoreError::Late`] after [`QUERY_TIMEOUT`].

use std::time::Duration;

use sqlx::Error;
use tokio::time::timeout;

use crate::error::StoreError;

/// The longest wait for an answer: a server behind a network can vanish without closing its connections.
pub(super) const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

/// Limits a query to [`QUERY_TIMEOUT`]; after it, this is [`StoreError::Late`].
pub(super) fn in_time<T>(query: impl Future<Output = Result<T, Error>>) -> impl Future<Output = Result<T, StoreError>> {
    // A transaction's future is large.
    let query = Box::pin(query);
    async { Ok(timeout(QUERY_TIMEOUT, query).await.map_err(|_| StoreError::Late)??) }
}
