//! Every response outside 2xx: `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! `Problem::new(ProblemCode::HttpTooLarge, ja).number("max", 262144)` → 413
//! `{"type":"about:blank","title":"Payload Too Large","status":413,"detail":"…","code":"http.too_large"}`
//!
//! `detail` is a sentence for the person, in the language that was asked for; `code` is for programs. If the rules ran,
//! the problem has their `report`, byte for byte. If the desk cannot take a draft now, it has the desk's `phone` number.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::extract::RequestedLocale;
use super::problem_code::ProblemCode;

/// A rejection or a failure, for a person and for a program.
#[derive(Debug)]
pub struct Problem {
    code: ProblemCode,
    members: Box<Members>,
    report: Option<Vec<u8>>,
    retry_after: Option<u64>,
}

/// The members of a problem; the report follows them unchanged.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Members {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<Value>,
}

impl Problem {
    /// Makes a problem with the sentence of its code.
    pub fn new(code: ProblemCode, locale: Locale) -> Problem {
        let members = Members {
            kind: "about:blank",
            title: code.status().canonical_reason().unwrap_or_default(),
            status: code.status().as_u16(),
            detail: code.sentence(locale).to_owned(),
            code: code.as_str(),
            phone: None,
            current: None,
        };
        Problem { code, members: Box::new(members), report: None, retry_after: code.retry_after() }
    }

    /// Fills a number into the sentence.
    #[must_use]
    pub fn number(mut self, name: &str, value: usize) -> Problem {
        self.members.detail = self.members.detail.replace(&format!("{{{name}}}"), &value.to_string());
        self
    }

    /// Fills the name of a header or a key into the sentence.
    #[must_use]
    pub fn key(mut self, name: &str) -> Problem {
        self.members.detail = self.members.detail.replace("{key}", name);
        self
    }

    /// Replaces the sentence, by one of the report.
    #[must_use]
    pub fn detail(mut self, sentence: &str) -> Problem {
        sentence.clone_into(&mut self.members.detail);
        self
    }

    /// Adds the desk's phone number, as a member and in the sentence.
    #[must_use]
    pub fn phone(mut self, phone: &str) -> Problem {
        self.members.detail = self.members.detail.replace("{phone}", phone);
        self.members.phone = Some(phone.to_owned());
        self
    }

    /// Sets the time after which the client may try again, rounded up to whole seconds.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Problem {
        self.retry_after = Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        self
    }

    /// Adds the report's bytes, unchanged.
    #[must_use]
    pub fn report(mut self, report: Vec<u8>) -> Problem {
        self.report = Some(report);
        self
    }

    /// Adds the documents or the module in force.
    #[must_use]
    pub fn current(mut self, current: Value) -> Problem {
        self.members.current = Some(current);
        self
    }

    fn body(&self) -> Vec<u8> {
        let mut body = serde_json::to_vec(&self.members).unwrap_or_default();
        if let Some(report) = &self.report {
            body.pop();
            body.extend_from_slice(b",\"report\":");
            body.extend_from_slice(report);
            body.push(b'}');
        }
        body
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        let mut response = (self.code.status(), headers, self.body()).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // For the log.
        response.extensions_mut().insert(self.code);
        response
    }
}

/// Responds to a request for an address that does not exist.
pub async fn not_found(RequestedLocale(locale): RequestedLocale) -> Problem {
    Problem::new(ProblemCode::HttpNotFound, locale)
}

/// Responds to a request with a method that the address does not have.
pub async fn method(RequestedLocale(locale): RequestedLocale) -> Problem {
    Problem::new(ProblemCode::HttpMethod, locale)
}

/// Responds to a request on a connection above the limit.
pub async fn busy(State(desk): State<Arc<Desk>>, RequestedLocale(locale): RequestedLocale) -> Problem {
    Problem::new(ProblemCode::DeskBusy, locale).phone(&desk.profile().phone)
}

/// Runs a request and responds to a panic with 500 `http.failed` and the phone number, instead of an empty reply.
///
/// The hook that `kakekomi serve` sets logs the panic itself. Nobody knows then if a case was stored; the same key and text
/// tell.
pub async fn catch_panic(
    State(desk): State<Arc<Desk>>,
    RequestedLocale(locale): RequestedLocale,
    request: Request,
    next: Next,
) -> Response {
    let result = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let failed = |_| Problem::new(ProblemCode::HttpFailed, locale).phone(&desk.profile().phone).into_response();
    result.unwrap_or_else(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_contains_the_report_byte_for_byte() {
        let problem = Problem::new(ProblemCode::DraftIssues, Locale::Ja).report(br#"{"b":1,"a":2}"#.to_vec());
        let body = String::from_utf8(problem.body()).unwrap();
        assert!(body.ends_with(r#","report":{"b":1,"a":2}}"#), "{body}");
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((value["status"].as_u64(), value["code"].as_str()), (Some(422), Some("draft.issues")));
    }

    #[test]
    fn phone_number_is_filled_in() {
        let response = Problem::new(ProblemCode::StoreFailed, Locale::Ja).phone("0120-1");
        assert!(response.members.detail.contains("0120-1") && !response.members.detail.contains('{'));
        assert_eq!(response.into_response().headers()[header::RETRY_AFTER], "10");
    }
}
