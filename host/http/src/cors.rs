//! CORS: the pages of other origins that may read the desk's responses, which are exactly those of partners.
//!
//! ```text
//! Origin: https://www.chamber.example.jp, which a partner has  →  Access-Control-Allow-Origin: the same
//! any other origin, `null`, none, or two                       →  nothing: the browser keeps the response from the page
//! anything below /embed/ or /packages/                         →  Access-Control-Allow-Origin: *
//! ```
//!
//! Only `/module/` and the paths of a form below `/v1/` are shared with partners, since a form inside a page needs no more. A preflight of a partner's
//! page is handled here; every other request passes unchanged. The files below `/embed/` and `/packages/` are public, so every
//! page may check their `integrity`. No credentials are allowed, since the desk has none.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kakekomi_service::desk::Desk;

/// Prefixes of the paths that are shared with partners' pages.
const SHARED: [&str; 2] = ["/v1/", "/module/"];
/// Prefixes of the paths below these that only the desk's own pages and frames use: a case is nobody else's.
const OWN: [&str; 6] = ["/v1/return", "/v1/answers", "/v1/amendments", "/v1/withdrawals", "/v1/intents", "/v1/files"];
/// Prefixes of the paths that are shared with every page.
const PUBLIC: [&str; 2] = ["/embed/", "/packages/"];

/// Headers of the response to a preflight. Ten minutes is the longest time that all browsers remember it.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, idempotency-key, kakekomi-module"),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];
/// Headers of a response that a page may read beside those that it may always read.
const EXPOSED: &str = "kakekomi-module, idempotency-replayed, retry-after, x-request-id";

/// Shares responses with partners' pages.
pub async fn share(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let is_public = is_public(request.uri().path());
    if !is_public && !is_shared(request.uri().path()) {
        return next.run(request).await;
    }
    let is_partners = |origin: &str| desk.profile().partners.iter().any(|partner| partner.is_at(origin));
    let allowed = origin(request.headers()).filter(|origin| origin.to_str().is_ok_and(is_partners)).cloned();
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &allowed {
        Some(_) if preflight => (StatusCode::NO_CONTENT, PREFLIGHT).into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if is_public {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if !preflight {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
    }
    response
}

/// Tells if partners' pages may load a path.
fn is_shared(path: &str) -> bool {
    let is_below = |prefix: &&str| path.starts_with(*prefix);
    SHARED.iter().any(is_below) && !OWN.iter().any(is_below)
}

/// Tells if every page may load a path.
pub fn is_public(path: &str) -> bool {
    PUBLIC.iter().any(|prefix| path.starts_with(prefix))
}

/// Returns the origin of a request, if it has exactly one.
pub fn origin(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.next().filter(|_| origins.next().is_none())
}
