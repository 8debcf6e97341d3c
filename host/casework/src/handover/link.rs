//! Links over which packages are collected: 256 random bits, of which the store keeps the SHA-256.
//!
//! `CollectLink::until(1795140000000)` → the token `5f…`, 64 hexadecimal digits, shown once

use std::fmt;

use kakekomi_store::NewCollectLink;
use kakekomi_store::digest::hex;
use sha2::{Digest as _, Sha256};

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// A new link.
#[derive(Clone, PartialEq, Eq)]
pub struct CollectLink {
    /// The secret of its address.
    pub token: String,
    /// The moment at which it ends; milliseconds since the epoch, UTC.
    pub expires_at: i64,
}

impl CollectLink {
    /// Makes a link.
    ///
    /// # Errors
    /// There is no randomness.
    pub(crate) fn until(expires_at: i64) -> Result<CollectLink, getrandom::Error> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(CollectLink { token: hex(&bytes), expires_at })
    }

    /// Returns the link as it is stored.
    pub(crate) fn stored(&self) -> NewCollectLink {
        NewCollectLink { token_hash: token_hash(&self.token), expires_at: self.expires_at }
    }
}

impl fmt::Debug for CollectLink {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CollectLink {{ token: …, expires_at: {} }}", self.expires_at)
    }
}

/// Computes the hash by which the store finds a link. It needs no key: nobody guesses 256 bits.
pub(crate) fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
