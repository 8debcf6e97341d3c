//! The packages for other people's projects, packed into archives that have the same bytes on every machine.
//!
//! ```text
//! wasm/packages/form/     →  kakekomi-form-0.1.0.tgz                      npm @kakekomi/form
//! wasm/packages/check/    →  kakekomi-check-0.1.0.tgz                     npm @kakekomi/check
//! wasm/packages/python/   →  kakekomi_check-0.1.0-py3-none-any.whl        Python kakekomi-check
//!                            SHA256SUMS                                   for sha256sum --check
//! ```
//!
//! Every package has the version of the workspace (`Cargo.toml`): what its `package.json` or `pyproject.toml` says is
//! replaced. Entries are sorted, with one time and one mode; file times, the umask and the zone of the machine change
//! nothing. The build script of kakekomi-http calls [`pack`], so that a mistake in a package stops the build.

#![forbid(unsafe_code)]

mod folder;
mod npm;
mod tar;
mod wheel;

use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

pub use folder::{File, PackError};
use folder::{Folder, read};

/// The folders below `wasm/packages/` that become npm packages.
const NPM: [&str; 2] = ["form", "check"];
/// The folder that becomes the Python wheel.
const PYTHON: &str = "python";
/// Name of the file with the SHA-256 of every archive.
const SUMS: &str = "SHA256SUMS";

/// Packs every package whose folder has a manifest, and adds their sums.
///
/// `root` is the folder of the workspace, and `generated` has the files that only a build makes, by name.
///
/// # Errors
/// [`PackError`] with the file to look at.
pub fn pack(root: &Path, version: &str, generated: &[File]) -> Result<Vec<File>, PackError> {
    let license = read(&root.join("LICENSE"))?;
    let fallback = root.join("host/export");
    let mut archives = Vec::new();
    for name in NPM {
        let folder = Folder::new(root, name);
        if folder.has("package.json") {
            archives.push(npm::pack(&folder, version, &license, &fallback, generated)?);
        }
    }
    let folder = Folder::new(root, PYTHON);
    if folder.has("pyproject.toml") {
        archives.push(wheel::pack(&folder, version, license)?);
    }
    archives.push((SUMS.to_owned(), sums(&archives).into_bytes()));
    Ok(archives)
}

fn sums(archives: &[File]) -> String {
    archives.iter().fold(String::new(), |mut lines, (name, bytes)| {
        Sha256::digest(bytes).iter().for_each(|byte| {
            let _ = write!(lines, "{byte:02x}");
        });
        let _ = writeln!(lines, "  {name}");
        lines
    })
}
