//! Requests to an S3-compatible storage, signed, repeated after failures that pass, and limited in time.
//!
//! `requests.get("parts/9f….age")` → its bytes, or [`ErrorKind::NotFound`]
//!
//! Functions block. A thread of their own drives the connections, so that any thread may call them.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use kakekomi_http_client::{
    ClientError, ClientOptions, FileBody, HttpClient, Request, RequestBody, StatusCode, empty, file, full, read_body,
};
use kakekomi_store::clock;
use kakekomi_store::digest::{hex, sha256};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::answer::{Listing, error_code, listing};
use super::credentials::CredentialSource;
use super::location::S3Location;
use super::signature::{Unsigned, query, sign};

/// Time for one attempt of a request without an object's bytes.
const SHORT_TIMEOUT: Duration = Duration::from_secs(20);
/// Time for one attempt of a request with an object's bytes: 8 MiB at 70 KiB/s.
const LONG_TIMEOUT: Duration = Duration::from_mins(2);
/// Waits before a request is repeated. A storage that does not answer at all is given up after some 8 s.
const WAITS: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// Time after which no request is repeated any more.
const REPEAT_MAX: Duration = Duration::from_secs(30);
/// The most bytes of an object that is read: more than a part with its seal has.
const OBJECT_MAX: usize = 64 << 20;
/// The most bytes of another answer: a list of a thousand objects has some 500 KiB.
const ANSWER_MAX: usize = 4 << 20;

/// A client of one place in a storage.
#[derive(Debug)]
pub struct Requests {
    shared: Arc<Shared>,
    handle: Handle,
    /// Ends the thread when it is dropped.
    _stop: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    client: HttpClient,
    location: S3Location,
    credentials: CredentialSource,
}

/// The body of a request, which can be sent again.
#[derive(Debug, Clone)]
enum Body {
    Empty,
    Text(String),
    /// A file from its beginning, with its length and SHA-256.
    File(PathBuf, u64, String),
}

/// A request that can be sent again.
#[derive(Debug, Clone)]
struct Call {
    method: &'static str,
    /// The key below the prefix; `None` for the bucket.
    key: Option<String>,
    query: String,
    body: Body,
    /// The most bytes of the answer.
    max: usize,
    timeout: Duration,
    /// The waits before it is repeated; none where the caller repeats it later.
    waits: &'static [Duration],
}

/// The end of an attempt without an answer.
struct Failure {
    error: io::Error,
    /// True if the same request may succeed later.
    passes: bool,
}

impl Requests {
    /// Starts the thread that drives the connections.
    ///
    /// # Errors
    /// There is no thread, or there are no trusted authorities.
    pub fn start(location: S3Location, credentials: CredentialSource) -> io::Result<Requests> {
        let client = HttpClient::new(&ClientOptions::default()).map_err(io::Error::other)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::Builder::new().name("evidence-s3".to_owned()).spawn(move || {
            let _ = runtime.block_on(stopped);
            // A request under way must not hold the end of the program.
            runtime.shutdown_background();
        })?;
        Ok(Requests { shared: Arc::new(Shared { client, location, credentials }), handle, _stop: stop })
    }

    /// Reads an object.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]: the object is missing; [`ErrorKind::HostUnreachable`]: the storage does not answer.
    pub fn get(&self, key: &str) -> io::Result<Bytes> {
        self.run(Call { max: OBJECT_MAX, timeout: LONG_TIMEOUT, ..Call::of("GET", key) })
    }

    /// Reads an object of a few bytes, with one attempt.
    ///
    /// # Errors
    /// As [`Requests::get`].
    pub fn get_once(&self, key: &str) -> io::Result<Bytes> {
        self.run(Call { waits: &[], ..Call::of("GET", key) })
    }

    /// Reports whether there is an object.
    ///
    /// # Errors
    /// As [`Requests::get`].
    pub fn has(&self, key: &str) -> io::Result<bool> {
        match self.run(Call::of("HEAD", key)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            found => found.map(|_| true),
        }
    }

