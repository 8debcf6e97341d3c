//! This interface as OpenAPI 3.1: `GET /openapi.json`, `kakekomi openapi`, and a page to read it at `/docs`.
//!
//! `document(desk)` → `{"openapi": "3.1.0", "paths": {"/v1/check": {"post": {…}}, …}, "components": {…}}`
//!
//! Paths and types come from the handlers (`#[utoipa::path]`, `ToSchema`), the draft and the report from
//! the core, what is not 2xx from [`refusals`]: each status with all the codes that it may carry.

mod page;
mod refusals;

use kakekomi_describe::schema;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use kakekomi_service::desk::Desk;
use kakekomi_service::example;

pub use page::{DocsFiles, docs, file, openapi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "kakekomi",
        description = "The intake of a security incident desk. Moments are whole milliseconds since 1970, UTC. Another \
            method than those listed is 405 `http.method`. The codes are explained in docs/codes.md, the rest in docs/http.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        super::check::check,
        super::submissions::submit,
        super::desk::desk,
        super::desk::consent,
        super::module::schema,
        super::module::file,
        super::module::description,
        super::page::index,
        super::page::file,
        super::sheet::sheet,
        super::embed::file,
        super::partners::compose,
        super::partners::file,
        page::openapi,
        page::docs,
        page::file
    ),
    components(schemas(super::problem::Members))
)]
struct Described;

/// The whole description; the drafts in it carry the consent of this desk.
pub fn document(desk: &Desk) -> Value {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(from_the_core());
        report_in_the_problem(schemas);
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, methods) in paths {
            for (_, operation) in methods.as_object_mut().into_iter().flatten() {
                refusals::add(path, operation);
                show_a_draft(operation, desk);
            }
        }
    }
    document
}

/// Where a draft is taken, one that is accepted.
fn show_a_draft(operation: &mut Value, desk: &Desk) {
    let body = operation.pointer_mut("/requestBody/content/application~1json").and_then(Value::as_object_mut);
    let draft = example::example("ransomware", desk).and_then(|draft| serde_json::from_str(&draft).ok());
    if let (Some(body), Some(draft)) = (body, draft) {
        body.insert("example".to_owned(), draft);
    }
}

/// Draft, report and context, with their references as this document has them.
fn from_the_core() -> Map<String, Value> {
    let mut draft = schema::schema();
    let members = draft.as_object_mut();
    let defs = members.and_then(|members| {
        // Of one document there is one dialect and one base: a component has neither of its own.
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

/// The report stands in a problem as the module's own bytes, so no Rust type holds it.
fn report_in_the_problem(schemas: &mut Map<String, Value>) {
    let properties = schemas.get_mut("Problem").and_then(|problem| problem.get_mut("properties"));
    if let Some(properties) = properties.and_then(Value::as_object_mut) {
        properties.insert("report".to_owned(), json!({ "$ref": "#/components/schemas/Report" }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(entries) => entries.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(&Desk::load(None).unwrap());
        assert_eq!(document["openapi"], "3.1.0");
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        let example = &document["paths"]["/v1/check"]["post"]["requestBody"]["content"]["application/json"]["example"];
        assert!(example["consent"]["agreed_at"].is_i64(), "{example}");
        for reference in found {
            let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            assert!(target.is_some(), "{reference} leads nowhere");
        }
    }
}
