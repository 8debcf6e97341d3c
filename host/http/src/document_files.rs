//! The documents that are or were in force, by the digest that applicants agreed to, so that everybody can read them again.
//!
//! ```text
//! GET /v1/consent/ja/<sha256>   the file's very bytes: their SHA-256 is the one in the address
//! GET /documents/ja/<sha256>    the same text as a page, for people
//! ```
//!
//! Both hold HTML of the operator's, so nothing in it runs ([`RunsNothing`]).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_service::desk::document_archive::DocumentArchive;
use maud::{PreEscaped, html};

use super::asset::{Asset, CachePolicy, FileRequest, HTML};
use super::headers::RunsNothing;
use super::page::PageFiles;
use crate::embedded::start_word;

/// The texts by `<locale>/<sha256>`.
#[derive(Debug, Clone)]
pub struct DocumentFiles(Arc<[(String, Asset)]>);

impl DocumentFiles {
    /// Takes the texts of an archive.
    pub fn new(archive: &DocumentArchive) -> DocumentFiles {
        let files = archive.kept.iter().map(|document| {
            let name = format!("{}/{}", document.language.as_str(), document.sha256);
            (name, Asset::new(Bytes::copy_from_slice(&document.html), HTML, CachePolicy::Immutable))
        });
        DocumentFiles(files.collect())
    }

    /// Lists the texts, for compressing.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.0.iter().map(|(_, asset)| asset)
    }

    /// Finds the text of a requested name, and its language.
    fn text(&self, name: &str) -> Option<(Locale, &str)> {
        let (_, asset) = self.0.iter().find(|(found, _)| found == name)?;
        Some((Locale::read(name.split('/').next()?)?, std::str::from_utf8(asset.bytes()).ok()?))
    }
}

/// A document that is or was in force, byte for byte as it was agreed to.
#[utoipa::path(get, path = "/v1/consent/{locale}/{sha256}", tag = "desk", operation_id = "consent_document",
    params(("locale" = String, Path, description = "`ja` or `en`", example = "ja"),
        ("sha256" = String, Path, description = "Its digest, as an agreement and a receipt name it")),
    responses(
        (status = 200, description = "An HTML fragment", content_type = "text/html; charset=utf-8", body = String),
        (status = 304, description = "The client has it already")))]
pub async fn file(State(documents): State<DocumentFiles>, request: FileRequest) -> Response {
    static_page(request.find(&documents.0))
}

/// A document that is or was in force, as a page for people.
#[utoipa::path(get, path = "/documents/{locale}/{sha256}", tag = "page", operation_id = "document_page",
    params(("locale" = String, Path, description = "`ja` or `en`", example = "ja"),
        ("sha256" = String, Path, description = "Its digest, as an agreement and a receipt name it")),
    responses((status = 200, description = "HTML", content_type = "text/html; charset=utf-8", body = String)))]
pub async fn page(
    State(documents): State<DocumentFiles>,
    State(page): State<PageFiles>,
    request: FileRequest,
) -> Response {
    let html = documents.text(&request.name).and_then(|(locale, text)| {
        let content = content(locale, text, &request.name);
        page.document(locale, &content).ok()
    });
    static_page(request.respond_once(html))
}

fn content(locale: Locale, text: &str, name: &str) -> String {
    let word = |key| PreEscaped(start_word(locale, key));
    let back = if locale == Locale::En { "/?lang=en" } else { "/" };
    html! {
        div.sheet.consent {
            p { a href=(back) { (word("to_form")) } }
            // The operator's own file, under a policy that lets none of it run.
            div.consent__paper { (PreEscaped(text)) }
            p.hint { "SHA-256 " a href={ "/v1/consent/" (name) } { (name.split('/').next_back().unwrap_or_default()) } }
        }
    }
    .into_string()
}

fn static_page(mut response: Response) -> Response {
    response.extensions_mut().insert(RunsNothing);
    response
}
