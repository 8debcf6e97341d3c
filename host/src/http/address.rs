//! What an address says: `?locale=en` → the language of the answer (anything else, and nothing, is
//! Japanese), and the names in its path.

use std::convert::Infallible;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use kakekomi_core::Locale;

/// The language that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked(pub Locale);

/// The names in an address. One that is no UTF-8 names nothing, which is a 404 like any other.
pub type Named<T> = Result<Path<T>, PathRejection>;

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Asked(asked(&parts.uri)))
    }
}

/// Percent signs are decoded, as anywhere in a query; of several the first counts.
fn asked(address: &Uri) -> Locale {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(address).map(|Query(pairs)| pairs).unwrap_or_default();
    let asked = pairs.iter().find(|(name, _)| name == "locale");
    asked.and_then(|(_, word)| Locale::read(word)).unwrap_or(Locale::Ja)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_is_asked_for_or_japanese() {
        let of = |query: &str| asked(&format!("/v1/check{query}").parse().unwrap());
        assert_eq!(of("?a=b&locale=en"), Locale::En);
        assert_eq!(of("?locale=%65n"), Locale::En);
        assert_eq!(of("?%FF=%GG&locale=en"), Locale::En);
        assert_eq!(of("?locale=ja"), Locale::Ja);
        assert_eq!(of("?locale=fr"), Locale::Ja);
        assert_eq!(of(""), Locale::Ja);
    }
}
