//! The modules that a desk keeps by their digests, so that a page that was opened before a deployment can still be judged
//! by its own module, and can load it again.
//!
//! ```text
//! <folder>/<sha256>.wasm   <sha256>.js   <sha256>/describe.ja.json   describe.en.json   describe.easy.json   retired.txt
//! ```
//!
//! The folder is that of `--modules`, else `modules` in the data folder. `serve` writes its own module there, so the next
//! release finds those that were embedded before. A digest in `retired.txt` is rejected; a module whose files are gone is
//! unknown. A file whose name is not the digest of its bytes was changed, and is left out.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kakekomi_sandbox::Digest;
use kakekomi_store::synced_fs;

/// The reason why a folder of modules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModuleArchiveError {
    /// The folder or a file in it cannot be read.
    #[error("{0}: {1}")]
    File(String, io::Error),
    /// A line of `retired.txt` is no digest.
    #[error("{0}: line {1}: write a digest of 64 hexadecimal digits, or # and a comment")]
    Retired(String, usize),
}

/// One module and the files beside it.
#[derive(Debug, Clone)]
pub struct ArchivedModule {
    /// Its name.
    pub digest: Digest,
    /// Its bytes.
    pub wasm: Vec<u8>,
    /// The existing files beside it: each name in `/module/` and the bytes.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Contents of a folder of modules.
#[derive(Debug, Default)]
pub struct ModuleArchive {
    /// The modules, by digest.
    pub kept: Vec<ArchivedModule>,
    /// Files whose name is not the digest of their bytes.
    pub changed: Vec<PathBuf>,
    /// Digests that are rejected.
    pub retired: BTreeSet<Digest>,
}

/// The names of the files beside a module.
const SIDECAR_FILES: [&str; 4] = [".js", "/describe.ja.json", "/describe.en.json", "/describe.easy.json"];

impl ModuleArchive {
    /// Reads a folder; a missing one is empty.
    ///
    /// # Errors
    /// [`ModuleArchiveError`]: the folder or a file in it cannot be read, a line of `retired.txt` is no digest.
    pub fn read(folder: &Path) -> Result<ModuleArchive, ModuleArchiveError> {
        let (mut kept, mut changed) = (Vec::new(), Vec::new());
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ModuleArchive::default()),
            Err(error) => return Err(file(folder, error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| file(folder, error))?.path();
            if path.extension().is_some_and(|extension| extension == "wasm") {
                let wasm = fs::read(&path).map_err(|error| file(&path, error))?;
                let stem = path.with_extension("");
                if is_named_otherwise(&stem, &wasm) {
                    changed.push(path);
                } else {
                    kept.push(ArchivedModule::read(&stem, wasm)?);
                }
            }
        }
        kept.sort_by(|one, other| one.digest.cmp(&other.digest));
        kept.dedup_by(|one, other| one.digest == other.digest);
        changed.sort();
        Ok(ModuleArchive { kept, changed, retired: retired(&folder.join("retired.txt"))? })
    }
}

impl ArchivedModule {
    /// Returns the module that this program was built with.
    pub fn own() -> ArchivedModule {
        let digest = Digest::of(kakekomi_artifact::WASM);
        let bytes = [
            kakekomi_artifact::JS,
            kakekomi_artifact::DESCRIBE_JA,
            kakekomi_artifact::DESCRIBE_EN,
            kakekomi_artifact::DESCRIBE_EASY,
        ];
        let files =
            SIDECAR_FILES.iter().zip(bytes).map(|(name, bytes)| (format!("{digest}{name}"), bytes.as_bytes().to_vec()));
        ArchivedModule { files: files.collect(), wasm: kakekomi_artifact::WASM.to_vec(), digest }
    }

