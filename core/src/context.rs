//! Inputs of a check beside the draft: the time, the language, the documents in force, the calendar.
//!
//! `{"now": 1795140000000, "locale": "ja", "consent": {"version": "1", "sha256": {"ja": "…", "en": "…"}},
//! "policy": {…}, "calendar": {…}}` → [`Context`], which the report repeats.
//!
//! Nothing else reaches the rules: no clock, no environment, no randomness. Keys that this module
//! does not know are ignored, so that an older module can read a newer host's context; a key that
//! is missing, or is no such thing, is a failure and never a guess.

use serde::ser::{Error, Serialize, Serializer};

use crate::calendar::{Calendar, CalendarText};
use crate::check_error::CheckError;
use crate::json::{self, Node, SAFE_INTEGER_MAX, Writer};
use crate::locale::Locale;
use crate::text;

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
}

/// A document in force: its version, and the SHA-256 of the served file's bytes in each language.
///
/// `{"version": "2", "in_force_since": 1795100000000, "sha256": {"ja": "…", "en": "…"}}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The version that the desk gives it.
    pub version: String,
    /// Start of the version's validity, in milliseconds since the epoch; `None` if the desk does not state it.
    pub in_force_since: Option<i64>,
    /// 64 small hexadecimal digits a language.
    pub sha256: Digests,
}

/// A digest a language; the Japanese text prevails, a translation may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// 日本語
    pub ja: String,
    /// English
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
        let members = Members::of(&node, "the text, which is no object")?;
        Ok(Context {
            now: members.integer("now")?,
            locale: Locale::read(members.text("locale")?).ok_or(CheckError::Context("locale"))?,
            consent: document(members.get("consent")?, "consent")?,
            policy: document(members.get("policy")?, "policy")?,
            calendar: calendar(members.get("calendar")?)?,
        })
    }
}

impl Context {
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
        out.end_object();
    }
}

impl Document {
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

/// Within an answer of the host both print as they do in a report.
impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        printed(&|out| self.write(out), serializer)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        printed(&|out| self.write(out), serializer)
    }
}

fn printed<S: Serializer>(write: &dyn Fn(&mut Writer), serializer: S) -> Result<S::Ok, S::Error> {
    let mut out = Writer::default();
    write(&mut out);
    let bytes = out.into_bytes();
    let tree = json::read(&bytes, usize::MAX).map_err(|_| S::Error::custom("what was written can be read"))?;
    tree.serialize(serializer)
}

fn document(node: &Node<'_>, key: &'static str) -> Result<Document, CheckError> {
    let members = Members::of(node, key)?;
    let digests = Members::of(members.get("sha256")?, "sha256")?;
    let en = digests.find("en").map(|_| digests.text("en")).transpose()?;
    Ok(Document {
        version: members.text("version")?.to_owned(),
        in_force_since: members.find("in_force_since").map(|_| members.integer("in_force_since")).transpose()?,
        sha256: Digests { ja: digests.text("ja")?.to_owned(), en: en.map(str::to_owned) },
    })
}

fn calendar(node: &Node<'_>) -> Result<Calendar, CheckError> {
    let members = Members::of(node, "calendar")?;
    let year_end = Members::of(members.get("year_end")?, "year_end")?;
    let text = CalendarText {
        open: members.text("open")?,
        close: members.text("close")?,
        offset: members.text("offset")?,
        year_end_from: year_end.text("from")?,
        year_end_to: year_end.text("to")?,
        weekday_excludes_holidays: members.boolean("weekday_excludes_holidays")?,
        extra_closed: members.texts("extra_closed")?,
        extra_open: members.texts("extra_open")?,
        holidays: members.texts("holidays")?,
        last_year: members.integer("last_year")?,
    };
    Calendar::read(&text).map_err(CheckError::Context)
}

/// An object of the context; of a repeated key the last counts, as everywhere else.
struct Members<'n>(&'n [(alloc::borrow::Cow<'n, str>, Node<'n>)]);

impl<'n> Members<'n> {
    fn of(node: &'n Node<'n>, key: &'static str) -> Result<Members<'n>, CheckError> {
        match node {
            Node::Object(entries) => Ok(Members(entries)),
            _ => Err(CheckError::Context(key)),
        }
    }

    fn find(&self, key: &str) -> Option<&'n Node<'n>> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    fn get(&self, key: &'static str) -> Result<&'n Node<'n>, CheckError> {
        self.find(key).ok_or(CheckError::Context(key))
    }

    fn text(&self, key: &'static str) -> Result<&'n str, CheckError> {
        match self.get(key)? {
            Node::Text { text, lone: false } => Ok(text),
            _ => Err(CheckError::Context(key)),
        }
    }

    fn integer(&self, key: &'static str) -> Result<i64, CheckError> {
        match self.get(key)? {
            Node::Number(written) => text::parse_i64(written)
                .filter(|number| number.unsigned_abs() <= SAFE_INTEGER_MAX.unsigned_abs())
                .ok_or(CheckError::Context(key)),
            _ => Err(CheckError::Context(key)),
        }
    }

    fn boolean(&self, key: &'static str) -> Result<bool, CheckError> {
        match self.get(key)? {
            Node::Bool(value) => Ok(*value),
            _ => Err(CheckError::Context(key)),
        }
    }

    fn texts(&self, key: &'static str) -> Result<Vec<&'n str>, CheckError> {
        let Node::List(nodes) = self.get(key)? else { return Err(CheckError::Context(key)) };
        nodes
            .iter()
            .map(|node| match node {
                Node::Text { text, lone: false } => Ok(text.as_ref()),
                _ => Err(CheckError::Context(key)),
            })
            .collect()
    }
}
