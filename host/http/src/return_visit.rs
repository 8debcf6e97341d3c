//! The return of an applicant: `/v1/return`, answers to questions, additions, intents, withdrawals, disclosures.
//!
//! `POST /v1/return {"number":"2609-4873-1059","code":"1234 …"}` → `{"token":"…","expires_at":…,"state":{…}}`; the other routes
//! take the token as `Authorization: Bearer …`. No cookie, so that it works in a frame.
//!
//! This file has the status of every [`VisitRefusal`]; [`kakekomi_service::return_visit`] decides.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::{Extension, Json};
use kakekomi_core::Locale;
use kakekomi_service::return_visit::{
    Added, Addition, Answers, CaseState, Opened, OpenedDisclosure, ReturnVisits, Visit, VisitRefusal,
};
use kakekomi_service::submit::{IdempotencyKey, KEY_MAX};
use serde::{Deserialize, Serialize};

use super::body::DraftText;
use super::check;
use super::client_ip::Client;
use super::extract::{Clock, RequestedLocale};
use super::headers::MODULE;
use super::problem::Problem;
use super::problem_code::ProblemCode;
use super::submissions::{self, REPLAYED, page_module};

/// Number and code as they were typed.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The reception number.
    #[schema(example = "2609-4873-1059")]
    number: String,
    /// The return code.
    #[schema(example = "1234 5678 9012 3456 7890 89")]
    code: String,
}

/// A visit that has begun.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OpenedVisit {
    /// The bearer token of the other requests.
    token: String,
    /// The moment at which it ends; milliseconds since the epoch, UTC.
    expires_at: i64,
    /// The case, without `context`.
    state: CaseState,
}

/// An event of the case that a request has caused.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AddedEvent {
    /// Number of the event in the case.
    n: i64,
}

/// The text of an addition.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the service reads the body")]
pub struct Amendment {
    /// 1 to 4,000 code points, with the form's rules for a text.
    text: String,
}

/// A withdrawal.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the service reads the body")]
pub struct Withdrawal {
    /// `application`, or `intent`.
    what: String,
}

/// The intent that everything is handed over to the forensics company (clause 1②).
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the service reads the body")]
pub struct Intent {
    /// The name of the person who gives it: one line with the form's rules for a text.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The person's role, as the name.
    #[schema(min_length = 1, max_length = 200)]
    role: String,
    document: IntentDocument,
}

/// The consent document in force, as the person has read it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the service reads the body")]
pub struct IntentDocument {
    /// Its version.
    version: String,
    /// SHA-256 of its text in either language, 64 hexadecimal digits.
    sha256: String,
}

/// Begins a visit with number and code.
#[utoipa::path(post, path = "/v1/return", tag = "return", operation_id = "begin_visit", params(RequestedLocale),
    request_body = Credentials,
    responses((status = 200, description = "The token, and the case", body = OpenedVisit)))]
pub async fn open(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    DraftText(body): DraftText,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let Credentials { number, code } = serde_json::from_slice(&body).map_err(|_| refuse(VisitRefusal::Body))?;
    let opened = visits.open(client, &number, &code, locale, now()).await.map_err(refuse)?;
    let Opened { token, expires_at, state } = opened;
    Ok(no_store(&OpenedVisit { token, expires_at, state }))
}

/// Shows the case of a visit.
#[utoipa::path(get, path = "/v1/return", tag = "return", operation_id = "show_visit", security(("visit" = [])),
    params(RequestedLocale), responses((status = 200, description = "The case", body = CaseState)))]
pub async fn show(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let visit = visit(&visits, &headers, now()).await.map_err(refuse)?;
    let state = visits.state(&visit, locale, now()).await.map_err(refuse)?;
    Ok(no_store(&state))
}

/// Ends a visit.
#[utoipa::path(delete, path = "/v1/return", tag = "return", operation_id = "end_visit", security(("visit" = [])),
    params(RequestedLocale), responses((status = 204, description = "The token is worth nothing any more")))]
