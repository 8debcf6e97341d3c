//! The form description: what the page draws, one file a language, beside the module.
//!
//! `describe(Locale::Ja)` → `{"ruleset": "…", "locale": "ja", "words": {…}, "sections": [{"name":
//! "contact", "kind": "section", "title": "お客さまの窓口情報", "fields": [{"name": "company", "path":
//! "/contact/company", "kind": "line", "need": "required", "max": 200, …}]}]}`
//!
//! It is made from the field table and `messages/*.toml` at build time, so that the page holds no
//! rule, no count and no sentence of its own.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::form::{Draft, Field, LINE_MAX, Rule, Shape, TEXT_MAX};
use crate::locale::Locale;
use crate::message;

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
    pub sections: Vec<Node>,
}

/// A section, a field, or an entry of a list.
#[derive(Debug, Serialize)]
pub struct Node {
    /// The key in the draft; empty for an entry of a list.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'static str,
    /// Path pattern: list entries stand as `*`.
    pub path: String,
    /// What is drawn: see [`kind`].
    pub kind: &'static str,
    /// Its title.
    pub title: &'static str,
    /// A hint above the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
    /// The item of Annex 1.2 (clause 1①).
    pub annex: &'static str,
    /// Whether it must be answered.
    pub need: &'static str,
    /// Whether 分からない is an answer.
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
    pub fields: Vec<Node>,
    /// An entry of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Box<Node>>,
}

/// A word to choose.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// The word in the draft; `true` and `false` of a flag stand as words too.
    pub value: &'static str,
    /// Its title.
    pub title: &'static str,
}

/// The form in a language.
pub fn describe(locale: Locale) -> Description {
    Description {
        ruleset: crate::RULESET,
        locale: locale.as_str(),
        words: message::page(locale).collect(),
        sections: nodes(Draft::FIELDS, "", locale),
    }
}

fn nodes(fields: &[Field], parent: &str, locale: Locale) -> Vec<Node> {
    let asked = fields.iter().filter(|field| !matches!(field.shape, Shape::Later));
    asked.map(|field| node(field.name, field.rule, field.shape, format!("{parent}/{}", field.name), locale)).collect()
}

fn node(name: &'static str, rule: Rule, shape: Shape, path: String, locale: Locale) -> Node {
    let (min, max) = range(shape);
    Node {
        name,
        kind: kind(shape),
        title: message::title(&path, locale).unwrap_or(name),
        hint: message::hint(&path, locale),
        annex: rule.annex,
        need: need(rule),
        unknown: rule.unknown,
        min,
        max,
        autocomplete: rule.autocomplete,
        options: options(shape, &path, locale),
        fields: match shape {
            Shape::Section(fields) | Shape::Record(fields) => nodes(fields, &path, locale),
            _ => Vec::new(),
        },
        item: match shape {
            Shape::List(_, fields) => {
                Some(Box::new(node("", Rule::section(rule.annex), Shape::Record(fields), format!("{path}/*"), locale)))
            }
            _ => None,
        },
        path,
    }
}

/// The word for what is drawn.
pub fn kind(shape: Shape) -> &'static str {
    match shape {
        Shape::Line => "line",
        Shape::Text => "text",
        Shape::Phone => "phone",
        Shape::Email => "email",
        Shape::Choice(_) => "choice",
        Shape::Ordered(_) => "ordered",
        Shape::Moment => "moment",
        Shape::Integer(..) => "integer",
        Shape::Digest => "digest",
        Shape::Flag => "flag",
        Shape::Agree => "agree",
        Shape::Section(_) => "section",
        Shape::Record(_) => "record",
        Shape::List(..) => "list",
        Shape::Document => "document",
        Shape::Instant => "instant",
        Shape::Later => "later",
    }
}

fn need(rule: Rule) -> &'static str {
    use crate::form::Need;
    match rule.need {
        Need::Required => "required",
        Need::Optional => "optional",
        Need::Advised => "advised",
        Need::Either => "either",
    }
}

fn range(shape: Shape) -> (Option<i64>, Option<i64>) {
    let count = |max: usize| (None, i64::try_from(max).ok());
    match shape {
        Shape::Line => count(LINE_MAX),
        Shape::Text => count(TEXT_MAX),
        Shape::List(max, _) => count(max),
        Shape::Integer(min, max) => (Some(min), Some(max)),
        _ => (None, None),
    }
}

fn options(shape: Shape, path: &str, locale: Locale) -> Vec<Choice> {
    let words: &[&'static str] = match shape {
        Shape::Choice(words) | Shape::Ordered(words) => words,
        Shape::Flag => &["true", "false"],
        _ => &[],
    };
    words
        .iter()
        .map(|word| Choice { value: word, title: message::option(path, word, locale).unwrap_or(word) })
        .collect()
}
