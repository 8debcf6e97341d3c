//! Downloads: bytes that a browser saves and never shows.
//!
//! `respond("請求書.exe", 20 MiB, reader)` → `Content-Disposition: attachment; filename="___.exe"; filename*=UTF-8''%E8%AB%8B…`
//!
//! The reader is asked for the next bytes once the connection has taken the earlier ones, so that a download holds one chunk
//! whatever its length, and a client that goes away leaves nothing behind.

use std::fmt::Write as _;
use std::io::{self, Read};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use tokio::task::spawn_blocking;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 256 << 10;
/// The media type of every download, whatever its sender says: no browser shows it.
const OCTET_STREAM: &str = "application/octet-stream";
/// The policy of a download that is opened as a page all the same: no script, no frame, an origin of its own.
const CSP: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/// Responds with bytes under a name, which [`kakekomi_casework::safe_file_name`] has made harmless.
pub fn respond(name: &str, length: u64, bytes: Box<dyn Read + Send>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(OCTET_STREAM)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, disposition(name)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP)),
    ];
    (headers, Body::from_stream(try_unfold(bytes, next_chunk))).into_response()
}

/// Reads the next chunk on a thread that may wait for the disk.
async fn next_chunk(mut bytes: Box<dyn Read + Send>) -> io::Result<Option<(Bytes, Box<dyn Read + Send>)>> {
    let read = spawn_blocking(move || {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        (&mut bytes).take(CHUNK_BYTES as u64).read_to_end(&mut chunk)?;
        Ok((!chunk.is_empty()).then(|| (Bytes::from(chunk), bytes)))
    });
    let read = read.await.unwrap_or_else(|error| Err(io::Error::other(error)));
    // The response's length is known, so the browser reports a download that ends here as failed.
    read.inspect_err(|error| tracing::error!(%error, "a download was ended"))
}

/// Writes the header after RFC 6266: the name in ASCII for old programs, and in UTF-8 after RFC 5987.
fn disposition(name: &str) -> HeaderValue {
    let plain = |one: char| if one.is_ascii_graphic() && !"\"\\%".contains(one) || one == ' ' { one } else { '_' };
    let mut value =
        format!("attachment; filename=\"{}\"; filename*=UTF-8''", name.chars().map(plain).collect::<String>());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            let _ = write!(value, "%{byte:02X}");
        }
    }
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use axum::body::{HttpBody as _, to_bytes};

    use super::*;

    #[test]
    fn a_name_is_written_for_old_and_new_programs() {
        let written = |name| disposition(name).to_str().unwrap().to_owned();
        assert_eq!(written("a b.log"), "attachment; filename=\"a b.log\"; filename*=UTF-8''a%20b.log");
        assert_eq!(written("請.exe"), "attachment; filename=\"_.exe\"; filename*=UTF-8''%E8%AB%8B.exe");
        assert_eq!(
            written("100%41\"\r\nX: y'"),
            "attachment; filename=\"100_41___X: y'\"; filename*=UTF-8''100%2541%22%0D%0AX%3A%20y%27"
        );
    }

    /// Endless bytes, which say so when they are dropped.
    struct Endless(Arc<AtomicBool>);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            buffer.fill(7);
            Ok(buffer.len())
        }
    }

    impl Drop for Endless {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn a_given_up_download_is_dropped() {
        let is_dropped = Arc::new(AtomicBool::new(false));
        let mut body = respond("a", u64::MAX, Box::new(Endless(Arc::clone(&is_dropped)))).into_body();
        for _ in 0..3 {
            let chunk = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await.unwrap().unwrap();
            assert_eq!(chunk.into_data().unwrap().len(), CHUNK_BYTES);
        }
        assert!(!is_dropped.load(Ordering::SeqCst));
        drop(body);
        assert!(is_dropped.load(Ordering::SeqCst));
    }

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    #[tokio::test]
    async fn all_bytes_come_and_an_error_ends_the_body() {
        let clear: Vec<u8> = (0..700_000_u32).map(|one| one.to_le_bytes()[0]).collect();
        let whole = respond("a", 700_000, Box::new(io::Cursor::new(clear.clone())));
        assert_eq!(whole.headers()["content-length"], "700000");
        assert_eq!(to_bytes(whole.into_body(), usize::MAX).await.unwrap(), clear);
        let failed = respond("a", 700_000, Box::new(io::Cursor::new(clear).chain(Failing)));
        assert!(to_bytes(failed.into_body(), usize::MAX).await.is_err());
    }
}
