//! Headers of every response: a browser runs the desk's own files and nothing else, and keeps nothing without leave.
//!
//! `GET /` → `Content-Security-Policy: default-src 'none'; script-src 'self' …`, `Cache-Control: no-store`, and others

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use kakekomi_sandbox::Sandbox;
use kakekomi_service::desk::partners::Origin;

use super::cors::is_public;
use super::problem_code::ProblemCode;

/// The page may run its own scripts and the module, use its own styles, and talk to this desk alone.
const PAGE_CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'";

/// The policy of a page without scripts. A document of the operator may hold any HTML, and none of it runs or asks anything.
const STATIC_CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// CSP for non-HTML responses.
const NON_HTML_CSP: &str = "default-src 'none'; frame-ancestors 'none'";

/// Headers that only a document heeds: on the seven other responses of a first visit they would be 2 KB for nothing.
const HTML_HEADERS: [(HeaderName, &str); 3] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// The pages that may load the bytes of a response.
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// What a document demands of everything that it loads.
const CROSS_ORIGIN_EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");

/// The module that judged, `sha256:<64 hex>`; in a submission, the module that the page ran.
pub const MODULE: HeaderName = HeaderName::from_static("kakekomi-module");

/// The pages that may frame a response, as an extension of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framed {
    /// Exactly these origins.
    By(Vec<Origin>),
    /// The desk's own pages.
    ByItself,
}

/// An extension of the response of a page of the desk that frames the form and has a form of its own.
#[derive(Debug, Clone, Copy)]
pub struct AllowsFraming;

/// An extension of the response of a page on which nothing runs, and that nobody may frame.
#[derive(Debug, Clone, Copy)]
pub struct RunsNothing;

/// Adds the headers to a response. Every problem names the current module, unless another one judged.
pub async fn set(State(sandbox): State<Arc<Sandbox>>, request: Request, next: Next) -> Response {
    // A script element needs no CORS.
    let loaded = is_public(request.uri().path());
    let mut response = next.run(request).await;
    let is_framed = response.extensions().get::<Framed>().is_some();
    let elsewhere = loaded || is_framed;
    let is_problem = response.extensions().get::<ProblemCode>().is_some();
    let document = is_document(response.headers());
    let policy = match (document, response.extensions().get::<RunsNothing>()) {
        (false, _) => NON_HTML_CSP.to_owned(),
        (true, Some(RunsNothing)) => STATIC_CSP.to_owned(),
        (true, None) => policy(response.extensions().get(), response.extensions().get()),
    };
    let headers = response.headers_mut();
    if document {
        headers.extend(HTML_HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    }
    // A page that requires this of its frames could not hold the form otherwise; all that the form loads is the desk's own.
    if is_framed {
        headers.insert(CROSS_ORIGIN_EMBEDDER_POLICY, HeaderValue::from_static("require-corp"));
    }
    // Origins are letters, digits, dots, hyphens and colons: every policy is a header's value.
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NON_HTML_CSP));
    if is_problem && let Ok(module) = HeaderValue::from_str(&format!("sha256:{}", sandbox.current())) {
        headers.entry(MODULE).or_insert(module);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let resource = if elsewhere { "cross-origin" } else { "same-origin" };
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static(resource));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Tells if a browser may make a document of the response. One without a type counts, since the headers of a 304 replace
/// those of the document that the browser keeps.
fn is_document(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn policy(framed: Option<&Framed>, framing: Option<&AllowsFraming>) -> String {
    let own = if framing.is_some() { "'self'" } else { "'none'" };
    let mut policy = format!("{PAGE_CSP}; frame-src {own}; form-action {own}; frame-ancestors");
    match framed {
        None => policy.push_str(" 'none'"),
        Some(Framed::ByItself) => policy.push_str(" 'self'"),
        Some(Framed::By(origins)) => origins.iter().for_each(|origin| _ = write!(policy, " {origin}")),
    }
    policy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_origins_may_frame() {
        assert!(policy(None, None).ends_with("frame-src 'none'; form-action 'none'; frame-ancestors 'none'"));
        assert!(
            policy(Some(&Framed::ByItself), Some(&AllowsFraming))
                .ends_with("form-action 'self'; frame-ancestors 'self'")
        );
        let named =
            ["https://a.example", "http://localhost:3000"].map(|text| Origin::try_from(text.to_owned()).unwrap());
        let policy = policy(Some(&Framed::By(named.to_vec())), None);
        assert!(policy.ends_with("frame-ancestors https://a.example http://localhost:3000"), "{policy}");
    }
}
