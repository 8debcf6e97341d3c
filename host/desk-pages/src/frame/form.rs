//! Fields of a form that was sent: `n=3&text=%E9%9B%BB%E8%A9%B1` → `fields.get("text")` = `電話`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use url::form_urlencoded;

use super::{Problem, Visit};
use crate::state::DeskState;

/// Bytes of the longest body. An action has at most three texts of 64 KiB; each byte of Japanese takes three in a form's encoding.
pub const BODY_MAX: usize = 1 << 20;
/// Bytes of the longest body of somebody who is not signed in: a password and codes.
pub const PUBLIC_BODY_MAX: usize = 16 << 10;
/// The longest time that a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// The encoding of a plain form.
const FORM: &str = "application/x-www-form-urlencoded";

/// The fields of a form, in the order in which the browser sent them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormFields(pub Vec<(String, String)>);

impl FormFields {
    /// Reads the fields of a body.
    pub fn read(body: &[u8]) -> FormFields {
        FormFields(form_urlencoded::parse(body).into_owned().collect())
    }

    /// Returns the first value of a field as it was typed; "" without one.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Returns all values of a field, such as those of ticked boxes.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Reports whether a field has a value.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).any(|value| !value.is_empty())
    }
}

impl FromRequest<Arc<DeskState>> for FormFields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<DeskState>) -> Result<FormFields, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(FORM) {
            return Err(Problem::ContentType);
        }
        let is_signed_in = request.extensions().get::<Visit>().is_some_and(|visit| visit.session.is_some());
        let max = if is_signed_in { BODY_MAX } else { PUBLIC_BODY_MAX };
        let length =
            request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if length.is_some_and(|length: usize| length > max) {
            return Err(Problem::TooLarge);
        }
        let body = tokio::time::timeout(BODY_TIMEOUT, to_bytes(request.into_body(), max)).await;
        // A body that breaks off reaches nobody, so that the one error is the length.
        let body = body.map_err(|_| Problem::BadRequest)?.map_err(|_| Problem::TooLarge)?;
        Ok(FormFields::read(&body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_repeated_ones_kept() {
        let fields = FormFields::read("text=%E9%9B%BB%E8%A9%B1+1&case=a&case=b&empty=".as_bytes());
        assert_eq!(fields.get("text"), "電話 1");
        assert_eq!(fields.all("case").collect::<Vec<_>>(), ["a", "b"]);
        assert!(fields.has("case") && !fields.has("empty") && !fields.has("none"));
    }
}
