//! Sealed bodies of events: `<32 random bytes><body>` in one age file.
//!
//! `seal_body(&["age1…"], b"{\"note\":\"called\"}")` → the sealed bytes and the commitment of the event

use age::x25519::Recipient;

use crate::salt::{self, Salt};
use crate::{Identities, SealingError, age_file};

/// The sealed body of an event.
#[derive(Debug, Clone)]
pub struct SealedBody {
    /// One age file.
    pub sealed: Vec<u8>,
    /// SHA-256 over the random bytes and the body.
    pub commitment: [u8; 32],
}

/// The opened body of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedBody {
    /// The bytes that were sealed.
    pub body: Vec<u8>,
    /// The commitment that the event must have.
    pub commitment: [u8; 32],
}

/// Seals the body of an event to the case's own recipient and whoever else may read it, as one age file.
///
/// # Errors
/// [`SealingError::Recipient`]: a text is not a recipient. [`SealingError::Encrypt`]: the list is empty. [`SealingError::Randomness`].
pub fn seal_body(recipients: &[&str], body: &[u8]) -> Result<SealedBody, SealingError> {
    let read = |text: &&str| text.parse().map_err(|_| SealingError::Recipient);
    let recipients: Vec<Recipient> = recipients.iter().map(read).collect::<Result<_, _>>()?;
    let salt = salt::random()?;
    let keys = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
    let sealed = age_file::encrypt(keys, &[&salt, body])?;
    Ok(SealedBody { sealed, commitment: salt::commitment(&salt, body) })
}

/// Opens the body of an event with the case's identity.
///
/// # Errors
/// [`SealingError::NoMatchingIdentity`], [`SealingError::Damaged`], [`SealingError::Contents`]: fewer than 32 bytes.
pub fn open_body(identities: &Identities, sealed: &[u8]) -> Result<OpenedBody, SealingError> {
    let plain = age_file::decrypt(identities, sealed)?;
    let (salt, body): (&Salt, _) = plain.split_first_chunk().ok_or(SealingError::Contents)?;
    Ok(OpenedBody { body: body.to_vec(), commitment: salt::commitment(salt, body) })
}
