//! Every route on one screen: of the desk, of a connection without a place, and of the admin listener.
//!
//! `GET /v1/desk` → [`desk::desk`]

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::app::{App, AppState};
use crate::{
    admin, catch_panic, check, cors, desk, embed, headers, limit, module, observe, openapi, page, partners, problem,
    sheet, submissions,
};

/// Every route of the desk.
pub fn router(app: Arc<App>) -> Router {
    let app = AppState(app);
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
        .layer(from_fn_with_state(app.clone(), catch_panic::catch_panic))
        .layer(from_fn_with_state(app.clone(), limit::limit))
        .layer(from_fn_with_state(app.clone(), cors::share))
        .layer(from_fn(headers::set))
        .layer(from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

/// What a connection gets for which there is no place: 503 `desk.busy`, whatever it asks.
pub fn busy_router(app: Arc<App>) -> Router {
    let app = AppState(app);
    Router::new()
        .fallback(problem::busy)
        .layer(from_fn(headers::set))
        .layer(from_fn_with_state(app.clone(), observe::observe))
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
        .with_state(AppState(app))
}
