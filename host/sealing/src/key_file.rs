//! Reading of key files: a limit on their size, and lines without comments.
//!
//! `"# desk\nage1…\n"` → `[(2, "age1…")]`

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use crate::SealingError;

/// Bytes of the largest key file that is read.
const MAX_KEY_FILE_BYTES: u64 = 64 * 1024;

/// Reads a whole key file. Its bytes are overwritten when they are dropped.
pub fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    let opened = File::open(file).map_err(SealingError::at(file))?;
    opened.take(MAX_KEY_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(SealingError::at(file))?;
    if bytes.len() as u64 > MAX_KEY_FILE_BYTES {
        return Err(SealingError::FileTooLarge(file.to_owned()));
    }
    Ok(bytes)
}

/// Lists the lines that are neither empty nor comments, with their numbers from 1.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().map(str::trim).zip(1..).map(|(line, number)| (number, line));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Checks that a key file is text.
pub fn text<'a>(bytes: &'a [u8], file: &Path) -> Result<&'a str, SealingError> {
    std::str::from_utf8(bytes).map_err(|error| SealingError::Line {
        path: file.to_owned(),
        line: 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count(),
        reason: "it is no text",
    })
}
