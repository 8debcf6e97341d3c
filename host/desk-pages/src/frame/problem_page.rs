//! The page of a problem for a person, and problem+json (RFC 9457) below `/api/`.
//!
//! `show(&visit, response)` with [`Problem::NotFound`] → 404 and a page in the visitor's language, with the way back

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde_json::json;

use super::Problem;
use super::layout::{self, Page};
use super::visit::Visit;

/// Writes the problem of a response as a page or as JSON. Other responses stay as they are.
pub fn show(visit: &Visit, mut response: Response) -> Response {
    let status = response.status();
    let known = response.extensions_mut().remove::<Problem>();
    // The framework's own rejections have a sentence in English.
    let is_bare = !is_written(response.headers());
    let Some(problem) = known.or_else(|| Problem::of_status(status).filter(|_| is_bare)) else { return response };
    let mut shown = page(problem, visit);
    for name in [header::SET_COOKIE, header::RETRY_AFTER, header::ALLOW, header::WWW_AUTHENTICATE] {
        for value in response.headers().get_all(&name) {
            shown.headers_mut().append(name.clone(), value.clone());
        }
    }
    shown
}

/// Writes the problem for its reader.
fn page(problem: Problem, visit: &Visit) -> Response {
    let (title, sentence) = visit.words().problem.get(problem.code());
    if visit.is_api() {
        let status = problem.status();
        let body = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or_default(),
            "status": status.as_u16(),
            "detail": sentence,
            "code": format!("desk.{}", problem.code()),
        });
        return (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response();
    }
    let frame = &visit.words().frame;
    let content = html! {
        section.sheet.narrow {
            h1 { (title) }
            p { (sentence) }
            @if problem == Problem::SignedOut { p { a.button href="/login" target="_blank" { (frame.sign_in) } } }
            p { a href="/" { (frame.to_queue) } }
        }
    };
    (problem.status(), layout::page(visit, &Page::titled(title), &content)).into_response()
}

/// Reports whether a response has a body for its reader.
fn is_written(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !kind.is_empty() && !kind.starts_with("text/plain")
}
