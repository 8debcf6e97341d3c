//! The preparation of every request: language, address, and the check of its origin.
//!
//! `GET /?lang=en` → the [`Visit`] in English, and the cookie that keeps the language

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::visit::{LANGUAGE, Visit, query_param, read_locale};
use super::{Problem, cookie, csrf, problem_page};
use crate::state::DeskState;

/// Prepares every request: language, address and the check of its origin.
pub async fn prepare(State(desk): State<Arc<DeskState>>, mut request: Request, next: Next) -> Response {
    let visit = Visit::new(desk, &request);
    let chosen = query_param(request.uri(), LANGUAGE).and_then(|word| read_locale(&word));
    let is_own = request.uri().path() == csrf::BACK_CHANNEL || csrf::is_own(request.method(), request.headers());
    request.extensions_mut().insert(visit.clone());
    let response = if is_own { next.run(request).await } else { Problem::CrossSite.into_response() };
    let mut response = problem_page::show(&visit, response);
    if let Some(cookie) = chosen.and_then(|locale| cookie::set_language(locale, visit.desk.parts.is_https)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
