//! Refusal of requests that another site's page makes in an operator's name.
//!
//! `POST` with `Sec-Fetch-Site: same-origin` → accepted · with `cross-site` → 403 · without it, `Origin: https://desk.example`
//! and `Host: desk.example` → accepted · with neither → 403

use axum::http::{HeaderMap, HeaderName, Method, header};

/// The relation of the page that makes a request to the desk, as the browser reports it.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The path at which the identity provider ends sessions. Its own server asks, with a signed token and without a cookie.
pub const BACK_CHANNEL: &str = "/oidc/logout";

/// Reports whether a request may change something: a reading always may be made; another one only comes from the desk's own
/// pages. Browsers before 2023, and all of them on plain HTTP elsewhere than on loopback, send `Origin` alone.
pub fn is_own(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match text(&SEC_FETCH_SITE) {
        // `none`: the person sent the form again from the address bar or after a restart of the browser.
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(&header::ORIGIN).zip(text(&header::HOST)).is_some_and(|(origin, host)| {
            origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(pairs: &[(HeaderName, &str)]) -> bool {
        let headers = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        is_own(&Method::POST, &headers)
    }

    #[test]
    fn only_the_desks_own_pages_may_post() {
        let host = (header::HOST, "desk.example:8081");
        assert!(post(&[(SEC_FETCH_SITE, "same-origin")]) && post(&[(SEC_FETCH_SITE, "none")]));
        assert!(post(&[host.clone(), (header::ORIGIN, "https://desk.example:8081")]));
        for pairs in [
            &[][..],
            std::slice::from_ref(&host),
            &[(SEC_FETCH_SITE, "cross-site"), host.clone(), (header::ORIGIN, "https://desk.example:8081")],
            &[(SEC_FETCH_SITE, "same-site")],
            &[host.clone(), (header::ORIGIN, "https://desk.example")],
            &[host.clone(), (header::ORIGIN, "https://evil.example")],
            &[host.clone(), (header::ORIGIN, "null")],
            &[(header::ORIGIN, "https://desk.example:8081")],
        ] {
            assert!(!post(pairs), "{pairs:?}");
        }
        assert!(is_own(&Method::GET, &HeaderMap::new()));
    }
}
