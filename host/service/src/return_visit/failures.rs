//! Failed attempts to open a case, by reception number and address.
//!
//! Ten wrong codes for one number from `198.51.100.7` within fifteen minutes → that address waits for that number. Another
//! address is not affected, so that nobody can lock out the applicant.
//!
//! Each host counts for itself, in memory. An attempt is counted before the code is compared: many at once are not more than
//! ten.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kakekomi_store::digest::sha256;

/// Failures of one number and address after which they wait.
pub const FAILURES: usize = 10;
/// The time in which they count, in milliseconds.
pub const FAILURE_WINDOW_MS: i64 = 15 * 60 * 1000;
/// Pairs of number and address that are remembered. Beyond them the oldest half is forgotten.
const PAIRS: usize = 65_536;

/// A typed number and the address that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pair(Option<IpAddr>, String);

impl Pair {
    /// Names a pair; the number may be any text.
    pub fn new(client: Option<IpAddr>, number: &str) -> Pair {
        Pair(client, sha256(number.as_bytes()))
    }
}

/// The moments of failed attempts, in milliseconds since the epoch.
#[derive(Debug, Default)]
pub struct FailedAttempts(Mutex<HashMap<Pair, Vec<i64>>>);

impl FailedAttempts {
    /// Counts an attempt, which [`FailedAttempts::forget`] forgets if it succeeds.
    ///
    /// # Errors
    /// The time to wait after too many failures.
    pub fn count(&self, pair: Pair, now: i64) -> Result<(), Duration> {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pairs.len() >= PAIRS && !pairs.contains_key(&pair) {
            forget_oldest(&mut pairs, now);
        }
        let moments = pairs.entry(pair).or_default();
        moments.retain(|moment| counts(*moment, now));
        if let Some(first) = moments.first().filter(|_| moments.len() >= FAILURES) {
            let wait = first.saturating_add(FAILURE_WINDOW_MS).saturating_sub(now);
            return Err(Duration::from_millis(wait.unsigned_abs()));
        }
        moments.push(now);
        Ok(())
    }

    /// Takes back an attempt of a moment that was not judged, since the database failed.
    pub fn take_back(&self, pair: &Pair, at: i64) {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(moments) = pairs.get_mut(pair) else { return };
        if let Some(place) = moments.iter().rposition(|moment| *moment == at) {
            moments.remove(place);
        }
    }

    /// Forgets the attempts of a pair.
    pub fn forget(&self, pair: &Pair) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(pair);
    }
}

/// Reports whether a failure still counts. One of a clock that was set back does not.
fn counts(moment: i64, now: i64) -> bool {
    (0..FAILURE_WINDOW_MS).contains(&now.saturating_sub(moment))
}

fn forget_oldest(pairs: &mut HashMap<Pair, Vec<i64>>, now: i64) {
    let last = |moments: &Vec<i64>| moments.last().copied().unwrap_or(i64::MIN);
    pairs.retain(|_, moments| counts(last(moments), now));
    if pairs.len() < PAIRS {
        return;
    }
    let mut ages: Vec<_> = pairs.values().map(last).collect();
    let (_, median, _) = ages.select_nth_unstable(PAIRS / 2);
    let median = *median;
    pairs.retain(|_, moments| last(moments) > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_140_000_000;

    fn pair(address: &str, number: &str) -> Pair {
        Pair::new(Some(address.parse().unwrap()), number)
    }

    #[test]
    fn ten_failures_lock_their_pair_alone_until_the_first_is_old() {
        let attempts = FailedAttempts::default();
        for index in 0..10 {
            attempts.count(pair("198.51.100.1", "a"), NOW + index).unwrap();
        }
        let wait = attempts.count(pair("198.51.100.1", "a"), NOW + 1000).unwrap_err();
        assert_eq!(wait, Duration::from_millis(FAILURE_WINDOW_MS.unsigned_abs() - 1000));
        attempts.count(pair("198.51.100.2", "a"), NOW + 1000).unwrap();
        attempts.count(pair("198.51.100.1", "b"), NOW + 1000).unwrap();
        assert!(attempts.count(pair("198.51.100.1", "a"), NOW + FAILURE_WINDOW_MS - 1).is_err());
        attempts.count(pair("198.51.100.1", "a"), NOW + FAILURE_WINDOW_MS).unwrap();
        assert!(attempts.count(pair("198.51.100.1", "a"), NOW + FAILURE_WINDOW_MS).is_err(), "nine others still count");
    }

    #[test]
    fn a_success_forgets_the_failures_and_a_clock_that_is_set_back_locks_nobody() {
        let attempts = FailedAttempts::default();
        let fail = |count: usize, at: i64| (0..count).all(|_| attempts.count(pair("::1", "a"), at).is_ok());
        assert!(fail(9, NOW));
        attempts.forget(&pair("::1", "a"));
        assert!(fail(10, NOW) && !fail(1, NOW) && fail(10, NOW - 1));
    }

    #[test]
    fn an_attempt_that_was_not_judged_is_no_failure() {
        let attempts = FailedAttempts::default();
        for index in 0..30 {
            attempts.count(pair("::1", "a"), NOW + index).unwrap();
            attempts.take_back(&pair("::1", "a"), NOW + index);
        }
        attempts.take_back(&pair("::1", "b"), NOW);
        assert!((0..10).all(|_| attempts.count(pair("::1", "a"), NOW).is_ok()));
        assert!(attempts.count(pair("::1", "a"), NOW).is_err());
    }

    #[test]
    fn memory_is_bounded_and_the_newest_pairs_stay() {
        let attempts = FailedAttempts::default();
        for index in 0..PAIRS {
            attempts.count(pair("::1", &index.to_string()), NOW + i64::try_from(index).unwrap() / 100).unwrap();
        }
        let newest = pair("::1", &(PAIRS - 1).to_string());
        attempts.count(pair("::1", "one more"), NOW + 1000).unwrap();
        let pairs = attempts.0.lock().unwrap();
        assert!(pairs.len() < PAIRS / 2 + 200 && pairs.contains_key(&newest), "{}", pairs.len());
    }
}
