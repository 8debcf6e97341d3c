//! Files and folders that are still there when the power went: first the bytes are flushed, then the name.
//!
//! `write("data/documents.json", bytes)` → the old file or the new one, whole, whenever the power goes
//!
//! The databases see to their own files. This is for what lies beside them, and for the names of the folder and the file
//! that they are made in: a name is durable once the folder that has it was flushed, and no flush of the file sees to that.

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
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&unfinished)?;
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
    made.into_iter().try_for_each(name)
}

/// Makes the name of a file or folder as durable as its bytes.
///
/// # Errors
/// The folder that has it cannot be flushed. One that may be written and not read, or of a file system that flushes no
/// folders, is left to itself, as SQLite does.
pub fn name(path: &Path) -> io::Result<()> {
    match File::open(folder_of(path)).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => Ok(()),
        flushed => flushed,
    }
}

/// Gives what root has made to the owner of its folder, who could not open it otherwise; does nothing for other users.
///
/// # Errors
/// The owner cannot be read or changed.
#[cfg(unix)]
pub fn give_to_owner_of_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = fs::metadata(folder_of(path))?;
    let own = fs::metadata(path)?;
    // Only root makes files that are another's than the process's: root owns what it has made.
    if own.uid() != 0 || (own.uid(), own.gid()) == (folder.uid(), folder.gid()) {
        return Ok(());
    }
    chown(path, Some(folder.uid()), Some(folder.gid()))
}

/// Gives what root has made to the owner of its folder: not known on this system.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn give_to_owner_of_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The folder that a path lies in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
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
            assert!(!crate::store::is_open_to_others(path), "{}", path.display());
        }
        fs::remove_dir_all(top).unwrap();
    }
}
