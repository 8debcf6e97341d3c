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

use kakekomi_core::PageLanguage;
use kakekomi_core::form::{Draft, Field, FieldKind, FieldSpec, LINE_MAX, Requirement, TEXT_MAX};
use kakekomi_core::message;

/// The whole form in one language.
#[derive(Debug, Serialize)]
pub struct Description {
    /// The version of the rules.
    pub ruleset: &'static str,
    /// `ja`, `en` or `easy`.
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
    /// The question that it asks in everyday words, where the title is a term of Annex 1.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<&'static str>,
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

/// Fields whose question turns the term of Annex 1.2 round, so that 「はい」 never means "no": `no` is the answer that is asked for, and
/// comes first.
const TURNED: [&str; 2] = ["/situation/remote_refused", "/situation/no_surrounding_logs"];

/// The form in a language.
pub fn describe(language: impl Into<PageLanguage>) -> Description {
    let language = language.into();
    Description {
        ruleset: kakekomi_core::RULESET,
        locale: language.as_str(),
        words: message::page(language).collect(),
        sections: describe_fields(Draft::FIELDS, "", language),
    }
}

fn describe_fields(fields: &[Field], parent: &str, language: PageLanguage) -> Vec<FieldDescription> {
    let shown = fields.iter().filter(|field| !matches!(field.kind, FieldKind::Reserved));
    shown.map(|field| describe_field(field, format!("{parent}/{}", field.name), language)).collect()
}

fn describe_field(field: &Field, path: String, language: PageLanguage) -> FieldDescription {
    let &Field { name, spec, kind } = field;
    let (min, max) = range(kind);
    let item = match kind {
        FieldKind::List(_, fields) => {
            let entry = Field {
                name: "",
                spec: FieldSpec::section(spec.annex, spec.purposes),
                kind: FieldKind::Record(fields),
            };
            Some(Box::new(describe_field(&entry, format!("{path}/*"), language)))
        }
        _ => None,
    };
    FieldDescription {
        name,
        kind: kind_word(kind),
        title: message::title(&path, language).unwrap_or(name),
        question: message::question(&path, language),
        hint: message::hint(&path, language),
        annex: spec.annex,
        need: requirement_word(spec.requirement),
        unknown: spec.unknown,
        min,
        max,
        autocomplete: spec.autocomplete,
        options: options(kind, &path, language),
        fields: describe_fields(kind.fields(), &path, language),
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

fn options(kind: FieldKind, path: &str, language: PageLanguage) -> Vec<Choice> {
    let words: &[&'static str] = match kind {
        FieldKind::Choice(words) | FieldKind::Ordered(words) => words,
        FieldKind::Flag => &["true", "false"],
        _ => &[],
    };
    let titled =
        |word: &&'static str| Choice { value: word, title: message::option(path, word, language).unwrap_or(word) };
    let mut choices: Vec<Choice> = words.iter().map(titled).collect();
    if TURNED.contains(&path) {
        choices.reverse();
    }
    choices
}
