//! What every answer says to the browser: run the desk's own files and nothing else, and keep nothing that does not
//! say how long it may be kept.

use std::fmt::Write as _;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use kakekomi_sandbox::Sandbox;
use kakekomi_service::desk::partners::Origin;

/// The page may run its own scripts and the module, use its own styles, and talk to this desk alone.
const PAGE_CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'";

/// What is no document, opened as one all the same, does nothing and is framed by nobody.
const NON_HTML_CSP: &str = "default-src 'none'; frame-ancestors 'none'";

/// What only a document heeds: on the seven other answers of a first visit it would be 2 KB of nothing.
const HTML_HEADERS: [(HeaderName, &str); 3] = [
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// What partners' pages load by script: it need not ask as another origin (CORS) does.
const EMBED_PREFIX: &str = "/embed/";
/// Who may load the bytes of an answer into a page.
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The module that judged, `sha256:<64 hex>`; in a submission, the module that the page ran.
pub const MODULE: HeaderName = HeaderName::from_static("kakekomi-module");

/// Who may hold an answer in a frame; left on the response where that is not nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Framed {
    /// These origins, to the letter.
    By(Vec<Origin>),
    /// The desk's own pages.
    ByItself,
}

/// Left on the response of a page of the desk that holds the form in a frame and asks by a form of its own.
#[derive(Debug, Clone, Copy)]
pub struct AllowsFraming;

/// Adds the headers to an answer.
pub async fn set(request: Request, next: Next) -> Response {
    let loaded = request.uri().path().starts_with(EMBED_PREFIX);
    let mut response = next.run(request).await;
    let elsewhere = loaded || response.extensions().get::<Framed>().is_some();
    let document = is_document(response.headers());
    let policy = if document {
        policy(response.extensions().get(), response.extensions().get())
    } else {
        NON_HTML_CSP.to_owned()
    };
    let headers = response.headers_mut();
    if document {
        headers.extend(HTML_HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    }
    // Origins are letters, digits, dots, hyphens and colons: every policy is a header's value.
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NON_HTML_CSP));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let resource = if elsewhere { "cross-origin" } else { "same-origin" };
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static(resource));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a browser may make a document of the answer: one without a type counts, since what "304 Not Modified" says
/// goes onto the document that is kept.
fn is_document(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn policy(framed: Option<&Framed>, holding: Option<&AllowsFraming>) -> String {
    let own = if holding.is_some() { "'self'" } else { "'none'" };
    let mut policy = format!("{PAGE_CSP}; frame-src {own}; form-action {own}; frame-ancestors");
    match framed {
        None => policy.push_str(" 'none'"),
        Some(Framed::ByItself) => policy.push_str(" 'self'"),
        Some(Framed::By(origins)) => origins.iter().for_each(|origin| _ = write!(policy, " {origin}")),
    }
    policy
}

/// Names the module that judged, or would have: `sha256:<64 hex>`.
pub fn with_module(mut response: Response, module: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(module) {
        response.headers_mut().insert(MODULE, value);
    }
    response
}

/// Names the current module of a sandbox as the one that judged, or would have.
pub fn with_current_module(response: Response, sandbox: &Sandbox) -> Response {
    with_module(response, &format!("sha256:{}", sandbox.current()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_for_those_who_were_named() {
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
