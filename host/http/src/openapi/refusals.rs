//! What is not 2xx: for each operation the codes that it may answer with, and so the statuses.
//!
//! `add("/v1/check", operation)` → `"415": {"description": "…", "content": {"application/problem+json": …}}`

use std::collections::BTreeMap;

use kakekomi_core::{Code, Locale, message};
use serde_json::{Value, json};

use crate::problem;

/// Any operation, since they are decided before one is chosen.
const ANY: [&str; 4] = ["desk.busy", "http.bad_request", "http.failed", "rate.limited"];
/// Where a body is taken.
const BODY: [&str; 4] = ["http.content_type", "http.content_encoding", "http.too_large", "http.timeout"];
/// Where a draft is handed in.
const SUBMISSION: [&str; 16] = [
    "partner.unknown",
    "partner.origin",
    "idempotency.missing",
    "idempotency.invalid",
    "idempotency.reused",
    "idempotency.in_progress",
    "module.header",
    "module.unknown",
    "module.retired",
    "module.superseded",
    "consent.stale",
    "draft.issues",
    "store.failed",
    "store.full",
    "quota.exceeded",
    "store.in_doubt",
];

/// The codes of an operation, by its path.
fn codes(path: &str) -> Vec<&'static str> {
    let mut codes = ANY.to_vec();
    if matches!(path, "/v1/check" | "/v1/submissions") {
        codes.extend(BODY);
        codes.extend(Code::ALL.iter().map(|code| code.as_str()).filter(|code| code.starts_with("text.")));
    }
    match path {
        "/v1/submissions" => codes.extend(SUBMISSION.into_iter().chain(["engine.failed"])),
        "/v1/check" | "/v1/desk" => codes.push("engine.failed"),
        "/v1/schema" | "/openapi.json" | "/docs" | "/partners" => {}
        _ => codes.push("http.not_found"),
    }
    codes
}

/// Adds them to an operation.
pub fn add(path: &str, operation: &mut Value) {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in codes(path) {
        by_status.entry(problem::status(code).as_u16()).or_default().push(code);
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        for (status, codes) in by_status {
            responses.insert(status.to_string(), response(&codes));
        }
    }
}

fn response(codes: &[&str]) -> Value {
    let lines: Vec<_> = codes.iter().map(|code| format!("- `{code}` {}", sentence(code))).collect();
    let schema = json!({"allOf": [
        {"$ref": "#/components/schemas/Problem"},
        {"properties": {"code": {"enum": codes}}},
    ]});
    let mut response = json!({
        "description": lines.join("\n"),
        "content": {"application/problem+json": {"schema": schema}},
    });
    let again = codes.iter().all(|code| problem::retry_after(code).is_some());
    if let Some(members) = response.as_object_mut().filter(|_| again) {
        let seconds = json!({"type": "integer", "minimum": 1});
        let header = json!({"description": "Seconds", "required": true, "schema": seconds});
        members.insert("headers".to_owned(), json!({"Retry-After": header}));
    }
    response
}

fn sentence(code: &str) -> &'static str {
    let issue = || Code::read(code).map(Code::meaning);
    message::problem(code, Locale::En).or_else(issue).unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_a_problem_is_described() {
        let described: Vec<_> = ["/v1/submissions", "/"].into_iter().flat_map(codes).collect();
        // 405 belongs to no operation; draft.not_json stands in for a code that a verdict has always.
        let elsewhere = ["http.method", "draft.not_json"];
        for (table, code) in message::keys() {
            assert!(table != "problem" || described.contains(&code) || elsewhere.contains(&code), "{code}");
        }
    }

    #[test]
    fn statuses_have_all_their_codes() {
        let mut operation = json!({"responses": {"200": {}}});
        add("/v1/submissions", &mut operation);
        let conflict = &operation["responses"]["409"]["content"]["application/problem+json"]["schema"]["allOf"][1];
        let codes = &conflict["properties"]["code"]["enum"];
        assert_eq!(
            codes,
            &json!([
                "idempotency.in_progress",
                "module.unknown",
                "module.retired",
                "module.superseded",
                "consent.stale"
            ])
        );
        assert!(operation["responses"]["503"]["headers"]["Retry-After"].is_object());
        assert!(operation["responses"]["409"]["headers"].is_null());
    }
}
