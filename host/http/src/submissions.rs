//! `POST /v1/submissions`: a draft's text becomes a case, and its receipt is the answer.
//!
//! Judged in the contract's order: 415 · 413 · 400 key · the key's receipt again · 409 module ·
//! 400 text · 409 consent · 422 issues · 201. This file has the first three and the mapping of every
//! [`Outcome`] to a status; the order of the rest is [`kakekomi_service::submit`]'s.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kakekomi_core::{Context, Locale};
use kakekomi_sandbox::{Digest, Sandbox};
use kakekomi_service::capacity::Shortage;
use kakekomi_service::receipt::Receipt;
use kakekomi_service::submit::{
    IdempotencyKey, Intake, KEY_MAX, Outcome, PageModule, PartnerReferral, Sender, Submission,
};

use super::body::{Limits, receive};
use super::check::{json, not_json};
use super::client_ip::Client;
use super::cors::origin;
use super::extract::{RequestedLocale, RequestedPartner};
use super::headers::{MODULE, with_current_module, with_module};
use super::metrics::Counters;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// What a submission needs of the host.
#[derive(Clone)]
pub struct SubmissionState {
    /// Judging and storing.
    pub intake: Intake,
    /// How much and how long a request may be.
    pub limits: Arc<Limits>,
    /// Where the time of the last case is noted.
    pub counters: Arc<Counters>,
    /// The time: milliseconds since the epoch, UTC.
    pub now: fn() -> i64,
}

