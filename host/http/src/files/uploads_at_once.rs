//! Limit of the uploads of one address at a time.
//!
//! ```text
//! begin(198.51.100.7) four times → permits · a fifth → None, until one of the permits is dropped
//! ```
//!
//! Each host counts for itself, in memory. Loopback is not limited, as with the other limits.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The uploads under way by address.
#[derive(Debug, Clone)]
pub struct UploadsAtOnce {
    /// 0 limits nothing.
    max: usize,
    running: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The right to send bytes, which ends when it is dropped.
#[derive(Debug)]
pub struct UploadPermit {
    counted: Option<(UploadsAtOnce, IpAddr)>,
}

impl UploadsAtOnce {
    /// Allows this number of uploads from one address; 0 limits nothing.
    pub fn new(max: usize) -> UploadsAtOnce {
        UploadsAtOnce { max, running: Arc::default() }
    }

    /// Begins an upload of an address; `None` if it has as many as it may.
    pub fn begin(&self, client: Option<IpAddr>) -> Option<UploadPermit> {
        let Some(client) = client.filter(|client| self.max > 0 && !client.is_loopback()) else {
            return Some(UploadPermit { counted: None });
        };
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(client).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(UploadPermit { counted: Some((self.clone(), client)) })
    }
}

impl Drop for UploadPermit {
    fn drop(&mut self) {
        let Some((uploads, client)) = self.counted.take() else { return };
        let mut running = uploads.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                running.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_uploads_and_no_more() {
        let uploads = UploadsAtOnce::new(4);
        let [one, other] = ["198.51.100.1", "198.51.100.2"].map(|address| Some(address.parse().unwrap()));
        let mut permits: Vec<_> = (0..4).map(|_| uploads.begin(one).unwrap()).collect();
        assert!(uploads.begin(one).is_none() && uploads.begin(other).is_some());
        permits.pop();
        assert!(uploads.begin(one).is_some(), "the permit of that line is dropped at once");
        drop(permits);
        assert!(uploads.running.lock().unwrap().is_empty(), "a quiet address is forgotten");
    }

    #[test]
    fn loopback_is_not_limited_and_zero_limits_nobody() {
        for (max, client) in [(1, "127.0.0.1"), (1, "::1"), (0, "198.51.100.1")] {
            let uploads = UploadsAtOnce::new(max);
            let permits: Vec<_> = (0..9).map(|_| uploads.begin(Some(client.parse().unwrap())).unwrap()).collect();
            assert_eq!(permits.len(), 9, "{client}");
        }
    }
}
