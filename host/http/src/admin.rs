//! The admin listener: `/livez` while the process serves, `/readyz` while a case can be stored, `/metrics` for Prometheus.
//!
//! `GET /metrics` → `kakekomi_free_bytes 48318382080` and the other metrics, as text of `OpenMetrics`
//!
//! It is off unless `--admin-listen` names its address, and it is never for the public.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kakekomi_service::submit::Intake;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use tokio::sync::watch;

use crate::client_ip::Ambiguous;
use crate::metrics::{Labels, Metrics};
use crate::outbox_metrics;
use crate::problem_code::ProblemCode;

/// The number of log lines that could not be written since the start.
pub type DroppedLogLines = fn() -> u64;

/// Responds while the process is alive.
pub async fn live() -> &'static str {
    "ok\n"
}

/// Fails the health checks since the signal that ends the process, so that a balancer sends the next requests elsewhere.
pub async fn refuse_while_draining(
    State(draining): State<watch::Receiver<bool>>,
    request: Request,
    next: Next,
) -> Response {
    if *draining.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    next.run(request).await
}

/// Responds with 200 if a submission would be stored now, else with 503 and the code of the reason.
pub async fn ready(State(intake): State<Intake>) -> Response {
    if let Err(shortage) = intake.capacity.check() {
        return not_ready(shortage.into(), &"there is no room for a case");
    }
    match intake.store.ready().await {
        Ok(()) => "ok\n".into_response(),
        Err(error) => not_ready(ProblemCode::StoreFailed, &error),
    }
}

fn not_ready(code: ProblemCode, error: &dyn std::fmt::Display) -> Response {
    let code = code.as_str();
    tracing::warn!(code, %error, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, format!("{code}\n")).into_response()
}

/// Refuses heads that could be read in more than one way, as the desk does.
pub async fn refuse_ambiguous(request: Request, next: Next) -> Response {
    if request.extensions().get::<Ambiguous>().is_some() {
        return (StatusCode::BAD_REQUEST, [(header::CONNECTION, "close")], "http.bad_request\n").into_response();
    }
    next.run(request).await
}

/// Responds with the counts since the start, the length of the queue and the free space.
pub async fn metrics(
    State(metrics): State<Arc<Metrics>>,
    State(dropped): State<DroppedLogLines>,
    State(Intake { capacity, sandbox, store, .. }): State<Intake>,
) -> Response {
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    registry.register("kakekomi_log_dropped", "Log lines that could not be written", ConstCounter::new(dropped()));
    let refused = capacity.refusals().map(|(reason, count)| (reason.to_owned(), count));
    let help = "Submissions for which there was no room, by reason";
    registry.register("kakekomi_submissions_refused", help, family("reason", refused));
    if let Some(Ok(free)) = capacity.free_bytes() {
        registry.register("kakekomi_free_bytes", "Free space on the disk of the database", ConstGauge::new(free));
    }
    registry.register("kakekomi_checks_queued", "Checks that wait for a thread", ConstGauge::new(sandbox.queued()));
    // By module, since a client may name an archived one.
    let deadlines = sandbox.deadlines().map(|(module, count)| (format!("sha256:{module}"), count));
    let help = "Checks that exceeded their processor time, by module";
    registry.register("kakekomi_check_deadlines", help, family("module", deadlines));
    outbox_metrics::register(&mut registry, &*store).await;
    let mut text = String::new();
    let media = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, media)], text).into_response(),
        Err(error) => not_ready(ProblemCode::HttpFailed, &error),
    }
}

/// Makes a metric of counts that are kept elsewhere.
fn family(label: &'static str, counts: impl Iterator<Item = (String, u64)>) -> Family<Labels, Counter> {
    let family = Family::<Labels, Counter>::default();
    for (value, count) in counts {
        family.get_or_create(&vec![(label, value)]).inc_by(count);
    }
    family
}
