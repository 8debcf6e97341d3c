//! Files and folders that survive a power failure: first the bytes are flushed, then the name.
//!
//! `write_synced("data/documents.json", bytes)` → the old file or the new one, whole, even after a power failure
//!
//! The databases flush their own files. This module serves the files beside them, and the names of the databases'
//! folder and file: a name is durable once its folder is flushed, which flushing the file does not do.
//!
//! Files that root creates are given to the owner of their folder, so that the service can still open its files after
//! `kakekomi migrate` ran as root.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::Path;

/// Replaces a file atomically, for its owner alone.
///
/// # Errors
/// It cannot be written or flushed; the previous file is unchanged.
pub fn write_synced(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    // The rest of an interrupted write, or a link placed there for root to follow.
    let _ = fs::remove_file(&unfinished);
    let mut new = File::options().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    leave_to_owner(&new, file)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(unfinished, file)?;
    sync_parent_dir(file)
}

/// Creates a folder and its missing parents, for their owner alone, and makes their names durable.
///
/// # Errors
/// A folder cannot be created or flushed.
pub fn create_dir_all_synced(path: &Path) -> io::Result<()> {
    let made: Vec<_> =
        path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    // The outermost first: each takes its owner from its parent.
    for folder in made.iter().rev() {
        leave_folder_to_owner(folder)?;
    }
    made.into_iter().try_for_each(sync_parent_dir)
}

/// Gives an open file to the owner of its folder, if this process runs as root.
///
/// # Errors
/// The folder's owner cannot be read, or the file's cannot be changed.
pub fn leave_to_owner(file: &File, path: &Path) -> io::Result<()> {
    let (own, folder) = (file.metadata()?, fs::metadata(parent(path))?);
    if own.uid() != ROOT || folder.uid() == ROOT {
        return Ok(());
    }
    fchown(file, Some(folder.uid()), Some(folder.gid()))
}

const ROOT: u32 = 0;

/// Gives a new folder to the owner of its parent, if this process runs as root, unless the name leads to something else by
/// now.
///
/// # Errors
/// The parent's owner cannot be read, or the folder's cannot be changed.
pub fn leave_folder_to_owner(path: &Path) -> io::Result<()> {
    let folder = File::open(path)?;
    let (opened, named) = (folder.metadata()?, fs::symlink_metadata(path)?);
    if named.is_dir() && (opened.dev(), opened.ino()) == (named.dev(), named.ino()) {
        leave_to_owner(&folder, path)?;
    }
    Ok(())
}

/// Finds the parent folder.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Flushes the parent folder, which makes the name of a file or folder durable.
///
/// # Errors
/// The folder cannot be flushed. Like SQLite, this ignores a folder that may not be read, and a file system that cannot
/// flush folders.
pub fn sync_parent_dir(path: &Path) -> io::Result<()> {
    match File::open(parent(path)).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => Ok(()),
        flushed => flushed,
    }
}

/// Reports whether others than the owner may read, write or enter it. An inaccessible path counts as closed.
pub fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_synced_replaces_the_file_and_leaves_no_temporary_file() {
        let top = std::env::temp_dir().join(format!("kakekomi-synced-fs-{}", std::process::id()));
        let data = top.join("a/b");
        create_dir_all_synced(&data).unwrap();
        create_dir_all_synced(&data).unwrap();
        let file = data.join("note.json");
        write_synced(&file, b"a long text of before").unwrap();
        write_synced(&file, b"short").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"short");
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
        assert!(write_synced(&data.join("none/note.json"), b"").is_err());
        for path in [&data, &file] {
            assert!(!is_open_to_others(path), "{}", path.display());
        }
        fs::remove_dir_all(top).unwrap();
    }
}
