//! The agreement by 「サービスを利用する」: its documents, language and time.
//!
//! `{"document": {"version": "1", "sha256": "…"}, "policy": {…}, "language": "ja", "agreed_at": 1795140000000}`

use super::choice::choice;
use super::declare::section;
use super::field::{FieldKind, FieldSpec};
use super::number::whole;
use super::section::{self};
use super::slot::Value;
use super::{Answer, Digest, Line};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::{Node, SAFE_INTEGER_MAX, Writer};
use crate::locale::Locale;
use crate::path::PathCursor;

section! {
    /// The agreement (the consent document's last sentence; clause 1③).
    pub struct Consent {
        /// The consent document that was shown
        document: Answer<AgreedDocument> = FieldSpec::required("同意書");
        /// The privacy policy that was shown
        policy: Answer<AgreedDocument> = FieldSpec::required("プライバシーポリシー");
        /// The language that it was shown in
        language: Answer<Language> = FieldSpec::required("同意書");
        /// The time when the button was pressed
        agreed_at: Answer<Instant> = FieldSpec::required("同意書");
    }
}

section! {
    /// A document: its version and its bytes' digest.
    pub struct DocumentParts {
        /// The version that it bears
        version: Answer<Line> = FieldSpec::required("同意書");
        /// The SHA-256 of the served file's bytes
        sha256: Answer<Digest> = FieldSpec::required("同意書");
    }
}

/// A document that was agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgreedDocument(
    /// Version and digest.
    pub DocumentParts,
);

impl AgreedDocument {
    /// The rows of version and digest.
    pub const FIELDS: &'static [super::Field] = DocumentParts::FIELDS;
}

impl Value for AgreedDocument {
    const KIND: FieldKind = FieldKind::Document;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        if matches!(node, Node::Object(_)) {
            let mut parts = DocumentParts::default();
            section::read(&mut parts, node, at, diagnostics);
            Answer::Given(AgreedDocument(parts))
        } else {
            diagnostics.type_mismatch(at, &node, crate::code::Code::TypeObject);
            Answer::Invalid
        }
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        section::check(&self.0, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        section::write(&self.0, out);
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
            diagnostics.type_mismatch(at, &node, crate::code::Code::TypeInteger);
            return Answer::Invalid;
        }
        match whole(&node, 0, SAFE_INTEGER_MAX, at, diagnostics) {
            Answer::Given(ms) => Answer::Given(Instant(ms)),
            _ => Answer::Invalid,
        }
    }

    fn write(&self, out: &mut Writer) {
        out.number(self.0);
    }
}

choice! {
    /// A language of the documents; the Japanese prevails.
    pub enum Language {
        /// 日本語
        Ja = "ja",
        /// English
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
