//! Limit of simultaneous connections: a number in all, and a fifth of it for each IP.
//!
//! `ConnectionLimiter::new(10, trusted)`, `acquire(ip)` → a permit, and `None` for the third connection of `ip`
//!
//! Loopback and trusted proxies may hold all permits, since one of them carries the connections of many people.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::client_ip::Trusted;

/// A single IP may hold 1/`MAX_SHARE_PER_IP` of the permits.
pub const MAX_SHARE_PER_IP: usize = 5;

/// The permits for connections, and the number that each IP holds.
#[derive(Debug)]
pub struct ConnectionLimiter {
    all: Arc<Semaphore>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
    max_per_ip: usize,
    trusted: Trusted,
}

/// The right to one connection; dropping it returns it to the limiter.
#[derive(Debug)]
pub struct ConnectionPermit {
    _permit: OwnedSemaphorePermit,
    held: Option<(IpAddr, Arc<ConnectionLimiter>)>,
}

impl ConnectionLimiter {
    /// Creates a limiter of this number of permits.
    pub fn new(permits: usize, trusted: Trusted) -> ConnectionLimiter {
        let max_per_ip = permits.div_ceil(MAX_SHARE_PER_IP);
        ConnectionLimiter { all: Arc::new(Semaphore::new(permits)), by_address: Mutex::default(), max_per_ip, trusted }
    }

    /// Takes a permit for a connection from an address, if one is free.
    pub fn acquire(self: &Arc<Self>, address: IpAddr) -> Option<ConnectionPermit> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        if address.is_loopback() || self.trusted.contains(address) {
            return Some(ConnectionPermit { _permit: permit, held: None });
        }
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let held = by_address.entry(address).or_default();
        if *held >= self.max_per_ip {
            return None;
        }
        *held += 1;
        Some(ConnectionPermit { _permit: permit, held: Some((address, Arc::clone(self))) })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let Some((address, limiter)) = &self.held else { return };
        let mut by_address = limiter.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut held) = by_address.entry(*address) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_ip_holds_a_fifth_and_others_still_connect() {
        let limiter = Arc::new(ConnectionLimiter::new(10, Trusted::read(&["203.0.113.9".to_owned()]).unwrap()));
        let [one, other, proxy] = ["198.51.100.1", "198.51.100.2", "203.0.113.9"].map(|text| text.parse().unwrap());
        let held: Vec<_> = (0..2).map(|_| limiter.acquire(one).unwrap()).collect();
        assert!(limiter.acquire(one).is_none());
        assert!(limiter.acquire(other).is_some());
        let through: Vec<_> = (0..8).map(|_| limiter.acquire(proxy).unwrap()).collect();
        assert!(limiter.acquire(other).is_none(), "all are taken");
        drop((held, through));
        assert!(limiter.acquire(one).is_some());
        assert!(limiter.by_address.lock().unwrap().is_empty());
    }
}