    /// Stores a file with a SHA-256 as an object.
    ///
    /// # Errors
    /// As [`Requests::get`]; there may be such an object.
    pub fn put_file(&self, key: &str, path: &Path, length: u64, sha256: &[u8]) -> io::Result<()> {
        let body = Body::File(path.to_owned(), length, hex(sha256));
        self.run(Call { body, timeout: LONG_TIMEOUT, ..Call::of("PUT", key) }).map(drop)
    }

    /// Stores a text as an object.
    ///
    /// # Errors
    /// As [`Requests::put_file`].
    pub fn put_text(&self, key: &str, text: String) -> io::Result<()> {
        self.run(Call { body: Body::Text(text), ..Call::of("PUT", key) }).map(drop)
    }

    /// Deletes an object, with one attempt: what is left is deleted later. One that is not there is deleted already.
    ///
    /// # Errors
    /// As [`Requests::get`].
    pub fn delete(&self, key: &str) -> io::Result<()> {
        match self.run(Call { waits: &[], ..Call::of("DELETE", key) }) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            deleted => deleted.map(drop),
        }
    }

    /// Lists a page of the objects whose keys begin with a text; the keys are without the prefix of the place.
    ///
    /// # Errors
    /// As [`Requests::get`]; the answer is no list that has an end.
    pub fn list(&self, begin: &str, next: Option<&str>, max: u16) -> io::Result<Listing> {
        let prefix = &self.shared.location.prefix;
        let (begin, max) = (format!("{prefix}{begin}"), max.to_string());
        let mut parameters = Vec::from([("list-type", "2"), ("max-keys", &*max), ("prefix", &*begin)]);
        // In the order of the names.
        parameters.splice(0..0, next.map(|token| ("continuation-token", token)));
        let call = Call { key: None, query: query(&parameters), max: ANSWER_MAX, ..Call::of("GET", "") };
        let answer = self.run(call)?;
        let page = std::str::from_utf8(&answer).ok().and_then(listing);
        let mut page = page.ok_or_else(|| io::Error::other("the storage of evidence files sent no list of objects"))?;
        page.objects.retain_mut(|(key, _)| match key.strip_prefix(prefix) {
            Some(rest) => {
                *key = rest.to_owned();
                true
            }
            None => false,
        });
        Ok(page)
    }

    /// Sends a request from the thread of the connections, and waits.
    fn run(&self, call: Call) -> io::Result<Bytes> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let shared = Arc::clone(&self.shared);
        self.handle.spawn(async move {
            let _ = sender.send(shared.send(&call).await);
        });
        receiver.recv().unwrap_or_else(|_| Err(io::Error::other("the connections of the storage have ended")))
    }
}

impl Call {
    fn of(method: &'static str, key: &str) -> Call {
        let (key, query) = (Some(key.to_owned()), String::new());
        Call { method, key, query, body: Body::Empty, max: ANSWER_MAX, timeout: SHORT_TIMEOUT, waits: &WAITS }
    }
}

