//! The reasons why a check returns no report: never the draft, only the caller.
//!
//! A context without `now` → `CheckError::Context("now")`, code `context.invalid`.

use core::fmt;

use crate::text::concat;

/// The reason why there is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckError {
    /// The context cannot be read: the key that is missing or malformed.
    Context(&'static str),
    /// The report could not be written.
    Report,
}

impl CheckError {
    /// The stable code: `context.invalid` or `report.unwritable`.
    pub const fn code(self) -> &'static str {
        match self {
            CheckError::Context(_) => "context.invalid",
            CheckError::Report => "report.unwritable",
        }
    }

    /// The sentence for the log.
    pub fn sentence(self) -> String {
        match self {
            CheckError::Context(key) => concat(&["the context cannot be used: look at ", key]),
            CheckError::Report => "the report could not be written".to_owned(),
        }
    }

    /// The negative number that the module's host face returns (see the module's ABI).
    pub const fn abi_code(self) -> i64 {
        match self {
            CheckError::Context(_) => -1,
            CheckError::Report => -2,
        }
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence())
    }
}

impl core::error::Error for CheckError {}
