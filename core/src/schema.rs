//! The form as JSON Schema 2020-12, for programs that write drafts.
//!
//! `schema()` → `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", …}`
//!
//! Made from the field table, never beside it. It accepts whatever the rules accept; it cannot refuse
//! all that they refuse (`docs/schema.md` lists what). Wider than it might be on purpose: a blank
//! text, an empty list entry and a typed number are drafts that the rules read.

use serde_json::{Map, Value, json};

use crate::form::{Draft, Field, LINE_MAX, Need, Shape, TEXT_MAX};

/// Characters that no text may hold: controls and `Bidi_Control` (a class of ECMA-262).
const NEVER: &str = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069";
/// Line breaks and tabs, which a line may not hold either.
const BREAKS: &str = r"\t\n\r\u2028\u2029";

/// The schema of a draft.
pub fn schema() -> Value {
    let mut schema = object(Draft::FIELDS);
    if let Some(map) = schema.as_object_mut() {
        map.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        map.insert("$id".to_owned(), json!(format!("urn:kakekomi:draft:{}", crate::RULESET)));
        map.insert("title".to_owned(), json!("A draft of the intake form (Annex 1.2)"));
        map.insert("$defs".to_owned(), json!({ "unknown": unknown() }));
    }
    schema
}

fn unknown() -> Value {
    json!({"type": "object", "properties": {"unknown": {"const": true}}, "required": ["unknown"], "additionalProperties": false})
}

/// An object with the known keys and no other (clause 1①).
fn object(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut either = Vec::new();
    for field in fields {
        properties.insert(field.name.to_owned(), member(field));
        let holds_required = matches!(field.shape, Shape::Section(fields) if fields.iter().any(|field| field.rule.need == Need::Required));
        if field.rule.need == Need::Required || holds_required {
            required.push(field.name);
        }
        if field.rule.need == Need::Either {
            either.push(json!({ "required": [field.name] }));
        }
    }
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if let Some(map) = schema.as_object_mut() {
        if !required.is_empty() {
            map.insert("required".to_owned(), json!(required));
        }
        if !either.is_empty() {
            map.insert("anyOf".to_owned(), json!(either));
        }
    }
    schema
}

/// A field: its value, or unknown where that is an answer.
fn member(field: &Field) -> Value {
    let value = value(field.shape, field.rule.need == Need::Required);
    if field.rule.unknown { json!({ "anyOf": [value, {"$ref": "#/$defs/unknown"}] }) } else { value }
}

fn value(shape: Shape, required: bool) -> Value {
    match shape {
        Shape::Line => text(&format!("^[^{NEVER}{BREAKS}]*$"), LINE_MAX, required),
        Shape::Text => text(&format!("^[^{NEVER}]*$"), TEXT_MAX, required),
        Shape::Phone | Shape::Email | Shape::Digest => json!({"type": "string"}),
        Shape::Choice(words) => choice(words, required),
        Shape::Ordered(words) => json!({"type": "array", "items": choice(words, false), "maxItems": words.len()}),
        Shape::Moment => moment(required),
        Shape::Integer(min, max) => {
            json!({"anyOf": [{"type": "integer", "minimum": min, "maximum": max}, {"type": "string"}]})
        }
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Agree => json!({"const": true}),
        Shape::Section(fields) | Shape::Record(fields) => object(fields),
        Shape::List(max, fields) => json!({"type": "array", "maxItems": max, "items": object(fields)}),
        Shape::Document => object(crate::form::AgreedDocument::FIELDS),
        Shape::Instant => json!({"type": "integer", "minimum": 0, "maximum": crate::form::SAFE_INTEGER_MAX}),
        Shape::Later => json!(false),
    }
}

/// A text. White space alone is not answered, so a required one holds something else, and an
/// optional one may be white space of any kind.
fn text(pattern: &str, max: usize, required: bool) -> Value {
    if required {
        json!({"type": "string", "maxLength": max, "pattern": pattern, "allOf": [{"pattern": "\\S"}]})
    } else {
        json!({"anyOf": [{"type": "string", "maxLength": max, "pattern": pattern}, {"type": "string", "pattern": "^[\\s\\u0085\\u200b\\u2060\\ufeff]*$"}]})
    }
}

fn choice(words: &[&str], required: bool) -> Value {
    let blank = if required { None } else { Some("") };
    json!({ "enum": words.iter().copied().chain(blank).collect::<Vec<_>>() })
}

fn moment(required: bool) -> Value {
    let part = json!({"type": "string"});
    let parts = json!({
        "type": "object", "additionalProperties": false,
        "properties": {"year": part, "month": part, "day": part, "time": part},
    });
    json!({
        "type": "object", "additionalProperties": false,
        "required": if required { vec!["at"] } else { Vec::new() },
        "properties": {
            "at": {"anyOf": [part, parts]},
            "precision": {"enum": ["minute", "day", "month", "year", "about", ""]},
            "offset": part,
        },
    })
}