impl Shared {
    /// Sends a request, and again after failures that pass.
    async fn send(&self, call: &Call) -> io::Result<Bytes> {
        let started = tokio::time::Instant::now();
        for wait in call.waits {
            match self.attempt_in_time(call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) if !failure.passes || started.elapsed() >= REPEAT_MAX => return Err(failure.error),
                Err(Failure { error, .. }) => {
                    tracing::debug!(%error, method = call.method, "a request to the storage is repeated");
                }
            }
            sleep(*wait).await;
        }
        self.attempt_in_time(call).await.map_err(|failure| failure.error)
    }

    async fn attempt_in_time(&self, call: &Call) -> Result<Bytes, Failure> {
        let seconds = call.timeout.as_secs();
        let late = || unreachable(format!("{} did not answer within {seconds} s", self.location));
        timeout(call.timeout, self.attempt(call)).await.unwrap_or_else(|_| Err(late()))
    }

    async fn attempt(&self, call: &Call) -> Result<Bytes, Failure> {
        let request = self.request(call).await.map_err(|error| Failure { error, passes: false })?;
        let response = self.client.send(request).await.map_err(|error| self.cut(&error))?;
        let status = response.status();
        let (max, is_head) = (if status.is_success() { call.max } else { ANSWER_MAX }, call.method == "HEAD");
        let answer = match read_body(response, max).await {
            Ok(answer) => answer,
            Err(error @ ClientError::TooLong(_)) => {
                return Err(Failure { error: io::Error::other(error), passes: false });
            }
            Err(error) => return Err(self.cut(&error)),
        };
        if status.is_success() {
            return Ok(answer);
        }
        let code = std::str::from_utf8(&answer).ok().and_then(error_code);
        Err(self.refusal(status, code.as_deref(), is_head))
    }

    /// Builds a request and signs it.
    async fn request(&self, call: &Call) -> io::Result<Request<RequestBody>> {
        let S3Location { scheme, host, path, prefix, region, .. } = &self.location;
        let key = call.key.as_ref().map(|key| format!("{prefix}{key}")).unwrap_or_default();
        let path = format!("{path}/{key}");
        let body_sha256 = match &call.body {
            Body::Empty => sha256(b""),
            Body::Text(text) => sha256(text.as_bytes()),
            Body::File(_, _, sha256) => sha256.clone(),
        };
        let source = self.credentials.clone();
        let credentials = tokio::task::spawn_blocking(move || source.read()).await.map_err(io::Error::other)??;
        let unsigned =
            Unsigned { method: call.method, host, path: &path, query: &call.query, body_sha256: &body_sha256 };
        let mark = if call.query.is_empty() { "" } else { "?" };
        let mut request =
            Request::builder().method(call.method).uri(format!("{scheme}://{host}{path}{mark}{}", call.query));
        for (name, value) in sign(&unsigned, region, &credentials, clock::now()) {
            request = request.header(name, value.as_str());
        }
        let body = match &call.body {
            Body::Empty => empty(),
            Body::Text(text) => full(text.clone().into()),
            Body::File(path, length, _) => {
                // Opened anew, since an attempt before may have read a part of it.
                file(FileBody::new(tokio::fs::File::open(path).await?, *length, Arc::default()))
            }
        };
        request.body(body).map_err(|_| io::Error::other("the key of the storage has a character that no header has"))
    }

    /// Describes the end of a connection.
    fn cut(&self, error: &ClientError) -> Failure {
        let passes = !error.is_untrusted();
        Failure { passes, ..unreachable(format!("{}: {error}", self.location)) }
    }

    /// Describes the refusal of a request.
    fn refusal(&self, status: StatusCode, code: Option<&str>, is_head: bool) -> Failure {
        let number = status.as_u16();
        let code = code.unwrap_or_default();
        let words = match (number, code) {
            (404, "NoSuchBucket") => "there is no such bucket",
            // A HEAD has no code. Whether the bucket is there is found by other requests.
            (404, _) if is_head || code == "NoSuchKey" || code.is_empty() => {
                return Failure { error: ErrorKind::NotFound.into(), passes: false };
            }
            (301 | 307 | 400, _) => "wrong endpoint, region or path-style",
            (_, "RequestTimeTooSkewed") => "the clock of this machine, or the storage's, is wrong",
            (401 | 403, _) => "the key is wrong, or may not do this",
            _ => "the storage refuses it",
        };
        let text =
            format!("{}: {words} (HTTP {number}{}{code})", self.location, if code.is_empty() { "" } else { " " });
        match number {
            429 | 500 | 502 | 503 | 504 => unreachable(text),
            400 if code == "RequestTimeout" => unreachable(text),
            507 => Failure { error: io::Error::new(ErrorKind::StorageFull, text), passes: false },
            401 | 403 => Failure { error: io::Error::new(ErrorKind::PermissionDenied, text), passes: false },
            _ => Failure { error: io::Error::other(text), passes: false },
        }
    }
}

fn unreachable(text: String) -> Failure {
    Failure { error: io::Error::new(ErrorKind::HostUnreachable, text), passes: true }
}
