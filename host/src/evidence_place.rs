//! The place of evidence files: a folder, or a bucket of an S3-compatible service.
//!
//! `--evidence-url s3://evidence/desk?region=ap-northeast-1` → [`EvidencePlace::Bucket`]; without it, `evidence` in the data folder

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use kakekomi_evidence::{CredentialSource, FolderStorage, PartStorage, S3Location, S3Storage};
use kakekomi_store::synced_fs::create_dir_all_synced;

use crate::config::Settings;
use crate::error::CliError;

/// The place of evidence files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidencePlace {
    /// A folder.
    Folder(PathBuf),
    /// A bucket.
    Bucket {
        /// Its address.
        location: S3Location,
        /// Its key.
        credentials: CredentialSource,
        /// The folder for sealed parts on their way to it.
        spools: PathBuf,
    },
}

impl EvidencePlace {
    /// Reads the place from the settings.
    ///
    /// # Errors
    /// [`CliError::Usage`]: the URL names neither a folder nor a bucket.
    pub fn of(settings: &Settings) -> Result<EvidencePlace, CliError> {
        let in_data = |name| settings.data().join(name);
        match &settings.evidence_url {
            None => Ok(EvidencePlace::Folder(in_data("evidence"))),
            Some(url) if url.contains("://") => {
                let location = S3Location::parse(url);
                let location = location.map_err(|error| CliError::Usage(format!("--evidence-url: {error}")))?;
                let file = settings.evidence_credentials.clone();
                let credentials = file.map_or(CredentialSource::Environment, CredentialSource::File);
                let spools = settings.evidence_spool.clone().unwrap_or_else(|| in_data("evidence-spool"));
                Ok(EvidencePlace::Bucket { location, credentials, spools })
            }
            Some(folder) => Ok(EvidencePlace::Folder(PathBuf::from(folder))),
        }
    }

    /// Opens the storage to write; creates what is missing on this machine.
    ///
    /// # Errors
    /// [`CliError::Io`]: a folder cannot be made, or there is no key of the bucket.
    pub fn open(&self) -> Result<Arc<dyn PartStorage>, CliError> {
        if let EvidencePlace::Bucket { spools, .. } = self {
            create_dir_all_synced(spools).map_err(CliError::io(spools))?;
        }
        self.storage()
    }

    /// Opens the storage to read and delete; `None` for a folder that is not there. Nothing is created, perhaps by another
    /// user than the desk's.
    ///
    /// # Errors
    /// As [`EvidencePlace::open`].
    pub fn open_existing(&self) -> Result<Option<Arc<dyn PartStorage>>, CliError> {
        match self {
            EvidencePlace::Folder(folder) if !folder.is_dir() => Ok(None),
            _ => self.storage().map(Some),
        }
    }

    fn storage(&self) -> Result<Arc<dyn PartStorage>, CliError> {
        let shown = self.to_string();
        match self {
            EvidencePlace::Folder(folder) => Ok(Arc::new(FolderStorage::open(folder).map_err(CliError::io(shown))?)),
            EvidencePlace::Bucket { location, credentials, spools } => {
                let storage = S3Storage::open(location.clone(), credentials.clone(), spools);
                Ok(Arc::new(storage.map_err(CliError::io(shown))?))
            }
        }
    }
}

impl fmt::Display for EvidencePlace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvidencePlace::Folder(folder) => folder.display().fmt(out),
            EvidencePlace::Bucket { location, .. } => location.fmt(out),
        }
    }
}
