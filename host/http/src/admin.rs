//! The admin listener: `/livez` while the process serves, `/readyz` while a case can be stored,
//! `/metrics` for Prometheus. Off unless `--admin-listen` says where; never for the public.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kakekomi_sandbox::Sandbox;
use kakekomi_service::capacity::Capacity;
use kakekomi_service::submit::Intake;

use crate::client_ip::Ambiguous;
use crate::metrics::Counters;
use crate::problem_code::ProblemCode;

/// The number of log lines that could not be written since the start.
#[derive(Clone, Copy)]
pub struct DroppedLogLines(pub fn() -> u64);

/// The process is alive.
pub async fn live() -> &'static str {
    "ok\n"
}

/// A submission would be stored now; else 503 and the code of what keeps it from that.
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

/// Counts since the start, and what is free.
pub async fn metrics(
    State(counters): State<Arc<Counters>>,
    State(dropped): State<DroppedLogLines>,
    State(intake): State<Intake>,
) -> Response {
    let text = counters.text()
        + &log_text((dropped.0)())
        + &capacity_text(&intake.capacity)
        + &deadlines_text(&intake.sandbox);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn log_text(dropped: u64) -> String {
    format!(
        "# HELP kakekomi_log_dropped_total Log lines that could not be written.\n\
         # TYPE kakekomi_log_dropped_total counter\nkakekomi_log_dropped_total {dropped}\n"
    )
}

/// Formats the checks that were ended by their processor time: a client may name an archived module.
fn deadlines_text(sandbox: &Sandbox) -> String {
    let mut text = String::from(
        "# HELP kakekomi_check_deadlines_total Checks that exceeded their processor time, by module.\n\
         # TYPE kakekomi_check_deadlines_total counter\n",
    );
    for (module, count) in sandbox.deadlines() {
        let _ = writeln!(text, "kakekomi_check_deadlines_total{{module=\"sha256:{module}\"}} {count}");
    }
    text
}

fn capacity_text(capacity: &Capacity) -> String {
    let mut text = String::from(
        "# HELP kakekomi_submissions_refused_total Submissions for which there was no room, by reason.\n\
         # TYPE kakekomi_submissions_refused_total counter\n",
    );
    for (reason, count) in capacity.refusals() {
        let _ = writeln!(text, "kakekomi_submissions_refused_total{{reason=\"{reason}\"}} {count}");
    }
    if let Some(Ok(free)) = capacity.free_bytes() {
        let _ = write!(
            text,
            "# HELP kakekomi_free_bytes Free space on the disk of the database.\n\
             # TYPE kakekomi_free_bytes gauge\nkakekomi_free_bytes {free}\n"
        );
    }
    text
}
