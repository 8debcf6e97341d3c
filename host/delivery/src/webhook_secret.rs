//! The secret of a webhook, and its signatures after Standard Webhooks.
//!
//! `secret.sign("evt_9f86d0…", 1795140000, body)` → `v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=`

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The beginning of a secret.
const PREFIX: &str = "whsec_";
/// Bytes of a secret that this program makes.
const SECRET_BYTES: usize = 32;
/// Bytes that a secret may have, by the specification.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The reason why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The text is no secret.
    #[error("{0}: it is no secret such as kakekomi outbox secret prints: whsec_ and 24 to 64 bytes in base64")]
    Form(PathBuf),
    /// The system has no random bytes.
    #[error("random bytes: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// A secret that the desk and the receiver of a webhook share.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// Makes a random secret; returns its text.
    ///
    /// # Errors
    /// [`SecretError::Randomness`].
    pub fn generate() -> Result<String, SecretError> {
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(&mut *bytes)?;
        Ok(format!("{PREFIX}{}", BASE64_STANDARD.encode(*bytes)))
    }

    /// Reads a file with the text of a secret.
    ///
    /// # Errors
    /// [`SecretError::File`], [`SecretError::Form`].
    pub fn read(file: &Path) -> Result<WebhookSecret, SecretError> {
        let text = std::fs::read_to_string(file).map(Zeroizing::new);
        let text = text.map_err(|error| SecretError::File(file.to_owned(), error))?;
        WebhookSecret::parse(text.trim()).ok_or_else(|| SecretError::Form(file.to_owned()))
    }

    fn parse(text: &str) -> Option<WebhookSecret> {
        let bytes = Zeroizing::new(BASE64_STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?);
        BYTES.contains(&bytes.len()).then_some(WebhookSecret(bytes))
    }

    /// Signs a body with the id and the moment (seconds since the epoch) of its headers.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }

    #[test]
    fn a_new_secret_is_one_and_other_texts_are_none() {
        assert!(WebhookSecret::parse(&WebhookSecret::generate().unwrap()).is_some());
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%"] {
            assert!(WebhookSecret::parse(text).is_none(), "{text}");
        }
    }
}
