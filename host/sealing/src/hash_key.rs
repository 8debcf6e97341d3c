//! Keyed hashes: equal values are found again without being stored.
//!
//! `key.phone("03-1234-5678")` and `key.phone("+81 3 1234 5678")` → the same 32 bytes
//!
//! HMAC-SHA256 over a domain word, a zero byte and the value: a stolen database without the key does not even allow
//! guessing ten-digit phone numbers.

use std::fmt;
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::{SealingError, folded_company, key_file};

/// The secret key of all keyed hashes of a database.
#[derive(Clone)]
pub struct HashKey(Zeroizing<[u8; HASH_KEY_BYTES]>);

/// Bytes of the key.
const HASH_KEY_BYTES: usize = 32;

/// Bytes of a block of SHA-256.
const BLOCK_BYTES: usize = 64;

impl HashKey {
    /// Creates a random key.
    ///
    /// # Errors
    /// [`SealingError::Randomness`].
    pub fn generate() -> Result<HashKey, SealingError> {
        let mut key = Zeroizing::new([0; HASH_KEY_BYTES]);
        getrandom::fill(&mut *key)?;
        Ok(HashKey(key))
    }

    /// Reads a file of 32 bytes.
    ///
    /// # Errors
    /// The file cannot be read or has another length.
    pub fn read(file: &Path) -> Result<HashKey, SealingError> {
        let bytes = key_file::read(file)?;
        let key = <[u8; HASH_KEY_BYTES]>::try_from(bytes.as_slice());
        let key = key.map_err(|_| SealingError::HashKeyLength { path: file.to_owned(), found: bytes.len() })?;
        Ok(HashKey(Zeroizing::new(key)))
    }

    /// Hashes the text of a draft, which recognises a repeated submission.
    pub fn text(&self, text: &[u8]) -> [u8; 32] {
        self.hash("text", text)
    }

    /// Hashes a part of an applicant's request, which recognises a repeated one.
    pub fn request(&self, part: &[u8]) -> [u8; 32] {
        self.hash("request", part)
    }

    /// Hashes a telephone number; its extension does not count, and Japan's `0…` and `+81…` are the same. `None` for a text
    /// without digits.
    pub fn phone(&self, phone: &str) -> Option<[u8; 32]> {
        Some(self.hash("phone", normalized_phone(phone)?.as_bytes()))
    }

    /// Hashes an e-mail address, regardless of width and letter case.
    pub fn email(&self, email: &str) -> [u8; 32] {
        let folded: String = email.trim().nfkc().flat_map(char::to_lowercase).collect();
        self.hash("email", folded.as_bytes())
    }

    /// Hashes the folded name of a company.
    pub fn company(&self, company: &str) -> [u8; 32] {
        self.hash("company", folded_company(company).as_bytes())
    }

    /// Hashes a recovery code of an account.
    pub fn recovery_code(&self, account: &str, code: &str) -> [u8; 32] {
        self.hash("recovery_code", format!("{account}\0{code}").as_bytes())
    }

    /// Derives the secret that a set-up link offers for the second factor.
    pub fn set_up_secret(&self, token: &str) -> [u8; 32] {
        self.hash("set_up", token.as_bytes())
    }

    /// Computes the value by which a database recognises its key.
    pub fn check(&self) -> [u8; 32] {
        self.hash("check", b"")
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    pub(crate) fn hash(&self, domain: &str, value: &[u8]) -> [u8; 32] {
        // HMAC fills a short key with zero bytes up to a block, so this is the same key, in a length that cannot fail.
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        block.iter_mut().zip(self.bytes()).for_each(|(to, from)| *to = *from);
        let mac = Hmac::<Sha256>::new((&*block).into());
        mac.chain_update(domain).chain_update([0]).chain_update(value).finalize().into_bytes().into()
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HashKey(…)")
    }
}

/// Reduces a telephone number to `+` and digits: `03-1234-5678`, `+81 (0)3 1234 5678` and `+81312345678;ext=204` give
/// `+81312345678`. `None` for a text without digits.
fn normalized_phone(phone: &str) -> Option<String> {
    let plain: String = phone.nfkc().collect();
    let number = plain.split([';', '#', '内', 'x', 'X']).next().unwrap_or_default();
    let digits: String = number.chars().filter(|char| char.is_ascii_digit() || *char == '+').collect();
    // `+81(0)3…` is a common way to write both forms at once.
    let national = digits.strip_prefix("+81").or_else(|| digits.strip_prefix('0'));
    match national.map(|rest| rest.trim_start_matches('0')) {
        Some("") => None,
        Some(national) => Some(format!("+81{national}")),
        None if digits.len() > 1 => Some(digits),
        None => None,
    }
}
