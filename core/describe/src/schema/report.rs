//! A report and its context as JSON Schema, for the description of the HTTP interface.
//!
//! `report()` → `{"type": "object", "required": ["ruleset", "context", …], …}`. Members may be added to a
//! report, so unknown ones are allowed here, unlike in a draft.

use serde_json::{Map, Value, json};

use kakekomi_core::Code;
use kakekomi_core::json::SAFE_INTEGER_MAX;
use kakekomi_core::questions::{CHOICES_MAX, CHOICES_MIN, ID_MAX, QUESTIONS_MAX, QuestionKind, TITLE_MAX};

/// The schema of a report. Its context is `#/components/schemas/Context`.
pub fn report() -> Value {
    let path = json!({"type": "string", "description": "A JSON Pointer into the draft; empty for the text as a whole"});
    let code = json!({"enum": Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()});
    let message = json!({"type": "string", "description": "A sentence for the person"});
    let count = json!({"type": "integer", "minimum": 0});
    let params = json!({
        "type": "object",
        "properties": {"largest": {"type": "array", "items": &path, "maxItems": 3}},
        "additionalProperties": {"type": "integer"},
    });
    let issue = object([("path", &path), ("code", &code), ("params", &params), ("message", &message)]);
    let clause = json!({"type": "string", "description": "The clause of the consent document"});
    let advisory = object([("code", &code), ("clause", &clause), ("path", &path), ("message", &message)]);
    let guidance = object([("code", &code), ("message", &message)]);
    let section = json!({"type": "string"});
    let progress = object([("section", &section), ("required", &count), ("answered", &count), ("unknown", &count)]);
    object([
        ("ruleset", &json!({"type": "string", "description": "The version of the rules"})),
        ("context", &json!({"$ref": "#/components/schemas/Context"})),
        ("accepted", &json!({"type": "boolean"})),
        ("issues", &list(&issue)),
        ("advisories", &list(&advisory)),
        ("guidance", &list(&guidance)),
        ("progress", &list(&progress)),
        ("hidden", &list(&path)),
        (
            "values",
            &json!({"type": "object", "description": "The draft with normalised values; what was refused is left out"}),
        ),
    ])
}

/// The schema of a context.
pub fn context() -> Value {
    let text = json!({"type": "string"});
    let day = json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"});
    let digest = json!({"type": "string", "pattern": "^[0-9a-f]{64}$"});
    let digests = json!({"type": "object", "properties": {"ja": digest, "en": digest}, "required": ["ja"]});
    let document = object([("version", &text), ("sha256", &digests)]);
    let calendar = object([
        ("open", &text),
        ("close", &text),
        ("offset", &text),
        ("year_end", &object([("from", &text), ("to", &text)])),
        ("weekday_excludes_holidays", &json!({"type": "boolean"})),
        ("extra_closed", &list(&day)),
        ("extra_open", &list(&day)),
        ("holidays", &list(&day)),
        ("last_year", &json!({"type": "integer"})),
    ]);
    let context = object([
        (
            "now",
            &json!({"type": "integer", "maximum": SAFE_INTEGER_MAX, "description": "Milliseconds since 1970, UTC"}),
        ),
        ("locale", &json!({"enum": ["ja", "en"]})),
        ("consent", &document),
        ("policy", &document),
        ("calendar", &calendar),
    ]);
    with_optional(context, "questions", json!({"type": "array", "maxItems": QUESTIONS_MAX, "items": question()}))
}

/// The schema of a question of the desk.
pub fn question() -> Value {
    let word = json!({"type": "string", "pattern": format!("^[a-z0-9_]{{1,{ID_MAX}}}$")});
    let text = json!({"type": "string", "minLength": 1, "maxLength": TITLE_MAX});
    let title = with_optional(object([("ja", &text)]), "en", text);
    let choices = json!({
        "type": "array", "minItems": CHOICES_MIN, "maxItems": CHOICES_MAX,
        "items": object([("value", &word), ("title", &title)]),
        "description": "For the kind choice alone",
    });
    let kinds = QuestionKind::ALL.map(QuestionKind::as_str);
    let required = json!({"type": "boolean"});
    let question =
        object([("id", &word), ("kind", &json!({"enum": kinds})), ("required", &required), ("title", &title)]);
    with_optional(question, "choices", choices)
}

/// An object with all of these members.
fn object<const N: usize>(members: [(&str, &Value); N]) -> Value {
    let required: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), (*schema).clone())).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

/// The schema of an object with one more member, which may be missing.
fn with_optional(mut schema: Value, name: &str, member: Value) -> Value {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(name.to_owned(), member);
    }
    schema
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}
