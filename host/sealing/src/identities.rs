//! Secret keys from an age identity file.
//!
//! `"# public key: age1…\nAGE-SECRET-KEY-1…\n"` → [`Identities`] of one key

use std::fmt;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;
use zeroize::Zeroizing;

use crate::{SealingError, key_file};

/// One or more X25519 identities. They are overwritten when they are dropped.
#[derive(Clone)]
pub struct Identities(Vec<Identity>);

impl Identities {
    /// Creates one new identity.
    pub fn generate() -> Identities {
        Identities(vec![Identity::generate()])
    }

    /// Reads an identity file.
    ///
    /// # Errors
    /// The file cannot be read, a line is not an identity, or there is no identity.
    pub fn read(file: &Path) -> Result<Identities, SealingError> {
        let bytes = key_file::read(file)?;
        Identities::parse(key_file::text(&bytes, file)?, file)
    }

    /// Parses the text of an identity file; the path is for errors, which contain nothing of the text.
    ///
    /// # Errors
    /// A line is not an identity, or there is no identity.
    pub fn parse(text: &str, file: &Path) -> Result<Identities, SealingError> {
        let mut identities = Vec::new();
        for (line, text) in key_file::lines(text) {
            let reason = "no age X25519 identity (AGE-SECRET-KEY-1… with 74 characters)";
            let identity = text.parse().map_err(|_| SealingError::Line { path: file.to_owned(), line, reason })?;
            identities.push(identity);
        }
        if identities.is_empty() {
            return Err(SealingError::NoIdentity(file.to_owned()));
        }
        Ok(Identities(identities))
    }

    /// Writes the public key of each identity as `age1…`.
    pub fn recipients(&self) -> Vec<String> {
        self.0.iter().map(|identity| identity.to_public().to_string()).collect()
    }

    /// Writes the text of an identity file, as age-keygen does.
    pub fn to_file(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len() * ENTRY_BYTES));
        for identity in &self.0 {
            text.push_str("# public key: ");
            text.push_str(&identity.to_public().to_string());
            text.push('\n');
            text.push_str(identity.to_string().expose_secret());
            text.push('\n');
        }
        text
    }

    /// Joins identities; each of them opens what is sealed to it.
    pub fn joined<'a>(all: impl IntoIterator<Item = &'a Identities>) -> Identities {
        let mut joined: Vec<Identity> = Vec::new();
        for identity in all.into_iter().flat_map(|identities| &identities.0) {
            if joined.iter().all(|other| other.to_public() != identity.to_public()) {
                joined.push(identity.clone());
            }
        }
        Identities(joined)
    }

    /// Returns those whose recipients are listed.
    pub(crate) fn only(&self, recipients: &[String]) -> Identities {
        let is_listed = |identity: &&Identity| recipients.contains(&identity.to_public().to_string());
        Identities(self.0.iter().filter(is_listed).cloned().collect())
    }

    pub(crate) fn of(identity: Identity) -> Identities {
        Identities(vec![identity])
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity as &dyn age::Identity)
    }
}

/// Bytes of one identity with its comment, so that the text never moves and leaves no copy.
const ENTRY_BYTES: usize = 160;

impl fmt::Debug for Identities {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Identities").field(&self.recipients()).finish()
    }
}
