//! The recipients of every case: public keys from an age recipients file.
//!
//! `"# desk\nage1…\n# recovery, offline\nage1…\n"` → [`Recipients`] of two keys

use std::path::Path;

use age::x25519::Recipient;
use sha2::{Digest as _, Sha256};

use crate::{SealingError, hex, key_file};

/// The fewest distinct recipients: desk and recovery. With one, a lost key would be all cases lost.
pub const MIN_RECIPIENTS: usize = 2;

/// Two or more distinct X25519 recipients, in the order of the file.
#[derive(Debug, Clone)]
pub struct Recipients(Vec<Recipient>);

impl Recipients {
    /// Reads a recipients file.
    ///
    /// # Errors
    /// The file cannot be read, a line is not a recipient, or there are fewer than [`MIN_RECIPIENTS`].
    pub fn read(file: &Path) -> Result<Recipients, SealingError> {
        let bytes = key_file::read(file)?;
        Recipients::parse(key_file::text(&bytes, file)?, file)
    }

    /// Parses the text of a recipients file; the path is for errors.
    ///
    /// # Errors
    /// A line is not a recipient, or there are fewer than [`MIN_RECIPIENTS`].
    pub fn parse(text: &str, file: &Path) -> Result<Recipients, SealingError> {
        let mut recipients: Vec<Recipient> = Vec::new();
        for (line, text) in key_file::lines(text) {
            let recipient =
                parse_line(text).map_err(|reason| SealingError::Line { path: file.to_owned(), line, reason })?;
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
        if recipients.len() < MIN_RECIPIENTS {
            return Err(SealingError::TooFewRecipients { path: file.to_owned(), found: recipients.len() });
        }
        Ok(Recipients(recipients))
    }

    /// Names the set of recipients: 16 hexadecimal digits of SHA-256 over the sorted recipients, joined by line feeds.
    pub fn sealed_to(&self) -> String {
        let mut names = self.to_strings();
        names.sort_unstable();
        let mut digits = hex::encode(&Sha256::digest(names.join("\n")));
        digits.truncate(SEALED_TO_DIGITS);
        digits
    }

    /// Writes each recipient as `age1…`.
    pub fn to_strings(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &dyn age::Recipient> {
        self.0.iter().map(|recipient| recipient as &dyn age::Recipient)
    }
}

/// Digits of the digest that name a set of recipients.
const SEALED_TO_DIGITS: usize = 16;

fn parse_line(line: &str) -> Result<Recipient, &'static str> {
    if line.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
        return Err("this is a secret key; a recipients file has public keys, which begin with age1");
    }
    line.parse().map_err(|_| "no age X25519 recipient (age1… with 62 characters)")
}
