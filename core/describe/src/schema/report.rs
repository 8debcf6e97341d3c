//! A report and its context as JSON Schema, for the description of the HTTP interface.
//!
//! `report()` → `{"type": "object", "required": ["ruleset", "context", …], …}`. Members may be added to a
//! report, so unknown ones are allowed here, unlike in a draft.

use serde_json::{Map, Value, json};

use kakekomi_core::Code;
use kakekomi_core::json::SAFE_INTEGER_MAX;

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
    object([
        (
            "now",
            &json!({"type": "integer", "maximum": SAFE_INTEGER_MAX, "description": "Milliseconds since 1970, UTC"}),
        ),
        ("locale", &json!({"enum": ["ja", "en"]})),
        ("consent", &document),
        ("policy", &document),
        ("calendar", &calendar),
    ])
}

/// An object with all of these members.
fn object<const N: usize>(members: [(&str, &Value); N]) -> Value {
    let required: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), (*schema).clone())).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}
