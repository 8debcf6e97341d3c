//! Requests to a provider, with limits of time and size. No redirect is followed.
//!
//! `fetch("description", &client, Request::get(…), Bytes::new(), 64 KiB)` → status and JSON, or [`OidcError::Unreachable`]

use std::time::Duration;

use bytes::Bytes;
use kakekomi_http_client::{HttpClient, RequestBuilder, StatusCode, full, header, read_body};
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::OidcError;

/// The longest time of a request with its answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest answer in bytes: a description, a set of keys, the tokens or the claims of a person.
pub(crate) const ANSWER_MAX: usize = 256 << 10;

/// An object of JSON.
pub(crate) type Object = Map<String, Value>;

/// Sends a request and reads the object of its answer; of an answer that is no object, an empty one.
pub(crate) async fn fetch(
    name: &'static str,
    client: &HttpClient,
    request: RequestBuilder,
    body: Bytes,
) -> Result<(StatusCode, Object), OidcError> {
    let failed = |reason: String| OidcError::Unreachable { request: name, reason };
    let exchange = async {
        let request = request.header(header::ACCEPT, "application/json").body(full(body));
        let response = client.send(request.map_err(|error| failed(error.to_string()))?).await;
        let response = response.map_err(|error| failed(error.to_string()))?;
        let status = response.status();
        let body = read_body(response, ANSWER_MAX).await.map_err(|error| failed(error.to_string()))?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    };
    timeout(REQUEST_TIMEOUT, exchange).await.unwrap_or_else(|_| Err(failed("it takes too long".to_owned())))
}

/// Sends a request whose answer must be 200.
pub(crate) async fn fetch_ok(
    name: &'static str,
    client: &HttpClient,
    request: RequestBuilder,
) -> Result<Object, OidcError> {
    match fetch(name, client, request, Bytes::new()).await? {
        (StatusCode::OK, answer) => Ok(answer),
        (status, _) => Err(OidcError::Unreachable { request: name, reason: format!("it answers {}", status.as_u16()) }),
    }
}
