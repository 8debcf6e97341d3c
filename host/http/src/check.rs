//! `POST /v1/check`: a draft's text → 200 and the report's very bytes; nothing is stored.
//!
//! A draft with issues is a 200 too, since the check itself succeeded; only a text that is no JSON
//! is a 400, with the report in the problem. The page asks this where WebAssembly is blocked.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use kakekomi_core::{Code, Locale};
use kakekomi_service::desk::Desk;
use kakekomi_service::submit::{Checked, Intake, Verdict};

use super::body::{Limits, receive};
use super::client_ip::Client;
use super::clock::Clock;
use super::extract::RequestedLocale;
use super::headers::with_current_module;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// Judges a draft; nothing is stored.
#[utoipa::path(post, path = "/v1/check", tag = "drafts", params(RequestedLocale),
    request_body(content = ref("#/components/schemas/Draft"), content_type = "application/json",
        description = "A draft's text. One that has issues is judged as well"),
    responses((status = 200, description = "The report, whether the draft is accepted or not",
        content_type = "application/json", body = ref("#/components/schemas/Report"),
        headers(("Kakekomi-Module" = String, description = "The module that judged: `sha256:<64 hex>`")))))]
pub async fn check(
    State(intake): State<Intake>,
    State(limits): State<Arc<Limits>>,
    State(Clock(now)): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Client(client): Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let response = match receive(&headers, body, &limits, &intake.desk, locale).await {
        Ok(text) => answer(&intake.desk, intake.check(client, text, locale, now()).await, locale),
        Err(problem) => problem.into_response(),
    };
    with_current_module(response, &intake.sandbox)
}

fn answer(desk: &Desk, checked: Checked, locale: Locale) -> Response {
    let phone = &desk.profile().phone;
    match checked {
        Checked::Verdict(verdict) if verdict.text_code().is_some() => not_json(*verdict, locale).into_response(),
        Checked::Verdict(verdict) => json(verdict.into_report()),
        Checked::Busy => Problem::new(ProblemCode::DeskBusy, locale).phone(phone).into_response(),
        Checked::EngineFailed => Problem::new(ProblemCode::EngineFailed, locale).phone(phone).into_response(),
    }
}

/// A text that is no JSON: the problem has the code and the sentence of the report's one issue.
pub fn not_json(verdict: Verdict, locale: Locale) -> Problem {
    let code = verdict.text_code().and_then(Code::read).map_or(ProblemCode::DraftNotJson, ProblemCode::Text);
    let problem = Problem::new(code, locale);
    let problem = match verdict.text_message() {
        Some(sentence) => problem.detail(sentence),
        None => problem,
    };
    problem.report(verdict.into_report())
}

/// Bytes that are JSON already, never to be cached.
pub fn json(bytes: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, bytes).into_response()
}
