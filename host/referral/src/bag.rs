//! A bag (`BagIt` 1.0, RFC 8493) that is written into a tar while its payload comes.
//!
//! ```text
//! 2609-4873-1059-0f1e2d3c/bagit.txt
//!                        /data/draft.json, …           each hashed as it is written
//!                        /manifest-sha256.txt          9f86…  data/draft.json
//!                        /bag-info.txt                 Payload-Oxum: 4812.9, …
//!                        /tagmanifest-sha256.txt       the digests of the three before it
//! ```

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};

use kakekomi_store::digest::hex;
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use crate::contents::TagLine;

const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const MANIFEST: &str = "manifest-sha256.txt";
/// Entries are for their owner alone once they are unpacked.
const FILE_MODE: u32 = 0o600;

/// A bag that is being written.
pub struct Bag<W: Write> {
    tar: Builder<W>,
    folder: String,
    seconds: u64,
    manifest: String,
    tag_manifest: String,
    octets: u64,
    streams: u64,
}

/// A finished bag.
pub struct Finished<W> {
    /// The writer that has all bytes.
    pub out: W,
    /// SHA-256 of the manifest.
    pub manifest_sha256: [u8; 32],
}

impl<W: Write> Bag<W> {
    /// Begins a bag.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(out: W, folder: &str, seconds: u64) -> io::Result<Bag<W>> {
        let (manifest, tag_manifest) = (String::new(), String::new());
        let tar = Builder::new(out);
        let mut bag = Bag { tar, folder: folder.to_owned(), seconds, manifest, tag_manifest, octets: 0, streams: 0 };
        bag.tag("bagit.txt", DECLARATION.as_bytes())?;
        Ok(bag)
    }

    /// Writes a file of the payload, whose length is known, and notes its digest.
    ///
    /// # Errors
    /// It cannot be read or written, or has another length or SHA-256 than expected.
    pub fn payload(&mut self, path: &str, length: u64, expected: Option<&[u8]>, from: impl Read) -> io::Result<()> {
        let sha256 = self.entry(path, length, from)?;
        if expected.is_some_and(|expected| expected != sha256) {
            return Err(io::Error::new(ErrorKind::InvalidData, "a file has other bytes than those that arrived"));
        }
        let _ = writeln!(self.manifest, "{}  {path}", hex(&sha256));
        self.octets = self.octets.saturating_add(length);
        self.streams = self.streams.saturating_add(1);
        Ok(())
    }

    /// Writes the manifest, the information and their digests.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self, info: &[TagLine]) -> io::Result<Finished<W>> {
        let manifest = std::mem::take(&mut self.manifest);
        let manifest_sha256 = self.tag(MANIFEST, manifest.as_bytes())?;
        let mut lines = String::new();
        let oxum = TagLine { label: "Payload-Oxum", value: format!("{}.{}", self.octets, self.streams) };
        for TagLine { label, value } in info.iter().chain([&oxum]) {
            let value: String = value.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
            let _ = writeln!(lines, "{label}: {}", value.trim());
        }
        self.tag("bag-info.txt", lines.as_bytes())?;
        let tag_manifest = std::mem::take(&mut self.tag_manifest);
        self.entry("tagmanifest-sha256.txt", tag_manifest.len() as u64, tag_manifest.as_bytes())?;
        Ok(Finished { out: self.tar.into_inner()?, manifest_sha256 })
    }

    /// Writes a tag file, and notes its digest.
    fn tag(&mut self, name: &str, bytes: &[u8]) -> io::Result<[u8; 32]> {
        let sha256 = self.entry(name, bytes.len() as u64, bytes)?;
        let _ = writeln!(self.tag_manifest, "{}  {name}", hex(&sha256));
        Ok(sha256)
    }

    fn entry(&mut self, path: &str, length: u64, from: impl Read) -> io::Result<[u8; 32]> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(FILE_MODE);
        header.set_mtime(self.seconds);
        header.set_size(length);
        let mut from = Hashing { from, hash: Sha256::new(), length: 0 };
        self.tar.append_data(&mut header, format!("{}/{path}", self.folder), &mut from)?;
        if from.length != length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(from.hash.finalize().into())
    }
}

/// A reader that hashes and counts its bytes.
struct Hashing<R> {
    from: R,
    hash: Sha256,
    length: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        self.length = self.length.saturating_add(read as u64);
        Ok(read)
    }
}
