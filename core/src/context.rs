//! Inputs of a check beside the draft: the time, the language, the documents in force, the calendar.
//!
//! `{"now": 1795140000000, "locale": "ja", "consent": {"version": "1", "sha256": {"ja": "…", "en": "…"}},
//! "policy": {…}, "calendar": {…}}` → [`Context`], which the report repeats.
//!
//! With the key `questions` a draft is the answers to these questions, and nothing else.
//!
//! Nothing else reaches the rules: no clock, no environment, no randomness. Keys that this module
//! does not know are ignored, so that an older module can read a newer host's context. A missing key or one
//! of another type is an error.

use serde::Serialize;

use crate::calendar::Calendar;
use crate::check_error::CheckError;
use crate::json::{self, Writer};
use crate::locale::Locale;
use crate::members::Members;
use crate::questions::{self, Question};

/// The longest context that is read, in bytes.
pub const CONTEXT_MAX: usize = 256 * 1024;

/// The inputs of a check beside the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Milliseconds since the epoch, UTC: the host's or the page's clock, never the draft's word.
    pub now: i64,
    /// The language of the sentences.
    pub locale: Locale,
    /// The consent document in force.
    pub consent: Document,
    /// The privacy policy in force.
    pub policy: Document,
    /// The opening hours of the desk.
    pub calendar: Calendar,
    /// The questions that the draft answers; without any, the draft is the form.
    pub questions: Vec<Question>,
}

/// A document in force: its version, and the SHA-256 of the served file's bytes in each language.
///
/// `{"version": "2", "in_force_since": 1795100000000, "sha256": {"ja": "…", "en": "…"}}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// The version that the desk gives it.
    pub version: String,
    /// Start of the version's validity, in milliseconds since the epoch; `None` if the desk does not state it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_force_since: Option<i64>,
    /// 64 small hexadecimal digits a language.
    pub sha256: Digests,
}

/// A digest a language; the Japanese text prevails, a translation may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// 日本語
    pub ja: String,
    /// English
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Document {
    /// The digest of the document in a language; empty where there is no such text.
    pub fn sha256(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ja => &self.sha256.ja,
            Locale::En => self.sha256.en.as_deref().unwrap_or_default(),
        }
    }

    /// Checks if a digest is that of the document in any language.
    pub fn any_language(&self, sha256: &str) -> bool {
        self.sha256.ja == sha256 || self.sha256.en.as_deref() == Some(sha256)
    }

    /// Reports a moment before the version's validity, while the version is valid: an agreement of then cannot be to it.
    pub fn is_later_than(&self, agreed_at: i64, now: i64) -> bool {
        self.in_force_since.is_some_and(|since| agreed_at < since && since <= now)
    }
}

impl Context {
    /// Reads a context's JSON text.
    ///
    /// # Errors
    /// [`CheckError::Context`] with the key that is missing or cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Context, CheckError> {
        let node = json::read(bytes, CONTEXT_MAX).map_err(|_| CheckError::Context("the text, which is no JSON"))?;
        let members = Members::of(&node).ok_or(CheckError::Context("the text, which is no object"))?;
        Ok(Context {
            now: members.integer("now")?,
            locale: Locale::read(members.text("locale")?).ok_or(CheckError::Context("locale"))?,
            consent: Document::read(&members.object("consent")?)?,
            policy: Document::read(&members.object("policy")?)?,
            calendar: Calendar::read(&members.object("calendar")?)?,
            questions: match members.find("questions") {
                Some(node) => questions::read_list(node).ok_or(CheckError::Context("questions"))?,
                None => Vec::new(),
            },
        })
    }

    /// The context's canonical bytes; reading them gives the same context.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::with_room(4096);
        self.write(&mut out);
        out.into_bytes()
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.object();
        out.number_member("now", self.now);
        out.text_member("locale", self.locale.as_str());
        out.key("consent");
        self.consent.write(out);
        out.key("policy");
        self.policy.write(out);
        out.key("calendar");
        self.calendar.write(out);
        if !self.questions.is_empty() {
            out.key("questions");
            questions::write_list(&self.questions, out);
        }
        out.end_object();
    }
}

impl Document {
    fn read(members: &Members<'_>) -> Result<Document, CheckError> {
        let digests = members.object("sha256")?;
        let en = digests.find("en").map(|_| digests.text("en")).transpose()?;
        Ok(Document {
            version: members.text("version")?.to_owned(),
            in_force_since: members.find("in_force_since").map(|_| members.integer("in_force_since")).transpose()?,
            sha256: Digests { ja: digests.text("ja")?.to_owned(), en: en.map(str::to_owned) },
        })
    }

    fn write(&self, out: &mut Writer) {
        out.object();
        out.text_member("version", &self.version);
        if let Some(since) = self.in_force_since {
            out.number_member("in_force_since", since);
        }
        out.key("sha256");
        out.object();
        out.text_member("ja", &self.sha256.ja);
        if let Some(en) = &self.sha256.en {
            out.text_member("en", en);
        }
        out.end_object();
        out.end_object();
    }
}
