//! `GET /v1/desk` and `GET /v1/consent/<locale>`: who the desk is now, and what is agreed to.
//!
//! The desk's answer is never cached: the phone number may change (clause 4⑦), and its context is
//! what the page judges in, with the server's time.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kakekomi_core::{Context, Locale};
use serde::Serialize;

use super::App;
use super::address::{Asked, Named};
use super::asset::{Asset, Keep, made_now};
use super::problem::Problem;
use crate::desk::documents::Served;
use crate::desk::profile::{Contact, Service};
use crate::desk::{Desk, Opening};

#[derive(Serialize)]
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
    context: &'a Context,
}

#[derive(Serialize)]
struct ContactAnswer<'a> {
    name: &'a str,
    phone: &'a str,
    url: &'a str,
    note: &'a str,
}

#[derive(Serialize)]
struct ServiceAnswer<'a> {
    id: &'a str,
    title: &'a str,
    note: &'a str,
}

/// Where the form descriptions of the current module lie.
#[derive(Serialize)]
struct Describe {
    ja: String,
    en: String,
}

#[derive(Serialize)]
struct ConsentAnswer<'a> {
    document: Served<'a>,
    policy: Served<'a>,
    /// The language that prevails; of the two documents it is the consent document (clause 1③).
    prevails: &'static str,
}

/// The documents in force, written and compressed once for each language.
#[derive(Debug)]
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
            Arc::new(Asset::new(serde_json::to_vec(&answer).unwrap_or_default(), JSON, Keep::NoStore))
        };
        ConsentFiles { ja: answer(Locale::Ja), en: answer(Locale::En) }
    }

    /// Both, for compressing.
    pub fn assets(&self) -> [Arc<Asset>; 2] {
        [Arc::clone(&self.ja), Arc::clone(&self.en)]
    }
}

const JSON: &str = "application/json";

/// Names, phone, hours, services, module and context.
pub async fn desk(State(app): State<Arc<App>>, Asked(locale): Asked, headers: HeaderMap) -> Response {
    let desk = &app.intake.desk;
    match desk.context((app.now)(), locale) {
        Ok(context) => made_now(serde_json::to_vec(&answer(&app, &context)).unwrap_or_default(), JSON, &headers),
        Err(_) => Problem::new("engine.failed", locale).phone(&desk.profile().phone).into_response(),
    }
}

fn answer<'a>(app: &'a App, context: &'a Context) -> DeskAnswer<'a> {
    let profile = app.intake.desk.profile();
    let locale = context.locale;
    let digest = app.intake.sandbox.current();
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
        context,
    }
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
pub async fn consent(
    State(app): State<Arc<App>>,
    language: Named<String>,
    Asked(asked): Asked,
    headers: HeaderMap,
) -> Response {
    let language = language.map(|Path(language)| language).unwrap_or_default();
    match Locale::read(&language) {
        Some(Locale::Ja) => app.consent.ja.respond(&headers),
        Some(Locale::En) => app.consent.en.respond(&headers),
        None => Problem::new("http.not_found", asked).into_response(),
    }
}
