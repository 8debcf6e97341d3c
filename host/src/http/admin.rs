//! The admin listener: `/livez` while the process serves, `/readyz` while the database answers,
//! `/metrics` for Prometheus. Off unless `--admin-listen` says where; never for the public.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;

/// The process is alive.
pub async fn live() -> &'static str {
    "ok\n"
}

/// Cases can be taken.
pub async fn ready(State(app): State<Arc<App>>) -> Response {
    match app.intake.store.ready().await {
        Ok(()) => "ok\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "store.failed\n").into_response()
        }
    }
}

/// Counts since the start.
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.counters.text()).into_response()
}
