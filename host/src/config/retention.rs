//! `[retention]` of the settings file, and the flags of `retention run`.
//!
//! `[retention] closed = 1095` → closed cases are erased three years after their last change

use std::num::NonZeroU32;

use clap::Args;
use serde::Deserialize;

/// Days since the last change of a case after which `retention run` erases it, by its state; a state without days is kept for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days after which a received case is erased [default: never]
    #[arg(long, value_name = "DAYS")]
    pub received: Option<NonZeroU32>,
    /// Days after which a case in progress is erased [default: never]
    #[arg(long, value_name = "DAYS")]
    pub in_progress: Option<NonZeroU32>,
    /// Days after which a case that waits for its applicant is erased [default: never]
    #[arg(long, value_name = "DAYS")]
    pub waiting: Option<NonZeroU32>,
    /// Days after which a closed case is erased [default: never]
    #[arg(long, value_name = "DAYS")]
    pub closed: Option<NonZeroU32>,
}

impl Retention {
    /// Fills the days that are missing from `other`.
    #[must_use]
    pub fn or(self, other: Retention) -> Retention {
        Retention {
            received: self.received.or(other.received),
            in_progress: self.in_progress.or(other.in_progress),
            waiting: self.waiting.or(other.waiting),
            closed: self.closed.or(other.closed),
        }
    }

    /// Lists the states that have days.
    pub fn states(&self) -> impl Iterator<Item = (&'static str, NonZeroU32)> {
        let states = [
            ("received", self.received),
            ("in_progress", self.in_progress),
            ("waiting", self.waiting),
            ("closed", self.closed),
        ];
        states.into_iter().filter_map(|(status, days)| Some((status, days?)))
    }
}
