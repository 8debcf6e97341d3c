//! The folder of a package, and what can be wrong with it.
//!
//! `Folder::new(root, "check").files("dist")` → `[("dist/index.js", …), …]`, in the order of their names

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

/// A file by its name: of a source, of an entry, or an archive.
pub type File = (String, Vec<u8>);

/// A package cannot be packed, with the file to look at.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct PackError {
    file: String,
    reason: String,
}

impl PackError {
    pub(crate) fn new(file: impl AsRef<Path>, reason: &dyn Display) -> PackError {
        PackError { file: file.as_ref().display().to_string(), reason: reason.to_string() }
    }
}

/// The source folder of one package.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(root: &Path, name: &str) -> Folder {
        Folder(root.join("wasm/packages").join(name))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).is_file()
    }

    pub fn is_folder(&self, name: &str) -> bool {
        self.path(name).is_dir()
    }

    pub fn read(&self, name: &str) -> Result<Vec<u8>, PackError> {
        read(&self.path(name))
    }

    pub fn text(&self, name: &str) -> Result<String, PackError> {
        String::from_utf8(self.read(name)?).map_err(|error| PackError::new(self.path(name), &error))
    }

    /// Lists names in a folder of the package, in their order, without what tools leave there.
    pub fn list(&self, name: &str) -> Result<Vec<String>, PackError> {
        let path = self.path(name);
        let failed = |error| PackError::new(&path, &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            let is_left = name.starts_with('.') || ["node_modules", "__pycache__"].contains(&name.as_str());
            if !is_left {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Reads all files below a folder of the package, by their names in the package.
    pub fn files(&self, name: &str) -> Result<Vec<File>, PackError> {
        let mut found = Vec::new();
        for entry in self.list(name)? {
            let entry = format!("{name}/{entry}");
            if self.is_folder(&entry) {
                found.extend(self.files(&entry)?);
            } else {
                let bytes = self.read(&entry)?;
                found.push((entry, bytes));
            }
        }
        Ok(found)
    }
}

/// Reads a file, and tells cargo that the archives depend on it.
///
/// A whole folder would be newer with every cache that Python's tools leave in it, and the program would be built again.
#[expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
pub fn read(path: &Path) -> Result<Vec<u8>, PackError> {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read(path).map_err(|error| PackError::new(path, &error))
}
