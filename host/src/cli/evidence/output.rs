//! A file that a command writes: whole under its name, or not there.
//!
//! `Output::create(folder, "fw.log", false)?` → `folder/.kakekomi-….unfinished`; `finish()` → `folder/fw.log`

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// A file that is written under another name until it is whole.
#[derive(Debug)]
pub struct Output {
    /// The open file.
    pub file: File,
    unfinished: PathBuf,
    /// The name that it gets.
    pub path: PathBuf,
    replace: bool,
}

impl Output {
    /// Creates the file, for its owner alone.
    ///
    /// # Errors
    /// There is a file of this name and it may not be replaced, or the folder cannot be written.
    pub fn create(folder: &Path, name: &str, replace: bool) -> Result<Output, CliError> {
        let path = folder.join(name);
        // `exists` would follow a link to nothing.
        if !replace && fs::symlink_metadata(&path).is_ok() {
            return Err(CliError::io(&path)(exists()));
        }
        let unfinished = folder.join(format!(".kakekomi-{}.unfinished", std::process::id()));
        let file = File::options().write(true).create_new(true).mode(0o600).open(&unfinished);
        Ok(Output { file: file.map_err(CliError::io(&unfinished))?, unfinished, path, replace })
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// There is a file of this name now, or the disk fails.
    pub fn finish(self) -> Result<PathBuf, CliError> {
        let named = || -> io::Result<()> {
            self.file.sync_all()?;
            if self.replace {
                return fs::rename(&self.unfinished, &self.path);
            }
            match fs::hard_link(&self.unfinished, &self.path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists()),
                // Sticks and cards have file systems without links.
                Err(_) if fs::symlink_metadata(&self.path).is_err() => fs::rename(&self.unfinished, &self.path),
                linked => linked,
            }
        };
        named().map_err(CliError::io(&self.path))?;
        Ok(self.path.clone())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.unfinished);
    }
}

fn exists() -> io::Error {
    io::Error::new(ErrorKind::AlreadyExists, "it is there already; --force replaces it")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_that_is_there_stays_and_an_unfinished_one_is_removed() {
        let folder = std::env::temp_dir().join(format!("kakekomi-output-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name, replace| {
            let mut output = Output::create(&folder, name, replace)?;
            output.file.write_all(b"new").unwrap();
            output.finish()
        };
        fs::write(folder.join("a"), "old").unwrap();
        std::os::unix::fs::symlink("nowhere", folder.join("link")).unwrap();
        assert!(write("a", false).is_err() && write("link", false).is_err());
        assert_eq!(fs::read(folder.join("a")).unwrap(), b"old");
        assert_eq!(fs::read(write("a", true).unwrap()).unwrap(), b"new");
        assert_eq!(fs::read(write("b", false).unwrap()).unwrap(), b"new");
        drop(Output::create(&folder, "c", false).unwrap());
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a", "b", "link"]);
        fs::remove_dir_all(&folder).unwrap();
    }
}
