//! The answers that a grant names, and no other ones (clause 1⑤).
//!
//! `granted_values({"devices":[{"os":"Windows 11","usage":"shared"}],…}, ["/devices/*/os"])` → `{"devices":[{"os":"Windows 11"}]}`

use kakekomi_core::form::{Draft, Field, FieldKind};
use serde_json::{Map, Value};

/// Lists the paths that a grant may name, in the form's order: fields, and sections with all below them.
pub fn grantable_fields() -> Vec<String> {
    let mut paths = Vec::new();
    collect(Draft::FIELDS, "", &mut paths);
    paths
}

fn collect(fields: &'static [Field], parent: &str, paths: &mut Vec<String>) {
    for field in fields {
        let path = format!("{parent}/{}", field.name);
        paths.push(path.clone());
        match field.kind {
            FieldKind::List(_, below) => collect(below, &format!("{path}/*"), paths),
            kind => collect(kind.fields(), &path, paths),
        }
    }
}

/// Projects the values of a report. What is not named, or below a named path, is left out.
pub fn granted_values(values: &Value, named: &[String]) -> Value {
    part(values, "", named).unwrap_or_else(|| Value::Object(Map::new()))
}

fn part(value: &Value, path: &str, named: &[String]) -> Option<Value> {
    if named.iter().any(|named| is_within(path, named)) {
        return Some(value.clone());
    }
    match value {
        Value::Object(members) => {
            let parts = members.iter().map(|(name, value)| (name, part(value, &format!("{path}/{name}"), named)));
            let parts: Map<_, _> = parts.filter_map(|(name, value)| Some((name.clone(), value?))).collect();
            (!parts.is_empty()).then_some(Value::Object(parts))
        }
        Value::Array(entries) => {
            let path = format!("{path}/*");
            let parts: Vec<_> = entries.iter().filter_map(|entry| part(entry, &path, named)).collect();
            (!parts.is_empty()).then_some(Value::Array(parts))
        }
        _ => None,
    }
}

/// Reports whether a path is another one or below it: `/incident/kind` is within `/incident`.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_named_answers_are_projected() {
        let values = json!({
            "contact": { "company": "会社", "phone": "+81" },
            "contacts": "other",
            "devices": [{ "os": "W", "usage": "shared" }, { "usage": "personal" }],
            "incident": { "priorities": ["contain"], "summary": "x" }
        });
        let project =
            |named: &[&str]| granted_values(&values, &named.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(project(&["/contact"]), json!({ "contact": { "company": "会社", "phone": "+81" } }));
        assert_eq!(project(&["/devices/*/os"]), json!({ "devices": [{ "os": "W" }] }));
        assert_eq!(project(&["/incident/priorities"]), json!({ "incident": { "priorities": ["contain"] } }));
        assert_eq!(project(&["/none", "/contact/comp"]), json!({}));
        assert_eq!(project(&[]), json!({}));
    }

    #[test]
    fn every_field_of_the_form_may_be_granted() {
        let fields = grantable_fields();
        for path in ["/contact", "/contact/company", "/devices/*/os", "/logs", "/service/remote"] {
            assert!(fields.iter().any(|field| field == path), "{path}");
        }
    }
}
