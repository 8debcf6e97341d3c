//! Small secrets, wrapped with a key that is derived from `hash.key`.
//!
//! `key.wrap("totp", "sato", secret)` → bytes for the database; `key.unwrap("totp", "sato", bytes)` → the secret again
//!
//! XChaCha20-Poly1305 with a random nonce of 24 bytes. The context is authenticated: the bytes of one account open for no
//! other one, and those of one purpose for no other purpose.

use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{AeadInPlace as _, KeyInit as _};
use zeroize::Zeroizing;

use crate::{HashKey, SealingError};

/// Bytes of a nonce.
const NONCE_BYTES: usize = 24;
/// Bytes of a tag.
const TAG_BYTES: usize = 16;

impl HashKey {
    /// Wraps a secret: nonce, encrypted secret, tag.
    ///
    /// # Errors
    /// [`SealingError::Randomness`], or [`SealingError::Encrypt`] for a secret of many gigabytes.
    pub fn wrap(&self, purpose: &str, context: &str, secret: &[u8]) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let mut secret = Zeroizing::new(secret.to_vec());
        let sealed = self.cipher(purpose).encrypt_in_place_detached(&nonce.into(), context.as_bytes(), &mut secret);
        let tag = sealed.map_err(|_| SealingError::Encrypt)?;
        Ok([&nonce, secret.as_slice(), &tag].concat())
    }

    /// Unwraps a secret.
    ///
    /// # Errors
    /// [`SealingError::Contents`]: it was wrapped with another key, for another purpose or context, or is damaged.
    pub fn unwrap(&self, purpose: &str, context: &str, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let parts = wrapped.split_first_chunk::<NONCE_BYTES>();
        let (nonce, rest) = parts.ok_or(SealingError::Contents)?;
        let (secret, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(SealingError::Contents)?;
        let mut secret = Zeroizing::new(secret.to_vec());
        let cipher = self.cipher(purpose);
        cipher
            .decrypt_in_place_detached(nonce.into(), context.as_bytes(), &mut secret, tag.into())
            .map_err(|_| SealingError::Contents)?;
        Ok(secret)
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        let key = Zeroizing::new(self.hash("wrap", purpose.as_bytes()));
        XChaCha20Poly1305::new((&*key).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_purpose_and_context_alone() {
        let key = HashKey::generate().unwrap();
        for secret in [&b""[..], b"12345678901234567890"] {
            let wrapped = key.wrap("totp", "sato", secret).unwrap();
            assert_eq!(wrapped.len(), NONCE_BYTES + secret.len() + TAG_BYTES);
            assert_ne!(wrapped, key.wrap("totp", "sato", secret).unwrap());
            assert_eq!(key.unwrap("totp", "sato", &wrapped).unwrap().as_slice(), secret);
            for (purpose, context) in [("totp", "suzuki"), ("webhook", "sato"), ("totp", "")] {
                assert!(key.unwrap(purpose, context, &wrapped).is_err(), "{purpose} {context}");
            }
            assert!(HashKey::generate().unwrap().unwrap("totp", "sato", &wrapped).is_err());
            for place in 0..wrapped.len() {
                let mut damaged = wrapped.clone();
                damaged[place] ^= 1;
                assert!(key.unwrap("totp", "sato", &damaged).is_err(), "{place}");
                assert!(key.unwrap("totp", "sato", &wrapped[..place]).is_err(), "{place}");
            }
        }
    }
}
