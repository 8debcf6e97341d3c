//! Content of a disk after a power failure, computed from the writes and flushes before it.
//!
//! ```text
//! Disk::of(folder before) + Journal up to a record → what was flushed, and of the rest nothing, or some torn pieces
//! ```
//!
//! The disk is as bad as POSIX lets it be. Bytes are durable once the file was flushed after they were written; a name
//! is durable once its folder was flushed, and not by a flush of the file. A flush that failed has lost what it
//! should have written, and the next one does not bring it back, as on Linux.

mod journal;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::same::rng::Rng;
pub use journal::Journal;
use journal::Record;

/// Bytes of a sector, which a disk writes whole or not at all.
const SECTOR: usize = 512;

/// Fate of the bytes and names that were not flushed.
#[derive(Debug)]
pub enum Loss {
    /// All of it is lost.
    Everything,
    /// Some sectors are on the disk, and names up to some moment.
    Some(Rng),
}

/// Content of a disk, with the writes that are not flushed yet.
#[derive(Debug, Clone, Default)]
pub struct Disk<'j> {
    /// The first is the folder itself.
    entities: Vec<Entity<'j>>,
    by_inode: HashMap<u64, usize>,
    /// The record with which a flush began, by the flush's number.
    begun: HashMap<u64, usize>,
}

/// A file or a folder.
#[derive(Debug, Clone, Default)]
struct Entity<'j> {
    is_folder: bool,
    bytes: Vec<u8>,
    names: BTreeMap<String, usize>,
    /// The names as programs see them.
    names_now: BTreeMap<String, usize>,
    /// Writes since the last flush, each with the number of its record.
    waiting: Vec<(usize, Change<'j>)>,
}

#[derive(Debug, Clone)]
enum Change<'j> {
    Bytes(usize, &'j [u8]),
    Length(usize),
    Name(String, Option<usize>),
}

