//! `remote_notice.toml`: the notice of the risks that is read out before remote or guided work (clauses 4③④⑥).
//!
//! `version = "1"`, `[text] ja = ["…"] en = ["…"]` → [`RiskNotice`]; the acknowledgement names the version
//!
//! A desk's folder without the file has the notice in the binary: folders of earlier versions have none.

use std::io;

use serde::Deserialize;

use super::localized::Localized;
use super::source::{DeskError, Source};

const FILE: &str = "remote_notice.toml";

/// The notice of the risks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskNotice {
    /// Raised by the operator with every change.
    pub version: String,
    /// The sentences, in their order.
    pub text: Localized<Vec<String>>,
}

impl RiskNotice {
    /// Reads the notice of a desk.
    ///
    /// # Errors
    /// [`DeskError`], with the key to look at.
    pub(super) fn read(source: &Source) -> Result<RiskNotice, DeskError> {
        let notice: RiskNotice = match source.toml(FILE) {
            Err(DeskError::File(_, error)) if error.kind() == io::ErrorKind::NotFound => Source::Embedded.toml(FILE)?,
            read => read?,
        };
        if notice.version.trim().is_empty() || notice.version.contains(char::is_control) {
            return Err(source.value(FILE, "version", "must be a line"));
        }
        let is_empty = |locale| notice.text.get(locale).iter().all(|sentence| sentence.trim().is_empty());
        if let Some(locale) = kakekomi_core::Locale::ALL.into_iter().find(|locale| is_empty(*locale)) {
            return Err(source.value(FILE, &format!("text.{}", locale.as_str()), "has no sentence"));
        }
        Ok(notice)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_has_its_own_notice_or_that_of_the_binary() {
        let embedded = RiskNotice::read(&Source::Embedded).unwrap();
        let folder = std::env::temp_dir().join(format!("kakekomi-notice-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let source = Source::new(Some(&folder));
        assert_eq!(RiskNotice::read(&source).unwrap().version, embedded.version);
        for (text, expected) in [
            ("version = \"7\"\n[text]\nja = [\"あ\"]\nen = [\"a\"]\n", Ok("7")),
            ("version = \" \"\n[text]\nja = [\"あ\"]\nen = [\"a\"]\n", Err("version: must be a line")),
            ("version = \"7\"\n[text]\nja = [\"あ\"]\nen = [\" \"]\n", Err("text.en: has no sentence")),
            ("version = \"7\"\nnote = 1\n", Err("unknown field")),
        ] {
            fs::write(folder.join(FILE), text).unwrap();
            let read = RiskNotice::read(&source);
            match expected {
                Ok(version) => assert_eq!(read.unwrap().version, version),
                Err(part) => assert!(read.unwrap_err().to_string().contains(part), "{text}"),
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
