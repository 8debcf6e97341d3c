//! The answer to a lead who makes a package: its link, shown once, or the reason for the refusal.
//!
//! `show_link(…)` → 201 with `https://desk.example/collect/5f…` · `refused(…, &HandoverError::Changed)` → 409

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kakekomi_casework::{CollectLink, HandoverError};
use kakekomi_store::receipt_number::Number;
use maud::html;

use crate::frame::{Page, Problem, Visit, moment, page};

/// Shows a link to collect. It leads to the address at which the lead reaches the desk.
pub fn show_link(
    visit: &Visit,
    headers: &HeaderMap,
    number: &Number,
    link: &CollectLink,
    sealed_sha256: Option<&str>,
) -> Response {
    let words = &visit.words().handover;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if visit.desk.parts.is_https { "https" } else { "http" };
    let content = html! {
        section.sheet.narrow {
            h1 { (words.link_title) }
            p { (words.link_once) }
            label for="link" { (words.link_label) }
            input #link type="text" readonly value={ (scheme) "://" (host) "/collect/" (link.token) } autocomplete="off" spellcheck="false";
            p.hint { (words.link_valid) " " (moment::full(visit, link.expires_at)) }
            @if let Some(sha256) = sealed_sha256 { p.hint { (words.sealed_sha256) " " span.file__code { (sha256) } } }
            p { a href={ "/cases/" (number.to_string()) } { (visit.words().case.to_case) } }
        }
    };
    let visit = visit.clone().at(format!("/cases/{number}"));
    (StatusCode::CREATED, page(&visit, &Page::titled(&words.link_title), &content)).into_response()
}

/// Says why nothing was handed over.
pub fn refused(visit: &Visit, number: &Number, error: &HandoverError) -> Result<Response, Problem> {
    if let HandoverError::Work(error) = error {
        return Err(Problem::work(error));
    }
    let Some(code) = error.code() else {
        tracing::error!(%error, "a hand-over failed");
        return Err(Problem::Failed);
    };
    let words = visit.words();
    let missing = match error {
        HandoverError::Missing(steps) => steps.as_slice(),
        _ => &[],
    };
    let content = html! {
        section.sheet.narrow {
            h1 { (words.handover.refused_title) }
            p { (words.handover_error.get(code)) }
            @if !missing.is_empty() { ul { @for step in missing { li { (words.handover_missing.get(step.as_str())) } } } }
            p { a href={ "/cases/" (number.to_string()) "#handover" } { (words.case.to_case) } }
        }
    };
    let status = match error {
        HandoverError::NoPackage => StatusCode::NOT_FOUND,
        HandoverError::Changed => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let visit = visit.clone().at(format!("/cases/{number}"));
    Ok((status, page(&visit, &Page::titled(&words.handover.refused_title), &content)).into_response())
}
