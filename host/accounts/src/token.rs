//! Random tokens of sessions, set-up links and programs. The store gets their SHA-256 alone.
//!
//! `random_token("")` → 64 hexadecimal digits; `token_hash(token)` → what the store compares

use std::fmt;

use kakekomi_store::SecretHash;
use kakekomi_store::digest::hex;
use sha2::{Digest as _, Sha256};

use crate::AccountError;

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// The token of a session, for its cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    pub(crate) fn random() -> Result<SessionToken, AccountError> {
        random_token("").map(SessionToken)
    }

    /// Returns the 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SessionToken(…)")
    }
}

/// Makes a token of 256 random bits after a prefix.
pub(crate) fn random_token(prefix: &str) -> Result<String, AccountError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{prefix}{}", hex(&bytes)))
}

/// Computes the hash by which the store finds a token. It needs no key: nobody guesses 256 bits.
pub(crate) fn token_hash(token: &str) -> SecretHash {
    Sha256::digest(token).into()
}
