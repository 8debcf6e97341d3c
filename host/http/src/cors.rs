//! Which pages of another origin may read the desk's answers: those of partners, to the letter.
//!
//! ```text
//! Origin: https://www.chamber.example.jp, which a partner has  →  Access-Control-Allow-Origin: the same
//! any other origin, `null`, none, or two                       →  nothing: the browser keeps the answer from the page
//! anything below /embed/                                       →  Access-Control-Allow-Origin: *
//! ```
//!
//! Only what a form inside such a page needs is shared: `/v1/`, `/module/`, `/embed/`. A preflight of a partner's page
//! is answered here; everything else goes on as if this were not here. What stands on partners' pages is the same for
//! everybody and holds nothing of anybody, so every page may check its `integrity`, whoever is registered. No credentials
//! are allowed, since the desk has none.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::partners::Partner;

/// What is shared, by the beginning of its path.
const SHARED: [&str; 3] = ["/v1/", "/module/", PUBLIC];
/// What is for every page.
const PUBLIC: &str = "/embed/";

/// What a preflight is told. Ten minutes is as long as browsers agree on without asking again.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, idempotency-key, kakekomi-module"),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];
/// The headers of an answer that a page may read beside those that it may always read.
const EXPOSED: &str = "kakekomi-module, idempotency-replayed, retry-after, x-request-id";

/// Shares answers with partners' pages.
pub async fn share(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    if !SHARED.iter().any(|place| request.uri().path().starts_with(place)) {
        return next.run(request).await;
    }
    let is_public = request.uri().path().starts_with(PUBLIC);
    let partners = &desk.profile().partners;
    let allowed = origin(request.headers()).filter(|origin| is_a_partners(partners, origin)).cloned();
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

/// The origin that a request names, if it names exactly one.
pub fn origin(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.next().filter(|_| origins.next().is_none())
}

fn is_a_partners(partners: &[Partner], origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(|origin| partners.iter().any(|partner| partner.is_at(origin)))
}
