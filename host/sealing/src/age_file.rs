//! Encryption and decryption of age files in memory.
//!
//! `encrypt(recipients, &[b"te", b"xt"])` → `age-encryption.org/v1…`; `decrypt(&identities, &file)` → `text`

use std::io::{Read as _, Write as _};

use age::{DecryptError, Decryptor, Encryptor, Recipient};
use zeroize::Zeroizing;

use crate::{Identities, SealingError};

/// Encrypts the concatenated parts to all recipients.
///
/// # Errors
/// [`SealingError::Encrypt`]: there is no recipient.
pub fn encrypt<'a>(
    recipients: impl Iterator<Item = &'a dyn Recipient>,
    parts: &[&[u8]],
) -> Result<Vec<u8>, SealingError> {
    let encryptor = Encryptor::with_recipients(recipients).map_err(|_| SealingError::Encrypt)?;
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut file = Vec::with_capacity(length + length / 1024 + HEADER_BYTES);
    let write = || {
        let mut writer = encryptor.wrap_output(&mut file)?;
        parts.iter().try_for_each(|part| writer.write_all(part))?;
        writer.finish().map(drop)
    };
    write().map_err(|_| SealingError::Encrypt)?;
    Ok(file)
}

/// Room for the header of a file with two recipients, so that the buffer rarely grows.
const HEADER_BYTES: usize = 512;

/// Decrypts a whole file. The plain bytes are overwritten when they are dropped.
///
/// # Errors
/// [`SealingError::NoMatchingIdentity`], [`SealingError::Damaged`]. Nothing is returned of a file with one wrong byte.
pub fn decrypt(identities: &Identities, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let decryptor = Decryptor::new_buffered(file).map_err(|error| refused(&error))?;
    let mut reader = decryptor.decrypt(identities.keys()).map_err(|error| refused(&error))?;
    // The plain bytes are fewer, so the buffer never moves and leaves no copy.
    let mut plain = Zeroizing::new(Vec::with_capacity(file.len()));
    reader.read_to_end(&mut plain).map_err(|_| SealingError::Damaged)?;
    Ok(plain)
}

/// Converts an error of opening.
pub fn refused(error: &DecryptError) -> SealingError {
    match error {
        DecryptError::NoMatchingKeys => SealingError::NoMatchingIdentity,
        _ => SealingError::Damaged,
    }
}
