//! What an address says: `?locale=en` → the language of the answer (anything else, and nothing, is
//! Japanese), `?p=pk_…` → the partner whose page it is about, and the names in its path.

use std::convert::Infallible;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use kakekomi_core::Locale;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

/// The language that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedLocale(pub Locale);

impl utoipa::IntoParams for RequestedLocale {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = Locale::ALL.map(Locale::as_str);
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
        let locale = ParameterBuilder::new()
            .name("locale")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some("The language of the sentences; without it, and with any other word, Japanese"))
            .schema(Some(schema));
        vec![locale.build()]
    }
}

/// The partner that a request names: `?p=pk_…`, with `&preview=1` on the desk's own page for partners.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestedPartner {
    /// The key as it is written, known to the desk or not.
    pub key: Option<String>,
    /// Whether the form is only looked at there: nothing that comes from it is meant.
    pub preview: bool,
}

impl utoipa::IntoParams for RequestedPartner {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let partner = ParameterBuilder::new()
            .name("p")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some("The key of the partner whose page holds the form, `pk_…`"))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        vec![partner.build()]
    }
}

impl RequestedPartner {
    /// The partner of an address.
    pub fn read(address: &Uri) -> RequestedPartner {
        RequestedPartner { key: query_param(address, "p"), preview: query_param(address, "preview").is_some() }
    }
}

/// The names in an address. One that is no UTF-8 names nothing, which is a 404 like any other.
pub type PathParams<T> = Result<Path<T>, PathRejection>;

impl<S: Sync> FromRequestParts<S> for RequestedLocale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(RequestedLocale(asked(&parts.uri)))
    }
}

impl<S: Sync> FromRequestParts<S> for RequestedPartner {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(RequestedPartner::read(&parts.uri))
    }
}

fn asked(address: &Uri) -> Locale {
    query_param(address, "locale").and_then(|word| Locale::read(&word)).unwrap_or(Locale::Ja)
}

/// A value of the query. Percent signs are decoded, as anywhere in a query; of several the first counts.
pub fn query_param(address: &Uri, name: &str) -> Option<String> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(address).map(|Query(pairs)| pairs).unwrap_or_default();
    pairs.into_iter().find(|(found, _)| found == name).map(|(_, word)| word)
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
