//! `?locale=en` → the language of the answer; anything else, and nothing, is Japanese.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kakekomi_core::Locale;

/// The language that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked(pub Locale);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Asked(of_query(parts.uri.query().unwrap_or_default())))
    }
}

fn of_query(query: &str) -> Locale {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("locale="));
    asked.and_then(Locale::read).unwrap_or(Locale::Ja)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_is_asked_for_or_japanese() {
        assert_eq!(of_query("a=b&locale=en"), Locale::En);
        assert_eq!(of_query("locale=ja"), Locale::Ja);
        assert_eq!(of_query("locale=fr"), Locale::Ja);
        assert_eq!(of_query(""), Locale::Ja);
    }
}
