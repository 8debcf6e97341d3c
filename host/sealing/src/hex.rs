//! Bytes as lower-case hexadecimal digits.
//!
//! `encode(&[0x9f, 0x86])` → `9f86`

use std::fmt::Write as _;

use crate::salt::{SALT_BYTES, Salt};

/// Writes two digits for each byte.
pub fn encode(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Parses the digits of a salt.
pub fn decode(hex: &str) -> Option<Salt> {
    let digits: &[u8; 2 * SALT_BYTES] = hex.as_bytes().try_into().ok()?;
    // `from_str_radix` would accept a sign.
    digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
    let mut salt = [0; SALT_BYTES];
    for (byte, pair) in salt.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(salt)
}
