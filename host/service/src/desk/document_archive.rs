//! The texts that the documents ever had, by the digest that applicants agreed to.
//!
//! ```text
//! <data>/documents/<sha256>.ja.html   <sha256>.en.html
//! ```
//!
//! `serve` writes the documents in force there before it first offers them, and never removes any, so that everybody can read
//! again what they agreed to (clause 1③). A file whose name is not the digest of its bytes was changed, and is left out. The
//! same name has the same bytes everywhere: the folders of several hosts may be copied into each other.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kakekomi_core::Locale;
use kakekomi_store::synced_fs;

use super::documents::{Documents, sha256};

const FOLDER: &str = "documents";

/// One text of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedDocument {
    /// Its language.
    pub language: Locale,
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// The file's bytes, an HTML fragment.
    pub html: Vec<u8>,
}

/// Contents of the folder.
#[derive(Debug, Default)]
pub struct DocumentArchive {
    /// The texts, by language and digest.
    pub kept: Vec<ArchivedDocument>,
    /// Files whose name is not the digest of their bytes.
    pub changed: Vec<PathBuf>,
}

impl DocumentArchive {
    /// Reads the archive of a data folder; a missing one is empty.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read.
    pub fn read(data: &Path) -> io::Result<DocumentArchive> {
        let folder = data.join(FOLDER);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(DocumentArchive::default()),
            Err(error) => return Err(at(&folder, &error)),
        };
        let mut archive = DocumentArchive::default();
        for entry in entries {
            let path = entry.map_err(|error| at(&folder, &error))?.path();
            let Some((name, language)) = name_and_language(&path) else { continue };
            let html = fs::read(&path).map_err(|error| at(&path, &error))?;
            if sha256(&html) == name {
                archive.kept.push(ArchivedDocument { language, sha256: name, html });
            } else {
                archive.changed.push(path);
            }
        }
        archive
            .kept
            .sort_by(|one, other| (one.language.as_str(), &one.sha256).cmp(&(other.language.as_str(), &other.sha256)));
        archive.changed.sort();
        Ok(archive)
    }

    /// Writes the documents in force into the archive of a data folder, durably, unless it has them.
    ///
    /// # Errors
    /// The folder cannot be created or written.
    pub fn keep(documents: &Documents, data: &Path) -> io::Result<()> {
        let folder = data.join(FOLDER);
        synced_fs::create_dir_all_synced(&folder)?;
        for document in [&documents.consent, &documents.policy] {
            for text in Locale::ALL.map(|language| document.served(language)) {
                let file = folder.join(format!("{}.{}.html", text.sha256, text.language.as_str()));
                if fs::read(&file).is_ok_and(|found| found == text.html.as_bytes()) {
                    // The process may have ended between the file's name and its flush.
                    synced_fs::sync_parent_dir(&file)?;
                } else {
                    synced_fs::write_synced(&file, text.html.as_bytes())?;
                }
            }
        }
        Ok(())
    }
}

/// Reads `<name>.ja.html`; `None` for every other file, such as one that is not whole yet.
fn name_and_language(path: &Path) -> Option<(String, Locale)> {
    let (name, language) = path.file_name()?.to_str()?.strip_suffix(".html")?.split_once('.')?;
    Some((name.to_owned(), Locale::read(language)?))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    fn data(name: &str) -> PathBuf {
        let data = std::env::temp_dir().join(format!("kakekomi-documents-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&data);
        data
    }

    #[test]
    fn kept_documents_are_found_again_byte_for_byte() {
        let data = data("kept");
        assert_eq!(DocumentArchive::read(&data).unwrap().kept, []);
        let desk = Desk::load(None).unwrap();
        for _ in 0..2 {
            DocumentArchive::keep(desk.documents(), &data).unwrap();
        }
        let archive = DocumentArchive::read(&data).unwrap();
        assert_eq!((archive.kept.len(), archive.changed.len()), (4, 0));
        let served = desk.documents().consent.served(Locale::En);
        let is_served = |kept: &&ArchivedDocument| kept.sha256 == served.sha256 && kept.language == Locale::En;
        assert_eq!(archive.kept.iter().find(is_served).unwrap().html, served.html.as_bytes());
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn changed_file_is_left_out_and_restored_while_it_is_in_force() {
        let data = data("changed");
        let desk = Desk::load(None).unwrap();
        DocumentArchive::keep(desk.documents(), &data).unwrap();
        let file = data.join(format!("documents/{}.ja.html", desk.documents().policy.served(Locale::Ja).sha256));
        fs::write(&file, "<p>another text").unwrap();
        fs::write(data.join("documents/unfinished.ja.html.unfinished"), "").unwrap();
        let archive = DocumentArchive::read(&data).unwrap();
        assert_eq!((archive.kept.len(), archive.changed), (3, vec![file]));
        DocumentArchive::keep(desk.documents(), &data).unwrap();
        assert_eq!(DocumentArchive::read(&data).unwrap().kept.len(), 4);
        fs::remove_dir_all(data).unwrap();
    }
}
