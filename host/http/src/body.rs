//! A draft's text from a request's body: of the right type, not too long, and in time.
//!
//! `Content-Type: application/json`, 200 bytes → `DraftText` · `text/plain` → 415 · 300,000 bytes → 413 · 30 s → 408
//!
//! 415 comes before 413. The type is `application/json` alone, with no charset but UTF-8, and no Content-Encoding, since the
//! bytes that are judged and stored are the bytes that came. The length is looked at before anything is read, and a body
//! without a length is cut off. All unfinished bodies share one pool of bytes; when it is full, the desk is busy.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Limited};
use kakekomi_core::TEXT_MAX;
use kakekomi_service::desk::Desk;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::extract::requested_locale;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// Bytes of unfinished bodies that the desk holds at a time: 64 MiB, 256 of the longest. Only bytes that have arrived count, so
/// a client that drips takes little.
pub const UNFINISHED_MAX: usize = 64 << 20;

/// The longest time that a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A permit for each byte of an unfinished body.
#[derive(Debug)]
pub struct UnfinishedBodies(Semaphore);

impl Default for UnfinishedBodies {
    fn default() -> UnfinishedBodies {
        UnfinishedBodies(Semaphore::new(UNFINISHED_MAX))
    }
}

/// Bytes of a refused body that are still read, and the time for them, before the connection closes: a client that is still
/// sending would otherwise see a broken connection instead of the problem.
const DRAIN_BYTES: usize = 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// The text of a draft. Its rejections: 415, 413, 408, 503 if too many bodies are unfinished, 400 if the body broke off.
pub struct DraftText(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for DraftText
where
    Arc<UnfinishedBodies>: FromRef<S>,
    Arc<Desk>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<DraftText, Problem> {
        let unfinished = <Arc<UnfinishedBodies>>::from_ref(state);
        let locale = requested_locale(request.uri());
        let (parts, mut body) = request.into_parts();
        let received = match refusal(&parts.headers, TEXT_MAX) {
            Some(code) => Err(code),
            None => timeout(BODY_TIMEOUT, read(&mut body, &unfinished)).await.unwrap_or(Err(ProblemCode::HttpTimeout)),
        };
        let may_be_sending = matches!(&received, Err(code) if *code != ProblemCode::HttpTimeout);
        if may_be_sending && !parts.headers.contains_key(header::EXPECT) {
            drain(body).await;
        }
        received.map(DraftText).map_err(|code| match code {
            ProblemCode::DeskBusy => Problem::new(code, locale).phone(&<Arc<Desk>>::from_ref(state).profile().phone),
            _ => Problem::new(code, locale).number("max", TEXT_MAX),
        })
    }
}

/// Returns the problem that the headers alone decide.
fn refusal(headers: &HeaderMap, max: usize) -> Option<ProblemCode> {
    if !is_json(headers) {
        return Some(ProblemCode::HttpContentType);
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Some(ProblemCode::HttpContentEncoding);
    }
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    (length > max as u64).then_some(ProblemCode::HttpTooLarge)
}

/// Tells if there is exactly one Content-Type: `application/json`, with no parameter but a charset that names UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(Ok(text)), None) = (types.next().map(HeaderValue::to_str), types.next()) else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| parameter.is_empty() || is_utf8(parameter))
}

/// The labels of UTF-8 in the WHATWG Encoding standard, of which clients write the first two.
const UTF_8_LABELS: [&str; 6] =
    ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"];

fn is_utf8(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        let label = value.trim_matches('"');
        name.eq_ignore_ascii_case("charset") && UTF_8_LABELS.iter().any(|utf8| label.eq_ignore_ascii_case(utf8))
    })
}

async fn read(body: &mut Body, UnfinishedBodies(room): &UnfinishedBodies) -> Result<Bytes, ProblemCode> {
    let mut text = BytesMut::new();
    let mut taken = room.try_acquire_many(0).map_err(|_| ProblemCode::DeskBusy)?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ProblemCode::HttpBadRequest)?;
        if let Some(piece) = frame.data_ref() {
            if text.len() + piece.len() > TEXT_MAX {
                return Err(ProblemCode::HttpTooLarge);
            }
            let wanted = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            taken.merge(room.try_acquire_many(wanted).map_err(|_| ProblemCode::DeskBusy)?);
            text.extend_from_slice(piece);
        }
    }
    Ok(text.freeze())
}

/// Reads the rest of a refused body, within bounds.
pub async fn drain(body: Body) {
    drain_within(body, DRAIN_BYTES, DRAIN_TIME).await;
}

/// Reads the rest of a refused body, within these bounds.
pub async fn drain_within(body: Body, bytes: usize, time: Duration) {
    let mut body = Limited::new(body, bytes);
    let discard = async { while let Some(Ok(_)) = body.frame().await {} };
    let _ = timeout(time, discard).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_json_is_accepted() {
        for kind in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; charset=utf8",
            "application/json;charset=UTF8",
            "application/json; charset=\"utf8\"",
            "application/json; charset=unicode-1-1-utf-8",
            "application/json;",
        ] {
            assert!(is_json(&headers(&[(header::CONTENT_TYPE, kind)])), "{kind}");
        }
        for kind in [
            "text/plain",
            "application/json; charset=shift_jis",
            "application/json; charset=utf-16",
            "application/json; charset=utf88",
            "application/json; charset=",
            "application/json; charset",
            "application/jsonp",
            "application/problem+json",
            "",
            "json",
        ] {
            assert!(!is_json(&headers(&[(header::CONTENT_TYPE, kind)])), "{kind}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn type_precedes_coding_and_coding_precedes_length() {
        let long = (header::CONTENT_LENGTH, "99");
        let coded = (header::CONTENT_ENCODING, "identity");
        let json = (header::CONTENT_TYPE, "application/json");
        assert_eq!(refusal(&headers(&[long.clone(), coded.clone()]), 9), Some(ProblemCode::HttpContentType));
        assert_eq!(refusal(&headers(&[long.clone(), coded, json.clone()]), 9), Some(ProblemCode::HttpContentEncoding));
        assert_eq!(refusal(&headers(&[long, json.clone()]), 9), Some(ProblemCode::HttpTooLarge));
        assert_eq!(refusal(&headers(&[(header::CONTENT_LENGTH, "9"), json]), 9), None);
    }

    #[tokio::test]
    async fn body_is_read_up_to_its_limit() {
        let unfinished = UnfinishedBodies::default();
        let longest = "a".repeat(TEXT_MAX);
        assert_eq!(read(&mut Body::from(longest.clone()), &unfinished).await.unwrap(), longest);
        assert_eq!(read(&mut Body::from(longest + "a"), &unfinished).await, Err(ProblemCode::HttpTooLarge));
    }

    #[tokio::test]
    async fn unfinished_bodies_are_limited_and_give_their_bytes_back() {
        let unfinished = UnfinishedBodies(Semaphore::new(9));
        for _ in 0..2 {
            assert_eq!(read(&mut Body::from("123456789"), &unfinished).await.unwrap(), "123456789");
            assert_eq!(read(&mut Body::from("1234567890"), &unfinished).await, Err(ProblemCode::DeskBusy));
        }
        assert_eq!(UnfinishedBodies::default().0.available_permits(), UNFINISHED_MAX);
    }
}
