//! Every response outside 2xx: `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! `Problem::new(ProblemCode::HttpTooLarge, ja).number("max", 262144)` → 413
//! `{"type":"about:blank","title":"Payload Too Large","status":413,"detail":"…","code":"http.too_large"}`
//!
//! `detail` is a sentence for the person, in the language that was asked for; `code` is for programs. If the rules ran,
//! the problem has their `report`, byte for byte. If the desk cannot take a draft now, it has the desk's `phone` number.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kakekomi_core::Locale;
use kakekomi_sandbox::Sandbox;
use kakekomi_service::submit::Intake;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::RequestedLocale;
use super::headers::with_current_module;
use super::problem_code::ProblemCode;

/// A rejection or a failure, for a person and for a program.
#[derive(Debug)]
pub struct Problem {
    code: ProblemCode,
    detail: String,
    report: Option<Vec<u8>>,
    phone: Option<String>,
    current: Option<serde_json::Value>,
    retry_after: Option<u64>,
}

impl Problem {
    /// Makes a problem with the sentence of its code.
    pub fn new(code: ProblemCode, locale: Locale) -> Problem {
        let detail = code.sentence(locale).to_owned();
        Problem { code, detail, report: None, phone: None, current: None, retry_after: code.retry_after() }
    }

    /// Fills a number into the sentence.
    #[must_use]
    pub fn number(mut self, name: &str, value: usize) -> Problem {
        self.detail = self.detail.replace(&format!("{{{name}}}"), &value.to_string());
        self
    }

    /// Replaces the sentence, by one of the report.
    #[must_use]
    pub fn detail(mut self, sentence: &str) -> Problem {
        sentence.clone_into(&mut self.detail);
        self
    }

    /// Adds the desk's phone number, as a member and in the sentence.
    #[must_use]
    pub fn phone(mut self, phone: &str) -> Problem {
        self.detail = self.detail.replace("{phone}", phone);
        self.phone = Some(phone.to_owned());
        self
    }

    /// Sets the time after which the client may try again, rounded up to whole seconds.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Problem {
        self.retry_after = Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        self
    }

    /// Adds the report's very bytes.
    #[must_use]
    pub fn report(mut self, report: Vec<u8>) -> Problem {
        self.report = Some(report);
        self
    }

    /// Adds what is in force now: documents, or a module.
    #[must_use]
    pub fn current(mut self, current: serde_json::Value) -> Problem {
        self.current = Some(current);
        self
    }

    fn body(&self) -> Vec<u8> {
        let status = self.code.status();
        let members = Members {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: &self.detail,
            code: self.code.as_str(),
            phone: self.phone.as_deref(),
            current: self.current.as_ref(),
        };
        let mut body = serde_json::to_vec(&members).unwrap_or_default();
        if let Some(report) = &self.report {
            body.pop();
            body.extend_from_slice(b",\"report\":");
            body.extend_from_slice(report);
            body.push(b'}');
        }
        body
    }
}

/// The members of a problem; the report comes behind them as it is.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Members<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<&'a serde_json::Value>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.code.status(), self.body()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        // For the log.
        response.extensions_mut().insert(self.code);
        response
    }
}

/// Answers a request for an address that does not exist.
pub async fn not_found(RequestedLocale(locale): RequestedLocale) -> Problem {
    Problem::new(ProblemCode::HttpNotFound, locale)
}

/// Answers a request with a method that the address does not have; the response names the current module all the same.
pub async fn method(State(sandbox): State<Arc<Sandbox>>, RequestedLocale(locale): RequestedLocale) -> Response {
    with_current_module(Problem::new(ProblemCode::HttpMethod, locale).into_response(), &sandbox)
}

/// Answers a request on a connection above the limit.
pub async fn busy(State(intake): State<Intake>, RequestedLocale(locale): RequestedLocale) -> Response {
    let problem = Problem::new(ProblemCode::DeskBusy, locale).phone(&intake.desk.profile().phone);
    with_current_module(problem.into_response(), &intake.sandbox)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_contains_the_report_byte_for_byte() {
        let problem = Problem::new(ProblemCode::DraftIssues, Locale::Ja).report(br#"{"b":1,"a":2}"#.to_vec());
        let body = String::from_utf8(problem.body()).unwrap();
        assert!(body.ends_with(r#","report":{"b":1,"a":2}}"#), "{body}");
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((value["status"].as_u64(), value["code"].as_str()), (Some(422), Some("draft.issues")));
    }

    #[test]
    fn the_phone_number_is_filled_in() {
        let response = Problem::new(ProblemCode::StoreFailed, Locale::Ja).phone("0120-1");
        assert!(response.detail.contains("0120-1") && !response.detail.contains('{'));
        assert_eq!(response.into_response().headers()[header::RETRY_AFTER], "10");
    }
}
