//! The files of a desk: in a folder of the operator's, or in the binary.
//!
//! `Source::new(Some("/etc/desk")).toml("desk.toml")` → the value, or `desk: /etc/desk/desk.toml: …`

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::de::DeserializeOwned;

use crate::embedded;

/// An error in a desk's data.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A file cannot be read.
    #[error("desk: {0}: {1}")]
    File(String, io::Error),
    /// A file is no TOML, or a key is missing, unknown or of the wrong kind.
    #[error("desk: {0}: {1}")]
    Format(String, Box<toml::de::Error>),
    /// A value cannot be used; its file, its key and the reason.
    #[error("desk: {0}: {1}: {2}")]
    Value(String, String, String),
}

/// The place that a desk's files are read from.
pub enum Source {
    /// The profile in the binary.
    Embedded,
    /// An operator's folder.
    Folder(PathBuf),
}

impl Source {
    pub fn new(folder: Option<&Path>) -> Source {
        folder.map_or(Source::Embedded, |folder| Source::Folder(folder.to_path_buf()))
    }

    /// Reads a file by its name within the folder, such as `consent/document.ja.html`.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>, DeskError> {
        let bytes = match self {
            Source::Embedded => {
                embedded::find(embedded::DESK, file).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            Source::Folder(folder) => fs::read(folder.join(file)),
        };
        bytes.map_err(|error| DeskError::File(self.name(file), error))
    }

    /// Reads a TOML file.
    pub fn toml<T: DeserializeOwned>(&self, file: &str) -> Result<T, DeskError> {
        let text = String::from_utf8(self.bytes(file)?).map_err(|_| self.value(file, "", "is not UTF-8"))?;
        toml::from_str(&text).map_err(|error| DeskError::Format(self.name(file), Box::new(error)))
    }

    /// Makes the error of a value.
    pub fn value(&self, file: &str, key: &str, why: impl Into<String>) -> DeskError {
        DeskError::Value(self.name(file), key.to_owned(), why.into())
    }

    /// Names a file in an error: with the operator's folder, so that it can be found.
    fn name(&self, file: &str) -> String {
        match self {
            Source::Embedded => file.to_owned(),
            Source::Folder(folder) => folder.join(file).display().to_string(),
        }
    }
}
