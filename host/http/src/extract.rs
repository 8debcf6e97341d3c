//! Values that handlers take from a request's address.
//!
//! `?locale=en` → `RequestedLocale(En)` (Japanese without it, or with any other value) · `?p=pk_…&preview=1` →
//! `RequestedPartner`

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use kakekomi_core::Locale;
use kakekomi_service::desk::partners::Partner;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

/// The time: milliseconds since the epoch, UTC. Tests replace it by one that jumps.
pub type Clock = fn() -> i64;

/// The language that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedLocale(pub Locale);

impl IntoParams for RequestedLocale {
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
#[derive(Debug, Clone, PartialEq, Eq, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestedPartner {
    /// The key of the partner whose page holds the form, `pk_…`
    #[param(rename = "p", value_type = String, required = false)]
    pub key: Option<String>,
    /// True if the form is only shown as a sample: every submission from it is a test.
    #[param(ignore)]
    pub preview: bool,
}

impl RequestedPartner {
    /// Reads the partner of an address.
    pub fn read(address: &Uri) -> RequestedPartner {
        RequestedPartner { key: query_param(address, "p"), preview: query_param(address, "preview").is_some() }
    }

    /// Writes a known partner behind another parameter of an address: `&p=pk_…`, with `&preview=1` for a sample. A key has only letters,
    /// digits and `_`.
    pub fn in_address(&self, partner: &Partner) -> String {
        format!("&p={}{}", partner.key, if self.preview { "&preview=1" } else { "" })
    }
}

impl<S: Sync> FromRequestParts<S> for RequestedLocale {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(RequestedLocale(requested_locale(&parts.uri)))
    }
}

/// Reads the language of an address; Japanese without one.
pub fn requested_locale(address: &Uri) -> Locale {
    query_param(address, "locale").and_then(|word| Locale::read(&word)).unwrap_or(Locale::Ja)
}

/// Returns a value of the query, with percent signs decoded; the first of several counts.
pub fn query_param(address: &Uri, name: &str) -> Option<String> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(address).map(|Query(pairs)| pairs).unwrap_or_default();
    pairs.into_iter().find(|(found, _)| found == name).map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locale_is_the_requested_one_or_japanese() {
        let of = |query: &str| requested_locale(&format!("/v1/check{query}").parse().unwrap());
        assert_eq!(of("?a=b&locale=en"), Locale::En);
        assert_eq!(of("?locale=%65n"), Locale::En);
        assert_eq!(of("?%FF=%GG&locale=en"), Locale::En);
        assert_eq!(of("?locale=ja"), Locale::Ja);
        assert_eq!(of("?locale=fr"), Locale::Ja);
        assert_eq!(of(""), Locale::Ja);
    }
}
