//! The form as JSON Schema 2020-12, for programs that write drafts.
//!
//! `schema()` → `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", …}`
//!
//! It is made from the field table. **It accepts everything that the rules accept**; `docs/schema.md`, which
//! `tests/tests/schema.rs` makes, lists what it cannot refuse. It is wide on purpose: a blank text, an empty list entry and a typed
//! number are drafts that the rules read. Patterns list their white space, since `\s` differs between engines.

mod moment;
mod report;
mod text;

use serde_json::{Map, Value, json};

use kakekomi_core::Locale;
use kakekomi_core::form::{Draft, Field, FieldKind, LINE_MAX, Requirement, TEXT_MAX};
use kakekomi_core::json::SAFE_INTEGER_MAX;
use kakekomi_core::message;
pub use report::{context, question, report};

/// The schema of a draft.
pub fn schema() -> Value {
    let defs = json!({"unknown": unknown(), "moment": moment::moment(), "answeredMoment": moment::answered()});
    let keywords = [
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("$id", json!(format!("urn:kakekomi:draft:{}", kakekomi_core::RULESET))),
        ("$defs", defs),
        ("title", json!("A draft of the intake form (Annex 1.2)")),
        ("allOf", json!([responsible_is_known()])),
    ];
    keywords
        .into_iter()
        .fold(object(Draft::FIELDS, ""), |schema, (keyword, value)| with_keyword(schema, keyword, value))
}

/// 分からない in place of a value.
fn unknown() -> Value {
    json!({
        "title": "Unknown", "description": "不明: said to be unknown, which is an answer",
        "type": "object", "properties": {"unknown": {"const": true}}, "required": ["unknown"], "additionalProperties": false,
    })
}

/// The schema of answers to the questions of a context, whatever they are: the rules know which of them are asked.
pub fn answers() -> Value {
    // A choice is a text, and so are yes and no.
    let kinds = [text::text(TEXT_MAX, false), moment::moment(), unknown()];
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {"other": {"type": "object", "additionalProperties": {"anyOf": kinds}}},
    })
}

/// Requires a person who authorises remote support, if it is wanted (Annex 1.2, 実施責任者).
fn responsible_is_known() -> Value {
    json!({
        "if": {"properties": {"service": {"type": "object", "required": ["remote"]}}, "required": ["service"]},
        "then": {"properties": {"contact": {"properties": {"responsible": {"type": "string"}}}}},
    })
}

/// An object with the known keys and no other (clause 1①).
fn object(fields: &[Field], at: &str) -> Value {
    let path = |field: &Field| format!("{at}/{}", field.name);
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), member(field, &path(field)))).collect();
    let required: Vec<_> = fields.iter().filter(|field| is_required(field)).map(|field| field.name).collect();
    let either: Vec<_> = fields
        .iter()
        .filter(|field| field.spec.requirement == Requirement::OneOf)
        .map(|field| json!({"required": [field.name], "properties": {field.name: text::not_blank()}}))
        .collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema = with_keyword(schema, "required", json!(required));
    }
    if !either.is_empty() {
        schema = with_keyword(schema, "anyOf", json!(either));
    }
    schema
}

/// Checks if a field is required; a section is, if a field of it is.
fn is_required(field: &Field) -> bool {
    match field.kind {
        FieldKind::Section(fields) => fields.iter().any(is_required),
        _ => field.spec.requirement == Requirement::Required,
    }
}

/// A field: its value, or unknown where that is an answer; with its title and its item of Annex 1.2.
fn member(field: &Field, path: &str) -> Value {
    let value = value(field.kind, field.spec.requirement == Requirement::Required, path);
    let value = if field.spec.unknown { json!({ "anyOf": [value, {"$ref": "#/$defs/unknown"}] }) } else { value };
    let Some(title) = message::title(path, Locale::En) else { return value };
    let mut about = format!("Annex 1.2: {}", field.spec.annex);
    for text in [message::question(path, Locale::En), message::hint(path, Locale::En)].into_iter().flatten() {
        about += if about.ends_with('?') { " " } else { ". " };
        about += text;
    }
    with_keyword(with_keyword(value, "title", json!(title)), "description", json!(about))
}

fn value(kind: FieldKind, required: bool, path: &str) -> Value {
    match kind {
        FieldKind::Line => text::line(LINE_MAX, required),
        FieldKind::Text => text::text(TEXT_MAX, required),
        FieldKind::Phone => json!({"type": "string", "pattern": text::phone()}),
        FieldKind::Email => text::or_blank(&json!({"type": "string", "pattern": text::email()})),
        FieldKind::Digest if required => json!({"type": "string", "pattern": text::digest()}),
        FieldKind::Digest => text::or_blank(&json!({"type": "string", "pattern": text::digest()})),
        FieldKind::Choice(words) => choice(words, required),
        FieldKind::Ordered(words) => ordered(words),
        FieldKind::Moment => json!({"$ref": if required { "#/$defs/answeredMoment" } else { "#/$defs/moment" }}),
        FieldKind::Integer(min, max) => {
            let typed = text::or_blank(&json!({"type": "string", "pattern": text::integer()}));
            json!({"anyOf": [{"type": "integer", "minimum": min, "maximum": max}, typed]})
        }
        FieldKind::Flag => json!({"type": "boolean"}),
        FieldKind::Agree => json!({"const": true}),
        FieldKind::Section(fields) | FieldKind::Record(fields) => object(fields, path),
        FieldKind::List(max, fields) => {
            json!({"type": "array", "maxItems": max, "items": object(fields, &format!("{path}/*"))})
        }
        FieldKind::Document => object(kakekomi_core::form::AgreedDocument::FIELDS, path),
        FieldKind::Instant => json!({"type": "integer", "minimum": 0, "maximum": SAFE_INTEGER_MAX}),
        FieldKind::Reserved => json!(false),
    }
}

/// One of the words; for an optional field a page's empty list entry, too.
fn choice(words: &[&str], required: bool) -> Value {
    let blank = if required { None } else { Some("") };
    json!({ "enum": words.iter().copied().chain(blank).collect::<Vec<_>>() })
}

/// Words in an order, each at most once; an empty entry may repeat.
fn ordered(words: &[&str]) -> Value {
    let once = |word: &&str| json!({"contains": {"const": word}, "minContains": 0, "maxContains": 1});
    json!({
        "type": "array", "items": choice(words, false), "maxItems": words.len(),
        "allOf": words.iter().map(once).collect::<Vec<_>>(),
    })
}

/// A schema with one more keyword.
fn with_keyword(mut schema: Value, keyword: &str, value: Value) -> Value {
    if let Some(keywords) = schema.as_object_mut() {
        keywords.insert(keyword.to_owned(), value);
    }
    schema
}
