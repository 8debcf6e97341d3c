//! Events of refused sign-ins: at most one a minute and account, so that a flood does not fill the chain of events.
//!
//! 500 refusals of `sato` within a minute → one event `{"account":"sato","refused":1}`, a minute later one with `"refused":499`
//!
//! All names that no account has count as one: `{"account":null, …}`. Such a name is never recorded, since people type
//! passwords into the field. The event is written in the background, so that a refusal takes the same time with and without it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The shortest time between two events of an account, in milliseconds.
const EVENT_EVERY_MS: i64 = 60_000;

/// The refusals since the last event of each account, in memory, for each process.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<HashMap<Option<String>, Counted>>);

#[derive(Debug)]
struct Counted {
    last_event: i64,
    refused: u64,
}

impl Refusals {
    /// Counts a refusal; returns the number since the last event if one is due.
    pub fn count(&self, account: Option<&str>, now: i64) -> Option<u64> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = Counted { last_event: now.saturating_sub(EVENT_EVERY_MS), refused: 0 };
        let counted = accounts.entry(account.map(str::to_owned)).or_insert(new);
        counted.refused += 1;
        // A clock that was set back must not silence the events.
        let is_due = !(0..EVENT_EVERY_MS).contains(&now.saturating_sub(counted.last_event));
        is_due.then(|| std::mem::replace(counted, Counted { last_event: now, refused: 0 }).refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_a_minute_and_account_is_due_with_the_number_of_refusals() {
        let refusals = Refusals::default();
        assert_eq!(refusals.count(Some("sato"), 1000), Some(1));
        assert_eq!(refusals.count(Some("sato"), 1000), None);
        assert_eq!(refusals.count(Some("suzuki"), 1000), Some(1));
        assert_eq!(refusals.count(None, 1000), Some(1));
        assert_eq!(refusals.count(Some("sato"), 60_999), None);
        assert_eq!(refusals.count(Some("sato"), 61_000), Some(3));
        assert_eq!(refusals.count(Some("sato"), 61_001), None);
        assert_eq!(refusals.count(Some("sato"), 500), Some(2));
    }
}
