//! Room for one more case: a floor of free disk space, and bytes a day, for each address and in all.
//!
//! ```text
//! reserve(198.51.100.7, 20_480) → Ok, or Err(Shortage::AddressQuota { wait: 3 h })
//! ```
//!
//! Rates limit the number of requests; these limits keep one address, or all of them together, from filling the disk
//! within its rate. Quotas are counted in memory, in KiB, by the same algorithm as the rates (GCRA): an address has its
//! whole quota at once and regains it over a day. A restart forgets them; the floor of free space does not depend on them.

use std::io;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};

const KIB: usize = 1024;
const KIB_PER_MIB: u32 = 1024;
const DAY: Duration = Duration::from_hours(24);
/// Number of reservations after which addresses that have their whole quota again are forgotten.
const FORGET_EVERY: u32 = 4096;

/// The limits; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapacityLimits {
    /// Free space on the database's disk under which no case is stored, in MiB (`--min-free-space`).
    pub min_free_mib: u32,
    /// MiB that one address may store a day (`--address-quota`). Loopback has no quota of its own.
    pub address_quota_mib: u32,
    /// MiB that all addresses together may store a day (`--daily-quota`).
    pub daily_quota_mib: u32,
}

impl Default for CapacityLimits {
    /// An address may store some 3,000 usual cases a day.
    fn default() -> CapacityLimits {
        CapacityLimits { min_free_mib: 256, address_quota_mib: 64, daily_quota_mib: 8192 }
    }
}

/// A reason why no case can be stored now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// The disk has less free space than the floor, or its free space cannot be read.
    FreeSpace,
    /// The address has used its quota.
    AddressQuota {
        /// Time until the case would fit.
        wait: Duration,
    },
    /// All addresses together have used the quota.
    DailyQuota {
        /// Time until the case would fit.
        wait: Duration,
    },
}

/// Counter of stored bytes, which refuses cases without room.
#[derive(Debug)]
pub struct Capacity {
    /// The folder of the database; `None` where it is on another machine.
    folder: Option<PathBuf>,
    min_free_bytes: u64,
    by_address: Option<DefaultKeyedRateLimiter<IpAddr>>,
    in_all: Option<DefaultDirectRateLimiter>,
    clock: DefaultClock,
    reservations: AtomicU32,
    /// Refused cases by reason: free space, address, day.
    refusals: [AtomicU64; 3],
    /// The time at which the day's quota has room again, where it was used up.
    exhausted_until: Mutex<Option<Instant>>,
}

impl Capacity {
    /// Limits the cases in a folder; `None` for a database of another machine.
    pub fn new(limits: CapacityLimits, folder: Option<PathBuf>) -> Capacity {
        Capacity {
            folder,
            min_free_bytes: u64::from(limits.min_free_mib) << 20,
            by_address: daily_quota(limits.address_quota_mib).map(RateLimiter::keyed),
            in_all: daily_quota(limits.daily_quota_mib).map(RateLimiter::direct),
            clock: DefaultClock::default(),
            reservations: AtomicU32::new(0),
            refusals: Default::default(),
            exhausted_until: Mutex::default(),
        }
    }

