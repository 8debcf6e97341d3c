//! The text that each version of a document was first served with: a note in the data folder.
//!
//! `documents.json`: `{"consent":{"1":["b766…","34ea…"]},"policy":{"1":["30dd…","ab43…"]}}`
//!
//! An applicant who agreed to version 1 agreed to those bytes (clause 1③). A file that is changed without a new
//! version would make of that an agreement to something else, so `serve` warns and `doctor` fails.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use kakekomi_core::Locale;
use kakekomi_store::synced_fs;
use serde::{Deserialize, Serialize};

use super::documents::{Document, Documents};

const NOTE: &str = "documents.json";

/// Version → digests in Japanese and English, of both documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    consent: BTreeMap<String, [String; 2]>,
    policy: BTreeMap<String, [String; 2]>,
}

impl Versions {
    /// Reads the note of a data folder; it is empty if the file is missing.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(data: &Path) -> io::Result<Versions> {
        let file = data.join(NOTE);
        match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| io::Error::new(ErrorKind::InvalidData, format!("{}: {error}", file.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Versions::default()),
            Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", file.display()))),
        }
    }

    /// Describes the documents in force whose text is not the one that their version was first served with.
    pub fn changed(&self, documents: &Documents) -> Vec<String> {
        let pairs = [
            ("consent document", &self.consent, &documents.consent),
            ("privacy policy", &self.policy, &documents.policy),
        ];
        let changed = pairs.into_iter().filter_map(|(name, known, document)| {
            let (version, digests) = of(document);
            known.get(&version).filter(|first| **first != digests)?;
            Some(format!("the {name} has changed, and its version is still {version}: raise it in desk.toml"))
        });
        changed.collect()
    }

    /// Notes the new versions of the documents in force.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn note(mut self, documents: &Documents, data: &Path) -> io::Result<()> {
        let before = self.clone();
        let (version, digests) = of(&documents.consent);
        self.consent.entry(version).or_insert(digests);
        let (version, digests) = of(&documents.policy);
        self.policy.entry(version).or_insert(digests);
        if self == before { Ok(()) } else { synced_fs::write_synced(&data.join(NOTE), &serde_json::to_vec(&self)?) }
    }
}

fn of(document: &Document) -> (String, [String; 2]) {
    let digest = |locale| document.served(locale).sha256.to_owned();
    (document.served(Locale::Ja).version.to_owned(), [digest(Locale::Ja), digest(Locale::En)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    #[test]
    fn a_text_that_changes_under_its_version_is_found() {
        let data = std::env::temp_dir().join(format!("kakekomi-versions-{}", std::process::id()));
        fs::create_dir_all(&data).unwrap();
        let desk = Desk::load(None).unwrap();
        let none = Versions::read(&data).unwrap();
        assert!(none.changed(desk.documents()).is_empty());
        none.note(desk.documents(), &data).unwrap();
        let mut noted = Versions::read(&data).unwrap();
        assert!(noted.changed(desk.documents()).is_empty());
        noted.policy.values_mut().for_each(|digests| digests[1].clear());
        let changed = noted.changed(desk.documents());
        assert_eq!(changed.len(), 1);
        assert!(changed[0].starts_with("the privacy policy has changed"), "{}", changed[0]);
        fs::write(data.join(NOTE), "{").unwrap();
        assert!(Versions::read(&data).is_err());
        fs::remove_dir_all(&data).unwrap();
    }
}
