//! The key folder: recipients, identities and the hash key, beside the data folder and never inside it.
//!
//! `KeyFolder::default_for("data")` → `data.keys`, with the files `recipients`, `desk.identity`, `recovery.identity`,
//! `service.identity` and `hash.key`
//!
//! `recipients` is written last: a folder with it is complete.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::secret_file::{self, Owner};
use crate::{HashKey, Identities, Recipients, SealingError};

const RECIPIENTS: &str = "recipients";
const DESK: &str = "desk.identity";
const RECOVERY: &str = "recovery.identity";
const SERVICE: &str = "service.identity";
const HASH: &str = "hash.key";

/// The beginning of the names of identity files that a rotation has replaced.
const DESK_BEFORE: &str = "desk.identity.before-";

/// A folder with keys, which need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFolder {
    path: PathBuf,
    /// The owner that a new folder gets where root makes it.
    owner: Option<Owner>,
}

impl KeyFolder {
    /// Names the folder.
    pub fn at(folder: impl Into<PathBuf>) -> KeyFolder {
        KeyFolder { path: folder.into(), owner: None }
    }

    /// Gives the folder, if root makes it, to the owner of the data folder: the service could not read it otherwise.
    #[must_use]
    pub fn owned_like(self, data: &Path) -> KeyFolder {
        KeyFolder { owner: fs::metadata(data).ok().map(|data| (data.uid(), data.gid())), ..self }
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
        Ok(KeyFolder::at(named.with_file_name(name)).owned_like(data))
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
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

    /// Reads the recipients of another file, or those of the folder.
    ///
    /// # Errors
    /// As [`Recipients::read`].
    pub fn recipients_or(&self, other: Option<&Path>) -> Result<Recipients, SealingError> {
        other.map_or_else(|| self.recipients(), Recipients::read)
    }

    /// Reads the desk's identity; `None` on a host that only seals.
    ///
    /// # Errors
    /// As [`Identities::read`], except for a missing file.
    pub fn desk(&self) -> Result<Option<Identities>, SealingError> {
        match Identities::read(&self.file(DESK)) {
            Err(SealingError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Lists the identity files that rotations have replaced, the oldest first.
    ///
    /// # Errors
    /// [`SealingError::File`]: the folder cannot be read.
    pub fn former_desk_files(&self) -> Result<Vec<PathBuf>, SealingError> {
        let at = || SealingError::at(&self.path);
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(at())?,
        };
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>().map_err(at())?;
        let name =
            |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_former =
            |path: &PathBuf| name(path).starts_with(DESK_BEFORE) && !name(path).ends_with(secret_file::UNFINISHED);
        let mut former: Vec<_> = paths.into_iter().filter(is_former).collect();
        former.sort();
        Ok(former)
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

    /// Reports whether the recovery identity is here: the keys are a demo pair, or it was not moved offline.
    pub fn is_demo(&self) -> bool {
        self.file(RECOVERY).exists()
    }

    /// Finds the folder, or a secret in it, that others than the owner may enter or read.
    pub fn open_to_others(&self) -> Option<PathBuf> {
        let secrets = [DESK, RECOVERY, SERVICE, HASH].map(|name| self.file(name));
        let former = self.former_desk_files().unwrap_or_default();
        let mut paths = [self.path.clone()].into_iter().chain(secrets).chain(former);
        paths.find(|path| fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0))
    }

    /// Makes the folder with a demo pair, unless it exists. Returns `true` if this process made it, and not another one.
    ///
    /// # Errors
    /// [`SealingError::Incomplete`]: the folder has other files. [`SealingError::File`]: it cannot be written.
    pub fn create_demo(&self) -> Result<bool, SealingError> {
        let (desk, recovery) = (Identities::generate(), Identities::generate());
        let lines = [
            "# A demo pair: recovery.identity lies beside this file and belongs offline.\n# desk\n",
            &desk.recipients().concat(),
            "\n# recovery\n",
            &recovery.recipients().concat(),
            "\n",
        ];
        let identities = vec![(DESK, to_bytes(&desk)), (RECOVERY, to_bytes(&recovery))];
        self.create_with(identities, lines.concat())
    }

    /// Makes the folder for given recipients, without a secret key of theirs, unless it exists. As [`Self::create_demo`].
    ///
    /// # Errors
    /// As [`Self::create_demo`].
    pub fn create(&self, recipients: &Recipients) -> Result<bool, SealingError> {
        self.create_with(Vec::new(), recipients.to_strings().join("\n") + "\n")
    }

    /// Makes the folder with a desk identity, for it and the given recovery recipient, unless it exists. As
    /// [`Self::create_demo`].
    ///
    /// # Errors
    /// As [`Self::create_demo`].
    pub fn create_pair(&self, desk: &Identities, recovery: &str) -> Result<bool, SealingError> {
        let recipients = format!("# desk\n{}\n# recovery, offline\n{recovery}\n", desk.recipients().concat());
        self.create_with(vec![(DESK, to_bytes(desk))], recipients)
    }

    fn create_with(&self, mut files: Files, recipients: String) -> Result<bool, SealingError> {
        if self.exists() {
            return Ok(false);
        }
        files.push((SERVICE, to_bytes(&Identities::generate())));
        files.push((HASH, Zeroizing::new(HashKey::generate()?.bytes().to_vec())));
        files.push((RECIPIENTS, Zeroizing::new(recipients.into_bytes())));
        if self.path.exists() { self.fill_existing(&files) } else { self.create_folder(&files) }
    }

    /// Makes the folder under a temporary name and renames it, so that a crash leaves no half folder.
    fn create_folder(&self, files: &Files) -> Result<bool, SealingError> {
        let unfinished = self.unfinished()?;
        let made = DirBuilder::new().mode(0o700).create(&unfinished).and_then(|()| {
            // The files take their owner from the folder.
            secret_file::give(&File::open(&unfinished)?, self.owner)?;
            write_all(&unfinished, files)?;
            fs::rename(&unfinished, &self.path)?;
            secret_file::sync_folder_of(&self.path)
        });
        if made.is_err() {
            let _ = fs::remove_dir_all(&unfinished);
        }
        match made {
            // The other process was faster.
            Err(_) if self.exists() => Ok(false),
            Err(error) => Err(SealingError::at(&self.path)(error)),
            Ok(()) => Ok(true),
        }
    }

    /// Fills an empty folder that cannot be replaced: systemd, a volume or an administrator made it.
    fn fill_existing(&self, files: &Files) -> Result<bool, SealingError> {
        let fill = || {
            let folder = File::open(&self.path)?;
            folder.lock()?;
            if fs::read_dir(&self.path)?.next().is_some() {
                return Ok(false);
            }
            write_all(&self.path, files).map(|()| true)
        };
        match fill().map_err(SealingError::at(&self.path))? {
            false if !self.exists() => Err(SealingError::Incomplete(self.path.clone())),
            filled => Ok(filled),
        }
    }

    fn unfinished(&self) -> Result<PathBuf, SealingError> {
        let random = getrandom::u64()?;
        let name = self.path.file_name().unwrap_or(OsStr::new("keys"));
        Ok(self.path.with_file_name(format!(".{}.{random:016x}.unfinished", name.to_string_lossy())))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

type Files = Vec<(&'static str, Zeroizing<Vec<u8>>)>;

fn to_bytes(identities: &Identities) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(identities.to_file().as_bytes().to_vec())
}

/// Writes new files in this order; each is durable before the next one.
fn write_all(folder: &Path, files: &Files) -> io::Result<()> {
    files.iter().try_for_each(|(name, bytes)| secret_file::write(&folder.join(name), bytes))
}
