//! A draft's text from a request: the right kind, not too long, within the time.
//!
//! 415 comes before 413: `application/json` alone (UTF-8, if it says a charset), and no
//! Content-Encoding at all, since the bytes that are judged and stored are the bytes that came.
//! The length is looked at before anything is read, and a body without a length is cut off. All bodies that are
//! on their way share one room; where it is full, the desk is busy.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use kakekomi_core::{Locale, TEXT_MAX};
use kakekomi_service::desk::Desk;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::problem::Problem;
use super::problem_code::ProblemCode;

/// How many bytes of unfinished bodies the desk holds at a time: 64 MiB, 256 of the longest. What counts is what has
/// arrived, so that a client that drips takes little.
pub const UNFINISHED_MAX: usize = 64 << 20;

/// How much and how long.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The longest text, in bytes.
    pub text: usize,
    /// How long a body may take to arrive.
    pub patience: Duration,
    /// A permit for each byte of an unfinished body.
    pub room: Arc<Semaphore>,
}

impl Default for Limits {
    fn default() -> Limits {
        let room = Arc::new(Semaphore::new(UNFINISHED_MAX));
        Limits { text: TEXT_MAX, patience: Duration::from_secs(30), room }
    }
}

/// How much of a refused body is still taken, and for how long, before the connection closes: a
/// client that is still sending would otherwise see a broken connection and not the refusal.
const DRAIN_BYTES: usize = 1024 * 1024;
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// The text of a request's body.
///
/// # Errors
/// The problem to answer with: 415, 413, 408, 503 where too much is on its way, or 400 where the body broke off.
pub async fn receive(
    headers: &HeaderMap,
    mut body: Body,
    limits: &Limits,
    desk: &Desk,
    locale: Locale,
) -> Result<Bytes, Problem> {
    let received = match refusal(headers, limits.text) {
        Some(code) => Err(code),
        None => timeout(limits.patience, read(&mut body, limits)).await.unwrap_or(Err(ProblemCode::HttpTimeout)),
    };
    let may_be_sending = matches!(&received, Err(code) if *code != ProblemCode::HttpTimeout);
    if may_be_sending && !headers.contains_key(header::EXPECT) {
        drain(body).await;
    }
    received.map_err(|code| match code {
        ProblemCode::DeskBusy => Problem::new(code, locale).phone(&desk.profile().phone),
        _ => Problem::new(code, locale).number("max", limits.text),
    })
}

/// What the headers alone decide.
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

/// One Content-Type: `application/json`, with no parameter but a charset that names UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(first), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(text) = first.to_str() else {
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
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let label = value.trim_matches('"');
    name.eq_ignore_ascii_case("charset") && UTF_8_LABELS.iter().any(|utf8| label.eq_ignore_ascii_case(utf8))
}

async fn read(body: &mut Body, limits: &Limits) -> Result<Bytes, ProblemCode> {
    let mut text = BytesMut::new();
    let mut taken: Option<SemaphorePermit<'_>> = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ProblemCode::HttpBadRequest)?;
        if let Some(piece) = frame.data_ref() {
            if text.len() + piece.len() > limits.text {
                return Err(ProblemCode::HttpTooLarge);
            }
            let wanted = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            let more = limits.room.try_acquire_many(wanted).map_err(|_| ProblemCode::DeskBusy)?;
            match &mut taken {
                Some(taken) => taken.merge(more),
                None => taken = Some(more),
            }
            text.extend_from_slice(piece);
        }
    }
    Ok(text.freeze())
}

/// Takes what is still being sent, within bounds.
pub async fn drain(mut body: Body) {
    let throw_away = async {
        let mut left = DRAIN_BYTES;
        while let Some(Ok(frame)) = body.frame().await {
            let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else {
                return;
            };
            left = rest;
        }
    };
    let _ = timeout(DRAIN_TIME, throw_away).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_json_is_taken() {
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
    fn kind_comes_before_coding_and_coding_before_length() {
        let long = (header::CONTENT_LENGTH, "99");
        let coded = (header::CONTENT_ENCODING, "identity");
        let json = (header::CONTENT_TYPE, "application/json");
        assert_eq!(refusal(&headers(&[long.clone(), coded.clone()]), 9), Some(ProblemCode::HttpContentType));
        assert_eq!(refusal(&headers(&[long.clone(), coded, json.clone()]), 9), Some(ProblemCode::HttpContentEncoding));
        assert_eq!(refusal(&headers(&[long, json.clone()]), 9), Some(ProblemCode::HttpTooLarge));
        assert_eq!(refusal(&headers(&[(header::CONTENT_LENGTH, "9"), json]), 9), None);
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let limits = Limits { text: 9, ..Limits::default() };
        assert_eq!(read(&mut Body::from("123456789"), &limits).await.unwrap(), "123456789");
        assert_eq!(read(&mut Body::from("1234567890"), &limits).await, Err(ProblemCode::HttpTooLarge));
    }

    #[tokio::test]
    async fn what_is_on_its_way_has_an_end_and_gives_its_room_back() {
        let limits = Limits { room: Arc::new(Semaphore::new(9)), ..Limits::default() };
        for _ in 0..2 {
            assert_eq!(read(&mut Body::from("123456789"), &limits).await.unwrap(), "123456789");
            assert_eq!(read(&mut Body::from("1234567890"), &limits).await, Err(ProblemCode::DeskBusy));
        }
        assert_eq!(Limits::default().room.available_permits(), UNFINISHED_MAX);
    }
}
