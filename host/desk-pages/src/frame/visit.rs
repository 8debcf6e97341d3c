//! A request, with everything about it that a page needs.
//!
//! `GET /?lang=en` with a session's cookie → a [`Visit`] in English of a signed-in account

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::Uri;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kakekomi_accounts::Session;
use kakekomi_casework::{Operator, Right, may};
use kakekomi_core::Locale;
use kakekomi_http::client_ip::Peer;
use url::form_urlencoded;

use super::words::Words;
use super::{Problem, cookie};
use crate::state::DeskState;

/// The parameter of an address that chooses the language.
pub const LANGUAGE: &str = "lang";
/// The prefix of the paths that programs ask for.
const API: &str = "/api/";

/// A request, with everything about it that a page needs.
#[derive(Clone)]
pub struct Visit {
    /// The state of the desk.
    pub desk: Arc<DeskState>,
    /// The language of the page.
    pub locale: Locale,
    /// The session of a signed-in account; the guard puts it here. `None` on the pages that anybody may see.
    pub session: Option<Session>,
    /// The client's address.
    pub address: IpAddr,
    /// The address of the page, `/cases/new?lang=en`: the links to other languages lead to it.
    pub page: String,
    token: Option<String>,
}

impl Visit {
    /// Reads language, address and token of a request.
    pub fn new(desk: Arc<DeskState>, request: &Request) -> Visit {
        let headers = request.headers();
        let chosen = query_param(request.uri(), LANGUAGE).and_then(|word| read_locale(&word));
        let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        Visit {
            locale: chosen.or_else(|| cookie::language(headers)).unwrap_or(Locale::Ja),
            session: None,
            address: desk.parts.trusted.client(peer, headers),
            page: page_of(request.uri()),
            token: cookie::session(headers, desk.parts.is_https).map(str::to_owned),
            desk,
        }
    }

    /// Returns the words in the visit's language.
    pub fn words(&self) -> &Words {
        self.desk.words(self.locale)
    }

    /// Returns the moment of the desk's clock; milliseconds since the epoch, UTC.
    pub fn now(&self) -> i64 {
        (self.desk.parts.now)()
    }

    /// Returns the operator who is signed in.
    ///
    /// # Errors
    /// [`Problem::SignedOut`]: nobody is.
    pub fn operator(&self) -> Result<Operator, Problem> {
        let session = self.session.as_ref().ok_or(Problem::SignedOut)?;
        Ok(Operator::account(&session.account, session.role))
    }

    /// Reports whether the signed-in account has a right.
    pub fn may(&self, right: Right) -> bool {
        self.session.as_ref().is_some_and(|session| may(session.role, right))
    }

    /// Returns the token of the session's cookie, valid or not.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Reports whether a program asks.
    pub fn is_api(&self) -> bool {
        self.page.starts_with(API)
    }

    /// Sets the address of the page where it is not that of the request: the form of a rejected POST.
    #[must_use]
    pub fn at(mut self, page: String) -> Visit {
        self.page = page;
        self
    }
}

impl FromRequestParts<Arc<DeskState>> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<DeskState>) -> Result<Visit, Problem> {
        parts.extensions.get::<Visit>().cloned().ok_or(Problem::Failed)
    }
}

/// The parameters of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the parameters of an address.
    pub fn of(address: &Uri) -> Query {
        Query(form_urlencoded::parse(address.query().unwrap_or_default().as_bytes()).into_owned().collect())
    }

    /// Returns the value of a parameter, without white space around it; `None` for an empty one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(found, _)| found == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// Lists the names of the parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Writes the parameters without those of some names: `?status=received&mine=1`; "" without any.
    pub fn without(&self, names: &[&str]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let kept = self.0.iter().filter(|(name, value)| !names.contains(&name.as_str()) && !value.is_empty());
        query.extend_pairs(kept);
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query, Infallible> {
        Ok(Query::of(&parts.uri))
    }
}

/// Returns path and parameters of an address. A path that begins with two slashes would lead to another host as a link.
fn page_of(address: &Uri) -> String {
    let page = address.path_and_query().map_or("/", |page| page.as_str());
    local_path(page).unwrap_or("/").to_owned()
}

/// Returns a parameter of an address, decoded.
pub fn query_param(address: &Uri, name: &str) -> Option<String> {
    Query::of(address).get(name).map(str::to_owned)
}

/// Makes the same address in a language: `/?status=received`, En → `/?status=received&lang=en`.
pub fn in_language(page: &str, locale: Locale) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let query = Query(form_urlencoded::parse(query.as_bytes()).into_owned().collect()).without(&[LANGUAGE]);
    let separator = if query.is_empty() { '?' } else { '&' };
    format!("{path}{query}{separator}{LANGUAGE}={}", locale.as_str())
}

/// Reads an address of this desk; `None` for an address of another site, and for one that no header can carry.
pub fn local_path(text: &str) -> Option<&str> {
    let is_local = text.starts_with('/') && !text.starts_with("//");
    let is_local = is_local && !text.contains(|one: char| one == '\\' || one.is_control());
    Some(text).filter(|_| is_local)
}

/// Sends the browser to another page after a POST.
pub fn see_other(address: &str) -> Response {
    Redirect::to(address).into_response()
}

pub fn read_locale(word: &str) -> Option<Locale> {
    Locale::ALL.into_iter().find(|locale| locale.as_str() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_replaces_an_earlier_one_in_the_address() {
        assert_eq!(in_language("/", Locale::En), "/?lang=en");
        assert_eq!(in_language("/?a=1&lang=ja", Locale::En), "/?a=1&lang=en");
    }

    #[test]
    fn only_an_address_of_this_desk_is_local() {
        assert_eq!(local_path("/cases/1?a=b"), Some("/cases/1?a=b"));
        for other in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\n/evil",
            "/\u{7f}",
        ] {
            assert_eq!(local_path(other), None, "{other:?}");
        }
        assert_eq!(page_of(&"//evil.example/".parse().unwrap()), "/");
        assert_eq!(page_of(&"/audit?before=3".parse().unwrap()), "/audit?before=3");
    }

    #[test]
    fn parameters_are_trimmed_and_empty_ones_left_out() {
        let query = Query::of(&"/?q=%E6%A0%AA%20&a=&b=1&b=2".parse().unwrap());
        assert_eq!((query.get("q"), query.get("a"), query.get("b")), (Some("株"), None, Some("1")));
        assert_eq!(query.without(&["q"]), "?b=1&b=2");
        assert_eq!(query.without(&["q", "b"]), "");
    }
}
