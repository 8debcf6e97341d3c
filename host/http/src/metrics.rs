//! One line in the log and one count for each request: method, route, status, code and time; nothing of the draft.
//!
//! `POST /v1/check` → `kakekomi_http_answers_total{method="POST",route="/v1/check",status="200"} 1`
//!
//! The route is the pattern (`/module/{file}`) and never the address that was sent, and the only header in the log is the
//! request's own number. **No form value, no key and no body reaches a log.**

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::problem_code::ProblemCode;

/// The number by which a response is found in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Upper bounds of the histogram's buckets, in seconds. A check takes some milliseconds, a body at most 30 seconds.
const DURATION_BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Names and values of a metric's labels.
pub type Labels = Vec<(&'static str, String)>;

/// Metrics that the handlers count themselves.
#[derive(Debug)]
pub struct Metrics {
    answers: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    reloads: Family<Labels, Counter>,
    /// Seconds since the epoch; 0 before the first case of this process.
    last_case_at: Gauge,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let metrics = Metrics {
            answers: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            reloads: Family::default(),
            last_case_at: Gauge::default(),
        };
        // An alert sees an increase only from a value that was there before.
        for taken in [true, false] {
            metrics.reloads(taken);
        }
        metrics
    }
}

impl Metrics {
    fn count(&self, method: &str, route: &str, status: u16, seconds: f64) {
        let route = ("route", route.to_owned());
        self.durations.get_or_create(&vec![route.clone()]).observe(seconds);
        let labels = vec![("method", method.to_owned()), route, ("status", status.to_string())];
        self.answers.get_or_create(&labels).inc();
    }

    /// Notes the time at which a case was stored, in milliseconds since the epoch.
    pub fn case_stored(&self, now: i64) {
        self.last_case_at.inner().fetch_max(now / 1000, Ordering::Relaxed);
    }

    /// Counts a reload of the desk's folder, which was taken or refused.
    pub fn count_reload(&self, taken: bool) {
        self.reloads(taken).inc();
    }

    fn reloads(&self, taken: bool) -> Counter {
        let result = if taken { "taken" } else { "refused" };
        self.reloads.get_or_create_owned(&vec![("result", result.to_owned())])
    }

    /// Adds the metrics to a registry.
    pub fn register(&self, registry: &mut Registry) {
        let (answers, durations, reloads) = (self.answers.clone(), self.durations.clone(), self.reloads.clone());
        registry.register("kakekomi_http_answers", "Answers by method, route and status", answers);
        registry.register(
            "kakekomi_http_answer_duration_seconds",
            "Time to the head of an answer, by route",
            durations,
        );
        registry.register("kakekomi_desk_reloads", "Reloads of the desk's folder by result", reloads);
        if self.last_case_at.get() > 0 {
            let help = "Time at which this process stored its last case";
            registry.register("kakekomi_last_case_timestamp_seconds", help, self.last_case_at.clone());
        }
    }
}

/// Counts and logs a request.
pub async fn observe(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method(request.method().as_str());
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let id = request_id();
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let code = response.extensions().get::<ProblemCode>().map_or("", |code| code.as_str());
    let elapsed = started.elapsed();
    let microseconds = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(method, route, status, code, microseconds, id, "request");
    metrics.count(method, &route, status, elapsed.as_secs_f64());
    response
}

/// Returns a method that HTTP knows, or `OTHER`: a method that a client makes up is not logged.
fn method(name: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
    KNOWN.into_iter().find(|known| *known == name).unwrap_or("OTHER")
}

/// Returns sixteen random hexadecimal digits; all are zero if the system has no randomness.
fn request_id() -> String {
    let mut bytes = [0; 8];
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_written_for_prometheus() {
        let metrics = Metrics::default();
        metrics.count("GET", "/", 200, 0.003);
        metrics.count("GET", "/", 200, 0.003);
        let (mut registry, mut text) = (Registry::default(), String::new());
        metrics.register(&mut registry);
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        for line in [
            "kakekomi_http_answers_total{method=\"GET\",route=\"/\",status=\"200\"} 2",
            "kakekomi_http_answer_duration_seconds_bucket{le=\"0.0025\",route=\"/\"} 0",
            "kakekomi_http_answer_duration_seconds_bucket{le=\"0.005\",route=\"/\"} 2",
            "kakekomi_desk_reloads_total{result=\"refused\"} 0",
        ] {
            assert!(text.contains(&format!("\n{line}\n")), "{line}: {text}");
        }
        assert!(!text.contains("kakekomi_last_case"), "no case was stored");
    }

    #[test]
    fn made_up_method_is_not_logged() {
        assert_eq!((method("GET"), method("SECRET")), ("GET", "OTHER"));
    }
}
