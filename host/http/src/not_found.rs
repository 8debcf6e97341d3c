//! The page for people who followed a link to an address that does not exist.
//!
//! `GET /nowhere` with `Accept: text/html` → 404 with a sentence, the telephone number and a link to the form; without, and
//! below `/v1/`, the problem `http.not_found` as for every program. It holds the number, so it is never kept (clause 4⑦).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kakekomi_core::Locale;
use kakekomi_describe::describe;
use kakekomi_service::desk::Desk;
use maud::{PreEscaped, html};

use super::asset::HTML;
use super::headers::RunsNothing;
use super::page::PageFiles;
use super::problem_code::ProblemCode;
use crate::embedded::start_word;

/// Prefix of the paths that only programs ask for.
const INTERFACE: &str = "/v1/";

/// Replaces the problem `http.not_found` by a page where a person reads the response.
pub async fn show_page(
    State(page): State<PageFiles>,
    State(desk): State<Arc<Desk>>,
    request: Request,
    next: Next,
) -> Response {
    let is_page =
        !request.uri().path().starts_with(INTERFACE) && [Method::GET, Method::HEAD].contains(request.method());
    let is_for_people = is_page && accepts_html(request.headers());
    let response = next.run(request).await;
    if !is_for_people || response.extensions().get() != Some(&ProblemCode::HttpNotFound) {
        return response;
    }
    let Ok(html) = page.document(Locale::Ja, &content(&desk)) else { return response };
    let headers = [(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, "no-store"), (header::VARY, "Accept")];
    let mut response = (StatusCode::NOT_FOUND, headers, html).into_response();
    // For the log.
    response.extensions_mut().insert(ProblemCode::HttpNotFound);
    response.extensions_mut().insert(RunsNothing);
    response
}

/// Reports whether a request names HTML among the accepted types, as a browser does that opens an address. `*/*` does not count.
fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types =
        accepted.flat_map(|value| value.split(',')).map(|kind| kind.split(';').next().unwrap_or(kind).trim());
    types.any(|kind| kind.eq_ignore_ascii_case("text/html"))
}

/// Writes the page in both languages: nobody knows which one the person reads.
fn content(desk: &Desk) -> String {
    let profile = desk.profile();
    let word = |locale, key| PreEscaped(start_word(locale, key));
    html! {
        div.sheet.start-screen {
            @for (locale, home) in [(Locale::Ja, "/"), (Locale::En, "/?lang=en")] {
                div.section lang=(locale.as_str()) {
                    @if locale == Locale::Ja { h1 { (word(locale, "not_found_title")) } }
                    @else { h2 { (word(locale, "not_found_title")) } }
                    p { (word(locale, "not_found")) }
                    p {
                        @if let Some(label) = describe(locale).words.get("phone_label") { (label) " " }
                        a.phone-link.strong href={ "tel:" (profile.phone) } { (profile.phone) } br;
                        (word(locale, "hours")) " " (profile.calendar.open) "–" (profile.calendar.close)
                    }
                    p { a href=(home) { (word(locale, "to_form")) } }
                }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_named_html_counts() {
        let accepts = |value: &str| accepts_html(&HeaderMap::from_iter([(header::ACCEPT, value.parse().unwrap())]));
        assert!(accepts("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8") && accepts("image/png, Text/HTML;q=0.1"));
        assert!(!accepts("*/*") && !accepts("application/json") && !accepts("text/html2"));
        assert!(!accepts_html(&HeaderMap::new()));
    }
}
