//! Files as they are served: media type, `ETag`, Brotli and `Cache-Control`.
//!
//! `GET /page/0f…/style.css` with `Accept-Encoding: br` → 200 and the compressed bytes; with the file's `ETag` → 304
//!
//! Compressing the module takes about a second at Brotli's best quality, so a file is compressed once, in the background.
//! Until then the plain bytes are served.

use std::convert::Infallible;
use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_service::desk::documents::sha256;

use super::extract::requested_locale;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// The media type of a document.
pub const HTML: &str = "text/html; charset=utf-8";
/// Media type of a script.
pub const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
/// The media type of JSON.
pub const JSON: &str = "application/json";

/// The time for which a client may keep a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CachePolicy {
    /// For ever: the address holds the file's digest or version.
    Immutable,
    /// For ever, but the client asks each time if the file is still the same.
    Revalidate,
    /// Not at all.
    NoStore,
}

impl CachePolicy {
    fn cache_control(self) -> &'static str {
        match self {
            CachePolicy::Immutable => "public, max-age=31536000, immutable",
            CachePolicy::Revalidate => "no-cache",
            CachePolicy::NoStore => "no-store",
        }
    }
}

/// A file and how it is served. Clones share the bytes and the compressed bytes.
#[derive(Debug, Clone)]
pub struct Asset {
    bytes: Bytes,
    brotli: Arc<OnceLock<Option<Bytes>>>,
    etag: Arc<str>,
    media: &'static str,
    policy: CachePolicy,
}

impl Asset {
    /// Makes a file of bytes and their media type.
    pub fn new(bytes: impl Into<Bytes>, media: &'static str, policy: CachePolicy) -> Asset {
        let bytes = bytes.into();
        let etag = sha256(&bytes).chars().take(32).collect::<String>().into();
        Asset { bytes, brotli: Arc::default(), etag, media, policy }
    }

    /// Returns the first half of the file's SHA-256, in hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.etag
    }

    /// Returns the bytes as they are without a content coding.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns the number of bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Compresses the file for every later request. Slow: not for a thread that serves.
    pub fn compress(&self) {
        self.brotli.get_or_init(|| brotli(&self.bytes, BEST, window(self.size())));
    }

    /// Responds to a request for the file.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let compressed = self.brotli.get().and_then(Option::as_ref).filter(|_| accepts_brotli(request));
        let etag = format!("\"{}{}\"", self.etag, compressed.map_or("", |_| "-br"));
        let headers = [
            (header::VARY, "Accept-Encoding"),
            (header::CACHE_CONTROL, self.policy.cache_control()),
            (header::ETAG, &etag),
        ];
        if self.is_known(request) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let coding = compressed.map(|_| [(header::CONTENT_ENCODING, "br")]);
        let body = compressed.unwrap_or(&self.bytes).clone();
        ([(header::CONTENT_TYPE, self.media)], headers, coding, body).into_response()
    }

    /// Tells if the client has the file already, in either coding.
    fn is_known(&self, request: &HeaderMap) -> bool {
        let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        self.policy != CachePolicy::NoStore
            && known.flat_map(|value| value.split(',')).any(|tag| {
                let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
                tag == "*" || tag.strip_suffix("-br").unwrap_or(tag) == &*self.etag
            })
    }
}

/// Tells if `br` is among the accepted codings, with a weight above zero.
fn accepts_brotli(request: &HeaderMap) -> bool {
    let accepted = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let refused = parts.any(|weight| weight.replace(' ', "").trim_end_matches(['0', '.']) == "q=");
        named && !refused
    })
}

/// A request for one of several files.
#[derive(Debug)]
pub struct FileRequest {
    /// The names in the address, joined by `/`. A name that is not UTF-8 leaves it empty, so that the response is a 404.
    pub name: String,
    headers: HeaderMap,
    locale: Locale,
}

impl<S: Send + Sync> FromRequestParts<S> for FileRequest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let names = RawPathParams::from_request_parts(parts, state).await;
        let name = names.map(|names| names.iter().map(|(_, name)| name).collect::<Vec<_>>().join("/"));
        let (headers, locale) = (parts.headers.clone(), requested_locale(&parts.uri));
        Ok(FileRequest { name: name.unwrap_or_default(), headers, locale })
    }
}

