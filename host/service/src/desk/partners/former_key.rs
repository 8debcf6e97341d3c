//! A key that a partner had, and the last day on which it is accepted.
//!
//! `{ key = "pk_live_cci", until = "2027-01-31" }` → accepted through 31 January by the desk's clock; from 1 February on it is
//! unknown. The entry may stay: cases that came with the key are still found with the partner's others.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;

use crate::desk::days::is_date;

/// One entry of `former_keys`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerKey {
    /// The key.
    pub key: String,
    /// The last day on which it is accepted, `YYYY-MM-DD` in the desk's offset.
    until: String,
    /// True once the log has the line about its end.
    #[serde(skip)]
    is_reported: AtomicBool,
}

impl FormerKey {
    /// Finds what is wrong with the last day.
    pub fn check(&self) -> Result<(), String> {
        if is_date(&self.until) {
            return Ok(());
        }
        Err(format!("{}: until: {:?} is no day such as \"2027-01-31\"", self.key, self.until))
    }

    /// Reports whether the key is accepted on a day. The first time that it is not, the log has a line: some page still has it.
    pub fn is_accepted(&self, today: &str, present: &str) -> bool {
        // Days of this form are in the order of their letters.
        let is_accepted = today <= self.until.as_str();
        if !is_accepted && !self.is_reported.swap(true, Ordering::Relaxed) {
            let FormerKey { key, until, .. } = self;
            tracing::warn!(key, until, present, "a page has a partner's former key: give the partner the present one");
        }
        is_accepted
    }
}
