//! Lock-out of an address that guesses at a name.
//!
//! ten failures of (`sato`, 192.0.2.7) within 15 minutes → that pair waits; `sato` signs in from elsewhere as before
//!
//! It is kept in memory, for each process: an attacker has the tries of each host, and a restart forgets them. An attempt counts
//! when it begins, so that simultaneous ones cannot pass the limit together. Unknown names are locked as known ones are.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kakekomi_store::SecretHash;

use crate::address_places::network;
use crate::token::token_hash;

/// Failures of a pair of name and address within [`LOCK_WINDOW`] that lock it.
pub const LOCK_AFTER: u32 = 10;
/// The time in which failures are counted, from the first one; the lock ends with it.
pub const LOCK_WINDOW: Duration = Duration::from_mins(15);
/// Pairs at which those whose time has ended are removed. Each further pair has cost its sender one password hash.
const PRUNE_ABOVE: usize = 4096;

/// A name and the address, or the network of an IPv6 address, that tries it. The name is hashed: people type passwords into
/// its field.
type Pair = (SecretHash, IpAddr);

/// The failures of each pair.
#[derive(Debug, Default)]
pub(crate) struct Lockout(Mutex<HashMap<Pair, Failures>>);

#[derive(Debug)]
struct Failures {
    since: i64,
    count: u32,
}

/// An attempt that counts as a failure unless it is forgiven.
#[derive(Debug)]
pub(crate) struct Attempt(Pair);

impl Lockout {
    /// Counts an attempt, or returns the time for which the pair is locked.
    pub fn begin(&self, name: &str, address: IpAddr, now: i64) -> Result<Attempt, Duration> {
        let pair = (token_hash(name), network(address));
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pairs.len() > PRUNE_ABOVE {
            pairs.retain(|_, failures| failures.remaining(now).is_some());
        }
        let failures = pairs.entry(pair).or_insert(Failures { since: now, count: 0 });
        match failures.remaining(now) {
            Some(wait) if failures.count >= LOCK_AFTER => return Err(wait),
            Some(_) => {}
            None => *failures = Failures { since: now, count: 0 },
        }
        failures.count += 1;
        Ok(Attempt(pair))
    }

    /// Takes an attempt back that was not judged. A pair without failures is not kept, since its sender may have many names.
    pub fn take_back(&self, attempt: &Attempt) {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failures) = pairs.get_mut(&attempt.0) else { return };
        failures.count = failures.count.saturating_sub(1);
        if failures.count == 0 {
            pairs.remove(&attempt.0);
        }
    }

    /// Forgets the failures of a pair that has signed in.
    pub fn forget(&self, attempt: &Attempt) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&attempt.0);
    }
}

impl Failures {
    /// Returns the rest of the time in which the failures count.
    fn remaining(&self, now: i64) -> Option<Duration> {
        let window = i64::try_from(LOCK_WINDOW.as_millis()).unwrap_or(i64::MAX);
        let rest = self.since.saturating_add(window).saturating_sub(now);
        // A clock that was set back must not lock a pair for longer.
        u64::try_from(rest.min(window)).ok().filter(|rest| *rest > 0).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn fail(lockout: &Lockout, name: &str, address: &str, now: i64) -> Result<Attempt, Duration> {
        lockout.begin(name, address.parse().unwrap(), now)
    }

    #[test]
    fn a_pair_is_locked_after_ten_failures_until_the_window_ends() {
        let lockout = Lockout::default();
        for n in 0..10 {
            fail(&lockout, "sato", "192.0.2.7", n * MINUTE).unwrap();
        }
        assert_eq!(fail(&lockout, "sato", "192.0.2.7", 10 * MINUTE).unwrap_err(), Duration::from_mins(5));
        assert_eq!(fail(&lockout, "sato", "::ffff:192.0.2.7", 10 * MINUTE).unwrap_err(), Duration::from_mins(5));
        // Neither another address nor another name is affected.
        fail(&lockout, "sato", "192.0.2.8", 10 * MINUTE).unwrap();
        fail(&lockout, "suzuki", "192.0.2.7", 10 * MINUTE).unwrap();
        fail(&lockout, "sato", "192.0.2.7", 15 * MINUTE).unwrap();
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let lockout = Lockout::default();
        for n in 0..10 {
            fail(&lockout, "sato", &format!("2001:db8:1:2::{n}"), 0).unwrap();
        }
        fail(&lockout, "sato", "2001:db8:1:2:ffff::1", 0).unwrap_err();
        fail(&lockout, "sato", "2001:db8:1:3::1", 0).unwrap();
    }

    #[test]
    fn a_success_forgets_the_failures_and_an_unjudged_attempt_is_none() {
        let lockout = Lockout::default();
        for _ in 0..30 {
            let attempt = fail(&lockout, "sato", "192.0.2.7", 0).unwrap();
            lockout.take_back(&attempt);
        }
        assert!(lockout.0.lock().unwrap().is_empty());
        for _ in 0..9 {
            fail(&lockout, "sato", "192.0.2.7", 0).unwrap();
        }
        let tenth = fail(&lockout, "sato", "192.0.2.7", 0).unwrap();
        fail(&lockout, "sato", "192.0.2.7", 0).unwrap_err();
        lockout.forget(&tenth);
        fail(&lockout, "sato", "192.0.2.7", 0).unwrap();
    }

    #[test]
    fn ended_pairs_are_removed_when_there_are_many() {
        let lockout = Lockout::default();
        for n in 0..=PRUNE_ABOVE {
            fail(&lockout, &n.to_string(), "192.0.2.7", 0).unwrap();
        }
        fail(&lockout, "sato", "192.0.2.7", 15 * MINUTE).unwrap();
        assert_eq!(lockout.0.lock().unwrap().len(), 1);
    }
}
