//! Random names of the objects of a storage.
//!
//! `ObjectName::random()?` → `9f86d081884c7d659a2feaa0c55ad015`

use std::fmt;

use kakekomi_store::digest::hex;

/// Bytes of an object's name.
const NAME_BYTES: usize = 16;

/// The random name of an object: 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName(String);

impl ObjectName {
    /// Creates a random name.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn random() -> Result<ObjectName, getrandom::Error> {
        let mut bytes = [0_u8; NAME_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(ObjectName(hex(&bytes)))
    }

    /// Reads a name; `None` for a text of another form, so that no name leads out of the storage.
    pub fn read(text: &str) -> Option<ObjectName> {
        let is_name =
            text.len() == 2 * NAME_BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_name.then(|| ObjectName(text.to_owned()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}
