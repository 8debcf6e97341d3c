//! Files and folders that are still there when the power went: first the bytes are flushed, then the name.
//!
//! `write("data/documents.json", bytes)` → the old file or the new one, whole, whenever the power goes
//!
//! The databases see to their own files. This is for what lies beside them, and for the names of the folder and the file
//! that they are made in: a name is durable once the folder that has it was flushed, and no flush of the file sees to that.
//!
//! What root makes in a folder of somebody else's belongs to that one: after `kakekomi migrate` as root the service can
//! still open its files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Writes a file anew, for its owner alone, in one step: no half of it is ever read.
///
/// # Errors
/// It cannot be written or flushed; what was there before is there still.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    // What an interrupted write left, or a link that somebody put there for root to follow.
    let _ = fs::remove_file(&unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&unfinished)?;
    leave_to_owner(&new, file)?;
    new.write_all(bytes)?;
    new.sync_all()?;
    fs::rename(unfinished, file)?;
    name(file)
}

/// Makes a folder, for its owner alone, and those that it lies in, where there are none.
///
/// # Errors
/// It cannot be made.
pub fn folder(path: &Path) -> io::Result<()> {
    let made: Vec<_> =
        path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // The outermost first: each takes its owner from the one that it lies in.
    for folder in made.iter().rev() {
        leave_folder_to_owner(folder)?;
    }
    made.into_iter().try_for_each(name)
}

/// Leaves an open file to whoever owns the folder that it lies in; only root can, and others make files of their own.
///
/// # Errors
/// The folder cannot be looked at, or the file cannot be given away.
#[cfg(unix)]
pub fn leave_to_owner(file: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let (own, folder) = (file.metadata()?, fs::metadata(parent(path))?);
    if own.uid() != ROOT || folder.uid() == ROOT {
        return Ok(());
    }
    fchown(file, Some(folder.uid()), Some(folder.gid()))
}

/// Files have no owner of this kind on this system.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn leave_to_owner(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
const ROOT: u32 = 0;

/// The same for a folder that was just made; what has taken its place meanwhile is left alone.
fn leave_folder_to_owner(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let folder = File::open(path)?;
        let (opened, named) = (folder.metadata()?, fs::symlink_metadata(path)?);
        if named.is_dir() && (opened.dev(), opened.ino()) == (named.dev(), named.ino()) {
            leave_to_owner(&folder, path)?;
        }
    }
    Ok(())
}

/// The folder that a file or folder lies in.
fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the name of a file or folder as durable as its bytes.
///
/// # Errors
/// The folder that has it cannot be flushed. One that may be written and not read, or of a file system that flushes no
/// folders, is left to itself, as SQLite does.
pub fn name(path: &Path) -> io::Result<()> {
    match File::open(parent(path)).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => Ok(()),
        flushed => flushed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let top = std::env::temp_dir().join(format!("kakekomi-durable-{}", std::process::id()));
        let data = top.join("a/b");
        folder(&data).unwrap();
        folder(&data).unwrap();
        let file = data.join("note.json");
        write(&file, b"a long text of before").unwrap();
        write(&file, b"short").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"short");
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
        assert!(write(&data.join("none/note.json"), b"").is_err());
        #[cfg(unix)]
        for path in [&data, &file] {
            assert!(!crate::is_open_to_others(path), "{}", path.display());
        }
        fs::remove_dir_all(top).unwrap();
    }
}
