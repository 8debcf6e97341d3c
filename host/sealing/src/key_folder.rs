//! The key folder: recipients, identities and the hash key, beside the data folder and never inside it.
//!
//! `KeyFolder::default_for("data")` → `data.keys`, with the files `recipients`, `desk.identity`, `recovery.identity`,
//! `service.identity` and `hash.key`
//!
//! `recipients` is written last: a folder with it is complete.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{HashKey, Identities, Recipients, SealingError};

const RECIPIENTS: &str = "recipients";
const DESK: &str = "desk.identity";
const RECOVERY: &str = "recovery.identity";
const SERVICE: &str = "service.identity";
const HASH: &str = "hash.key";

/// A folder with keys, which need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFolder(PathBuf);

impl KeyFolder {
    /// Names the folder.
    pub fn at(folder: impl Into<PathBuf>) -> KeyFolder {
        KeyFolder(folder.into())
    }

    /// Names the folder that belongs to a data folder: `data` or `data/` → `data.keys`.
    ///
    /// # Errors
    /// [`SealingError::NoFolderName`]: the data folder is the root. [`SealingError::File`]: `.` or `..` leads nowhere.
    pub fn default_for(data: &Path) -> Result<KeyFolder, SealingError> {
        let named = match data.file_name() {
            Some(_) => data.to_owned(),
            None if data.as_os_str().is_empty() => fs::canonicalize(".").map_err(SealingError::at(data))?,
            None => fs::canonicalize(data).map_err(SealingError::at(data))?,
        };
        let mut name = named.file_name().ok_or_else(|| SealingError::NoFolderName(data.to_owned()))?.to_owned();
        name.push(".keys");
        Ok(KeyFolder(named.with_file_name(name)))
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reports whether the folder has been made.
    pub fn exists(&self) -> bool {
        self.file(RECIPIENTS).exists()
    }

    /// Returns the path of the recipients file.
    pub fn recipients_file(&self) -> PathBuf {
        self.file(RECIPIENTS)
    }

    /// Returns the path of the desk's identity file, which a host that only seals does not have.
    pub fn desk_file(&self) -> PathBuf {
        self.file(DESK)
    }

    /// Returns the path of the recovery identity file, which belongs offline.
    pub fn recovery_file(&self) -> PathBuf {
        self.file(RECOVERY)
    }

    /// Returns the path of the hash key.
    pub fn hash_key_file(&self) -> PathBuf {
        self.file(HASH)
    }

    /// Reads the recipients.
    ///
    /// # Errors
    /// As [`Recipients::read`].
    pub fn recipients(&self) -> Result<Recipients, SealingError> {
        Recipients::read(&self.file(RECIPIENTS))
    }

    /// Reads the desk's identity; `None` on a host that only seals.
    ///
    /// # Errors
    /// As [`Identities::read`], but for a missing file.
    pub fn desk(&self) -> Result<Option<Identities>, SealingError> {
        match Identities::read(&self.file(DESK)) {
            Err(SealingError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Reads the intake host's own identity.
    ///
    /// # Errors
    /// As [`Identities::read`].
    pub fn service(&self) -> Result<Identities, SealingError> {
        Identities::read(&self.file(SERVICE))
    }

    /// Reads the hash key.
    ///
    /// # Errors
    /// As [`HashKey::read`].
    pub fn hash_key(&self) -> Result<HashKey, SealingError> {
        HashKey::read(&self.file(HASH))
    }

    /// Reports whether the recovery identity lies here: the keys are a demo pair, or one was not moved offline.
    pub fn is_demo(&self) -> bool {
        self.file(RECOVERY).exists()
    }

    /// Reports whether others than the owner may enter the folder or read a secret in it.
    pub fn is_open_to_others(&self) -> bool {
        let secrets = [DESK, RECOVERY, SERVICE, HASH].map(|name| self.file(name));
        let mut paths = secrets.iter().map(PathBuf::as_path).chain([self.path()]);
        paths.any(|path| fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0))
    }

    /// Makes the folder with a demo pair, unless it is there. Of two processes, one makes it; returns `true` to that one.
    ///
    /// # Errors
    /// [`SealingError::Incomplete`]: the folder has other files. [`SealingError::File`]: it cannot be written.
    pub fn create_demo(&self) -> Result<bool, SealingError> {
        let (desk, recovery) = (Identities::generate(), Identities::generate());
        let lines = [
            "# A demo pair: both secret keys lie beside this file.\n# desk\n",
            &desk.recipients().concat(),
            "\n# recovery\n",
            &recovery.recipients().concat(),
            "\n",
        ];
        let identities = vec![(DESK, to_bytes(&desk)), (RECOVERY, to_bytes(&recovery))];
        self.create_with(identities, lines.concat())
    }

    /// Makes the folder for given recipients, without a secret key of theirs, unless it is there. As [`Self::create_demo`].
    ///
    /// # Errors
    /// As [`Self::create_demo`].
    pub fn create(&self, recipients: &Recipients) -> Result<bool, SealingError> {
        self.create_with(Vec::new(), recipients.to_strings().join("\n") + "\n")
    }

    fn create_with(&self, mut files: Files, recipients: String) -> Result<bool, SealingError> {
        if self.exists() {
            return Ok(false);
        }
        files.push((SERVICE, to_bytes(&Identities::generate())));
        files.push((HASH, Zeroizing::new(HashKey::generate()?.bytes().to_vec())));
        files.push((RECIPIENTS, Zeroizing::new(recipients.into_bytes())));
        if self.0.exists() { self.fill_existing(&files) } else { self.create_folder(&files) }
    }

    /// Makes the folder under a temporary name and renames it, so that a crash leaves no half folder.
    fn create_folder(&self, files: &Files) -> Result<bool, SealingError> {
        let unfinished = self.unfinished()?;
        let made = DirBuilder::new().mode(0o700).create(&unfinished).and_then(|()| {
            write_all(&unfinished, files)?;
            fs::rename(&unfinished, &self.0)?;
            sync_folder(parent(&self.0))
        });
        if made.is_err() {
            let _ = fs::remove_dir_all(&unfinished);
        }
        match made {
            // The other process was faster.
            Err(_) if self.exists() => Ok(false),
            Err(error) => Err(SealingError::at(&self.0)(error)),
            Ok(()) => Ok(true),
        }
    }

    /// Fills an empty folder that cannot be replaced: systemd, a volume or an administrator made it.
    fn fill_existing(&self, files: &Files) -> Result<bool, SealingError> {
        let fill = || {
            let folder = File::open(&self.0)?;
            folder.lock()?;
            if fs::read_dir(&self.0)?.next().is_some() {
                return Ok(false);
            }
            write_all(&self.0, files).map(|()| true)
        };
        match fill().map_err(SealingError::at(&self.0))? {
            false if !self.exists() => Err(SealingError::Incomplete(self.0.clone())),
            filled => Ok(filled),
        }
    }

    fn unfinished(&self) -> Result<PathBuf, SealingError> {
        let random = getrandom::u64()?;
        let name = self.0.file_name().unwrap_or(OsStr::new("keys"));
        Ok(self.0.with_file_name(format!(".{}.{random:016x}.unfinished", name.to_string_lossy())))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

type Files = Vec<(&'static str, Zeroizing<Vec<u8>>)>;

fn to_bytes(identities: &Identities) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(identities.to_file().as_bytes().to_vec())
}

/// Writes new files for their owner alone, each under a temporary name first, in this order, and flushes them.
fn write_all(folder: &Path, files: &Files) -> io::Result<()> {
    for (name, bytes) in files {
        let unfinished = folder.join(format!("{name}.unfinished"));
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(name))?;
    }
    sync_folder(folder)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Flushes a folder. File systems that cannot flush folders are accepted, as the store does.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => Ok(()),
        flushed => flushed,
    }
}
