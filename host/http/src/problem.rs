//! What is not 2xx: `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! `Problem::new("http.too_large", ja).number("max", 262144)` → 413
//! `{"type":"about:blank","title":"Payload Too Large","status":413,"detail":"…","code":"http.too_large"}`
//!
//! `detail` is a sentence for the person, from `core/messages`, in the language that was asked for;
//! `code` is for programs. Where the rules had a say the `report` is in it, byte for byte, and where
//! the desk cannot take a draft now its `phone` number is.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kakekomi_core::{Locale, message};
use kakekomi_sandbox::Sandbox;
use kakekomi_service::submit::Intake;
use serde::Serialize;
use utoipa::ToSchema;

use super::address::Asked;
use super::headers::with_current_module;

/// Seconds to wait before trying again what failed, and what was only busy.
const RETRY_FAILED: &str = "10";
const RETRY_BUSY: &str = "2";

/// A refusal or a failure, as a person and a program get to see it.
#[derive(Debug)]
pub struct Problem {
    code: String,
    detail: String,
    report: Option<Vec<u8>>,
    phone: Option<String>,
    current: Option<serde_json::Value>,
    again: Option<u64>,
}

/// The code of a problem, left on the response for the log.
#[derive(Debug, Clone)]
pub struct ProblemCode(pub String);

impl Problem {
    /// A problem with its sentence from the messages.
    pub fn new(code: &str, locale: Locale) -> Problem {
        let detail = message::problem(code, locale).unwrap_or(code).to_owned();
        Problem { code: code.to_owned(), detail, report: None, phone: None, current: None, again: None }
    }

    /// Fills a number into the sentence.
    #[must_use]
    pub fn number(mut self, name: &str, value: usize) -> Problem {
        self.detail = self.detail.replace(&format!("{{{name}}}"), &value.to_string());
        self
    }

    /// Takes a sentence that the report has already.
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

    /// Says when to try again; rounded up to whole seconds.
    #[must_use]
    pub fn again(mut self, wait: Duration) -> Problem {
        self.again = Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
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

    fn body(&self, status: StatusCode) -> Vec<u8> {
        let members = Members {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: &self.detail,
            code: &self.code,
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
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<&'a serde_json::Value>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = status(&self.code);
        let mut response = (status, self.body(status)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let seconds = self.again.map(HeaderValue::from);
        if let Some(seconds) = seconds.or_else(|| retry_after(&self.code).map(HeaderValue::from_static)) {
            headers.insert(header::RETRY_AFTER, seconds);
        }
        response.extensions_mut().insert(ProblemCode(self.code));
        response
    }
}

/// The status of a code. Codes of the rules that reach here are `text.…`: 400.
pub fn status(code: &str) -> StatusCode {
    match code {
        "partner.unknown" | "partner.origin" => StatusCode::FORBIDDEN,
        "http.not_found" => StatusCode::NOT_FOUND,
        "http.method" => StatusCode::METHOD_NOT_ALLOWED,
        "http.timeout" => StatusCode::REQUEST_TIMEOUT,
        "http.too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "http.content_type" | "http.content_encoding" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "module.unknown" | "module.retired" | "module.superseded" | "consent.stale" | "idempotency.in_progress" => {
            StatusCode::CONFLICT
        }
        "draft.issues" | "idempotency.reused" => StatusCode::UNPROCESSABLE_ENTITY,
        "rate.limited" => StatusCode::TOO_MANY_REQUESTS,
        "engine.failed" | "store.failed" | "store.in_doubt" | "store.full" | "quota.exceeded" | "desk.busy" => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        "http.failed" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// Seconds to wait, where it is worth trying again.
pub fn retry_after(code: &str) -> Option<&'static str> {
    match code {
        "engine.failed" | "store.failed" | "store.in_doubt" | "store.full" | "quota.exceeded" => Some(RETRY_FAILED),
        "desk.busy" | "rate.limited" | "idempotency.in_progress" => Some(RETRY_BUSY),
        _ => None,
    }
}

/// No such address.
pub async fn not_found(Asked(locale): Asked) -> Problem {
    Problem::new("http.not_found", locale)
}

/// An address that does not take this method. What judges at that address is named all the same.
pub async fn method(State(sandbox): State<Arc<Sandbox>>, Asked(locale): Asked) -> Response {
    with_current_module(Problem::new("http.method", locale).into_response(), &sandbox)
}

/// Too many connections at once.
pub async fn busy(State(intake): State<Intake>, Asked(locale): Asked) -> Response {
    let problem = Problem::new("desk.busy", locale).phone(&intake.desk.profile().phone);
    with_current_module(problem.into_response(), &intake.sandbox)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_in_both_languages() {
        let codes = [
            "http.content_type",
            "http.content_encoding",
            "http.too_large",
            "http.not_found",
            "http.method",
            "http.timeout",
            "http.bad_request",
            "idempotency.missing",
            "idempotency.invalid",
            "idempotency.reused",
            "partner.unknown",
            "partner.origin",
            "module.unknown",
            "module.retired",
            "module.superseded",
            "module.header",
            "consent.stale",
            "draft.issues",
            "engine.failed",
            "store.failed",
            "store.full",
            "quota.exceeded",
            "http.failed",
            "store.in_doubt",
            "desk.busy",
        ];
        for locale in Locale::ALL {
            for code in codes {
                assert!(message::problem(code, locale).is_some(), "{code}");
            }
        }
    }

    #[test]
    fn the_report_stands_in_the_body_byte_for_byte() {
        let problem = Problem::new("draft.issues", Locale::Ja).report(br#"{"b":1,"a":2}"#.to_vec());
        let body = String::from_utf8(problem.body(StatusCode::UNPROCESSABLE_ENTITY)).unwrap();
        assert!(body.ends_with(r#","report":{"b":1,"a":2}}"#), "{body}");
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((value["status"].as_u64(), value["code"].as_str()), (Some(422), Some("draft.issues")));
    }

    #[test]
    fn the_phone_number_is_filled_in() {
        let response = Problem::new("store.failed", Locale::Ja).phone("0120-1");
        assert!(response.detail.contains("0120-1") && !response.detail.contains('{'));
        assert_eq!(response.into_response().headers()[header::RETRY_AFTER], "10");
    }
}
