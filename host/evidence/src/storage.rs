//! The storage of parts: objects with random names, each one age file.
//!
//! `storage.spool()` → a file that is written; `storage.put(spool, &name)` → durable under its name; `storage.open(&name)`
//!
//! The functions block, and are called on threads that may.

use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

use kakekomi_store::digest::hex;

use crate::UploadRefusal;
use crate::spool::Spool;

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

/// Space of a storage, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes that this program may still write.
    pub free: u64,
    /// All bytes.
    pub total: u64,
}

/// A storage of parts.
pub trait PartStorage: Send + Sync {
    /// Creates a file for sealed bytes.
    ///
    /// # Errors
    /// It cannot be created.
    fn spool(&self) -> io::Result<Spool>;

    /// Makes a file an object, durably.
    ///
    /// # Errors
    /// There may be such an object, whole or not; it is deleted as an orphan.
    fn put(&self, spool: Spool, name: &ObjectName) -> io::Result<()>;

    /// Opens an object.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`]: there is no such object.
    fn open(&self, name: &ObjectName) -> io::Result<Box<dyn Read + Send>>;

    /// Reports whether there is an object.
    ///
    /// # Errors
    /// The storage does not answer, or the object cannot be read.
    fn has(&self, name: &ObjectName) -> io::Result<bool>;

    /// Deletes an object. One that is not there is deleted already.
    ///
    /// # Errors
    /// It cannot be deleted.
    fn delete(&self, name: &ObjectName) -> io::Result<()>;

    /// Measures the space; `None` for a storage without a measurable one.
    ///
    /// # Errors
    /// It cannot be measured.
    fn space(&self) -> io::Result<Option<Space>>;

    /// Lists the objects of an age whose names begin with a byte, for the sweep of those that no part names.
    ///
    /// # Errors
    /// They cannot be listed.
    fn old_objects(&self, begin: u8, age: Duration) -> io::Result<Vec<ObjectName>>;

    /// Reads the id of the database that it is bound to; `None` for a storage that was never bound.
    ///
    /// # Errors
    /// It cannot be read.
    fn database(&self) -> io::Result<Option<String>>;

    /// Binds it to the database with an id, durably.
    ///
    /// # Errors
    /// The id cannot be written.
    fn bind(&self, database: &str) -> io::Result<()>;

    /// Takes parts from now on, since it is bound to the database. One that always answers may take them from the start.
    fn take_parts(&self) {}

    /// Reports whether it has no object.
    ///
    /// # Errors
    /// The objects cannot be listed.
    fn is_empty(&self) -> io::Result<bool>;

    /// Removes the files of an age that never became objects; returns their number.
    ///
    /// # Errors
    /// They cannot be listed.
    fn remove_old_spools(&self, age: Duration) -> io::Result<u64>;
}

impl Space {
    /// Checks that a share of the space is free.
    ///
    /// # Errors
    /// [`UploadRefusal::Full`].
    pub fn check(self, min_free_percent: u64) -> Result<(), UploadRefusal> {
        let is_enough = u128::from(self.free) * 100 >= u128::from(self.total) * u128::from(min_free_percent);
        if is_enough { Ok(()) } else { Err(UploadRefusal::Full) }
    }
}
