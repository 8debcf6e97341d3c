//! The client with its connections.
//!
//! `client.send(Request::head(uri).body(empty())?)` → status and headers of the response

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::Request;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::addresses::{Addresses, Resolver};
use crate::error::{ClientError, RootsError};
use crate::file_body::FileBody;
use crate::roots;

/// Time for a connection to each address of a host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time without a sign of life of the other side, on an idle connection and on one with unconfirmed bytes.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// Time for which an unused connection is kept; servers keep theirs for a few seconds or minutes.
const IDLE_TIMEOUT: Duration = Duration::from_secs(8);

/// The body of a request: at once or as a stream.
pub type RequestBody = UnsyncBoxBody<Bytes, io::Error>;
/// A response whose body is still to be read.
pub type Response = hyper::Response<Incoming>;

/// The choices of a client.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// A file of private authorities, PEM, that are trusted beside those of the system.
    pub authorities: Option<PathBuf>,
    /// The addresses that it connects to.
    pub addresses: Addresses,
}

/// An HTTP client; a clone shares its connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: Client<HttpsConnector<HttpConnector<Resolver>>, RequestBody>,
    addresses: Addresses,
}

impl HttpClient {
    /// Reads the trusted authorities.
    ///
    /// # Errors
    /// [`RootsError`]: the file of authorities cannot be used.
    pub fn new(options: &ClientOptions) -> Result<HttpClient, RootsError> {
        let mut tcp = HttpConnector::new_with_resolver(Resolver::new(options.addresses));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_keepalive(Some(SILENCE_TIMEOUT));
        #[cfg(target_os = "linux")]
        tcp.set_tcp_user_timeout(Some(SILENCE_TIMEOUT));
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots::trusted(options.authorities.as_deref())?)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let inner = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_timer(TokioTimer::new())
            .build(connector.wrap_connector(tcp));
        Ok(HttpClient { inner, addresses: options.addresses })
    }

    /// Sends a request and waits for the head of its response, without a limit of its own: the caller knows how long the request's
    /// body may take.
    ///
    /// # Errors
    /// [`ClientError::Send`], [`ClientError::Private`].
    pub async fn send(&self, request: Request<RequestBody>) -> Result<Response, ClientError> {
        self.addresses.check(request.uri())?;
        Ok(self.inner.request(request).await?)
    }
}

/// Makes a body without bytes.
pub fn empty() -> RequestBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Makes a body of bytes that are there.
pub fn full(bytes: Bytes) -> RequestBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// Makes a body of a part of a file.
pub fn file(body: FileBody) -> RequestBody {
    body.boxed_unsync()
}

/// Reads the body of a response, up to `max` bytes.
///
/// # Errors
/// [`ClientError::Body`], [`ClientError::TooLong`].
pub async fn read_body(response: Response, max: usize) -> Result<Bytes, ClientError> {
    let mut body = response.into_body();
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(ClientError::Body)?.into_data() else { continue };
        if data.len() > max - read.len() {
            return Err(ClientError::TooLong(max));
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}
