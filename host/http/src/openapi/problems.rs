//! The responses outside 2xx of an operation: for each status the codes that it may carry.
//!
//! `add(operation, [ProblemCode::HttpContentType])` → `"415": {"description": "…", "content": {"application/problem+json": …}}`

use std::collections::BTreeMap;

use kakekomi_core::Locale;
use serde_json::{Value, json};

use crate::problem_code::ProblemCode;

/// Adds the problems that an operation may answer with.
pub fn add(operation: &mut Value, codes: impl IntoIterator<Item = ProblemCode>) {
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        responses.extend(by_status.into_iter().map(|(status, codes)| (status.to_string(), response(&codes))));
    }
}

fn response(codes: &[ProblemCode]) -> Value {
    let lines: Vec<_> = codes.iter().map(|code| format!("- `{}` {}", code.as_str(), meaning(*code))).collect();
    let words: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let schema = json!({"allOf": [
        {"$ref": "#/components/schemas/Problem"},
        {"properties": {"code": {"enum": words}}},
    ]});
    let mut response = json!({
        "description": lines.join("\n"),
        "content": {"application/problem+json": {"schema": schema}},
    });
    let has_retry_after = codes.iter().all(|code| code.retry_after().is_some());
    if let Some(members) = response.as_object_mut().filter(|_| has_retry_after) {
        let seconds = json!({"type": "integer", "minimum": 1});
        let header = json!({"description": "Seconds", "required": true, "schema": seconds});
        members.insert("headers".to_owned(), json!({"Retry-After": header}));
    }
    response
}

fn meaning(code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::Text(code) => code.meaning().trim(),
        _ => code.sentence(Locale::En),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_all_its_codes() {
        let mut operation = json!({"responses": {"200": {}}});
        let codes = [ProblemCode::ModuleUnknown, ProblemCode::StoreFull, ProblemCode::ConsentStale];
        add(&mut operation, codes);
        let conflict = &operation["responses"]["409"]["content"]["application/problem+json"]["schema"]["allOf"][1];
        assert_eq!(conflict["properties"]["code"]["enum"], json!(["module.unknown", "consent.stale"]));
        assert!(operation["responses"]["503"]["headers"]["Retry-After"].is_object());
        assert!(operation["responses"]["409"]["headers"].is_null());
    }
}
