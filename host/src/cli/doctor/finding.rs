//! A result of `kakekomi doctor`.
//!
//! `Finding::new("phone", warning("0120-000-000 is …"))` → `{"check":"phone","level":"warning","message":"0120-000-000 is …"}`

use std::error::Error;

use serde::Serialize;

/// The level of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, but needs attention.
    Warning,
    /// It does not work as promised.
    Error,
}

/// The result of one check.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// The name of the check: a stable word.
    pub check: &'static str,
    /// Its level.
    pub level: Level,
    /// The facts, and the remedy.
    pub message: String,
}

/// The message of a check, or its problem. An error of another kind becomes a problem of [`Level::Error`].
pub type Outcome = Result<String, Problem>;

/// A problem that a check has found.
#[derive(Debug)]
pub struct Problem {
    level: Level,
    message: String,
}

impl<E: Error> From<E> for Problem {
    fn from(error: E) -> Problem {
        Problem { level: Level::Error, message: error.to_string() }
    }
}

/// Makes the outcome of a part that works but needs attention.
pub fn warning(message: impl Into<String>) -> Outcome {
    Err(Problem { level: Level::Warning, message: message.into() })
}

/// Makes the outcome of a part that does not work as promised.
pub fn error(message: impl Into<String>) -> Outcome {
    Err(Problem { level: Level::Error, message: message.into() })
}

impl Finding {
    /// Makes the finding of a check.
    pub fn new(check: &'static str, outcome: Outcome) -> Finding {
        match outcome {
            Ok(message) => Finding { check, level: Level::Ok, message },
            Err(Problem { level, message }) => Finding { check, level, message },
        }
    }
}
