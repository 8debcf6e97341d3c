//! SQLite's result codes (sqlite.org/rescode.html).
//!
//! 1034 (`SQLITE_IOERR_FSYNC`) → `extended_code` 1034, `primary_code` 10.

use sqlx::Error;

/// Finds the extended code of an error.
pub(super) fn extended_code(error: &Error) -> Option<u32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Finds the primary code of an error.
pub(super) fn primary_code(error: &Error) -> Option<u32> {
    extended_code(error).map(|code| code & 0xff)
}
