//! A panic of a handler becomes 500 `http.failed` with the phone number, and not an empty reply.
//!
//! The panic itself is logged by the hook that `kakekomi serve` sets. Whether a case was stored is not known then; the
//! same key and text tell.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use kakekomi_service::desk::Desk;

use super::extract::RequestedLocale;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// Runs a request and catches its panic.
pub async fn catch_panic(
    State(desk): State<Arc<Desk>>,
    RequestedLocale(locale): RequestedLocale,
    request: Request,
    next: Next,
) -> Response {
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    answered
        .unwrap_or_else(|_| Problem::new(ProblemCode::HttpFailed, locale).phone(&desk.profile().phone).into_response())
}
