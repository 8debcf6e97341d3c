//! The page for people who followed a link to an address that does not exist.
//!
//! `GET /nowhere` with `Accept: text/html` → 404 with a sentence, whom to call and a link to the form; without, and
//! below the paths of programs, the problem `http.not_found` as for every program. It holds the number, so it is never kept (clause 4⑦).

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
use super::document::{Variant, contact};
use super::extract::Clock;
use super::headers::RunsNothing;
use super::page::PageFiles;
use super::problem_code::ProblemCode;
use crate::embedded::start_word;

/// Prefixes of the paths that only programs ask for.
const INTERFACES: [&str; 4] = ["/v1/", "/module/", "/embed/", "/openapi"];

/// Replaces the problem `http.not_found` by a page where a person reads the response.
pub async fn show_page(
    State(page): State<PageFiles>,
    State(desk): State<Arc<Desk>>,
    State(now): State<Clock>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_page = !INTERFACES.iter().any(|prefix| path.starts_with(prefix))
        && [Method::GET, Method::HEAD].contains(request.method());
    let is_for_people = is_page && accepts_html(request.headers());
    let response = next.run(request).await;
    if !is_for_people || response.extensions().get() != Some(&ProblemCode::HttpNotFound) {
        return response;
    }
    let Ok(html) = page.document(Locale::Ja, &content(&desk, desk.is_open(now()))) else { return response };
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
    accepted.flat_map(|value| value.split(',')).any(|kind| {
        let (name, weight) = kind.split_once(';').unwrap_or((kind, ""));
        name.trim().eq_ignore_ascii_case("text/html") && weight.trim() != "q=0"
    })
}

/// Writes the page in both languages: nobody knows which one the person reads.
fn content(desk: &Desk, open: Option<bool>) -> String {
    let word = |locale, key| PreEscaped(start_word(locale, key));
    html! {
        div.sheet.start-screen {
            @for (locale, home) in [(Locale::Ja, "/"), (Locale::En, "/?lang=en")] {
                div.section lang=(locale.as_str()) {
                    @if locale == Locale::Ja { h1 { (word(locale, "not_found_title")) } }
                    @else { h2 { (word(locale, "not_found_title")) } }
                    p { (word(locale, "not_found")) }
                    (contact(&describe(locale), desk.profile(), Variant { locale, open }))
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
        assert!(!accepts("application/json, text/html;q=0"));
        assert!(!accepts("*/*") && !accepts("application/json") && !accepts("text/html2"));
        assert!(!accepts_html(&HeaderMap::new()));
    }
}
