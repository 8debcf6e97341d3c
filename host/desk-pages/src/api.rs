//! The read-only interface for programs, with tokens of narrow scope.
//!
//! ```text
//! GET /api/cases?status=received    Authorization: Bearer kakekomi_…  →  {"cases": […], "next": "2.1795140000000.17"}
//! GET /api/cases/2609-4873-1059     with the scope `cases`: the contents too, which leaves the event case.viewed
//! ```
//!
//! A response outside 2xx is problem+json. The description is at `/openapi.json`.

use axum::Extension;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::{ApiToken, Role, TokenScope};
use kakekomi_casework::limits::PAGE_MAX;
use kakekomi_casework::{CaseView, Contents, FileView, Operator, Right, ScanMark, may};
use kakekomi_http::asset::JSON;
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Assignee, QueueFilter, QueueLine};
use serde_json::{Value, json};

use crate::frame::visit::Query;
use crate::frame::{Problem, Visit};
use crate::queue::filter;

/// Cases of a page without `limit`.
const LIMIT: u32 = 100;
/// The description of this interface, for programs that make clients.
const OPENAPI: &str = include_str!("../assets/openapi.json");

/// Lists cases in the order of the queue: clear columns alone.
pub async fn cases(visit: Visit, Extension(token): Extension<ApiToken>, query: Query) -> Result<Response, Problem> {
    let limit = limit(&query)?;
    let after = match query.get("after") {
        Some(after) => Some(filter::read_key(after).ok_or(Problem::BadRequest)?),
        None => None,
    };
    let operator = reader(&token, TokenScope::Queue)?;
    let lines = visit.desk.parts.casework.queue(&operator, &conditions(&query)?, after, limit).await;
    let lines = lines.map_err(|error| Problem::work(&error))?;
    let next = lines.iter().rev().find_map(|line| line.as_ref().ok()).map(|line| filter::write_key(line.key()));
    let shown: Vec<_> = lines
        .iter()
        .map(|line| match line {
            Ok(line) => shown(line),
            Err(damaged) => json!({ "seq": damaged.seq, "number": damaged.number, "damaged": true }),
        })
        .collect();
    Ok(respond(&json!({ "cases": shown, "next": next })))
}

/// Shows one case.
pub async fn case(
    visit: Visit,
    Extension(token): Extension<ApiToken>,
    Path(number): Path<String>,
) -> Result<Response, Problem> {
    let number = Number::read(&number).map_err(|_| Problem::NotFound)?;
    let view = visit.desk.parts.casework.view(&reader(&token, token.scope)?, &number).await;
    let view = view.map_err(|error| Problem::work(&error))?;
    Ok(respond(&shown_case(&view, token.scope)))
}

/// Responds with the description of this interface.
pub async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, JSON)], OPENAPI).into_response()
}

/// Makes the operator of a token. Within the scope `queue` nothing is opened, whatever the role of the account allows.
fn reader(token: &ApiToken, scope: TokenScope) -> Result<Operator, Problem> {
    match scope {
        _ if !may(token.role, Right::SeeQueue) => Err(Problem::Forbidden),
        TokenScope::Queue => Ok(Operator::account(&token.account, Role::Auditor)),
        TokenScope::Cases => Ok(Operator::account(&token.account, token.role)),
    }
}

/// Reads the number of cases of a page. Without this limit a page of no cases would look like the last one.
fn limit(query: &Query) -> Result<u32, Problem> {
    let Some(limit) = query.get("limit") else { return Ok(LIMIT) };
    limit.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit)).ok_or(Problem::BadRequest)
}

/// Reads the conditions of a request; an unknown parameter would be a condition without effect.
fn conditions(query: &Query) -> Result<QueueFilter, Problem> {
    const KNOWN: [&str; 7] = ["status", "assignee", "kind", "urgency", "test", "after", "limit"];
    // PostgreSQL compares no text with a null character.
    let is_strange = |name: &str| !KNOWN.contains(&name) || query.get(name).is_some_and(|text| text.contains('\0'));
    if query.names().any(is_strange) {
        return Err(Problem::BadRequest);
    }
    let text = |name: &str| query.get(name).map(str::to_owned);
    let is_test = match query.get("test") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(Problem::BadRequest),
    };
    Ok(QueueFilter {
        status: text("status"),
        assignee: text("assignee").map(Assignee::Name),
        kind: text("kind"),
        urgency: text("urgency"),
        test: is_test,
        ..QueueFilter::default()
    })
}

fn shown(line: &QueueLine) -> Value {
    serde_json::to_value(line).unwrap_or_default()
}

fn shown_case(view: &CaseView, scope: TokenScope) -> Value {
    let case = &view.case;
    let line = QueueLine {
        line: case.line.clone(),
        waiting_since: case.waiting_since,
        follow_up: case.follow_up,
        referral: case.clauses.referral.clone(),
        changed_n: case.changed_n,
    };
    let mut value = shown(&line);
    let Some(members) = value.as_object_mut() else { return value };
    members.insert("remote".to_owned(), json!(case.clauses.remote));
    members.insert("files".to_owned(), view.files.iter().map(shown_file).collect());
    if scope == TokenScope::Queue {
        return value;
    }
    members.insert("events".to_owned(), serde_json::to_value(&view.timeline).unwrap_or_default());
    if let Contents::Opened(contents) = &view.contents {
        members.insert("text".to_owned(), json!(String::from_utf8_lossy(&contents.opened.text)));
        members.insert("report".to_owned(), serde_json::from_slice(&contents.opened.report).unwrap_or_default());
        members.insert("missing".to_owned(), serde_json::to_value(&contents.missing).unwrap_or_default());
    }
    value
}

/// Shows an evidence file: the clear columns, and where the case is opened its name and the mark of its scan.
fn shown_file(file: &FileView) -> Value {
    let line = &file.line;
    let (scan, pattern) = match file.scan() {
        None => (None, None),
        Some(ScanMark::NoPattern) => (Some("no_pattern"), None),
        Some(ScanMark::Pattern(name)) => (Some("pattern"), Some(name)),
        Some(ScanMark::TooLarge) => (Some("too_large"), None),
    };
    json!({
        "id": line.id.to_string(), "what": line.what, "log": line.log, "state": file.state(), "length": line.length,
        "offset": line.offset, "declared_sha256": line.declared_sha256.as_deref().map(hex),
        "sha256": line.sha256.as_deref().map(hex), "created_at": line.created_at, "changed_at": line.changed_at,
        "name": file.name, "type": file.media_type, "scan": scan, "pattern": pattern,
    })
}

fn respond(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, JSON)], value.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::routes::{Access, ROUTES};

    #[test]
    fn the_description_has_the_routes_and_codes_of_the_interface() {
        let document: Value = serde_json::from_str(OPENAPI).unwrap();
        let described: BTreeSet<_> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let routes = ROUTES.iter().filter(|route| matches!(route.access, Access::Token(_)));
        assert_eq!(described, routes.map(|route| route.path).collect());
        let codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].as_array().unwrap();
        let own = Problem::ALL.map(|problem| json!(format!("desk.{}", problem.code())));
        assert_eq!(codes, &own);
    }
}
