//! The page over which an organization collects a package. The link is its only key, and the file opens with the organization's alone.
//!
//! `GET /collect/5f…` → the page, without an event · `POST /collect/5f…` → the age file, after the event `handover.collected`

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kakekomi_casework::{Download, HandoverError, LinkedPackage};
use kakekomi_core::message::substitute;
use kakekomi_store::PackageLine;
use kakekomi_store::digest::hex;
use maud::{Markup, html};

use crate::case::size;
use crate::frame::{Page, Problem, Visit, download as attachment, inert, moment, page};

/// Shows a package, if the link leads to one.
pub async fn show(visit: Visit, Path(token): Path<String>) -> Result<Response, Problem> {
    let linked = visit.desk.parts.casework.linked_package(&token).await.map_err(|error| failed(&error))?;
    Ok(linked.map_or_else(|| gone(&visit), |linked| package_page(&visit, &linked)))
}

/// Responds with the sealed package. Programs that scan links send no POST.
pub async fn download(visit: Visit, Path(token): Path<String>) -> Result<Response, Problem> {
    let collected = visit.desk.parts.casework.collect(&token).await.map_err(|error| failed(&error))?;
    let Some((linked, Download { bytes, length })) = collected else { return Ok(gone(&visit)) };
    Ok(attachment::respond(&file_name(&linked.line), length, bytes))
}

/// Names the age file: `2609-4873-1059-0f1e2d3c.tar.age`.
fn file_name(line: &PackageLine) -> String {
    let id = line.id.to_string();
    format!("{}-{}.tar.age", line.number, id.get(..8).unwrap_or(&id))
}

fn package_page(visit: &Visit, linked: &LinkedPackage) -> Response {
    let (words, line) = (&visit.words().collect, &linked.line);
    let profile = visit.desk.desk().profile();
    let name = inert::visible(&linked.organization.name);
    let lead = [
        ("desk", profile.name.get(visit.locale).as_str()),
        ("operator", profile.operator.get(visit.locale)),
        ("organization", &name),
    ];
    let lead = lead.into_iter().fold(words.lead.clone(), |lead, (name, value)| substitute(&lead, name, value));
    let content = html! {
        section.sheet.narrow {
            h1 { (words.title) " " span.tag { (words.confidential) } }
            p { (lead) }
            p.notice.notice--warning { (substitute(&words.for_whom, "organization", &name)) }
            (facts(visit, linked))
            p { (words.download_lead) }
            form method="post" { button.main type="submit" { (words.download) } }
            p.hint { (substitute(&words.open_lead, "file", &file_name(line))) }
        }
    };
    page(visit, &Page::titled(&words.title), &content)
}

fn facts(visit: &Visit, linked: &LinkedPackage) -> Markup {
    let (words, line) = (&visit.words().collect, &linked.line);
    let kind = linked.organization.kind.as_str();
    let purposes = visit.desk.desk().profile().receipt.purposes_of(kind, visit.locale);
    html! {
        dl.rows {
            div { dt { (words.number) } dd.number { (line.number) } }
            div { dt { (words.purposes) } dd { ul { @for purpose in &purposes { li { (purpose) } } } } }
            div { dt { (words.size) } dd { (size(visit, line.length)) } }
            div { dt { (words.sealed_sha256) } dd { span.file__code { (hex(&line.sealed_sha256)) } } }
            @if let Some(end) = line.link_expires_at { div { dt { (words.until) } dd { (moment::full(visit, end)) } } }
        }
    }
}

/// Says that the link leads to nothing, whatever the reason.
fn gone(visit: &Visit) -> Response {
    let words = &visit.words().collect;
    let content = html! { section.sheet.narrow { h1 { (words.gone_title) } p { (words.gone) } } };
    (StatusCode::NOT_FOUND, page(visit, &Page::titled(&words.gone_title), &content)).into_response()
}

fn failed(error: &HandoverError) -> Problem {
    tracing::error!(%error, "a collection failed");
    Problem::Unavailable
}
