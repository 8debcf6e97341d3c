//! What an address says: `?locale=en` → the language of the answer (anything else, and nothing, is
//! Japanese), and the names in its path.

use std::convert::Infallible;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
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
