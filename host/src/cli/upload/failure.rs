//! Failures of an upload, by what to do next.
//!
//! 503 with `Retry-After: 10` → [`Failure::Later`], in ten seconds at the earliest · 413 → [`Failure::File`] · 401 → [`Failure::Desk`]

use std::time::Duration;

use kakekomi_http_client::{ClientError, Response, StatusCode, header, read_body};
use serde::Deserialize;

use crate::error::CliError;

/// The longest problem that is read, in bytes.
const PROBLEM_MAX: usize = 64 << 10;

/// A failure of an upload.
#[derive(Debug)]
pub enum Failure {
    /// This file cannot be sent; others may.
    File(CliError),
    /// The address is not there: the upload has ended, or, in a list, the desk is another service.
    Gone(CliError),
    /// Nothing can be sent: the code is wrong, or the desk takes no files.
    Desk(CliError),
    /// It may work a little later.
    Later {
        /// The reason.
        why: String,
        /// The least wait that the desk asked for.
        after: Option<Duration>,
    },
}

/// The members of a problem (RFC 9457) that a sentence needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
    detail: String,
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Failure {
        let why = error.to_string();
        if error.is_untrusted() { Failure::Desk(CliError::Remote(why)) } else { Failure::Later { why, after: None } }
    }
}

impl Failure {
    /// Reads the reason of a response outside 2xx. A response to HEAD has no body, and its status is the reason.
    pub async fn of(response: Response) -> Failure {
        let status = response.status();
        let after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = read_body(response, PROBLEM_MAX).await.unwrap_or_default();
        let Problem { code, detail } = serde_json::from_slice(&body).unwrap_or_default();
        let why = match (code.is_empty(), detail.is_empty()) {
            (true, _) => format!("the desk answered {status}"),
            (false, true) => format!("the desk answered {status} ({code})"),
            (false, false) => format!("{detail} ({code})"),
        };
        match status {
            // The lock after wrong codes lasts longer than anybody waits.
            _ if code.starts_with("return.") => Failure::Desk(CliError::Remote(why)),
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::LOCKED
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Failure::Later { why, after: after.map(Duration::from_secs) },
            // Another request was faster: the next attempt reads where the file ends now.
            StatusCode::CONFLICT if code == "file.offset" => Failure::Later { why, after: None },
            StatusCode::GONE | StatusCode::NOT_FOUND => Failure::Gone(CliError::Remote(why)),
            StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::PAYLOAD_TOO_LARGE => {
                Failure::File(CliError::Remote(why))
            }
            _ => Failure::Desk(CliError::Remote(why)),
        }
    }
}
