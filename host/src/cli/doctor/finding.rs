//! A result of `kakekomi doctor`.
//!
//! `Finding::warning("phone", "0120-000-000 is …")` → `{"check":"phone","level":"warning","message":"0120-000-000 is …"}`

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warning,
    /// It does not work, or not as promised.
    Error,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: a stable word.
    pub check: &'static str,
    /// How it is.
    pub level: Level,
    /// What there is to know, and what to do.
    pub message: String,
}

impl Finding {
    /// Makes a finding of a part that is as it should be.
    pub fn ok(check: &'static str, message: impl Into<String>) -> Finding {
        Finding { check, level: Level::Ok, message: message.into() }
    }

    /// Makes a finding of a part that works but needs attention.
    pub fn warning(check: &'static str, message: impl Into<String>) -> Finding {
        Finding { check, level: Level::Warning, message: message.into() }
    }

    /// Makes a finding of a part that does not work as promised.
    pub fn error(check: &'static str, message: impl Into<String>) -> Finding {
        Finding { check, level: Level::Error, message: message.into() }
    }
}
