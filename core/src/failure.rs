//! What keeps the rules from giving a report at all: never the draft, only the caller.
//!
//! A context without `now` → `Failure::Context("now")`, code `context.invalid`.

use std::fmt;

use crate::text::concat;

/// Why there is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The context cannot be read; the key that is missing or malformed.
    Context(&'static str),
    /// The report could not be written.
    Report,
}

impl Failure {
    /// The stable code: `context.invalid` or `report.unwritable`.
    pub const fn code(self) -> &'static str {
        match self {
            Failure::Context(_) => "context.invalid",
            Failure::Report => "report.unwritable",
        }
    }

    /// The sentence for the log.
    pub fn sentence(self) -> String {
        match self {
            Failure::Context(key) => concat(&["the context cannot be used: look at ", key]),
            Failure::Report => "the report could not be written".to_owned(),
        }
    }

    /// The negative number by which the module's host face says it (see the module's ABI).
    pub const fn number(self) -> i64 {
        match self {
            Failure::Context(_) => -1,
            Failure::Report => -2,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence())
    }
}

impl std::error::Error for Failure {}
