//! A folder with a `pyproject.toml` and import packages → a wheel that `pip` installs.
//!
//! ```text
//! name = "kakekomi-check", kakekomi_check/__init__.py
//!   →  kakekomi_check-0.1.0-py3-none-any.whl with kakekomi_check/__init__.py and, in kakekomi_check-0.1.0.dist-info/,
//!      METADATA, WHEEL, licenses/LICENSE, RECORD
//! ```
//!
//! An import package is a folder with `__init__.py`, in the folder itself or in its `src/`; tests beside it stay outside.
//! A key of `[project]` that this file does not know is an error: it would otherwise be without effect.

mod metadata;

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use super::folder::{File, Folder, PackError};
use super::tar::ENTRY_MODE;
use metadata::{MANIFEST, Metadata};

const WHEEL: &str = "Wheel-Version: 1.0\nGenerator: kakekomi-packages\nRoot-Is-Purelib: true\nTag: py3-none-any\n";

/// Packs a folder.
pub fn pack(folder: &Folder, version: &str, license: Vec<u8>) -> Result<File, PackError> {
    let metadata = Metadata::read(folder)?;
    let name = metadata.name().replace(['-', '.'], "_").to_lowercase();
    let info = format!("{name}-{version}.dist-info");
    let mut files = packages(folder)?;
    files.push((format!("{info}/METADATA"), metadata.text(folder, version)?.into_bytes()));
    files.push((format!("{info}/WHEEL"), WHEEL.into()));
    files.push((format!("{info}/licenses/LICENSE"), license));
    let record = format!("{info}/RECORD");
    files.push((record.clone(), lines(&files, &record).into_bytes()));
    let archive = archive(&files).map_err(|error| PackError::new(folder.path(MANIFEST), &error))?;
    Ok((format!("{name}-{version}-py3-none-any.whl"), archive))
}

/// Reads the files of every import package, by the names that they are imported by.
fn packages(folder: &Folder) -> Result<Vec<File>, PackError> {
    let prefix = if folder.is_folder("src") { "src/" } else { "./" };
    let mut files = Vec::new();
    for name in folder.list(prefix)? {
        if folder.has(&format!("{prefix}{name}/__init__.py")) {
            files.extend(folder.files(&format!("{prefix}{name}"))?);
        }
    }
    if files.is_empty() {
        return Err(PackError::new(folder.path(prefix), &"has no folder with an __init__.py"));
    }
    let imported = |(name, bytes): File| (name.strip_prefix(prefix).map(str::to_owned).unwrap_or(name), bytes);
    Ok(files.into_iter().map(imported).collect())
}

/// Writes `RECORD`: each file with its SHA-256 and its size, itself without.
fn lines(files: &[File], record: &str) -> String {
    let line = |(name, bytes): &File| {
        format!("{name},sha256={},{}\n", URL_SAFE_NO_PAD.encode(Sha256::digest(bytes)), bytes.len())
    };
    files.iter().map(line).collect::<String>() + record + ",,\n"
}

fn archive(files: &[File]) -> zip::result::ZipResult<Vec<u8>> {
    // `DateTime::DEFAULT` is the first moment of the format, and the time of the tarballs' entries.
    let options = SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(ENTRY_MODE)
        .system(System::Unix);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