    /// Takes room for a case of this size from an address.
    ///
    /// # Errors
    /// [`Shortage`]: the case must not be stored. A case that the database then refuses keeps its room.
    pub fn reserve(&self, client: Option<IpAddr>, bytes: usize) -> Result<(), Shortage> {
        let reserved = self.check_free_space().and_then(|()| self.count(client, bytes));
        let [free_space, address_quota, daily_quota] = &self.refusals;
        let refusals = match reserved {
            Ok(()) => return Ok(()),
            Err(Shortage::FreeSpace) => free_space,
            Err(Shortage::AddressQuota { .. }) => address_quota,
            Err(Shortage::DailyQuota { wait }) => {
                *self.exhausted_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + wait);
                daily_quota
            }
        };
        refusals.fetch_add(1, Ordering::Relaxed);
        reserved
    }

    /// Checks that the disk has more free space than the floor.
    fn check_free_space(&self) -> Result<(), Shortage> {
        match self.free_bytes() {
            Some(Ok(free)) if free >= self.min_free_bytes => Ok(()),
            None => Ok(()),
            Some(_) => Err(Shortage::FreeSpace),
        }
    }

    /// Checks that a case of an address that has its quota would have room.
    ///
    /// # Errors
    /// [`Shortage::FreeSpace`], or [`Shortage::DailyQuota`] while a case that was refused for it would be refused again.
    pub fn check(&self) -> Result<(), Shortage> {
        self.check_free_space()?;
        let until = *self.exhausted_until.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = until.map(|until| until.saturating_duration_since(Instant::now())).unwrap_or_default();
        if wait.is_zero() { Ok(()) } else { Err(Shortage::DailyQuota { wait }) }
    }

    /// Reads the free bytes on the database's disk; `None` where the database is elsewhere.
    pub fn free_bytes(&self) -> Option<io::Result<u64>> {
        self.folder.as_deref().map(free_bytes)
    }

    /// Counts the refused submissions since the start by the label `reason` of `kakekomi_submissions_refused_total`.
    pub fn refusals(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let reasons = ["free_space", "address_quota", "daily_quota"];
        reasons.into_iter().zip(self.refusals.iter().map(|count| count.load(Ordering::Relaxed)))
    }

    fn count(&self, client: Option<IpAddr>, bytes: usize) -> Result<(), Shortage> {
        let kib = u32::try_from(bytes.div_ceil(KIB)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let wait = |refused: &NotUntil<_>| refused.wait_time_from(self.clock.now());
        if let (Some(quota), Some(client)) = (&self.by_address, client.filter(|client| !client.is_loopback())) {
            if self.reservations.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
                quota.retain_recent();
            }
            match quota.check_key_n(&client, kib) {
                Ok(Ok(())) => {}
                Ok(Err(refused)) => return Err(Shortage::AddressQuota { wait: wait(&refused) }),
                Err(_) => return Err(Shortage::AddressQuota { wait: DAY }),
            }
        }
        match self.in_all.as_ref().map(|quota| quota.check_n(kib)) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(refused))) => Err(Shortage::DailyQuota { wait: wait(&refused) }),
            Some(Err(_)) => Err(Shortage::DailyQuota { wait: DAY }),
        }
    }
}

/// Reads the bytes that an unprivileged process may still write below a folder.
///
/// # Errors
/// The file system does not report it.
pub fn free_bytes(folder: &Path) -> io::Result<u64> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    Ok(rustix::fs::statvfs(folder).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))?)
}

fn daily_quota(mib: u32) -> Option<Quota> {
    let kib = NonZeroU32::new(mib.saturating_mul(KIB_PER_MIB))?;
    Some(Quota::with_period(DAY / kib.get())?.allow_burst(kib))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn capacity(limits: CapacityLimits) -> Capacity {
        Capacity::new(limits, Some(std::env::temp_dir()))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_stores_its_quota_and_no_more() {
        let capacity = capacity(CapacityLimits { min_free_mib: 0, address_quota_mib: 2, daily_quota_mib: 0 });
        let first = address("198.51.100.1");
        assert_eq!(capacity.reserve(Some(first), 2 * MIB), Ok(()));
        assert!(matches!(capacity.reserve(Some(first), MIB), Err(Shortage::AddressQuota { wait }) if wait > DAY / 3));
        assert_eq!(capacity.reserve(Some(address("198.51.100.2")), MIB), Ok(()));
        assert_eq!(capacity.reserve(Some(address("127.0.0.1")), 3 * MIB), Ok(()), "loopback has no quota of its own");
        assert_eq!(capacity.reserve(None, 3 * MIB), Ok(()));
        let larger = capacity.reserve(Some(address("198.51.100.3")), 2 * MIB + 1);
        assert_eq!(larger, Err(Shortage::AddressQuota { wait: DAY }), "a case larger than the quota never fits");
    }

    #[test]
    fn all_addresses_together_store_the_daily_quota_and_no_more() {
        let capacity = capacity(CapacityLimits { min_free_mib: 0, address_quota_mib: 0, daily_quota_mib: 2 });
        assert_eq!(capacity.reserve(Some(address("198.51.100.1")), MIB), Ok(()));
        assert_eq!(capacity.reserve(Some(address("127.0.0.1")), MIB), Ok(()));
        let refused = capacity.reserve(Some(address("198.51.100.2")), MIB);
        assert!(matches!(refused, Err(Shortage::DailyQuota { .. })), "{refused:?}");
        assert_eq!(capacity.refusals().collect::<Vec<_>>()[2], ("daily_quota", 1));
        assert!(matches!(capacity.check(), Err(Shortage::DailyQuota { .. })), "it is not ready meanwhile");
    }

    #[test]
    fn a_disk_under_the_floor_stores_nothing() {
        let floor = CapacityLimits { min_free_mib: u32::MAX, ..CapacityLimits::default() };
        assert_eq!(capacity(floor).reserve(None, 1), Err(Shortage::FreeSpace));
        assert_eq!(Capacity::new(floor, None).reserve(None, 1), Ok(()), "the database is elsewhere");
        let gone = Capacity::new(CapacityLimits::default(), Some("/nowhere/at/all".into()));
        assert_eq!(gone.reserve(None, 1), Err(Shortage::FreeSpace));
    }
}
