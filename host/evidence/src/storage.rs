//! The storage of parts: objects with random names, each one age file.
//!
//! `storage.spool()` → a file that is written; `storage.put(spool, &name)` → durable under its name; `storage.open(&name)`
//!
//! The functions block, and are called on threads that may.

use std::io::{self, Read};
use std::time::Duration;

use crate::object_name::ObjectName;
use crate::space::Space;
use crate::spool::Spool;

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
