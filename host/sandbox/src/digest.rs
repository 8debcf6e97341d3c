//! The digest of a module: SHA-256 of its bytes.
//!
//! `"sha256:9f86d0…0a08"` or `"9f86d0…0a08"` → [`Digest`] → `9f86d0…0a08`
//!
//! Page and server run the same module if its digest is the same.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// Digits of a digest: 32 bytes, two digits each.
const HEX: usize = 64;

/// The SHA-256 of a module's bytes, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// Computes the digest of bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        let mut hex = String::with_capacity(HEX);
        for byte in Sha256::digest(bytes) {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Digest(hex)
    }

    /// Parses 64 hexadecimal digits of either case, without `sha256:`.
    pub fn read(hex: &str) -> Option<Digest> {
        let readable = hex.len() == HEX && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        readable.then(|| Digest(hex.to_ascii_lowercase()))
    }

    /// Returns the 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no digest: neither 64 hexadecimal digits nor `sha256:` and 64 of them.
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