pub async fn end(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    visit(&visits, &headers, now()).await.map_err(refuse)?;
    let token = token(&headers).ok_or(VisitRefusal::Expired).map_err(refuse)?;
    visits.end(token).await.map(|()| StatusCode::NO_CONTENT).map_err(refuse)
}

/// Judges answers in the context of the case; nothing is stored.
#[utoipa::path(post, path = "/v1/answers/check", tag = "return", security(("visit" = [])), operation_id = "check_answers",
    params(RequestedLocale),
    request_body(content = Object, description = "A draft with the section `other`", example = json!({"other": {"q1": "yes"}})),
    responses((status = 200, description = "The report, whether the answers are accepted or not",
        content_type = "application/json", body = ref("#/components/schemas/Report"),
        headers(("Kakekomi-Module" = String, description = "The module that judged: `sha256:<64 hex>`")))))]
pub async fn check(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
    DraftText(text): DraftText,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let visit = visit(&visits, &headers, now()).await.map_err(refuse)?;
    let verdict = visits.check(&visit, client, text, locale, now()).await.map_err(refuse)?;
    Ok(([(MODULE, current_module(&visits))], check::json(verdict.into_report())).into_response())
}

/// Stores answers to all open questions, once for each key.
#[utoipa::path(post, path = "/v1/answers", tag = "return", security(("visit" = [])), operation_id = "send_answers",
    params(RequestedLocale,
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, bare or quoted"),
        ("Kakekomi-Module" = Option<String>, Header, description = "The module that the page ran; absent: the current one",
            pattern = "^sha256:[0-9a-fA-F]{64}$")),
    request_body(content = Object, description = "A draft with the section `other`", example = json!({"other": {"q1": "yes"}})),
    responses((status = 201, description = "The answers would outlast a power failure now", body = AddedEvent,
        headers(("Idempotency-Replayed" = Option<String>, description = "`true` where the key had this outcome already")))))]
pub async fn answer(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
    DraftText(text): DraftText,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let visit = visit(&visits, &headers, now()).await.map_err(refuse)?;
    let answers = Answers { text, key: key(&headers, locale)?, module: page_module(&headers), locale, client };
    visits.answer(&visit, &answers, now()).await.map(created).map_err(refuse)
}

/// Adds a text to the case, once for each key. A closed case is open again.
#[utoipa::path(post, path = "/v1/amendments", tag = "return", security(("visit" = [])), operation_id = "amend",
    params(RequestedLocale,
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, bare or quoted")),
    request_body = Amendment,
    responses((status = 201, description = "The text would outlast a power failure now", body = AddedEvent,
        headers(("Idempotency-Replayed" = Option<String>, description = "`true` where the key had this outcome already")))))]
pub async fn amend(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
    DraftText(body): DraftText,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let visit = visit(&visits, &headers, now()).await.map_err(refuse)?;
    let addition = Addition { body, key: key(&headers, locale)?, locale, client };
    visits.amend(&visit, &addition, now()).await.map(created).map_err(refuse)
}

/// Withdraws the application, which closes the case, or the intent, once for each key.
///
/// A package for the forensics company that was not collected is destroyed.
#[utoipa::path(post, path = "/v1/withdrawals", tag = "return", security(("visit" = [])), operation_id = "withdraw",
    params(RequestedLocale,
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, bare or quoted")),
    request_body = Withdrawal,
    responses((status = 201, description = "The withdrawal would outlast a power failure now", body = AddedEvent,
        headers(("Idempotency-Replayed" = Option<String>, description = "`true` where the key had this outcome already")))))]
pub async fn withdraw(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
    DraftText(body): DraftText,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let visit = visit(&visits, &headers, now()).await.map_err(refuse)?;
    let addition = Addition { body, key: key(&headers, locale)?, locale, client };
    visits.withdraw(&visit, &addition, now()).await.map(created).map_err(refuse)
}

/// Gives the intent that everything is handed over to the forensics company, once for each key.
#[utoipa::path(post, path = "/v1/intents", tag = "return", security(("visit" = [])), operation_id = "give_intent",
    params(RequestedLocale,
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, bare or quoted")),
    request_body = Intent,
    responses((status = 201, description = "The intent would outlast a power failure now", body = AddedEvent,
        headers(("Idempotency-Replayed" = Option<String>, description = "`true` where the key had this outcome already")))))]
