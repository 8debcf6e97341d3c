//! Commitments: SHA-256 over 32 random bytes and a value.
//!
//! `commitment(&salt, b"{}")` → 32 bytes that prove the value to a reader who has the salt, and reveal nothing without it

use sha2::{Digest as _, Sha256};

use crate::SealingError;

/// Bytes of a salt.
pub const SALT_BYTES: usize = 32;

/// Random bytes that keep short values from being guessed from their commitment.
pub type Salt = [u8; SALT_BYTES];

/// Creates a salt.
pub fn random() -> Result<Salt, SealingError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt)?;
    Ok(salt)
}

/// Computes the commitment to a value.
pub fn commitment(salt: &Salt, value: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(value).finalize().into()
}
