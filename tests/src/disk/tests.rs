//! Effects of a flush: the flush of a file keeps its bytes, the flush of a folder keeps its names.

use super::*;
use crate::server::Home;

const FOLDER: u64 = 1;
const FILE: u64 = 2;

/// Returns the content of `note` after these calls if everything unflushed is lost; `None` if it has no name.
fn left(calls: &[(char, u64, u64, &str)]) -> Option<String> {
    let record = |(kind, file, number, text): &(char, u64, u64, &str)| {
        Journal::record(u8::try_from(*kind).unwrap(), *file, *number, [text.as_bytes(), b""])
    };
    let journal = Journal::of(calls.iter().flat_map(record).collect());
    let mut before = Disk::default();
    before.entity(FOLDER, true);
    let home = Home::new();
    before.after(&journal, journal.len(), Loss::Everything).write_to(&home.path().join("disk"));
    fs::read_to_string(home.path().join("disk/note")).ok()
}

#[test]
fn file_flush_keeps_bytes_and_folder_flush_keeps_names() {
    let made = ('C', FILE, 0, "note");
    let written = ('W', FILE, 0, "text");
    let [file, folder] = [[('S', FILE, 7, ""), ('E', FILE, 7, "")], [('S', FOLDER, 8, ""), ('E', FOLDER, 8, "")]];
    let all = [&[made, written][..], &file, &folder].concat();
    assert_eq!(left(&all).as_deref(), Some("text"));
    assert_eq!(left(&[&[made, written][..], &file].concat()), None, "nobody flushed the name");
    assert_eq!(left(&[&[made, written][..], &folder].concat()).as_deref(), Some(""), "nobody flushed the bytes");
    let later = [&all[..], &[('W', FILE, 4, " and more"), ('T', FILE, 2, "")]].concat();
    assert_eq!(left(&later).as_deref(), Some("text"), "what comes after the flush is lost");
    let meanwhile = [made, file[0], written, file[1], folder[0], folder[1]];
    assert_eq!(left(&meanwhile).as_deref(), Some(""), "what was written after a flush began is not in it");
}

#[test]
fn failed_flush_is_not_repaired_by_the_next() {
    let calls = [
        ('C', FILE, 0, "note"),
        ('W', FILE, 0, "lost"),
        ('S', FILE, 1, ""),
        ('F', FILE, 1, ""),
        ('W', FILE, 4, "kept"),
        ('S', FILE, 2, ""),
        ('E', FILE, 2, ""),
        ('S', FOLDER, 3, ""),
        ('E', FOLDER, 3, ""),
    ];
    assert_eq!(left(&calls).as_deref(), Some("\0\0\0\0kept"));
}
