//! The running SHA-256 of a file between two parts.
//!
//! `wrap(&key, &id, &hash)` at 8 MiB → bytes of the part's row; `unwrap(&key, &id, bytes)` → the hash, to be continued
//!
//! The state holds up to 63 bytes of the file, so it is wrapped, for this file alone.

use kakekomi_sealing::{HashKey, SealingError};
use kakekomi_store::FileId;
use sha2::Sha256;
use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};

/// The purpose of the wrapping key.
const PURPOSE: &str = "hash state";

/// Wraps the state of a file's hash.
///
/// # Errors
/// [`SealingError::Randomness`].
pub fn wrap(key: &HashKey, id: &FileId, hash: &Sha256) -> Result<Vec<u8>, SealingError> {
    key.wrap(PURPOSE, &id.to_string(), &hash.serialize())
}

/// Unwraps the state of a file's hash.
///
/// # Errors
/// [`SealingError::Contents`]: it is of another file, or was wrapped with another key.
pub fn unwrap(key: &HashKey, id: &FileId, wrapped: &[u8]) -> Result<Sha256, SealingError> {
    let bytes = key.unwrap(PURPOSE, &id.to_string(), wrapped)?;
    let state = SerializedState::<Sha256>::try_from(bytes.as_slice()).map_err(|_| SealingError::Contents)?;
    Sha256::deserialize(&state).map_err(|_| SealingError::Contents)
}