impl<'j> Disk<'j> {
    /// Reads a folder's files, all of them as flushed.
    pub fn of(folder: &Path) -> Disk<'j> {
        let mut disk = Disk::default();
        disk.read(folder);
        disk
    }

    fn read(&mut self, path: &Path) -> usize {
        let status = fs::metadata(path).unwrap();
        let index = self.entity(status.ino(), status.is_dir());
        if status.is_dir() {
            for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
                let below = self.read(&entry.path());
                let name = entry.file_name().to_string_lossy().into_owned();
                self.entities[index].names.insert(name.clone(), below);
                self.entities[index].names_now.insert(name, below);
            }
        } else {
            self.entities[index].bytes = fs::read(path).unwrap();
        }
        index
    }

    fn entity(&mut self, inode: u64, is_folder: bool) -> usize {
        self.entities.push(Entity { is_folder, ..Entity::default() });
        self.by_inode.insert(inode, self.entities.len() - 1);
        self.entities.len() - 1
    }

    /// Returns the content that is left if the power fails before a record.
    #[must_use]
    pub fn after(&self, journal: &'j Journal, until: usize, loss: Loss) -> Disk<'j> {
        let mut disk: Disk<'j> = self.clone();
        for (at, record) in journal.records[..until].iter().enumerate() {
            disk.follow(journal, at, record);
        }
        if let Loss::Some(mut rng) = loss {
            disk.keep_some(until, &mut rng);
        }
        disk
    }

    /// Writes it into a new folder.
    pub fn write_to(&self, folder: &Path) {
        self.write(0, folder);
    }

    fn write(&self, index: usize, path: &Path) {
        let entity = &self.entities[index];
        if entity.is_folder {
            fs::create_dir_all(path).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
            entity.names.iter().for_each(|(name, below)| self.write(*below, &path.join(name)));
        } else {
            fs::write(path, &entity.bytes).unwrap();
        }
    }

    fn follow(&mut self, journal: &'j Journal, at: usize, record: &Record) {
        let (first, second) = journal.texts(record);
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let place = usize::try_from(record.number).unwrap();
        match record.kind {
            b'C' | b'D' => {
                let new = self.entity(record.file, record.kind == b'D');
                self.name(at, &name(first), Some(new));
            }
            b'W' => self.wait(at, record.file, Change::Bytes(place, first)),
            b'T' => self.wait(at, record.file, Change::Length(place)),
            b'R' => {
                let moved = self.find(&name(first));
                self.name(at, &name(second), moved);
                self.name(at, &name(first), None);
            }
            b'L' => {
                let linked = self.find(&name(first));
                self.name(at, &name(second), linked);
            }
            b'U' => self.name(at, &name(first), None),
            b'S' => _ = self.begun.insert(record.number, at),
            b'E' => self.flushed(record, true),
            b'F' => self.flushed(record, false),
            _ => {}
        }
    }

    fn wait(&mut self, at: usize, inode: u64, change: Change<'j>) {
        // A file that was made by a call that is not watched has no place here, and no promise hangs on it.
        if let Some(index) = self.by_inode.get(&inode) {
            self.entities[*index].waiting.push((at, change));
        }
    }

    /// Applies the end of a flush: all earlier changes are on the disk, or are lost if it failed.
    fn flushed(&mut self, record: &Record, is_kept: bool) {
        let (Some(index), Some(begun)) = (self.by_inode.get(&record.file), self.begun.remove(&record.number)) else {
            return;
        };
        let entity = &mut self.entities[*index];
        let later = entity.waiting.partition_point(|(at, _)| *at < begun);
        let rest = entity.waiting.split_off(later);
        for (_, change) in std::mem::replace(&mut entity.waiting, rest) {
            if is_kept {
                entity.apply(change);
            }
        }
    }

    /// Adds or removes a name of an entity.
    fn name(&mut self, at: usize, path: &str, entity: Option<usize>) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(folder) = self.find(folder) else { return };
        let folder = &mut self.entities[folder];
        match entity {
            Some(entity) => _ = folder.names_now.insert(name.to_owned(), entity),
            None => _ = folder.names_now.remove(name),
        }
        folder.waiting.push((at, Change::Name(name.to_owned(), entity)));
    }

    /// Finds the entity that has a path for programs.
    fn find(&self, path: &str) -> Option<usize> {
        let steps = path.split('/').filter(|step| !step.is_empty());
        steps.into_iter().try_fold(0, |at, step| self.entities[at].names_now.get(step).copied())
    }

    /// Keeps some unflushed changes: names in their order up to some moment, lengths and sectors at random.
    fn keep_some(&mut self, until: usize, rng: &mut Rng) {
        let waiting = self.entities.iter().filter_map(|entity| Some(entity.waiting.first()?.0));
        let oldest = waiting.min().unwrap_or(until);
        let names_until = oldest + rng.below(until - oldest + 1);
        for entity in &mut self.entities {
            for (at, change) in std::mem::take(&mut entity.waiting) {
                match change {
                    Change::Bytes(place, bytes) => {
                        for (sector, bytes) in bytes.chunks(SECTOR).enumerate() {
                            if rng.percent(50) {
                                entity.apply(Change::Bytes(place + sector * SECTOR, bytes));
                            }
                        }
                    }
                    Change::Length(_) if rng.percent(50) => entity.apply(change),
                    Change::Name(..) if at < names_until => entity.apply(change),
                    _ => {}
                }
            }
        }
    }
}

impl Entity<'_> {
    fn apply(&mut self, change: Change<'_>) {
        match change {
            Change::Bytes(at, bytes) => {
                let end = at + bytes.len();
                if self.bytes.len() < end {
                    self.bytes.resize(end, 0);
                }
                self.bytes[at..end].copy_from_slice(bytes);
            }
            Change::Length(length) => self.bytes.resize(length, 0),
            Change::Name(name, Some(entity)) => _ = self.names.insert(name, entity),
            Change::Name(name, None) => _ = self.names.remove(&name),
        }
    }
}
