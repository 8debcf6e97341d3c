//! Where a desk's files come from: a folder of the operator's, or the binary itself.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::de::DeserializeOwned;

use super::error::DeskError;
use crate::embedded;

/// The place that a desk's files are read from.
pub enum Source {
    /// The profile in the binary.
    Embedded,
    /// An operator's folder.
    Folder(PathBuf),
}

impl Source {
    /// The folder, or the binary without a folder.
    pub fn new(folder: Option<&Path>) -> Source {
        folder.map_or(Source::Embedded, |folder| Source::Folder(folder.to_path_buf()))
    }

    /// A file's bytes by its name within the folder, such as `consent/document.ja.html`.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>, DeskError> {
        let bytes = match self {
            Source::Embedded => {
                embedded::find(embedded::DESK, file).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            Source::Folder(folder) => fs::read(folder.join(file)),
        };
        bytes.map_err(|error| DeskError::File { file: self.name(file), error })
    }

    /// A TOML file, read into its type.
    pub fn toml<T: DeserializeOwned>(&self, file: &str) -> Result<T, DeskError> {
        let text = String::from_utf8(self.bytes(file)?).map_err(|_| self.value(file, "", "is not UTF-8"))?;
        toml::from_str(&text).map_err(|error| DeskError::Format { file: self.name(file), error: Box::new(error) })
    }

    /// What is wrong with one value of a file.
    pub fn value(&self, file: &str, key: &str, why: impl Into<String>) -> DeskError {
        DeskError::Value { file: self.name(file), key: key.to_owned(), why: why.into() }
    }

    /// How a file is named in an error: with the operator's folder, so that it can be found.
    fn name(&self, file: &str) -> String {
        match self {
            Source::Embedded => file.to_owned(),
            Source::Folder(folder) => folder.join(file).display().to_string(),
        }
    }
}
