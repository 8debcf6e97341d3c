//! Places of password hashing for each address, so that one that guesses at many names cannot keep the others waiting.
//!
//! `places.take(192.0.2.7)` → a place, or `None` while that address has four

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Sign-ins that one address may have at the same time.
const PLACES: u32 = 4;

/// The places that each address has taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct AddressPlaces(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct AddressPlace {
    places: AddressPlaces,
    network: IpAddr,
}

impl AddressPlaces {
    /// Takes a place of an address, or of the network of an IPv6 address.
    pub fn take(&self, address: IpAddr) -> Option<AddressPlace> {
        let network = network(address);
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(network).or_default();
        if *count >= PLACES {
            return None;
        }
        *count += 1;
        Some(AddressPlace { places: self.clone(), network })
    }
}

impl Drop for AddressPlace {
    fn drop(&mut self) {
        let mut taken = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = taken.get(&self.network).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            taken.remove(&self.network)
        } else {
            taken.insert(self.network, left)
        };
    }
}

/// Reduces an IPv6 address to its network of 64 bits, all of which one customer usually has.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_four_places_and_another_one_has_its_own() {
        let places = AddressPlaces::default();
        let take = |address: &str| places.take(address.parse().unwrap());
        let mut taken: Vec<_> = (1..=4).map(|n| take(&format!("2001:db8:1:2::{n}")).unwrap()).collect();
        assert!(take("2001:db8:1:2::5").is_none());
        let others = [take("2001:db8:1:3::1").unwrap(), take("192.0.2.7").unwrap()];
        taken.pop();
        taken.push(take("2001:db8:1:2::5").unwrap());
        drop((taken, others));
        assert!(places.0.lock().unwrap().is_empty());
    }
}
