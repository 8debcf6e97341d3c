//! A file that is served as it is: media type, `ETag`, Brotli, and how long it may be kept.
//!
//! Compressing the module takes about a second at Brotli's best, so it happens once, in the
//! background; until then the plain bytes are served. A client that has the file gets a 304.

use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_service::desk::documents::sha256;

use super::problem::Problem;
use super::problem_code::ProblemCode;

/// How long a file may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePolicy {
    /// For ever: its address holds its digest.
    Immutable,
    /// Kept, but asked after each time.
    Revalidate,
    /// Never kept.
    NoStore,
}

/// A file and how it is served.
#[derive(Debug)]
pub struct Asset {
    bytes: Bytes,
    brotli: OnceLock<Option<Bytes>>,
    etag: String,
    media: &'static str,
    policy: CachePolicy,
}

impl Asset {
    /// A file's bytes with their media type.
    pub fn new(bytes: impl Into<Bytes>, media: &'static str, policy: CachePolicy) -> Asset {
        let bytes = bytes.into();
        let etag = sha256(&bytes).chars().take(32).collect();
        Asset { bytes, brotli: OnceLock::new(), etag, media, policy }
    }

    /// The first half of its SHA-256, in hexadecimal digits: what changes whenever it does.
    pub fn digest(&self) -> &str {
        &self.etag
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Compresses the file, for every later request. Slow: not on a thread that serves.
    pub fn compress(&self) {
        self.brotli.get_or_init(|| brotli(&self.bytes, BEST, WINDOW).filter(|small| small.len() < self.bytes.len()));
    }

    /// The answer to a request for the file.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let small = self.brotli.get().and_then(Option::as_ref).filter(|_| takes_brotli(request));
        let etag = match small {
            Some(_) => format!("\"{}-br\"", self.etag),
            None => format!("\"{}\"", self.etag),
        };
        let mut response = if self.is_known(request) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, self.media)], small.unwrap_or(&self.bytes).clone()).into_response()
        };
        let headers = response.headers_mut();
        if small.is_some() && response_has_body(headers) {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(header::CACHE_CONTROL, self.cache_control());
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        response
    }

    /// Whether the client has the file already, in either coding.
    fn is_known(&self, request: &HeaderMap) -> bool {
        let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        self.policy != CachePolicy::NoStore
            && known.flat_map(|value| value.split(',')).any(|tag| {
                let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
                tag == "*" || tag.strip_suffix("-br").unwrap_or(tag) == self.etag
            })
    }

    fn cache_control(&self) -> HeaderValue {
        HeaderValue::from_static(match self.policy {
            CachePolicy::Immutable => "public, max-age=31536000, immutable",
            CachePolicy::Revalidate => "no-cache",
            CachePolicy::NoStore => "no-store",
        })
    }
}

fn response_has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::CONTENT_TYPE)
}

/// Whether `br` is among the accepted codings, and not with weight zero.
fn takes_brotli(request: &HeaderMap) -> bool {
    let accepted = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let refused = parts.any(|weight| weight.replace(' ', "").trim_end_matches(['0', '.']) == "q=");
        named && !refused
    })
}

/// The response to a request for a file by its name: the file, or 404.
pub fn respond(asset: Option<&Asset>, request: &HeaderMap, locale: Locale) -> Response {
    match asset {
        Some(asset) => asset.respond(request),
        None => Problem::new(ProblemCode::HttpNotFound, locale).into_response(),
    }
}

/// An answer that is made anew each time and never kept, compressed quickly where the client takes that.
pub fn dynamic_response(body: Vec<u8>, media: &'static str, request: &HeaderMap) -> Response {
    let small = takes_brotli(request).then(|| brotli(&body, QUICK, QUICK_WINDOW)).flatten();
    let small = small.filter(|small| small.len() < body.len());
    let coded = small.is_some();
    let headers =
        [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-store"), (header::VARY, "Accept-Encoding")];
    let mut response = (headers, small.unwrap_or_else(|| body.into())).into_response();
    if coded {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

/// Brotli's qualities: for what is compressed once, and for what is compressed while somebody waits.
const BEST: i32 = 11;
const QUICK: i32 = 5;
/// Logarithms of its window's size in bytes. A window is cleared for each answer: one of 4 MiB costs three times as much as the
/// text itself, which has some 5 KB.
const WINDOW: i32 = 22;
const QUICK_WINDOW: i32 = 18;

/// Brotli within a window.
fn brotli(bytes: &[u8], quality: i32, window: i32) -> Option<Bytes> {
    let parameters =
        brotli::enc::BrotliEncoderParams { quality, lgwin: window, size_hint: bytes.len(), ..Default::default() };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut small, &parameters).ok()?;
    Some(small.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn brotli_is_served_to_those_who_take_it_once_it_is_made() {
        let asset = Asset::new("a".repeat(1000), "text/plain", CachePolicy::Immutable);
        let asks = request(header::ACCEPT_ENCODING, "gzip, br;q=0.9");
        assert!(!asset.respond(&asks).headers().contains_key(header::CONTENT_ENCODING));
        asset.compress();
        assert_eq!(asset.respond(&asks).headers()[header::CONTENT_ENCODING], "br");
        let refuses = request(header::ACCEPT_ENCODING, "br;q=0, gzip");
        assert!(!asset.respond(&refuses).headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn a_file_that_the_client_has_is_not_sent_again() {
        let asset = Asset::new("a".repeat(1000), "text/plain", CachePolicy::Revalidate);
        asset.compress();
        let etag = asset.respond(&request(header::ACCEPT_ENCODING, "br")).headers()[header::ETAG].clone();
        let again = asset.respond(&HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(asset.respond(&request(header::IF_NONE_MATCH, "\"other\"")).status(), StatusCode::OK);
    }
}
