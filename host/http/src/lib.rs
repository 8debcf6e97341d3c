//! The desk's HTTP interface: every route on one screen.
//!
//! `GET /` → the page · `POST /v1/check` → a report · `POST /v1/submissions` → a receipt. What is not
//! 2xx is problem+json with a stable code ([`problem`]). Read on in this order: [`body`], [`check`],
//! [`submissions`], [`desk`], [`asset`].
//!
//! **Nothing here knows SQL**, and nothing here decides: verdicts come from the module, outcomes
//! from [`kakekomi_service::submit`].

pub mod address;
pub mod admin;
pub mod asset;
pub mod body;
pub mod catch_panic;
pub mod check;
pub mod client;
pub mod cors;
pub mod desk;
pub mod element_versions;
pub mod embed;
pub mod embedded;
pub mod headers;
pub mod limit;
pub mod module;
pub mod observe;
pub mod openapi;
pub mod page;
pub mod partners;
pub mod problem;
pub mod serve;
pub mod sheet;
pub mod submissions;
pub mod template;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use asset::Asset;
use body::Limits;
use desk::ConsentFiles;
use kakekomi_service::desk::Desk;
use kakekomi_service::submit::Intake;
use limit::RateLimits;
use module::ModuleFiles;
use observe::Counters;
use openapi::DocsFiles;
use page::PageFiles;

/// What the handlers share. Everything but the desk's own data is shared with the `App` of before after a reload.
#[derive(Clone)]
pub struct App {
    /// Judging and storing.
    pub intake: Intake,
    /// The files beside the current module.
    pub module: Arc<ModuleFiles>,
    /// The page.
    pub page: PageFiles,
    /// The documents in force.
    pub consent: ConsentFiles,
    /// The description of this interface.
    pub docs: DocsFiles,
    /// How much and how long a request may be.
    pub limits: Arc<Limits>,
    /// How often one address may ask.
    pub rates: Arc<RateLimits>,
    /// The time: milliseconds since the epoch, UTC.
    pub now: fn() -> i64,
    /// What `/metrics` tells.
    pub counters: Arc<Counters>,
    /// The number of log lines that could not be written since the start.
    pub dropped_log_lines: fn() -> u64,
}

impl App {
    /// The same host for another desk: store, sandbox, rates and counters go on, and the files that hold values of the
    /// desk are made anew.
    #[must_use]
    pub fn with_desk(&self, desk: Desk) -> App {
        App {
            page: self.page.with_desk(&desk),
            consent: ConsentFiles::new(&desk),
            docs: self.docs.with_desk(&desk),
            intake: Intake { desk: Arc::new(desk), ..self.intake.clone() },
            ..self.clone()
        }
    }

    /// The files that hold values of the desk.
    pub fn desk_assets(&self) -> impl Iterator<Item = Arc<Asset>> {
        let documents = self.consent.assets().into_iter().chain([self.docs.asset()]);
        self.page.document_asset().into_iter().chain(documents)
    }
}

/// Every route of the desk.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(page::index))
        .route("/sheet", get(sheet::sheet))
        .route("/page/{*path}", get(page::file))
        .route("/embed/{version}/{file}", get(embed::file))
        .route("/partners", get(partners::compose))
        .route("/partners/{file}", get(partners::file))
        .route("/module/{file}", get(module::file))
        .route("/module/{digest}/{file}", get(module::description))
        .route("/openapi.json", get(openapi::openapi))
        .route("/docs", get(openapi::docs))
        .route("/docs/{file}", get(openapi::file))
        .route("/v1/desk", get(desk::desk))
        .route("/v1/consent/{locale}", get(desk::consent))
        .route("/v1/schema", get(module::schema))
        .route("/v1/check", post(check::check))
        .route("/v1/submissions", post(submissions::submit))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method)
        .layer(from_fn_with_state(Arc::clone(&app), catch_panic::catch_panic))
        .layer(from_fn_with_state(Arc::clone(&app), limit::limit))
        .layer(from_fn_with_state(Arc::clone(&app), cors::share))
        .layer(from_fn(headers::set))
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        .with_state(app)
}

/// What a connection gets for which there is no place: 503 `desk.busy`, whatever it asks.
pub fn busy_router(app: Arc<App>) -> Router {
    Router::new()
        .fallback(problem::busy)
        .layer(from_fn(headers::set))
        .layer(from_fn_with_state(Arc::clone(&app), observe::observe))
        .with_state(app)
}

/// The routes of the admin listener, for the operator's own machinery.
pub fn admin_router(app: Arc<App>) -> Router {
    Router::new()
        .route("/livez", get(admin::live))
        .route("/readyz", get(admin::ready))
        .route("/metrics", get(admin::metrics))
        .layer(from_fn(admin::refuse_ambiguous))
        .layer(from_fn(headers::set))
        .with_state(app)
}
