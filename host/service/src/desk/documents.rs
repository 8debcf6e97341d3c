//! The documents in force: the consent document and the privacy policy, in both languages.
//!
//! A document is known by its version and by the SHA-256 over the very bytes of its file. That digest
//! is what an applicant agrees to, so one changed byte asks for a new agreement. The Japanese text
//! prevails over a translation, and the consent document over the policy (clause 1③).

use kakekomi_core::Locale;
use kakekomi_core::json::SAFE_INTEGER_MAX;
use kakekomi_store::clock;
pub use kakekomi_store::digest::sha256;
use serde::Serialize;

use super::error::DeskError;
use super::profile::{DocumentFiles, Profile};
use super::source::Source;

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
    version: String,
    in_force_since: Option<i64>,
    ja: Text,
    en: Text,
}

/// A document's text in one language.
#[derive(Debug)]
struct Text {
    html: String,
    sha256: String,
}

/// A document as the context names it: its version, and its digest by language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InForce<'a> {
    version: &'a str,
    #[serde(rename = "in_force_since", skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    sha256: Digests<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Digests<'a> {
    ja: &'a str,
    en: &'a str,
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
        Ok(Document {
            version: files.version.clone(),
            in_force_since: in_force_since.transpose()?,
            ja: Text::read(source, &files.ja)?,
            en: Text::read(source, &files.en)?,
        })
    }

    /// Version and digests.
    pub fn in_force(&self) -> InForce<'_> {
        InForce {
            version: &self.version,
            since: self.in_force_since,
            sha256: Digests { ja: &self.ja.sha256, en: &self.en.sha256 },
        }
    }

    /// The text in a language, to be shown.
    pub fn served(&self, language: Locale) -> Served<'_> {
        let text = match language {
            Locale::Ja => &self.ja,
            Locale::En => &self.en,
        };
        Served { version: &self.version, sha256: &text.sha256, language, html: &text.html }
    }
}

impl Text {
    fn read(source: &Source, file: &str) -> Result<Text, DeskError> {
        let bytes = source.bytes(file)?;
        let sha256 = sha256(&bytes);
        match String::from_utf8(bytes) {
            Ok(html) if !html.trim().is_empty() => Ok(Text { html, sha256 }),
            Ok(_) => Err(source.value(file, "the text", "is empty")),
            Err(_) => Err(source.value(file, "the text", "is not UTF-8")),
        }
    }
}
