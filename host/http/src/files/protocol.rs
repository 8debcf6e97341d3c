//! Headers of tus 1.0.0, and the version that every response names.
//!
//! `GET /v1/files` → `Tus-Resumable: 1.0.0`, whatever the status is · 412 → also `Tus-Version: 1.0.0`

use std::time::{Duration, UNIX_EPOCH};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// The path of all uploads, which is followed by `/` and the name of one.
pub const PATH: &str = "/v1/files";
/// The only version that is spoken.
pub const VERSION: &str = "1.0.0";
/// The extensions that are spoken.
pub const EXTENSIONS: &str = "creation,creation-with-upload,expiration,termination";
/// The media type of a part of a file.
const BYTES: &str = "application/offset+octet-stream";

/// The last second of the year 9999: a later one is no HTTP date.
const LAST_SECOND: u64 = 253_402_300_799;

/// The version of a request or a response.
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// The versions of the server.
pub const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
/// The extensions of the server.
pub const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
/// Bytes of the longest file.
pub const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
/// The place of the first byte that is sent, or bytes that are stored.
pub const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// The end of an unfinished upload.
pub const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// The method that is meant, from a client that can only send POST.
pub const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Tells if a request names the version that is spoken.
pub fn has_version(headers: &HeaderMap) -> bool {
    let mut versions = headers.get_all(TUS_RESUMABLE).iter();
    versions.next().is_some_and(|version| version == VERSION) && versions.next().is_none()
}

/// Tells if a body is a part of a file.
pub fn has_bytes_type(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let is_bytes = |kind: &HeaderValue| kind.as_bytes().eq_ignore_ascii_case(BYTES.as_bytes());
    types.next().is_some_and(is_bytes) && types.next().is_none()
}

/// Writes a moment in milliseconds since the epoch as HTTP dates are written (RFC 9110, 5.6.7).
pub fn http_date(moment: i64) -> String {
    let seconds = u64::try_from(moment / 1000).unwrap_or_default().min(LAST_SECOND);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Adds the version to every response below `/v1/files`.
pub async fn announce_version(request: Request, next: Next) -> Response {
    let below = request.uri().path().strip_prefix(PATH);
    let is_upload = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut response = next.run(request).await;
    if is_upload {
        let is_refused = response.status() == StatusCode::PRECONDITION_FAILED;
        let headers = response.headers_mut();
        headers.insert(TUS_RESUMABLE, HeaderValue::from_static(VERSION));
        if is_refused {
            headers.insert(TUS_VERSION, HeaderValue::from_static(VERSION));
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_http_dates() {
        assert_eq!(http_date(1_795_140_000_999), "Fri, 20 Nov 2026 02:00:00 GMT");
        assert_eq!(http_date(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn one_version_and_one_type_are_spoken() {
        let headers = |name: HeaderName, values: &[&'static str]| -> HeaderMap {
            values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
        };
        assert!(has_version(&headers(TUS_RESUMABLE, &["1.0.0"])));
        for values in [&[][..], &["0.2.2"], &["1.0.0", "1.0.0"], &["1.0.0, 0.2.2"]] {
            assert!(!has_version(&headers(TUS_RESUMABLE, values)), "{values:?}");
        }
        assert!(has_bytes_type(&headers(header::CONTENT_TYPE, &["Application/offset+octet-stream"])));
        for values in [&[][..], &["application/octet-stream"], &[BYTES, BYTES]] {
            assert!(!has_bytes_type(&headers(header::CONTENT_TYPE, values)), "{values:?}");
        }
    }
}
