//! SQLite's result codes (sqlite.org/rescode.html).
//!
//! `primary_code(error of an unsuccessful flush)` → `Some(10)`; `commit_error` of it → [`StoreError::InDoubt`].

use sqlx::Error;

use crate::error::StoreError;

/// The extended code of a failed flush: the row may be written all the same.
const IOERR_FSYNC: u32 = 1034;

fn extended_code(error: &Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Finds the primary code of an error.
pub(super) fn primary_code(error: &Error) -> Option<u32> {
    extended_code(error).map(|code| code & 0xff)
}

/// Converts the error of a statement that commits.
pub(super) fn commit_error(error: Error) -> StoreError {
    let in_doubt = extended_code(&error) == Some(IOERR_FSYNC) || matches!(error, Error::WorkerCrashed);
    let error = StoreError::Database(error);
    if in_doubt { error.in_doubt() } else { error }
}
