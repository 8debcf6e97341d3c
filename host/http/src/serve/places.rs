//! Places for connections: so many in all, and of one address no more than a fifth.
//!
//! Loopback and the proxies that are trusted may take all: behind one of them are many people.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::client::Trusted;

/// One address may hold one in so many of the places.
pub const SHARE: usize = 5;

/// Places, and who holds them.
#[derive(Debug, Clone)]
pub struct Places {
    all: Arc<Semaphore>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    trusted: Trusted,
}

/// A place that is held until this is dropped.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
    held: Option<(IpAddr, Places)>,
}

impl Places {
    /// So many places.
    pub fn new(places: usize, trusted: Trusted) -> Places {
        let most = places.div_ceil(SHARE);
        Places { all: Arc::new(Semaphore::new(places)), by_address: Arc::default(), most, trusted }
    }

    /// A place for a connection from an address, if there is one.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        if address.is_loopback() || self.trusted.contains(address) {
            return Some(Place { _permit: permit, held: None });
        }
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let held = by_address.entry(address).or_default();
        if *held >= self.most {
            return None;
        }
        *held += 1;
        Some(Place { _permit: permit, held: Some((address, self.clone())) })
    }

    fn give_back(&self, address: IpAddr) {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = by_address.get_mut(&address) {
            *held = held.saturating_sub(1);
            if *held == 0 {
                by_address.remove(&address);
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((address, places)) = &self.held {
            places.give_back(*address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_holds_a_fifth_and_the_others_find_room() {
        let places = Places::new(10, Trusted::read(&["203.0.113.9".to_owned()]).unwrap());
        let [one, other, proxy] = ["198.51.100.1", "198.51.100.2", "203.0.113.9"].map(|text| text.parse().unwrap());
        let held: Vec<_> = (0..2).map(|_| places.take(one).unwrap()).collect();
        assert!(places.take(one).is_none());
        assert!(places.take(other).is_some());
        let through: Vec<_> = (0..8).map(|_| places.take(proxy).unwrap()).collect();
        assert!(places.take(other).is_none(), "all are taken");
        drop((held, through));
        assert!(places.take(one).is_some());
        assert!(places.by_address.lock().unwrap().is_empty());
    }
}
