//! This interface as OpenAPI 3.1: `GET /openapi.json`, `kakekomi openapi`, and a page to read it at `/docs`.
//!
//! `document(paths, desk)` → `{"openapi": "3.1.0", "paths": {"/v1/check": {"post": {…}}, …}, "components": {…}}`
//!
//! Paths and types come from the handlers (`#[utoipa::path]`, `ToSchema`), draft and report from the core, and the responses
//! outside 2xx from the codes of each route.

use std::collections::BTreeMap;

use kakekomi_core::Locale;
use kakekomi_describe::schema;
use kakekomi_service::desk::Desk;
use kakekomi_service::example;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::problem_code::ProblemCode;

/// The description without its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "kakekomi",
        description = "The intake of a security incident desk. Moments are whole milliseconds since 1970, UTC. Another \
            method than those listed is 405 `http.method`. The codes are explained in docs/codes.md, the rest in docs/http.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(super::problem::Members))
)]
pub struct Interface;

/// Problems of every operation, since they are decided before an operation is chosen.
const COMMON: [ProblemCode; 4] =
    [ProblemCode::DeskBusy, ProblemCode::HttpBadRequest, ProblemCode::HttpFailed, ProblemCode::RateLimited];

/// Describes all paths, with an example draft that carries the consent of a desk.
pub fn document(paths: &Paths, desk: &Desk) -> Value {
    let mut document = serde_json::to_value(&paths.openapi).unwrap_or_default();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(from_the_core());
        report_in_the_problem(schemas);
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        let scheme = json!({"type": "http", "scheme": "bearer", "description": "The token of POST /v1/return"});
        components.insert("securitySchemes".to_owned(), json!({ "visit": scheme }));
    }
    if let Some(items) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, codes) in &paths.problems {
            // axum marks a parameter of several segments; OpenAPI has no such parameters.
            let Some(mut item) = items.remove(path) else { continue };
            for (_, operation) in item.as_object_mut().into_iter().flatten() {
                add_problems(operation, COMMON.iter().chain(codes).copied());
                show_a_draft(operation, desk);
            }
            items.insert(path.replace("{*", "{"), item);
        }
    }
    document
}

/// The described paths, and the problems of each.
#[derive(Clone)]
pub struct Paths {
    /// The description that utoipa makes from the handlers.
    pub openapi: utoipa::openapi::OpenApi,
    /// The codes of a path, as axum writes the path.
    pub problems: Vec<(String, Vec<ProblemCode>)>,
}

/// Adds an accepted draft to an operation that takes a draft of the form.
fn show_a_draft(operation: &mut Value, desk: &Desk) {
    let schema = operation.pointer("/requestBody/content/application~1json/schema/$ref");
    if schema.is_none_or(|schema| schema != "#/components/schemas/Draft") {
        return;
    }
    let body = operation.pointer_mut("/requestBody/content/application~1json").and_then(Value::as_object_mut);
    let draft = example::example("ransomware", desk).and_then(|draft| serde_json::from_str(&draft).ok());
    if let (Some(body), Some(draft)) = (body, draft) {
        body.insert("example".to_owned(), draft);
    }
}

/// Returns the schemas of draft, report and context, with references as in this document.
fn from_the_core() -> Map<String, Value> {
    let mut draft = schema::schema();
    let members = draft.as_object_mut();
    let defs = members.and_then(|members| {
        // Dialect and base are those of the whole document; a component has neither.
        members.remove("$schema");
        members.remove("$id");
        members.remove("$defs")
    });
    let Some(Value::Object(mut schemas)) = defs else { return Map::new() };
    schemas.insert("Draft".to_owned(), draft);
    schemas.insert("Report".to_owned(), schema::report());
    schemas.insert("Context".to_owned(), schema::context());
    schemas.values_mut().for_each(refer_to_components);
    schemas
}

fn refer_to_components(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref") {
                *target = target.replace("#/$defs/", "#/components/schemas/");
            }
            members.values_mut().for_each(refer_to_components);
        }
        Value::Array(entries) => entries.iter_mut().for_each(refer_to_components),
        _ => {}
    }
}

/// Adds the report to a problem: it is the module's own bytes, so no Rust type contains it.
fn report_in_the_problem(schemas: &mut Map<String, Value>) {
    let properties = schemas.get_mut("Problem").and_then(|problem| problem.get_mut("properties"));
    if let Some(properties) = properties.and_then(Value::as_object_mut) {
        properties.insert("report".to_owned(), json!({ "$ref": "#/components/schemas/Report" }));
    }
}

/// Adds the responses outside 2xx of an operation: for each status the codes that it may carry.
fn add_problems(operation: &mut Value, codes: impl IntoIterator<Item = ProblemCode>) {
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        responses.extend(by_status.into_iter().map(|(status, codes)| (status.to_string(), response(&codes))));
    }
}

fn response(codes: &[ProblemCode]) -> Value {
    let meaning = |code: ProblemCode| match code {
        ProblemCode::Text(code) => code.meaning().trim(),
        _ => code.sentence(Locale::En),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_has_all_its_codes() {
        let mut operation = json!({"responses": {"200": {}}});
        let codes = [ProblemCode::ModuleUnknown, ProblemCode::StoreFull, ProblemCode::ConsentStale];
        add_problems(&mut operation, codes);
        let conflict = &operation["responses"]["409"]["content"]["application/problem+json"]["schema"]["allOf"][1];
        assert_eq!(conflict["properties"]["code"]["enum"], json!(["module.unknown", "consent.stale"]));
        assert!(operation["responses"]["503"]["headers"]["Retry-After"].is_object());
        assert!(operation["responses"]["409"]["headers"].is_null());
    }
}