/// The client's name for one submission, however often it is sent (draft-ietf-httpapi-idempotency-key-header).
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// `true` where the receipt is that of an earlier request with the same key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How the page that asks stands to the desk, in the browser's own word (W3C Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Judges a draft and stores it, once for each key.
#[utoipa::path(post, path = "/v1/submissions", tag = "drafts",
    params(RequestedLocale, RequestedPartner,
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, bare or quoted",
            min_length = 1, max_length = 255, pattern = "^[!#-~]+$", example = "5b1f6c1e-4a52-4a0c-9d6e-0e1f3f0a7c55"),
        ("Kakekomi-Module" = Option<String>, Header, description = "The module that the page ran; absent: the current one",
            pattern = "^sha256:[0-9a-fA-F]{64}$")),
    request_body(content = ref("#/components/schemas/Draft"), content_type = "application/json",
        description = "A draft's text with its consent section"),
    responses((status = 201, description = "The receipt; the case would outlast a power failure now",
        content_type = "application/json", body = Receipt,
        headers(("Kakekomi-Module" = String, description = "The module that judged: `sha256:<64 hex>`"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` where the key had this receipt already")))))]
pub async fn submit(
    State(state): State<SubmissionState>,
    RequestedLocale(locale): RequestedLocale,
    partner: RequestedPartner,
    Client(client): Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match submission(&state, locale, &headers, body).await {
        Ok(submission) => {
            let submission = Submission { through: through(partner, &headers), client, ..submission };
            let judged = state.intake.submit(submission, (state.now)()).await;
            with_module(answer(&state, judged.outcome, locale), &judged.module)
        }
        Err(problem) => with_current_module(problem.into_response(), &state.intake.sandbox),
    }
}

async fn submission(
    state: &SubmissionState,
    locale: Locale,
    headers: &HeaderMap,
    body: Body,
) -> Result<Submission, Problem> {
    let text: Bytes = receive(headers, body, &state.limits, &state.intake.desk, locale).await?;
    let key = key(headers).map_err(|code| Problem::new(code, locale).number("max", KEY_MAX))?;
    Ok(Submission { text, key, module: page_module(headers), locale, through: None, client: None })
}

/// Whose page the submission says it came through, and which page sent it.
pub(super) fn through(
    RequestedPartner { key, preview }: RequestedPartner,
    headers: &HeaderMap,
) -> Option<PartnerReferral> {
    let sender = match origin(headers) {
        Some(origin) if is_foreign(origin, headers) => {
            Sender::Page(String::from_utf8_lossy(origin.as_bytes()).into_owned())
        }
        Some(_) => Sender::Desk,
        // No script can write this header.
        None if headers.get(SITE).is_some_and(|site| site == "same-origin") => Sender::Desk,
        None => Sender::Unnamed,
    };
    Some(PartnerReferral { key: key?, preview, sender })
}

/// Whether an origin is another one than the desk's. The browser's own word counts; an old browser says none, and then
/// the host that it asked is compared, which a proxy may have put in another form.
fn is_foreign(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    match (headers.get(SITE), headers.get(header::HOST)) {
        (Some(site), _) => site != "same-origin",
        (None, Some(host)) => {
            let host_of = |origin: &str| origin.split_once("://").map(|(_, host)| host.to_owned());
            origin.to_str().ok().and_then(host_of).is_none_or(|of| of.as_bytes() != host.as_bytes())
        }
        (None, None) => true,
    }
}

/// Exactly one key.
fn key(headers: &HeaderMap) -> Result<IdempotencyKey, ProblemCode> {
    let mut keys = headers.get_all(KEY).iter();
    match (keys.next(), keys.next()) {
        (None, _) => Err(ProblemCode::IdempotencyMissing),
        (Some(key), None) => IdempotencyKey::read(key.as_bytes()).ok_or(ProblemCode::IdempotencyInvalid),
        (Some(_), Some(_)) => Err(ProblemCode::IdempotencyInvalid),
    }
}

fn page_module(headers: &HeaderMap) -> PageModule {
    let mut modules = headers.get_all(MODULE).iter();
    let digest = match (modules.next(), modules.next()) {
        (None, _) => return PageModule::Current,
        (Some(module), None) => module.to_str().ok().and_then(named),
        (Some(_), Some(_)) => None,
    };
    digest.map_or(PageModule::Unreadable, PageModule::Named)
}

/// `sha256:` and 64 hexadecimal digits, in small letters or capitals.
fn named(text: &str) -> Option<Digest> {
    let (algorithm, hex) = text.split_once(':')?;
    algorithm.eq_ignore_ascii_case("sha256").then(|| Digest::read(hex)).flatten()
}

/// The one place where an outcome becomes a status.
fn answer(state: &SubmissionState, outcome: Outcome, locale: Locale) -> Response {
    let problem = |code| Problem::new(code, locale);
    let phone = &state.intake.desk.profile().phone;
    let unavailable = |code| problem(code).phone(phone).into_response();
    match outcome {
        Outcome::Stored(receipt) => {
            state.counters.case_stored((state.now)());
            created(receipt)
        }
        Outcome::Replayed(receipt) => replayed(receipt),
        Outcome::Reused => problem(ProblemCode::IdempotencyReused).into_response(),
        Outcome::PartnerUnknown => problem(ProblemCode::PartnerUnknown).into_response(),
        Outcome::PartnerElsewhere => problem(ProblemCode::PartnerOrigin).into_response(),
        Outcome::ModuleUnknown => {
            problem(ProblemCode::ModuleUnknown).current(module(&state.intake.sandbox)).into_response()
        }
        Outcome::ModuleRetired => {
            problem(ProblemCode::ModuleRetired).current(module(&state.intake.sandbox)).into_response()
        }
        Outcome::Superseded(verdict) => problem(ProblemCode::ModuleSuperseded)
            .current(module(&state.intake.sandbox))
            .report(verdict.into_report())
            .into_response(),
        Outcome::ModuleUnreadable => problem(ProblemCode::ModuleHeader).into_response(),
        Outcome::NotJson(verdict) => not_json(*verdict, locale).into_response(),
        Outcome::Stale(verdict, context) => {
            problem(ProblemCode::ConsentStale).current(current(&context)).report(verdict.into_report()).into_response()
        }
        Outcome::Issues(verdict) => problem(ProblemCode::DraftIssues).report(verdict.into_report()).into_response(),
        Outcome::Busy => unavailable(ProblemCode::DeskBusy),
        Outcome::NoRoom(shortage) => no_room(shortage, locale).phone(phone).into_response(),
        Outcome::EngineFailed => unavailable(ProblemCode::EngineFailed),
        Outcome::StoreFailed => unavailable(ProblemCode::StoreFailed),
        Outcome::StoreInDoubt => unavailable(ProblemCode::StoreInDoubt),
    }
}

fn no_room(shortage: Shortage, locale: Locale) -> Problem {
    let problem = Problem::new(shortage.into(), locale);
    match shortage {
        Shortage::FreeSpace => problem,
        Shortage::AddressQuota { wait } | Shortage::DailyQuota { wait } => problem.retry_after(wait),
    }
}

fn created(receipt: Vec<u8>) -> Response {
    let mut response = json(receipt);
    *response.status_mut() = StatusCode::CREATED;
    response
}

fn replayed(receipt: Vec<u8>) -> Response {
    let mut response = created(receipt);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// The documents in force, for a page whose agreement is to older ones.
fn current(context: &Context) -> serde_json::Value {
    let context: serde_json::Value = serde_json::from_slice(&context.to_bytes()).unwrap_or_default();
    serde_json::json!({ "consent": context["consent"], "policy": context["policy"] })
}

/// The module in force, for a page that runs another one: its name, and where its descriptions lie.
fn module(sandbox: &Sandbox) -> serde_json::Value {
    let digest = sandbox.current();
    let describe = |locale: Locale| format!("/module/{digest}/describe.{}.json", locale.as_str());
    serde_json::json!({
        "module": format!("sha256:{digest}"),
        "ruleset": kakekomi_core::RULESET,
        "describe": { "ja": describe(Locale::Ja), "en": describe(Locale::En) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn one_key_and_no_more() {
        assert_eq!(key(&headers(&[])), Err(ProblemCode::IdempotencyMissing));
        assert_eq!(key(&headers(&[(KEY, "a"), (KEY, "a")])), Err(ProblemCode::IdempotencyInvalid));
        assert_eq!(key(&headers(&[(KEY, "a b")])), Err(ProblemCode::IdempotencyInvalid));
        assert!(key(&headers(&[(KEY, "a")])).is_ok());
    }

    #[test]
    fn a_page_of_another_origin_is_told_apart_from_the_desks_own() {
        let of = |pairs: &[(HeaderName, &str)]| {
            let asked = RequestedPartner { key: Some("pk_a".to_owned()), preview: false };
            through(asked, &headers(pairs)).unwrap().sender
        };
        let page = |origin: &str| Sender::Page(origin.to_owned());
        let (host, ours, theirs) =
            ((header::HOST, "a.jp"), (header::ORIGIN, "https://a.jp"), (header::ORIGIN, "https://b.jp"));
        assert_eq!(of(&[]), Sender::Unnamed);
        assert_eq!(of(&[(SITE, "cross-site")]), Sender::Unnamed);
        assert_eq!(of(&[(SITE, "same-origin")]), Sender::Desk, "something between took the origin away");
        assert_eq!(of(&[theirs.clone(), theirs.clone()]), Sender::Unnamed, "two origins are none");
        assert_eq!(of(&[host.clone(), ours.clone()]), Sender::Desk);
        assert_eq!(of(&[host.clone(), theirs.clone()]), page("https://b.jp"));
        assert_eq!(
            of(&[host.clone(), theirs.clone(), (SITE, "same-origin")]),
            Sender::Desk,
            "a proxy renamed the host"
        );
        assert_eq!(of(&[host.clone(), ours, (SITE, "cross-site")]), page("https://a.jp"));
        assert_eq!(of(&[host, (header::ORIGIN, "null")]), page("null"));
        assert_eq!(through(RequestedPartner::default(), &headers(&[theirs])), None);
    }

    #[test]
    fn a_module_is_named_by_its_digest() {
        let named = format!("sha256:{}", "ab".repeat(32));
        assert!(matches!(page_module(&headers(&[(MODULE, &named)])), PageModule::Named(_)));
        let capitals = named.to_ascii_uppercase();
        assert_eq!(page_module(&headers(&[(MODULE, &capitals)])), page_module(&headers(&[(MODULE, &named)])));
        assert_eq!(page_module(&headers(&[])), PageModule::Current);
        for unreadable in ["ab", "sha256:", "sha256:xyz", "md5:00"] {
            assert_eq!(page_module(&headers(&[(MODULE, unreadable)])), PageModule::Unreadable, "{unreadable}");
        }
    }
}
