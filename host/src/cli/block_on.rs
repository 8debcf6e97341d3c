//! The runtime of commands that read or write the store.
//!
//! `block_on(store.count())?` → the number of cases.

use crate::error::CliError;

/// Runs a future on this thread.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(CliError::io("threads"))?.block_on(future))
}
