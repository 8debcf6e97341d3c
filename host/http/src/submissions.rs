//! `POST /v1/submissions`: a draft's text becomes a case, and the response is its receipt.
//!
//! Judged in the contract's order: 415 · 413 · 400 key · the key's receipt again · 409 module · 400 text · 409 consent ·
//! 422 issues · 201. This file has the first three and the status of every [`Outcome`]; [`kakekomi_service::submit`] decides
//! the rest.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use kakekomi_core::{Context, Locale};
use kakekomi_evidence::form_first;
use kakekomi_sandbox::{Digest, Sandbox};
use kakekomi_service::capacity::Shortage;
use kakekomi_service::receipt::Receipt;
use kakekomi_service::return_visit::ReturnHash;
use kakekomi_service::submit::{
    IdempotencyKey, Intake, KEY_MAX, Outcome, PageModule, PartnerReferral, Sender, Submission,
};
use serde_json::{Value, json};

use super::body::DraftText;
use super::check::{self, not_json};
use super::client_ip::Client;
use super::cors::origin;
use super::extract::{Clock, RequestedLocale, RequestedPartner};
use super::headers::MODULE;
use super::metrics::Metrics;
use super::module::Describe;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// The client's name for one submission, however often it is sent (draft-ietf-httpapi-idempotency-key-header).
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// `true` if the receipt is that of an earlier request with the same key.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The hash of the code with which the applicant comes back, `sha256:<64 hex>`.
const RETURN: HeaderName = HeaderName::from_static("kakekomi-return");
/// `true` if the case has the code of this very request.
const RETURN_BOUND: HeaderName = HeaderName::from_static("kakekomi-return-bound");
/// The relation of the requesting page to the desk, in the browser's own word (W3C Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Judges a draft and stores it, once for each key.
#[utoipa::path(post, path = "/v1/submissions", tag = "drafts",
    params(RequestedLocale, RequestedPartner,
        ("Idempotency-Key" = String, Header, description = "1 to 255 visible ASCII characters, bare or quoted",
            min_length = 1, max_length = 255, pattern = "^[!#-~]+$", example = "5b1f6c1e-4a52-4a0c-9d6e-0e1f3f0a7c55"),
        ("Kakekomi-Module" = Option<String>, Header, description = "The module that the page ran; absent: the current one",
            pattern = "^sha256:[0-9a-fA-F]{64}$"),
        ("Kakekomi-Return" = Option<String>, Header, description = "SHA-256 of the return code's 22 digits",
            pattern = "^sha256:[0-9a-fA-F]{64}$")),
    request_body(content = ref("#/components/schemas/Draft"), content_type = "application/json",
        description = "A draft's text with its consent section"),
    responses((status = 201, description = "The receipt; the case would outlast a power failure now",
        content_type = "application/json", body = Receipt,
        headers(("Kakekomi-Module" = String, description = "The module that judged: `sha256:<64 hex>`"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` where the key had this receipt already"),
            ("Kakekomi-Return-Bound" = Option<String>, description = "With `Kakekomi-Return`: `true` where the case has this \
                code, `false` where it has another one or none")))))]
pub async fn submit(
    State(intake): State<Intake>,
    State(metrics): State<Arc<Metrics>>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    Extension(Client(client)): Extension<Client>,
    Parts { uri, headers, .. }: Parts,
    DraftText(text): DraftText,
) -> Result<impl IntoResponse, Problem> {
    let key = key(&headers).map_err(|code| Problem::new(code, locale).number("max", KEY_MAX))?;
    let return_hash = return_hash(&headers).map_err(|code| Problem::new(code, locale))?;
    let through = through(RequestedPartner::read(&uri), &headers);
    let module = page_module(&headers);
    let submission = Submission { text, key, module, locale, return_hash, through, by_phone: None, client };
    let _submitting = form_first::submitting();
    let judged = intake.submit(submission, now()).await;
    if matches!(judged.outcome, Outcome::Stored(_)) {
        metrics.case_stored(now());
    }
    let is_receipt = matches!(judged.outcome, Outcome::Stored(_) | Outcome::Replayed(_));
    let bound = judged.return_bound.filter(|_| is_receipt);
    let bound = bound.map(|bound| [(RETURN_BOUND, if bound { "true" } else { "false" })]);
    Ok(([(MODULE, judged.module)], bound.map(AppendHeaders), respond(&intake, judged.outcome, locale)))
}

/// Reads the hash of the return code, of which there is at most one.
fn return_hash(headers: &HeaderMap) -> Result<Option<ReturnHash>, ProblemCode> {
    let mut hashes = headers.get_all(RETURN).iter();
    let Some(hash) = hashes.next() else { return Ok(None) };
    let hash = hash.to_str().ok().and_then(ReturnHash::read).filter(|_| hashes.next().is_none());
    hash.map(Some).ok_or(ProblemCode::ReturnHeader)
}

/// Reads the partner through whose page the submission comes, and the page that sent it.
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

/// Tells if an origin is not the desk's. The browser's own word counts. An old browser sends none; then the requested host is
/// compared, which a proxy may have put in another form.
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

/// Reads the key, of which there is exactly one.
pub(super) fn key(headers: &HeaderMap) -> Result<IdempotencyKey, ProblemCode> {
    let mut keys = headers.get_all(KEY).iter();
    let key = keys.next().ok_or(ProblemCode::IdempotencyMissing)?;
    let key = IdempotencyKey::read(key.as_bytes()).filter(|_| keys.next().is_none());
    key.ok_or(ProblemCode::IdempotencyInvalid)
}

pub(super) fn page_module(headers: &HeaderMap) -> PageModule {
    let mut modules = headers.get_all(MODULE).iter();
    let Some(module) = modules.next() else { return PageModule::Current };
    let digest = module.to_str().ok().and_then(named).filter(|_| modules.next().is_none());
    digest.map_or(PageModule::Unreadable, PageModule::Named)
}

/// Reads `sha256:` and 64 hexadecimal digits, in small letters or capitals.
fn named(text: &str) -> Option<Digest> {
    let (algorithm, hex) = text.split_once(':')?;
    algorithm.eq_ignore_ascii_case("sha256").then(|| Digest::read(hex)).flatten()
}

/// The only place where an outcome gets its status.
pub(super) fn respond(intake: &Intake, outcome: Outcome, locale: Locale) -> Result<Response, Problem> {
    let problem = |code| Problem::new(code, locale);
    let unavailable = |code| problem(code).phone(&intake.desk.profile().phone);
    let module = || module(&intake.sandbox);
    Err(match outcome {
        Outcome::Stored(receipt) => return Ok(created(receipt)),
        Outcome::Replayed(receipt) => return Ok(([(REPLAYED, "true")], created(receipt)).into_response()),
        Outcome::Reused => problem(ProblemCode::IdempotencyReused),
        Outcome::Erased => problem(ProblemCode::CaseErased),
        Outcome::PartnerUnknown => problem(ProblemCode::PartnerUnknown),
        Outcome::PartnerElsewhere => problem(ProblemCode::PartnerOrigin),
        Outcome::ModuleUnknown => problem(ProblemCode::ModuleUnknown).current(module()),
        Outcome::ModuleRetired => problem(ProblemCode::ModuleRetired).current(module()),
        Outcome::Superseded(verdict) => {
            problem(ProblemCode::ModuleSuperseded).current(module()).report(verdict.into_report())
        }
        Outcome::ModuleUnreadable => problem(ProblemCode::ModuleHeader),
        Outcome::NotJson(verdict) => not_json(*verdict, locale),
        Outcome::Stale(verdict, context) => {
            problem(ProblemCode::ConsentStale).current(documents(&context)).report(verdict.into_report())
        }
        Outcome::Issues(verdict) => problem(ProblemCode::DraftIssues).report(verdict.into_report()),
        Outcome::Busy => unavailable(ProblemCode::DeskBusy),
        Outcome::NoRoom(shortage @ Shortage::FreeSpace) => unavailable(shortage.into()),
        Outcome::NoRoom(shortage @ (Shortage::AddressQuota { wait } | Shortage::DailyQuota { wait })) => {
            unavailable(shortage.into()).retry_after(wait)
        }
        Outcome::EngineFailed => unavailable(ProblemCode::EngineFailed),
        Outcome::StoreFailed => unavailable(ProblemCode::StoreFailed),
        Outcome::StoreInDoubt => unavailable(ProblemCode::StoreInDoubt),
    })
}

fn created(receipt: Vec<u8>) -> Response {
    (StatusCode::CREATED, check::json(receipt)).into_response()
}

/// Names the documents in force.
pub(super) fn documents(context: &Context) -> Value {
    json!({ "consent": context.consent, "policy": context.policy })
}

/// Describes the module in force, for a page that runs another one: its name, and the addresses of its descriptions.
pub(super) fn module(sandbox: &Sandbox) -> Value {
    let digest = sandbox.current();
    let module = format!("sha256:{digest}");
    json!({ "module": module, "ruleset": kakekomi_core::RULESET, "describe": Describe::new(digest) })
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
    fn exactly_one_key_is_accepted() {
        assert_eq!(key(&headers(&[])), Err(ProblemCode::IdempotencyMissing));
        assert_eq!(key(&headers(&[(KEY, "a"), (KEY, "a")])), Err(ProblemCode::IdempotencyInvalid));
        assert_eq!(key(&headers(&[(KEY, "a b")])), Err(ProblemCode::IdempotencyInvalid));
        assert!(key(&headers(&[(KEY, "a")])).is_ok());
    }

    #[test]
    fn foreign_pages_are_distinguished_from_the_desks_own() {
        let of = |pairs: &[(HeaderName, &str)]| {
            let asked = RequestedPartner { key: Some("pk_a".to_owned()), preview: false };
            through(asked, &headers(pairs)).unwrap().sender
        };
        let page = |origin: &str| Sender::Page(origin.to_owned());
        let (host, ours, theirs) =
            ((header::HOST, "a.jp"), (header::ORIGIN, "https://a.jp"), (header::ORIGIN, "https://b.jp"));
        assert_eq!(of(&[]), Sender::Unnamed);
        assert_eq!(of(&[(SITE, "cross-site")]), Sender::Unnamed);
        assert_eq!(of(&[(SITE, "same-origin")]), Sender::Desk, "a proxy removed the origin");
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
    fn module_is_named_by_its_digest() {
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
