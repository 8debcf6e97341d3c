//! A folder with a `package.json` → an npm tarball, as `npm pack` lays it out.
//!
//! ```text
//! { "name": "@kakekomi/check", "version": "0.0.0", "files": ["index.js", "types"] }
//!   →  kakekomi-check-0.1.0.tgz with package/package.json (version 0.1.0), package/index.js, package/types/…,
//!      package/README.md, package/LICENSE
//! ```
//!
//! A name in `files` is a file or a folder, never a pattern. A file that the folder does not have comes from `host/export`,
//! else from those that the build makes; `integrity.json` is made here.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha384};

use super::folder::{File, Folder, PackError, read};
use super::tar;

const MANIFEST: &str = "package.json";
/// The file with the digest of each other file of the package, as `integrity` of HTML has it.
const INTEGRITY: &str = "integrity.json";

/// The members of `package.json` that matter for packing.
#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
    files: Vec<String>,
}

/// Packs a folder.
pub fn pack(
    folder: &Folder,
    version: &str,
    license: &[u8],
    fallback: &Path,
    generated: &[File],
) -> Result<File, PackError> {
    let (manifest, text) = manifest(folder, version)?;
    let mut files =
        BTreeMap::from([(MANIFEST.to_owned(), text.into_bytes()), ("LICENSE".to_owned(), license.to_vec())]);
    if folder.has("README.md") {
        files.insert("README.md".to_owned(), folder.read("README.md")?);
    }
    for name in &manifest.files {
        let name = name.trim_start_matches("./").trim_end_matches('/');
        if name.contains(['*', '?', '[', '!', '{']) || name.split('/').any(|part| part == "..") {
            return Err(PackError::new(folder.path(MANIFEST), &format!("files: {name:?}: write a file or a folder")));
        }
        if folder.is_folder(name) {
            files.extend(folder.files(name)?);
        } else if name != INTEGRITY || folder.has(name) {
            files.insert(name.to_owned(), find(folder, name, fallback, generated)?);
        }
    }
    if manifest.files.iter().any(|name| name == INTEGRITY) && !files.contains_key(INTEGRITY) {
        files.insert(INTEGRITY.to_owned(), integrity(&files).into_bytes());
    }
    let entries: Vec<File> = files.into_iter().map(|(name, bytes)| (format!("package/{name}"), bytes)).collect();
    if let Some((name, _)) = entries.iter().find(|(name, _)| name.len() > tar::NAME_MAX) {
        return Err(PackError::new(
            folder.path(name),
            &format!("is longer than {} bytes with its folders", tar::NAME_MAX),
        ));
    }
    let archive = tar::tgz(&entries).map_err(|error| PackError::new(folder.path(MANIFEST), &error))?;
    Ok((format!("{}-{version}.tgz", manifest.name.trim_start_matches('@').replace('/', "-")), archive))
}

/// Reads `package.json`, and writes it with the version. Only that value changes, so that the text stays as its author wrote it.
fn manifest(folder: &Folder, version: &str) -> Result<(Manifest, String), PackError> {
    let text = folder.text(MANIFEST)?;
    let wrong = |reason: String| PackError::new(folder.path(MANIFEST), &reason);
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let member = |version: &str| format!("\"version\": \"{version}\"");
    if text.matches(&member(&manifest.version)).count() != 1 {
        return Err(wrong(format!("must have {} exactly once", member(&manifest.version))));
    }
    let text = text.replacen(&member(&manifest.version), &member(version), 1);
    Ok((manifest, text))
}

/// Reads a file that `files` names.
fn find(folder: &Folder, name: &str, fallback: &Path, generated: &[File]) -> Result<Vec<u8>, PackError> {
    if folder.has(name) {
        return folder.read(name);
    }
    if fallback.join(name).is_file() {
        return read(&fallback.join(name));
    }
    let made = generated.iter().find(|(of, _)| of == name).map(|(_, bytes)| bytes.clone());
    made.ok_or_else(|| {
        let places = "is neither in the folder nor in host/export, and the build does not make it";
        PackError::new(folder.path(MANIFEST), &format!("files: {name:?} {places}"))
    })
}

fn integrity(files: &BTreeMap<String, Vec<u8>>) -> String {
    let digest = |bytes| format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)));
    let digests: serde_json::Value = files.iter().map(|(name, bytes)| (name.clone(), digest(bytes))).collect();
    format!("{digests:#}\n")
}
