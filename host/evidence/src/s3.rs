//! The storage in a bucket of an S3-compatible service.
//!
//! `S3Storage::open(s3://evidence/desk?…)` → `desk/parts/9f86d0….age`; the object `desk/store` has the id of the database
//!
//! A part is one object. Until it is one, its sealed bytes are in a folder of this machine.

mod answer;
mod credentials;
mod location;
mod requests;
mod signature;

use std::io::{self, Cursor, ErrorKind, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kakekomi_store::clock;

pub use self::credentials::CredentialSource;
pub use self::location::{S3Location, S3LocationError};
use self::requests::Requests;
use crate::object_name::ObjectName;
use crate::space::Space;
use crate::spool::{Spool, SpoolFolder};
use crate::storage::PartStorage;

/// The object with the id of the database.
const STORE: &str = "store";
/// The beginning of the keys of parts.
const PARTS: &str = "parts/";
/// The ending of the keys of parts.
const ENDING: &str = ".age";
/// The most objects of a page of a list.
const LIST_MAX: u16 = 1000;

/// The parts of evidence files in a bucket.
#[derive(Debug)]
pub struct S3Storage {
    requests: Requests,
    spools: SpoolFolder,
    /// Until the storage is bound, which needs an answer of it, no part is begun.
    takes_parts: AtomicBool,
}

impl S3Storage {
    /// Opens a storage without a request. Spools are in a folder, which may be missing until a part is begun.
    ///
    /// # Errors
    /// There is no key, no thread, or no trusted authority.
    pub fn open(location: S3Location, credentials: CredentialSource, spools: &Path) -> io::Result<S3Storage> {
        credentials.read()?;
        let requests = Requests::start(location, credentials)?;
        Ok(S3Storage { requests, spools: SpoolFolder::new(spools.to_owned()), takes_parts: AtomicBool::new(false) })
    }
}

/// Reports whether an error of a storage may pass without an operator: it did not answer, or answered that it is busy.
pub fn is_unreachable(error: &io::Error) -> bool {
    error.kind() == ErrorKind::HostUnreachable
}

fn key(name: &ObjectName) -> String {
    format!("{PARTS}{name}{ENDING}")
}

impl PartStorage for S3Storage {
    fn spool(&self) -> io::Result<Spool> {
        if !self.takes_parts.load(Ordering::Acquire) {
            let text = "the storage of evidence files has not answered since this program started";
            return Err(io::Error::new(ErrorKind::HostUnreachable, text));
        }
        self.spools.create()
    }

    fn put(&self, spool: Spool, name: &ObjectName) -> io::Result<()> {
        let (length, sha256) = spool.digest();
        self.requests.put_file(&key(name), &spool.path, length, &sha256)
    }

    fn open(&self, name: &ObjectName) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.requests.get(&key(name))?)))
    }

    fn has(&self, name: &ObjectName) -> io::Result<bool> {
        self.requests.has(&key(name))
    }

    fn delete(&self, name: &ObjectName) -> io::Result<()> {
        self.requests.delete(&key(name))
    }

    /// Measures the space for spools: a bucket has no measurable one.
    fn space(&self) -> io::Result<Option<Space>> {
        self.spools.space().map(Some)
    }

    fn old_objects(&self, begin: u8, age: Duration) -> io::Result<Vec<ObjectName>> {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let newest = clock::now().saturating_sub(age);
        let (begin, mut next, mut old) = (format!("{PARTS}{begin:02x}"), None, Vec::new());
        loop {
            let page = self.requests.list(&begin, next.as_deref(), LIST_MAX)?;
            let is_old = page.objects.iter().filter(|(_, changed)| *changed <= newest);
            old.extend(is_old.filter_map(|(key, _)| name_of(key)));
            next = page.next;
            if next.is_none() {
                return Ok(old);
            }
        }
    }

    fn database(&self) -> io::Result<Option<String>> {
        match self.requests.get_once(STORE) {
            Ok(id) => Ok(Some(String::from_utf8_lossy(&id).trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn bind(&self, database: &str) -> io::Result<()> {
        self.requests.put_text(STORE, format!("{database}\n"))
    }

    fn take_parts(&self) {
        self.takes_parts.store(true, Ordering::Release);
    }

    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.requests.list(PARTS, None, 1)?.objects.is_empty())
    }

    fn remove_old_spools(&self, age: Duration) -> io::Result<u64> {
        self.spools.remove_old(age)
    }
}

/// Reads the name of an object from its key.
fn name_of(key: &str) -> Option<ObjectName> {
    ObjectName::read(key.strip_prefix(PARTS)?.strip_suffix(ENDING)?)
}
