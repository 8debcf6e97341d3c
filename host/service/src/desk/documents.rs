//! The documents in force: the consent document and the privacy policy, in both languages.
//!
//! A document is known by its version and by the SHA-256 of its file's bytes. An applicant agrees to that digest, so one
//! changed byte needs a new agreement. The Japanese text prevails over a translation, and the consent document over the
//! policy (clause 1③).

use kakekomi_core::Locale;
use kakekomi_core::context::{self, Digests};
use kakekomi_core::json::SAFE_INTEGER_MAX;
use kakekomi_store::clock;
pub use kakekomi_store::digest::sha256;
use serde::Serialize;

use super::profile::{DocumentFiles, Profile};
use super::source::{DeskError, Source};

/// The consent document and the privacy policy.
#[derive(Debug)]
pub struct Documents {
    /// The consent document (同意書).
    pub consent: Document,
    /// The privacy policy (プライバシーポリシー).
    pub policy: Document,
}

/// One document in both languages.
#[derive(Debug)]
pub struct Document {
    /// Its version and digests.
    in_force: context::Document,
    ja: String,
    en: String,
}

/// A document as it is shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ServedDocument)]
pub struct Served<'a> {
    /// Its version.
    pub version: &'a str,
    /// SHA-256 over the file's bytes, 64 hexadecimal digits.
    pub sha256: &'a str,
    /// The text's language.
    #[schema(value_type = String)]
    pub language: Locale,
    /// An HTML fragment, the file's very text.
    pub html: &'a str,
}

impl Documents {
    /// Reads the files that `desk.toml` names.
    ///
    /// # Errors
    /// [`DeskError`]: a file cannot be read, is empty, or is no UTF-8.
    pub fn read(source: &Source, profile: &Profile) -> Result<Documents, DeskError> {
        Ok(Documents {
            consent: Document::read(source, "consent", &profile.consent, &profile.calendar.offset)?,
            policy: Document::read(source, "policy", &profile.policy, &profile.calendar.offset)?,
        })
    }
}

impl Document {
    fn read(source: &Source, section: &str, files: &DocumentFiles, offset: &str) -> Result<Document, DeskError> {
        let in_force_since = files.in_force_since.as_deref().map(|text| {
            clock::parse_local(text, offset).filter(|since| (0..=SAFE_INTEGER_MAX).contains(since)).ok_or_else(|| {
                source.value(
                    "desk.toml",
                    &format!("{section}.in_force_since"),
                    "is no moment, such as 2026-12-01T00:00",
                )
            })
        });
        let (ja, en) = (text(source, &files.ja)?, text(source, &files.en)?);
        let in_force = context::Document {
            version: files.version.clone(),
            in_force_since: in_force_since.transpose()?,
            sha256: Digests { ja: sha256(ja.as_bytes()), en: Some(sha256(en.as_bytes())) },
        };
        Ok(Document { in_force, ja, en })
    }

    /// Returns version and digests.
    pub fn in_force(&self) -> &context::Document {
        &self.in_force
    }

    /// Returns the text in a language.
    pub fn served(&self, language: Locale) -> Served<'_> {
        let html = match language {
            Locale::Ja => &self.ja,
            Locale::En => &self.en,
        };
        Served { version: &self.in_force.version, sha256: self.in_force.sha256(language), language, html }
    }
}

fn text(source: &Source, file: &str) -> Result<String, DeskError> {
    match String::from_utf8(source.bytes(file)?) {
        Ok(html) if !html.trim().is_empty() => Ok(html),
        Ok(_) => Err(source.value(file, "the text", "is empty")),
        Err(_) => Err(source.value(file, "the text", "is not UTF-8")),
    }
}
