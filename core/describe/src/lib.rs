//! The form description from which the page renders the form: a file for each language, beside the module.
//!
//! `describe(Locale::Ja)` → `{"ruleset": "…", "locale": "ja", "words": {…}, "sections": [{"name":
//! "contact", "kind": "section", "title": "お客さまの窓口情報", "fields": [{"name": "company", "path":
//! "/contact/company", "kind": "line", "need": "required", "max": 200, …}]}]}`
//!
//! It is made from the field table and `messages/*.toml` at build time, so that the page has no rule, no count and no sentence of
//! its own.

#![forbid(unsafe_code)]

pub mod schema;

use std::collections::BTreeMap;

use serde::Serialize;

use kakekomi_core::Locale;
use kakekomi_core::form::{Draft, Field, FieldKind, FieldSpec, LINE_MAX, Requirement, TEXT_MAX};
use kakekomi_core::message;

/// The whole form in one language.
#[derive(Debug, Serialize)]
pub struct Description {
    /// The version of the rules.
    pub ruleset: &'static str,
    /// `ja` or `en`.
    pub locale: &'static str,
    /// The page's own words by key.
    pub words: BTreeMap<&'static str, &'static str>,
    /// The sections in the form's order.
    pub sections: Vec<FieldDescription>,
}

/// A section, a field, or an entry of a list.
#[derive(Debug, Serialize)]
pub struct FieldDescription {
    /// The key in the draft; empty for an entry of a list.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'static str,
    /// Path pattern with `*` for list entries.
    pub path: String,
    /// The kind of control, such as `line`.
    pub kind: &'static str,
    /// Its title.
    pub title: &'static str,
    /// A hint above the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
    /// The item of Annex 1.2 (clause 1①).
    pub annex: &'static str,
    /// The need for an answer.
    pub need: &'static str,
    /// True if 分からない is an answer.
    pub unknown: bool,
    /// Smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Largest number, most code points or most entries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// The HTML standard's autofill word.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub autocomplete: &'static str,
    /// The words to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// The fields of a section or record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDescription>,
    /// An entry of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Box<FieldDescription>>,
}

/// A word to choose.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// The word in the draft; `true` and `false` of a flag are words, too.
    pub value: &'static str,
    /// Its title.
    pub title: &'static str,
}

/// The form in a language.
pub fn describe(locale: Locale) -> Description {
    Description {
        ruleset: kakekomi_core::RULESET,
        locale: locale.as_str(),
        words: message::page(locale).collect(),
        sections: describe_fields(Draft::FIELDS, "", locale),
    }
}

fn describe_fields(fields: &[Field], parent: &str, locale: Locale) -> Vec<FieldDescription> {
    let shown = fields.iter().filter(|field| !matches!(field.kind, FieldKind::Reserved));
    shown.map(|field| describe_field(field, format!("{parent}/{}", field.name), locale)).collect()
}

fn describe_field(field: &Field, path: String, locale: Locale) -> FieldDescription {
    let &Field { name, spec, kind } = field;
    let (min, max) = range(kind);
    let item = match kind {
        FieldKind::List(_, fields) => {
            let entry = Field { name: "", spec: FieldSpec::section(spec.annex), kind: FieldKind::Record(fields) };
            Some(Box::new(describe_field(&entry, format!("{path}/*"), locale)))
        }
        _ => None,
    };
    FieldDescription {
        name,
        kind: kind_word(kind),
        title: message::title(&path, locale).unwrap_or(name),
        hint: message::hint(&path, locale),
        annex: spec.annex,
        need: requirement_word(spec.requirement),
        unknown: spec.unknown,
        min,
        max,
        autocomplete: spec.autocomplete,
        options: options(kind, &path, locale),
        fields: describe_fields(kind.fields(), &path, locale),
        item,
        path,
    }
}

fn kind_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Line => "line",
        FieldKind::Text => "text",
        FieldKind::Phone => "phone",
        FieldKind::Email => "email",
        FieldKind::Choice(_) => "choice",
        FieldKind::Ordered(_) => "ordered",
        FieldKind::Moment => "moment",
        FieldKind::Integer(..) => "integer",
        FieldKind::Digest => "digest",
        FieldKind::Flag => "flag",
        FieldKind::Agree => "agree",
        FieldKind::Section(_) => "section",
        FieldKind::Record(_) => "record",
        FieldKind::List(..) => "list",
        FieldKind::Document => "document",
        FieldKind::Instant => "instant",
        FieldKind::Reserved => "later",
    }
}

fn requirement_word(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Required => "required",
        Requirement::Optional => "optional",
        Requirement::Advised => "advised",
        Requirement::OneOf => "either",
    }
}

fn range(kind: FieldKind) -> (Option<i64>, Option<i64>) {
    let count = |max: usize| (None, i64::try_from(max).ok());
    match kind {
        FieldKind::Line => count(LINE_MAX),
        FieldKind::Text => count(TEXT_MAX),
        FieldKind::List(max, _) => count(max),
        FieldKind::Integer(min, max) => (Some(min), Some(max)),
        _ => (None, None),
    }
}

fn options(kind: FieldKind, path: &str, locale: Locale) -> Vec<Choice> {
    let words: &[&'static str] = match kind {
        FieldKind::Choice(words) | FieldKind::Ordered(words) => words,
        FieldKind::Flag => &["true", "false"],
        _ => &[],
    };
    words
        .iter()
        .map(|word| Choice { value: word, title: message::option(path, word, locale).unwrap_or(word) })
        .collect()
}
