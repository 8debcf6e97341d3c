//! `POST /v1/check`: a draft's text → 200 and the report's very bytes; nothing is stored.
//!
//! A draft with issues is a 200 too, since the check itself succeeded; only a text that is not JSON is a 400, with the report
//! in the problem. The page uses this route in browsers that block WebAssembly.

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kakekomi_core::{Code, Locale};
use kakekomi_service::submit::{Checked, Intake, Verdict};

use super::body::DraftText;
use super::client_ip::Client;
use super::extract::{Clock, RequestedLocale};
use super::headers::MODULE;
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
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    DraftText(text): DraftText,
) -> Result<impl IntoResponse, Problem> {
    let unavailable = |code| Problem::new(code, locale).phone(&intake.desk.profile().phone);
    match intake.check(client, text, locale, now()).await {
        Checked::Verdict(verdict) if verdict.text_code().is_some() => Err(not_json(*verdict, locale)),
        Checked::Verdict(verdict) => {
            Ok(([(MODULE, format!("sha256:{}", intake.sandbox.current()))], json(verdict.into_report())))
        }
        Checked::Busy => Err(unavailable(ProblemCode::DeskBusy)),
        Checked::EngineFailed => Err(unavailable(ProblemCode::EngineFailed)),
    }
}

/// Makes the problem of a text that is not JSON: it has the code and the sentence of the report's one issue.
pub fn not_json(verdict: Verdict, locale: Locale) -> Problem {
    let code = verdict.text_code().and_then(Code::read).map_or(ProblemCode::DraftNotJson, ProblemCode::Text);
    let mut problem = Problem::new(code, locale);
    if let Some(sentence) = verdict.text_message() {
        problem = problem.detail(sentence);
    }
    problem.report(verdict.into_report())
}

/// Makes a response of JSON text that is never kept.
pub fn json(bytes: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, bytes).into_response()
}
