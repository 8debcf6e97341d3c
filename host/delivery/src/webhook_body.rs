//! The body of a webhook, and its JSON Schema.
//!
//! `case.received` → `{"type":"case.received","timestamp":"2026-11-20T00:30:00Z","data":{"number":"2609-4873-1059","kind":"case.received"}}`

use kakekomi_store::{EventKind, TEST_KIND, clock};
use serde::Serialize;
use serde_json::{Value, json};

use crate::channel::Notice;

/// The body of a webhook.
#[derive(Debug, Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    kind: &'a str,
}

/// Makes the body of a notice.
pub(crate) fn body(notice: &Notice) -> Result<Vec<u8>, serde_json::Error> {
    let data = Data { number: notice.case.as_deref(), kind: &notice.kind };
    serde_json::to_vec(&Body { r#type: &notice.kind, timestamp: clock::format_rfc3339(notice.at, "+00:00"), data })
}

/// Lists the kinds of events that a target can subscribe to: those of cases.
pub fn case_kinds() -> impl Iterator<Item = EventKind> {
    EventKind::ALL.iter().copied().filter(|kind| !kind.is_store_wide())
}

/// Builds the JSON Schema of the bodies.
pub fn schema() -> Value {
    let kinds: Vec<_> = case_kinds().map(EventKind::as_str).collect();
    let body = |kind: &Value, data: &Value| {
        json!({
            "type": "object",
            "properties": {
                "type": kind,
                "timestamp": { "type": "string", "format": "date-time", "description": "The moment of the event, UTC." },
                "data": data,
            },
            "required": ["type", "timestamp", "data"],
            "additionalProperties": false,
        })
    };
    let data = |properties: &Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    let kind = json!({ "enum": kinds, "description": "The kind of the event." });
    let number = json!({
        "type": "string",
        "pattern": "^([0-9]{4}-[0-9]{4}-[0-9]{4}|[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})$",
        "description": "The reception number of the case.",
    });
    let of_case = data(&json!({ "number": number, "kind": kind }), &["number", "kind"]);
    let test = json!({ "const": TEST_KIND, "description": "A test of the endpoint, of no event." });
    let of_test = data(&json!({ "kind": test }), &["kind"]);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Body of a webhook of kakekomi",
        "oneOf": [body(&kind, &of_case), body(&test, &of_test)],
    })
}
