//! Cookies of the desk: the session's token, the attempt to sign in at the identity provider, the language.
//!
//! `__Host-kakekomi=TOKEN; Path=/; Secure; HttpOnly; SameSite=Strict` over HTTPS, `kakekomi-desk=TOKEN; …` over loopback HTTP

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use kakekomi_core::Locale;

/// The session's cookie over HTTPS: the prefix ties it to this very host, and to HTTPS.
const SECURE_SESSION: &str = "__Host-kakekomi";
/// The session's cookie over loopback HTTP, where browsers refuse the prefix.
const LOOPBACK_SESSION: &str = "kakekomi-desk";
/// The cookies of an attempt to sign in at the identity provider, over HTTPS and over loopback HTTP.
const SECURE_ATTEMPT: &str = "__Host-kakekomi-oidc";
const LOOPBACK_ATTEMPT: &str = "kakekomi-desk-oidc";
/// The cookie with the language that was chosen last.
const LANGUAGE: &str = "lang";
/// The time for which the language is remembered: a year, in seconds.
const LANGUAGE_MAX_AGE: u32 = 31_536_000;

/// Finds the session's token in a request.
pub fn session(headers: &HeaderMap, is_https: bool) -> Option<&str> {
    find(headers, session_name(is_https)).filter(|token| !token.is_empty())
}

/// Makes the header that gives a session's token to the browser. The server ends the session, so the cookie has no age.
pub fn set_session(token: &str, is_https: bool) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{}={token}; {}", session_name(is_https), attributes(is_https))).ok()
}

/// Makes the header that removes the session's token from the browser.
pub fn remove_session(is_https: bool) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{}=; Max-Age=0; {}", session_name(is_https), attributes(is_https))).ok()
}

/// Finds the secret of the browser's attempt to sign in at the identity provider.
pub fn attempt(headers: &HeaderMap, is_https: bool) -> Option<&str> {
    find(headers, attempt_name(is_https)).filter(|secret| !secret.is_empty())
}

/// Makes the header that gives the secret of an attempt to the browser. The provider's page sends the browser back, so that the
/// cookie has to come with a link of another site.
pub fn set_attempt(secret: &str, lifetime: Duration, is_https: bool) -> Option<HeaderValue> {
    let (name, seconds) = (attempt_name(is_https), lifetime.as_secs());
    HeaderValue::from_str(&format!("{name}={secret}; Max-Age={seconds}; {}", lax_attributes(is_https))).ok()
}

/// Makes the header that removes the secret of an attempt from the browser.
pub fn remove_attempt(is_https: bool) -> Option<HeaderValue> {
    set_attempt("", Duration::ZERO, is_https)
}

/// Finds the language that was chosen last.
pub fn language(headers: &HeaderMap) -> Option<Locale> {
    let word = find(headers, LANGUAGE)?;
    Locale::ALL.into_iter().find(|locale| locale.as_str() == word)
}

/// Makes the header that remembers the language.
pub fn set_language(locale: Locale, is_https: bool) -> Option<HeaderValue> {
    let attributes = attributes(is_https);
    HeaderValue::from_str(&format!("{LANGUAGE}={}; Max-Age={LANGUAGE_MAX_AGE}; {attributes}", locale.as_str())).ok()
}

fn session_name(is_https: bool) -> &'static str {
    if is_https { SECURE_SESSION } else { LOOPBACK_SESSION }
}

fn attributes(is_https: bool) -> &'static str {
    if is_https { "Path=/; Secure; HttpOnly; SameSite=Strict" } else { "Path=/; HttpOnly; SameSite=Strict" }
}

fn attempt_name(is_https: bool) -> &'static str {
    if is_https { SECURE_ATTEMPT } else { LOOPBACK_ATTEMPT }
}

fn lax_attributes(is_https: bool) -> &'static str {
    if is_https { "Path=/; Secure; HttpOnly; SameSite=Lax" } else { "Path=/; HttpOnly; SameSite=Lax" }
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, value.parse().unwrap())])
    }

    #[test]
    fn each_scheme_has_its_own_session_cookie() {
        let headers = cookies("lang=en; kakekomi-desk=a; __Host-kakekomi=b");
        assert_eq!((session(&headers, false), session(&headers, true)), (Some("a"), Some("b")));
        assert_eq!(language(&headers), Some(Locale::En));
        assert_eq!(session(&cookies("kakekomi-desk="), false), None);
        assert_eq!(session(&cookies("x-kakekomi-desk=a"), false), None);
    }

    #[test]
    fn session_cookie_is_hidden_from_scripts_and_other_sites() {
        let secure = set_session("token", true).unwrap();
        assert_eq!(secure, "__Host-kakekomi=token; Path=/; Secure; HttpOnly; SameSite=Strict");
        assert_eq!(set_session("token", false).unwrap(), "kakekomi-desk=token; Path=/; HttpOnly; SameSite=Strict");
        assert!(set_session("to\nken", true).is_none());
        let attempt = set_attempt("secret", Duration::from_mins(10), true).unwrap();
        assert_eq!(attempt, "__Host-kakekomi-oidc=secret; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax");
        assert!(remove_session(true).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }
}
