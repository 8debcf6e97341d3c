//! `GET /v1/desk` → names, phone, hours, services, module and context · `GET /v1/consent/<locale>` → the documents in force.
//!
//! The first response is never cached: the phone number may change (clause 4⑦), and its context is the one that the page
//! judges in, with the server's time.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use kakekomi_core::{Context, Locale};
use kakekomi_service::desk::documents::Served;
use kakekomi_service::desk::partners::Theme;
use kakekomi_service::desk::{Desk, Opening};
use kakekomi_service::submit::Intake;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::Ref;

use super::asset::{Asset, CachePolicy, FileRequest, JSON, dynamic_response};
use super::extract::{Clock, RequestedLocale, RequestedPartner};
use super::module::Describe;
use super::problem::Problem;
use super::problem_code::ProblemCode;

#[derive(Serialize, ToSchema)]
#[schema(as = Desk)]
struct DeskResponse<'a> {
    name: &'a str,
    operator: &'a str,
    /// The operator's page, if the desk names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_url: Option<&'a str>,
    forensics_company: &'a str,
    phone: &'a str,
    phone_note: &'a str,
    opening: Opening,
    outside_hours: Vec<ContactResponse<'a>>,
    services: Vec<ServiceResponse<'a>>,
    module: String,
    describe: Describe,
    ruleset: &'static str,
    consent: &'a str,
    policy: &'a str,
    now: i64,
    #[schema(schema_with = context)]
    context: Box<RawValue>,
    /// The requested partner, if the desk knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<PartnerResponse<'a>>,
}

/// The partner whose page holds the form.
#[derive(Serialize, ToSchema)]
#[schema(as = PartnerNow)]
struct PartnerResponse<'a> {
    key: &'a str,
    name: &'a str,
    /// True if what is sent from there is a test.
    test: bool,
    #[schema(value_type = Object)]
    theme: &'a Theme,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OutsideContact)]
struct ContactResponse<'a> {
    name: &'a str,
    phone: &'a str,
    url: &'a str,
    note: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Service)]
struct ServiceResponse<'a> {
    id: &'a str,
    title: &'a str,
    note: &'a str,
}

/// Refers to the core's schema of the context.
fn context() -> Ref {
    Ref::from_schema_name("Context")
}

#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
struct ConsentResponse<'a> {
    document: Served<'a>,
    policy: Served<'a>,
    /// The language that prevails; of the two documents it is the consent document (clause 1③).
    prevails: &'static str,
}

/// The documents in force by locale, written and compressed once.
#[derive(Debug, Clone)]
pub struct ConsentFiles(Arc<[(&'static str, Asset); 2]>);

impl ConsentFiles {
    /// Writes the responses for a desk's documents.
    pub fn new(desk: &Desk) -> ConsentFiles {
        let documents = desk.documents();
        let file = |locale: Locale| {
            let (document, policy) = (documents.consent.served(locale), documents.policy.served(locale));
            let consent = ConsentResponse { document, policy, prevails: "ja" };
            let json = serde_json::to_vec(&consent).unwrap_or_default();
            (locale.as_str(), Asset::new(json, JSON, CachePolicy::NoStore))
        };
        ConsentFiles(Arc::new(Locale::ALL.map(file)))
    }

    /// Lists both, for compressing.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.0.iter().map(|(_, asset)| asset)
    }
}

/// The desk now: names, phone, hours, services, module and context.
#[utoipa::path(get, path = "/v1/desk", tag = "desk", params(RequestedLocale, RequestedPartner),
    responses((status = 200, description = "Never to be kept", content_type = "application/json", body = DeskResponse)))]
pub async fn desk(
    State(intake): State<Intake>,
    State(now): State<Clock>,
    RequestedLocale(locale): RequestedLocale,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    match intake.desk.context(now(), locale) {
        Ok(context) => {
            let response = response(&intake, &context, &RequestedPartner::read(&address));
            dynamic_response(serde_json::to_vec(&response).unwrap_or_default(), JSON, &headers)
        }
        Err(_) => Problem::new(ProblemCode::EngineFailed, locale).phone(&intake.desk.profile().phone).into_response(),
    }
}

fn response<'a>(intake: &'a Intake, context: &'a Context, requested: &RequestedPartner) -> DeskResponse<'a> {
    let profile = intake.desk.profile();
    let locale = context.locale;
    let digest = intake.sandbox.current();
    let outside_hours = profile.outside_hours.iter().map(|contact| ContactResponse {
        name: contact.name.get(locale),
        phone: &contact.phone,
        url: &contact.url,
        note: contact.note.get(locale),
    });
    let services = profile.services.iter().map(|service| ServiceResponse {
        id: &service.id,
        title: service.title.get(locale),
        note: service.note.get(locale),
    });
    let partner =
        requested.key.as_deref().and_then(|key| intake.desk.partner(key, context.now)).map(|partner| PartnerResponse {
            key: &partner.key,
            name: partner.name.get(locale),
            test: partner.is_test() || requested.preview,
            theme: &partner.theme,
        });
    DeskResponse {
        name: profile.name.get(locale),
        operator: profile.operator.get(locale),
        operator_url: profile.operator_url.as_deref(),
        forensics_company: profile.forensics_company.get(locale),
        phone: &profile.phone,
        phone_note: profile.phone_note.get(locale),
        opening: Desk::opening(context),
        outside_hours: outside_hours.collect(),
        services: services.collect(),
        module: format!("sha256:{digest}"),
        describe: Describe::new(digest),
        ruleset: kakekomi_core::RULESET,
        consent: &context.consent.version,
        policy: &context.policy.version,
        now: context.now,
        context: serde_json::from_slice(&context.to_bytes()).unwrap_or_default(),
        partner,
    }
}

/// The documents in force in a language, as they are to be shown.
#[utoipa::path(get, path = "/v1/consent/{locale}", tag = "desk",
    params(("locale" = String, Path, description = "`ja` or `en`", example = "ja")),
    responses((status = 200, description = "To be shown and agreed to", content_type = "application/json", body = ConsentResponse)))]
pub async fn consent(State(consent): State<ConsentFiles>, request: FileRequest) -> Response {
    request.find(&*consent.0)
}
