//! The agreement by 「サービスを利用する」: its documents, language and time.
//!
//! `{"document": {"version": "1", "sha256": "…"}, "policy": {…}, "language": "ja", "agreed_at": 1795140000000}`

use super::choice::choice;
use super::declare::section;
use super::field::FieldKind;
use super::number::whole;
use super::section::{self};
use super::slot::Value;
use super::{Answer, Digest, Line};
use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::{Node, SAFE_INTEGER_MAX, Writer};
use crate::locale::Locale;
use crate::path::PathCursor;

section! {
    /// The agreement (the consent document's last sentence; clause 1③).
    pub struct Consent {
        /// The consent document that was shown.
        document: Answer<AgreedDocument> = required("同意書", CASE);
        /// The privacy policy that was shown.
        policy: Answer<AgreedDocument> = required("プライバシーポリシー", CASE);
        /// The language that it was shown in.
        language: Answer<Language> = required("同意書", CASE | STATISTICS);
        /// The time when the button was pressed.
        agreed_at: Answer<Instant> = required("同意書", CASE);
    }
}

section! {
    /// A document that was agreed to.
    pub struct AgreedDocument {
        /// The version of the document.
        version: Answer<Line> = required("同意書", CASE);
        /// The SHA-256 of the served file's bytes.
        sha256: Answer<Digest> = required("同意書", CASE);
    }
}

/// To the page it is one field, which is counted once, and not a record.
impl Value for AgreedDocument {
    const KIND: FieldKind = FieldKind::Document;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        section::read_record(node, at, diagnostics)
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        section::check(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        section::write(self, out);
    }
}

/// Milliseconds since the epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(
    /// The milliseconds.
    pub i64,
);

impl Value for Instant {
    const KIND: FieldKind = FieldKind::Instant;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        if matches!(node, Node::Text { .. }) {
            // Written by a program, not typed by a person: nothing to fold.
            diagnostics.type_mismatch(at, &node, Code::TypeInteger);
            return Answer::Invalid;
        }
        whole(&node, 0, SAFE_INTEGER_MAX, at, diagnostics).map(Instant)
    }

    fn write(&self, out: &mut Writer) {
        out.number(self.0);
    }
}

choice! {
    /// A language of the documents; the Japanese prevails.
    pub enum Language {
        Ja = "ja",
        En = "en",
    }
}

impl Language {
    /// The locale of the documents in this language.
    pub const fn locale(self) -> Locale {
        match self {
            Language::Ja => Locale::Ja,
            Language::En => Locale::En,
        }
    }
}
