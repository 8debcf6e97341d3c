//! One line in the log and one count a request: method, route, status, code, time; nothing of the draft.
//!
//! The route is the pattern (`/module/{file}`) and never the address that was typed, and no header
//! but the request's own number is written. **No form value, no key and no body reaches a log.**

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::problem_code::ProblemCode;

/// The number by which an answer is found in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How many answers there were, by method, route and status, and how many reloads of the desk.
#[derive(Debug, Default)]
pub struct Counters {
    answers: Mutex<BTreeMap<(String, String, u16), u64>>,
    /// When the last case was stored, in milliseconds since the epoch; 0: none since the start.
    last_case_at: AtomicI64,
    reloads_taken: AtomicU64,
    reloads_refused: AtomicU64,
}

impl Counters {
    fn count(&self, method: &str, route: &str, status: u16) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        *answers.entry((method.to_owned(), route.to_owned(), status)).or_default() += 1;
    }

    /// Notes when a case was stored, in milliseconds since the epoch.
    pub fn case_stored(&self, now: i64) {
        self.last_case_at.fetch_max(now, Ordering::Relaxed);
    }

    /// Counts a reload of the desk's folder, which was taken or refused.
    pub fn count_reload(&self, taken: bool) {
        let counter = if taken { &self.reloads_taken } else { &self.reloads_refused };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn reloads_text(&self) -> String {
        let mut text = String::from(
            "# HELP kakekomi_desk_reloads_total Reloads of the desk's folder by result.\n# TYPE kakekomi_desk_reloads_total counter\n",
        );
        for (result, counter) in [("taken", &self.reloads_taken), ("refused", &self.reloads_refused)] {
            let count = counter.load(Ordering::Relaxed);
            let _ = writeln!(text, "kakekomi_desk_reloads_total{{result=\"{result}\"}} {count}");
        }
        text
    }

    /// The counts in Prometheus' text format.
    pub fn text(&self) -> String {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = self.reloads_text();
        text.push_str(
            "# HELP kakekomi_http_answers_total Answers by method, route and status.\n# TYPE kakekomi_http_answers_total counter\n",
        );
        for ((method, route, status), count) in &*answers {
            let _ = writeln!(
                text,
                "kakekomi_http_answers_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
            );
        }
        let last_case_at = self.last_case_at.load(Ordering::Relaxed);
        if last_case_at > 0 {
            let seconds = last_case_at / 1000;
            let _ = write!(
                text,
                "# HELP kakekomi_last_case_timestamp_seconds When this process stored its last case.\n\
                 # TYPE kakekomi_last_case_timestamp_seconds gauge\nkakekomi_last_case_timestamp_seconds {seconds}\n"
            );
        }
        text
    }
}

/// Counts and logs a request.
pub async fn observe(State(counters): State<Arc<Counters>>, request: Request, next: Next) -> Response {
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
    let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(method, route, status, code, microseconds, id, "request");
    counters.count(method, &route, status);
    response
}

/// A method that HTTP knows; whatever else a client makes up is not written down.
fn method(name: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
    KNOWN.into_iter().find(|known| *known == name).unwrap_or("OTHER")
}

/// Sixteen random hexadecimal digits; all zero where the system has no randomness to give.
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
        let counters = Counters::default();
        counters.count("GET", "/", 200);
        counters.count("GET", "/", 200);
        assert!(
            counters.text().contains("\nkakekomi_http_answers_total{method=\"GET\",route=\"/\",status=\"200\"} 2\n")
        );
    }

    #[test]
    fn a_made_up_method_is_not_written_down() {
        assert_eq!((method("GET"), method("SECRET")), ("GET", "OTHER"));
    }
}
