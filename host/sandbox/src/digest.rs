//! A module's name: the SHA-256 of its bytes.
//!
//! `"sha256:9f86d0…0a08"` or `"9f86d0…0a08"` → [`Digest`] → `9f86d0…0a08`
//!
//! Page and server mean the same module when its bytes have the same digest.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// Letters in a digest: 32 bytes, two letters each.
const HEX: usize = 64;

/// The SHA-256 of a module's bytes, as 64 lower-case hexadecimal letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        let mut hex = String::with_capacity(HEX);
        for byte in Sha256::digest(bytes) {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Digest(hex)
    }

    /// A digest as 64 hexadecimal letters without `sha256:`; large letters are taken and made small.
    pub fn read(hex: &str) -> Option<Digest> {
        let readable = hex.len() == HEX && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        readable.then(|| Digest(hex.to_ascii_lowercase()))
    }

    /// The 64 letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no digest: it is neither 64 hexadecimal letters nor `sha256:` and 64 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 hexadecimal letters, with or without sha256: before them")]
pub struct NoDigest;

impl FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Digest, NoDigest> {
        Digest::read(text.strip_prefix("sha256:").unwrap_or(text)).ok_or(NoDigest)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
