//! The storage in a folder.
//!
//! `FolderStorage::open("data/evidence")` → `data/evidence/parts/9f/86d0….age`, `data/evidence/incoming/…`; the file
//! `data/evidence/store` has the id of the database
//!
//! Both folders are of one file system, so that a finished part is renamed. All is for its owner alone.

use std::fs::{self, DirBuilder, DirEntry, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kakekomi_store::synced_fs::{create_dir_all_synced, leave_folder_to_owner, sync_parent_dir, write_synced};

use crate::flush::flush;
use crate::object_name::ObjectName;
use crate::space::Space;
use crate::spool::{Spool, SpoolFolder, old_files};
use crate::storage::PartStorage;

/// The ending of an object's file.
const ENDING: &str = ".age";
/// Digits of an object's name that are the folder's.
const FOLDER_DIGITS: usize = 2;

/// A folder with the parts of evidence files.
#[derive(Debug, Clone)]
pub struct FolderStorage {
    parts: PathBuf,
    incoming: SpoolFolder,
    /// The file with the id of the database.
    store: PathBuf,
    /// True once this process has created and flushed the folders of all objects.
    has_folders: Arc<Mutex<bool>>,
}

impl FolderStorage {
    /// Opens a folder; creates it if it is missing.
    ///
    /// # Errors
    /// A folder cannot be created.
    pub fn open(path: &Path) -> io::Result<FolderStorage> {
        let [parts, incoming, store] = ["parts", "incoming", "store"].map(|name| path.join(name));
        let storage = FolderStorage { parts, incoming: SpoolFolder::new(incoming), store, has_folders: Arc::default() };
        create_dir_all_synced(&storage.parts)?;
        storage.incoming.create_folder()?;
        Ok(storage)
    }

    /// Creates the folders of all objects before the first object of this process, so that a first start need not wait for them.
    /// Flushes their names, also those that another host is just creating: else an object could be acknowledged whose folder
    /// does not outlast a power failure.
    fn create_folders(&self) -> io::Result<()> {
        let mut has_folders = self.has_folders.lock().unwrap_or_else(PoisonError::into_inner);
        if *has_folders {
            return Ok(());
        }
        for begin in 0..=u8::MAX {
            let folder = self.parts.join(format!("{begin:02x}"));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => leave_folder_to_owner(&folder)?,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        sync_parent_dir(&self.parts.join("00"))?;
        *has_folders = true;
        Ok(())
    }

    fn path(&self, name: &ObjectName) -> PathBuf {
        let (folder, rest) = name.as_str().split_at(FOLDER_DIGITS);
        self.parts.join(folder).join(format!("{rest}{ENDING}"))
    }
}

impl PartStorage for FolderStorage {
    fn spool(&self) -> io::Result<Spool> {
        self.incoming.create()
    }

    fn put(&self, spool: Spool, name: &ObjectName) -> io::Result<()> {
        self.create_folders()?;
        let path = self.path(name);
        flush(&spool.file)?;
        fs::rename(&spool.path, &path)?;
        sync_parent_dir(&path)
    }

    fn open(&self, name: &ObjectName) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(self.path(name))?))
    }

    fn has(&self, name: &ObjectName) -> io::Result<bool> {
        match File::open(self.path(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            opened => opened.map(|_| true),
        }
    }

    fn delete(&self, name: &ObjectName) -> io::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn space(&self) -> io::Result<Option<Space>> {
        self.incoming.space().map(Some)
    }

    fn old_objects(&self, begin: u8, age: Duration) -> io::Result<Vec<ObjectName>> {
        let begin = format!("{begin:02x}");
        let name = |entry: DirEntry| {
            let file = entry.file_name().into_string().ok()?;
            ObjectName::read(&format!("{begin}{}", file.strip_suffix(ENDING)?))
        };
        Ok(old_files(&self.parts.join(&begin), age)?.into_iter().filter_map(name).collect())
    }

    fn database(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(&self.store) {
            Ok(id) => Ok(Some(id.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn bind(&self, database: &str) -> io::Result<()> {
        let written = write_synced(&self.store, format!("{database}\n").as_bytes());
        // Two hosts of one database may bind it at once.
        if self.database()?.as_deref() == Some(database) { Ok(()) } else { written }
    }

    fn is_empty(&self) -> io::Result<bool> {
        for folder in fs::read_dir(&self.parts)? {
            if fs::read_dir(folder?.path())?.next().is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn remove_old_spools(&self, age: Duration) -> io::Result<u64> {
        self.incoming.remove_old(age)
    }
}