impl FileRequest {
    /// Responds with the file of the requested name, or with 404.
    pub fn find<N: AsRef<str>>(&self, files: &[(N, Asset)]) -> Response {
        self.respond(files.iter().find(|(name, _)| name.as_ref() == self.name).map(|(_, asset)| asset))
    }

    /// Responds with a file, or with 404.
    pub fn respond(&self, asset: Option<&Asset>) -> Response {
        asset.map_or_else(|| self.not_found(), |asset| asset.respond(&self.headers))
    }

    /// Responds with HTML that was written for this request, or with 404.
    pub fn respond_once(&self, html: Option<String>) -> Response {
        html.map_or_else(|| self.not_found(), |html| dynamic_response(html, HTML, &self.headers))
    }

    fn not_found(&self) -> Response {
        Problem::new(ProblemCode::HttpNotFound, self.locale).into_response()
    }
}

/// Returns the media type of a file by the ending of its name; `None` for an ending that is never served.
pub fn media_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" => JAVASCRIPT,
        "json" => JSON,
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// Makes a response that is never kept; it is compressed quickly if the client accepts that.
pub fn dynamic_response(body: impl Into<Vec<u8>>, media: &'static str, request: &HeaderMap) -> Response {
    let body = body.into();
    let compressed = accepts_brotli(request).then(|| brotli(&body, QUICK, QUICK_WINDOW)).flatten();
    let coding = compressed.as_ref().map(|_| [(header::CONTENT_ENCODING, "br")]);
    let headers =
        [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-store"), (header::VARY, "Accept-Encoding")];
    (headers, coding, compressed.unwrap_or_else(|| body.into())).into_response()
}

/// Brotli's qualities: for files that are compressed once, and for responses that a client waits for.
const BEST: i32 = 11;
const QUICK: i32 = 5;
/// Logarithms of the size of Brotli's window in bytes. A window is cleared for each response: one of 4 MiB costs three times
/// as much as compressing the text itself, which has some 5 KB. Brotli's tables have its size too, and the allocator keeps
/// their memory.
const QUICK_WINDOW: u32 = 18;
const WINDOWS: RangeInclusive<u32> = 10..=18;
/// Bytes by which a window is smaller than the power of two.
const WINDOW_GAP: usize = 16;

/// Chooses the smallest of the windows over a whole file, since a larger one finds nothing more; for a larger file the largest.
fn window(size: usize) -> u32 {
    let bits = size.saturating_add(WINDOW_GAP).next_power_of_two().ilog2();
    bits.clamp(*WINDOWS.start(), *WINDOWS.end())
}

/// Compresses bytes; `None` if that saves nothing.
fn brotli(bytes: &[u8], quality: i32, window: u32) -> Option<Bytes> {
    let lgwin = window.cast_signed();
    let parameters = brotli::enc::BrotliEncoderParams { quality, lgwin, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters).ok()?;
    (compressed.len() < bytes.len()).then(|| compressed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn brotli_is_served_to_clients_that_accept_it() {
        let asset = Asset::new("a".repeat(1000), "text/plain", CachePolicy::Immutable);
        let asks = request(header::ACCEPT_ENCODING, "gzip, br;q=0.9");
        assert!(!asset.respond(&asks).headers().contains_key(header::CONTENT_ENCODING));
        asset.compress();
        assert_eq!(asset.respond(&asks).headers()[header::CONTENT_ENCODING], "br");
        let refuses = request(header::ACCEPT_ENCODING, "br;q=0, gzip");
        assert!(!asset.respond(&refuses).headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn window_is_as_large_as_the_file() {
        assert_eq!([0, 1008, 1009, 65_521, 211_723, 600_000].map(window), [10, 10, 11, 17, 18, 18]);
    }

    #[test]
    fn known_file_is_not_sent_again() {
        let asset = Asset::new("a".repeat(1000), "text/plain", CachePolicy::Revalidate);
        asset.compress();
        let etag = asset.respond(&request(header::ACCEPT_ENCODING, "br")).headers()[header::ETAG].clone();
        let again = asset.respond(&HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(asset.respond(&request(header::IF_NONE_MATCH, "\"other\"")).status(), StatusCode::OK);
    }
}