    /// Reads the files beside a module, whose names begin with a path.
    fn read(stem: &Path, wasm: Vec<u8>) -> Result<ArchivedModule, ModuleArchiveError> {
        let digest = Digest::of(&wasm);
        let mut files = Vec::new();
        for name in SIDECAR_FILES {
            let mut path = stem.as_os_str().to_owned();
            path.push(name);
            match fs::read(&path) {
                Ok(bytes) => files.push((format!("{digest}{name}"), bytes)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(file(&PathBuf::from(path), error)),
            }
        }
        Ok(ArchivedModule { digest, wasm, files })
    }

    /// Writes the module and the files beside it into a folder, unless it has the same already.
    ///
    /// # Errors
    /// The folder cannot be created or written.
    pub fn keep(&self, folder: &Path) -> io::Result<()> {
        let keep = |name: &str, bytes: &[u8]| {
            let file = folder.join(name);
            if fs::read(&file).is_ok_and(|found| found == bytes) {
                Ok(())
            } else {
                synced_fs::write_synced(&file, bytes)
            }
        };
        synced_fs::create_dir_all_synced(&folder.join(self.digest.as_str()))?;
        // Words may change beside the same module.
        for (name, bytes) in &self.files {
            keep(name, bytes)?;
        }
        // The module last: if it exists, so do the other files, even after a power failure.
        keep(&format!("{}.wasm", self.digest), &self.wasm)
    }

    /// Reads the version of its rules from its description.
    pub fn ruleset(&self) -> Option<String> {
        let (_, description) = self.files.iter().find(|(name, _)| name.contains("/describe."))?;
        let description: serde_json::Value = serde_json::from_slice(description).ok()?;
        Some(description.get("ruleset")?.as_str()?.to_owned())
    }
}

/// Reports whether a file's name is a digest, and not that of its bytes.
fn is_named_otherwise(stem: &Path, wasm: &[u8]) -> bool {
    let named = stem.file_name().and_then(|name| name.to_str()).and_then(Digest::read);
    named.is_some_and(|named| named != Digest::of(wasm))
}

/// Reads one digest a line; `#` begins a comment.
fn retired(path: &Path) -> Result<BTreeSet<Digest>, ModuleArchiveError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(file(path, error)),
    };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).enumerate();
    let digests = lines.filter(|(_, line)| !line.is_empty());
    let name = path.display().to_string();
    digests
        .map(|(index, line)| line.parse().map_err(|_| ModuleArchiveError::Retired(name.clone(), index + 1)))
        .collect()
}

fn file(path: &Path, error: io::Error) -> ModuleArchiveError {
    ModuleArchiveError::File(path.display().to_string(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kakekomi-modules-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn a_kept_module_is_found_again() {
        let folder = folder("kept");
        let own = ArchivedModule::own();
        own.keep(&folder).unwrap();
        own.keep(&folder).unwrap();
        let found = ModuleArchive::read(&folder).unwrap();
        assert_eq!((found.kept.len(), found.retired.len()), (1, 0));
        let again = &found.kept[0];
        assert_eq!((&again.digest, &again.wasm, &again.files), (&own.digest, &own.wasm, &own.files));
        assert_eq!(again.ruleset().as_deref(), Some(kakekomi_core::RULESET));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_changed_module_is_left_out_and_the_own_one_is_restored() {
        let folder = folder("changed");
        let own = ArchivedModule::own();
        own.keep(&folder).unwrap();
        let file = folder.join(format!("{}.wasm", own.digest));
        let changed = [&own.wasm[..], b"\0"].concat();
        fs::write(&file, &changed).unwrap();
        let found = ModuleArchive::read(&folder).unwrap();
        assert_eq!((found.kept.len(), found.changed), (0, vec![file.clone()]));
        own.keep(&folder).unwrap();
        assert_eq!(fs::read(&file).unwrap(), own.wasm);
        assert_eq!(ModuleArchive::read(&folder).unwrap().changed, Vec::<PathBuf>::new());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn names_may_be_any_text_and_retired_lines_must_be_digests() {
        let folder = folder("retired");
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(ModuleArchive::read(&folder.join("none")).unwrap().kept.len(), 0);
        fs::write(folder.join("another name.wasm"), b"x").unwrap();
        let digest = Digest::of(b"y");
        fs::write(folder.join("retired.txt"), format!("# gone\n\nsha256:{digest} # since 2026\n")).unwrap();
        let found = ModuleArchive::read(&folder).unwrap();
        assert_eq!(found.kept[0].digest, Digest::of(b"x"));
        assert!(found.retired.contains(&digest));
        fs::write(folder.join("retired.txt"), "ab").unwrap();
        assert!(matches!(ModuleArchive::read(&folder), Err(ModuleArchiveError::Retired(_, 1))));
        fs::remove_dir_all(folder).unwrap();
    }
}
