//! `GET /v1/desk` and `GET /v1/consent/<locale>`: who the desk is now, and what is agreed to.
//!
//! The desk's answer is never cached: the phone number may change (clause 4⑦), and its context is
//! what the page judges in, with the server's time.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kakekomi_core::{Context, Locale};
use kakekomi_service::desk::documents::Served;
use kakekomi_service::desk::partners::{Partner, Theme};
use kakekomi_service::desk::profile::{Contact, Service};
use kakekomi_service::desk::{Desk, Opening};
use kakekomi_service::submit::Intake;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::Ref;

use super::asset::{Asset, CachePolicy, dynamic_response, respond};
use super::clock::Clock;
use super::extract::{PathParams, RequestedLocale, RequestedPartner};
use super::problem::Problem;
use super::problem_code::ProblemCode;

#[derive(Serialize, ToSchema)]
#[schema(as = Desk)]
struct DeskAnswer<'a> {
    name: &'a str,
    operator: &'a str,
    forensics_company: &'a str,
    phone: &'a str,
    phone_note: &'a str,
    opening: Opening,
    outside_hours: Vec<ContactAnswer<'a>>,
    services: Vec<ServiceAnswer<'a>>,
    module: String,
    describe: Describe,
    ruleset: &'static str,
    consent: &'a str,
    policy: &'a str,
    now: i64,
    #[schema(schema_with = context)]
    context: Box<RawValue>,
    /// The partner that was asked for, where the desk knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<PartnerAnswer<'a>>,
}

/// Whose page the form stands on.
#[derive(Serialize, ToSchema)]
#[schema(as = PartnerNow)]
struct PartnerAnswer<'a> {
    key: &'a str,
    name: &'a str,
    /// Whether what is sent from there is a test.
    test: bool,
    #[schema(value_type = Object)]
    theme: &'a Theme,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutsideContact)]
struct ContactAnswer<'a> {
    name: &'a str,
    phone: &'a str,
    url: &'a str,
    note: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Service)]
struct ServiceAnswer<'a> {
    id: &'a str,
    title: &'a str,
    note: &'a str,
}

/// The context's schema is the core's.
fn context() -> Ref {
    Ref::from_schema_name("Context")
}

/// Where the form descriptions of the current module lie.
#[derive(Serialize, ToSchema)]
struct Describe {
    ja: String,
    en: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
struct ConsentAnswer<'a> {
    document: Served<'a>,
    policy: Served<'a>,
    /// The language that prevails; of the two documents it is the consent document (clause 1③).
    prevails: &'static str,
}

/// The documents in force, written and compressed once for each language.
#[derive(Debug, Clone)]
pub struct ConsentFiles {
    ja: Arc<Asset>,
    en: Arc<Asset>,
}

impl ConsentFiles {
    /// The answers for a desk's documents.
    pub fn new(desk: &Desk) -> ConsentFiles {
        let answer = |language| {
            let documents = desk.documents();
            let document = documents.consent.served(language);
            let policy = documents.policy.served(language);
            let answer = ConsentAnswer { document, policy, prevails: "ja" };
            Arc::new(Asset::new(serde_json::to_vec(&answer).unwrap_or_default(), JSON, CachePolicy::NoStore))
        };
        ConsentFiles { ja: answer(Locale::Ja), en: answer(Locale::En) }
    }

    /// Both, for compressing.
    pub fn assets(&self) -> [Arc<Asset>; 2] {
        [Arc::clone(&self.ja), Arc::clone(&self.en)]
    }
}

const JSON: &str = "application/json";

/// Who the desk is now: names, phone, hours, services, module and context.
#[utoipa::path(get, path = "/v1/desk", tag = "desk", params(RequestedLocale, RequestedPartner),
    responses((status = 200, description = "Never to be kept", content_type = "application/json", body = DeskAnswer)))]
pub async fn desk(
    State(intake): State<Intake>,
    State(Clock(now)): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    asked: RequestedPartner,
    headers: HeaderMap,
) -> Response {
    let desk = &intake.desk;
    let partner = asked.key.as_deref().and_then(|key| desk.partner(key));
    let partner = partner.map(|partner| partner_in(partner, locale, asked.preview));
    match desk.context(now(), locale) {
        Ok(context) => {
            let answer = DeskAnswer { partner, ..answer(&intake, &context) };
            dynamic_response(serde_json::to_vec(&answer).unwrap_or_default(), JSON, &headers)
        }
        Err(_) => Problem::new(ProblemCode::EngineFailed, locale).phone(&desk.profile().phone).into_response(),
    }
}

fn answer<'a>(intake: &'a Intake, context: &'a Context) -> DeskAnswer<'a> {
    let profile = intake.desk.profile();
    let locale = context.locale;
    let digest = intake.sandbox.current();
    let describe = |locale: Locale| format!("/module/{digest}/describe.{}.json", locale.as_str());
    DeskAnswer {
        name: profile.name.get(locale),
        operator: profile.operator.get(locale),
        forensics_company: profile.forensics_company.get(locale),
        phone: &profile.phone,
        phone_note: profile.phone_note.get(locale),
        opening: Desk::opening(context),
        outside_hours: profile.outside_hours.iter().map(|contact| contact_in(contact, locale)).collect(),
        services: profile.services.iter().map(|service| service_in(service, locale)).collect(),
        module: format!("sha256:{digest}"),
        describe: Describe { ja: describe(Locale::Ja), en: describe(Locale::En) },
        ruleset: kakekomi_core::RULESET,
        consent: &context.consent.version,
        policy: &context.policy.version,
        now: context.now,
        context: serde_json::from_slice(&context.to_bytes()).unwrap_or_default(),
        partner: None,
    }
}

fn partner_in(partner: &Partner, locale: Locale, preview: bool) -> PartnerAnswer<'_> {
    let test = partner.is_test() || preview;
    PartnerAnswer { key: &partner.key, name: partner.name.get(locale), test, theme: &partner.theme }
}

fn contact_in(contact: &Contact, locale: Locale) -> ContactAnswer<'_> {
    ContactAnswer {
        name: contact.name.get(locale),
        phone: &contact.phone,
        url: &contact.url,
        note: contact.note.get(locale),
    }
}

fn service_in(service: &Service, locale: Locale) -> ServiceAnswer<'_> {
    ServiceAnswer { id: &service.id, title: service.title.get(locale), note: service.note.get(locale) }
}

/// The documents in force in a language, as they are to be shown.
#[utoipa::path(get, path = "/v1/consent/{locale}", tag = "desk",
    params(("locale" = String, Path, description = "`ja` or `en`", example = "ja")),
    responses((status = 200, description = "To be shown and agreed to", content_type = "application/json", body = ConsentAnswer)))]
pub async fn consent(
    State(consent): State<ConsentFiles>,
    language: PathParams<String>,
    RequestedLocale(locale): RequestedLocale,
    headers: HeaderMap,
) -> Response {
    let language = language.map(|Path(language)| language).unwrap_or_default();
    let asset = Locale::read(&language).map(|language| match language {
        Locale::Ja => &*consent.ja,
        Locale::En => &*consent.en,
    });
    respond(asset, &headers, locale)
}
