//! Rejections and failures: a page for a person, problem+json (RFC 9457) below `/api/`.
//!
//! `Err(Problem::NotFound)` from a handler → 404 and a page in the visitor's language, with the way back

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kakekomi_accounts::AccountError;
use kakekomi_casework::WorkError;

/// A rejection or a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The request cannot be read.
    BadRequest,
    /// The session has ended, or the token is unknown.
    SignedOut,
    /// The account's role does not allow it.
    Forbidden,
    /// Another site's page made the request.
    CrossSite,
    /// The address, or the case, does not exist.
    NotFound,
    /// The address does not have this method.
    Method,
    /// The body is too long.
    TooLarge,
    /// The body is no form.
    ContentType,
    /// Too many streams, attempts or connections.
    TooMany,
    /// The program failed.
    Failed,
    /// The database, or another part, is not available now.
    Unavailable,
}

impl Problem {
    /// All problems, for tests.
    pub const ALL: [Problem; 11] = [
        Problem::BadRequest,
        Problem::SignedOut,
        Problem::Forbidden,
        Problem::CrossSite,
        Problem::NotFound,
        Problem::Method,
        Problem::TooLarge,
        Problem::ContentType,
        Problem::TooMany,
        Problem::Failed,
        Problem::Unavailable,
    ];

    /// Returns the status of the response.
    pub fn status(self) -> StatusCode {
        match self {
            Problem::BadRequest => StatusCode::BAD_REQUEST,
            Problem::SignedOut => StatusCode::UNAUTHORIZED,
            Problem::Forbidden | Problem::CrossSite => StatusCode::FORBIDDEN,
            Problem::NotFound => StatusCode::NOT_FOUND,
            Problem::Method => StatusCode::METHOD_NOT_ALLOWED,
            Problem::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Problem::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Problem::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Problem::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Problem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Returns the stable code for programs; it is also the key of the sentences.
    pub fn code(self) -> &'static str {
        match self {
            Problem::BadRequest => "bad_request",
            Problem::SignedOut => "signed_out",
            Problem::Forbidden => "forbidden",
            Problem::CrossSite => "cross_site",
            Problem::NotFound => "not_found",
            Problem::Method => "method",
            Problem::TooLarge => "too_large",
            Problem::ContentType => "content_type",
            Problem::TooMany => "too_many",
            Problem::Failed => "failed",
            Problem::Unavailable => "unavailable",
        }
    }

    /// Finds the problem of the framework's own rejection.
    pub fn of_status(status: StatusCode) -> Option<Problem> {
        let is_error = status.is_client_error() || status.is_server_error();
        let known = Problem::ALL.into_iter().find(|problem| problem.status() == status);
        let other = if status.is_server_error() { Problem::Failed } else { Problem::BadRequest };
        is_error.then(|| known.unwrap_or(other))
    }

    /// Logs a failure of the accounts.
    pub fn accounts(error: &AccountError) -> Problem {
        tracing::error!(%error, "the accounts failed");
        Problem::Unavailable
    }

    /// Maps the reason why something is not shown to its page.
    pub fn work(error: &WorkError) -> Problem {
        match error {
            WorkError::Forbidden(_) => Problem::Forbidden,
            WorkError::NoCase | WorkError::NoFile | WorkError::NoTarget => Problem::NotFound,
            WorkError::Damaged(_) => {
                tracing::error!(%error, "a case cannot be shown");
                Problem::Failed
            }
            WorkError::NotRecorded(_) | WorkError::Store(_) => {
                tracing::error!(%error, "the store failed");
                Problem::Unavailable
            }
        }
    }
}

impl IntoResponse for Problem {
    /// Leaves the body to `problem_page::show`, which knows the reader.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
