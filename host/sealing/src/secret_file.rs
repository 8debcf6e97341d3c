//! Writing of key files: for their owner alone, and durable under their name or absent.
//!
//! `write("data.keys/hash.key", &bytes)` → `hash.key.unfinished`, flushed, then renamed; after a crash the old file or the new

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::Path;

/// User and group of a file.
pub type Owner = (u32, u32);

/// The end of the name of a file that is being written.
pub const UNFINISHED: &str = ".unfinished";

/// Replaces a file. It belongs to the owner of its folder, even if root writes it.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(UNFINISHED);
    let unfinished = Path::new(&unfinished);
    // The rest of an interrupted write, or a link placed there for root to follow.
    let _ = fs::remove_file(unfinished);
    create(unfinished, bytes)?;
    fs::rename(unfinished, file)?;
    sync_folder_of(file)
}

/// Writes a file that must not exist yet; after an error it does not exist.
pub fn write_new(file: &Path, bytes: &[u8]) -> io::Result<()> {
    create(file, bytes)?;
    sync_folder_of(file).inspect_err(|_| drop(fs::remove_file(file)))
}

/// Writes and flushes a new file, but not its name; after an error it does not exist.
fn create(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = fs::metadata(folder_of(file))?;
    let mut new = File::options().write(true).create_new(true).mode(0o600).open(file)?;
    let mut write = || {
        give(&new, Some((folder.uid(), folder.gid())))?;
        new.write_all(bytes)?;
        new.sync_all()
    };
    write().inspect_err(|_| drop(fs::remove_file(file)))
}

/// Gives a file or folder of root's to another owner; other users cannot do this and do not need it.
pub fn give(file: &File, owner: Option<Owner>) -> io::Result<()> {
    match owner {
        Some((user, group)) if user != ROOT && file.metadata()?.uid() == ROOT => fchown(file, Some(user), Some(group)),
        _ => Ok(()),
    }
}

const ROOT: u32 = 0;

/// Flushes the folder of a file. File systems that cannot flush folders are accepted, as the store does.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    match File::open(folder_of(file)).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput) => Ok(()),
        flushed => flushed,
    }
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