pub async fn intend(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
    DraftText(body): DraftText,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let visit = visit(&visits, &headers, now()).await.map_err(refuse)?;
    let addition = Addition { body, key: key(&headers, locale)?, locale, client };
    visits.intend(&visit, &addition, now()).await.map(created).map_err(refuse)
}

/// Opens what the desk disclosed. The first opening is recorded.
#[utoipa::path(get, path = "/v1/disclosures/{n}", tag = "return", security(("visit" = [])),
    operation_id = "open_disclosure",
    params(RequestedLocale, ("n" = i64, Path, description = "As in `disclosures` of the case", minimum = 1)),
    responses((status = 200, description = "The text, which is confidential", body = OpenedDisclosure)))]
pub async fn disclosure(
    State(visits): State<ReturnVisits>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
    Path(n): Path<String>,
) -> Result<Response, Problem> {
    let refuse = |refusal| refused(&visits, refusal, locale);
    let visit = visit(&visits, &headers, now()).await.map_err(refuse)?;
    let n = n.parse().map_err(|_| refuse(VisitRefusal::NoDisclosure))?;
    Ok(no_store(&visits.disclosure(&visit, n, now()).await.map_err(refuse)?))
}

/// Finds the visit of a request's token.
pub(super) async fn visit(visits: &ReturnVisits, headers: &HeaderMap, now: i64) -> Result<Visit, VisitRefusal> {
    match token(headers) {
        Some(token) => visits.visit(token, now).await,
        None => Err(VisitRefusal::Expired),
    }
}

/// Reads the bearer token of a request, which has exactly one.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && values.next().is_none()).then_some(token.trim())
}

fn key(headers: &HeaderMap, locale: Locale) -> Result<IdempotencyKey, Problem> {
    submissions::key(headers).map_err(|code| Problem::new(code, locale).number("max", KEY_MAX))
}

fn current_module(visits: &ReturnVisits) -> String {
    format!("sha256:{}", visits.intake.sandbox.current())
}

fn created(Added { n, replayed }: Added) -> Response {
    let replayed = replayed.then_some(AppendHeaders([(REPLAYED, "true")]));
    (StatusCode::CREATED, replayed, no_store(&AddedEvent { n })).into_response()
}

fn no_store(value: &impl Serialize) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}

/// The only place where a refusal gets its status.
pub(super) fn refused(visits: &ReturnVisits, refusal: VisitRefusal, locale: Locale) -> Problem {
    let problem = |code| Problem::new(code, locale);
    let phone = &visits.intake.desk.profile().phone;
    match refusal {
        VisitRefusal::Refused => problem(ProblemCode::ReturnRefused).phone(phone),
        VisitRefusal::Locked(wait) => problem(ProblemCode::ReturnLocked).phone(phone).retry_after(wait),
        VisitRefusal::Expired => problem(ProblemCode::ReturnExpired),
        VisitRefusal::Body => problem(ProblemCode::HttpBody),
        VisitRefusal::NoQuestions => problem(ProblemCode::ReturnNoQuestions),
        VisitRefusal::ModuleOutdated => {
            problem(ProblemCode::ModuleOutdated).current(submissions::module(&visits.intake.sandbox))
        }
        VisitRefusal::Closed => problem(ProblemCode::CaseClosed),
        VisitRefusal::NoReferral => problem(ProblemCode::ReferralNone),
        VisitRefusal::IntentKnown => problem(ProblemCode::IntentKnown),
        VisitRefusal::Stale(context) => problem(ProblemCode::ConsentStale).current(submissions::documents(&context)),
        VisitRefusal::NoDisclosure => problem(ProblemCode::DisclosureUnknown),
        VisitRefusal::DisclosureExpired => problem(ProblemCode::DisclosureExpired),
        VisitRefusal::As(outcome) => match submissions::respond(&visits.intake, outcome, locale) {
            Err(problem) => problem,
            // A visit has no outcome with a receipt.
            Ok(_) => problem(ProblemCode::HttpFailed).phone(phone),
        },
    }
}
