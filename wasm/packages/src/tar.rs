//! A tar archive (POSIX ustar) of plain files, compressed with gzip.
//!
//! `tgz(&[("package/index.js", …)])` → the bytes of a `.tgz`
//!
//! Names, sizes and two constants are all that npm needs, so this is shorter than what another crate would take to forget
//! owner, time and mode of each file.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};

use super::folder::File;

/// Time of every entry in seconds since the epoch: 1 January 1980 UTC, the earliest that a ZIP archive can hold.
const ENTRY_TIME: u64 = 315_532_800;
/// Mode of every entry, also in a ZIP archive.
pub const ENTRY_MODE: u32 = 0o644;

/// Length of a record, to which every part is filled up.
const RECORD: usize = 512;
/// Longest name of an entry, in bytes.
pub const NAME_MAX: usize = 100;
/// The operating system in the header of gzip: unknown.
const ANY_SYSTEM: u8 = 255;

/// Makes a compressed archive of files in their order.
pub fn tgz(files: &[File]) -> io::Result<Vec<u8>> {
    let mut archive = GzBuilder::new().mtime(0).operating_system(ANY_SYSTEM).write(Vec::new(), Compression::best());
    for (name, bytes) in files {
        archive.write_all(&header(name, bytes.len()))?;
        archive.write_all(bytes)?;
        archive.write_all(&vec![0; bytes.len().next_multiple_of(RECORD) - bytes.len()])?;
    }
    archive.write_all(&[0; 2 * RECORD])?;
    archive.finish()
}

/// Makes the header of a plain file, whose checksum is computed over itself with blanks in its own place.
fn header(name: &str, size: usize) -> Vec<u8> {
    let fields = |checksum: &str| {
        let fields = [
            (name, NAME_MAX),
            (&format!("{ENTRY_MODE:07o}"), 8),
            ("0000000", 8),
            ("0000000", 8),
            (&format!("{size:011o}"), 12),
            (&format!("{ENTRY_TIME:011o}"), 12),
            (checksum, 8),
            ("0", 1),
            ("", 100),
            ("ustar\x0000", 8),
        ];
        let mut header: Vec<u8> = Vec::with_capacity(RECORD);
        for (value, width) in fields {
            let end = header.len() + width;
            header.extend_from_slice(value.as_bytes());
            header.resize(end, 0);
        }
        header.resize(RECORD, 0);
        header
    };
    let sum: u32 = fields("        ").into_iter().map(u32::from).sum();
    fields(&format!("{sum:06o}\0 "))
}
