//! The server: accepts connections, limits them, and shuts down without dropping requests.
//!
//! `serve(listener, routers, limits, shutdown)` → returns after the shutdown began and the last connection ended
//!
//! It uses hyper itself and not `axum::serve`, which has no timeout for a request's head: a few idle connections could
//! otherwise hold every permit ([`connection_limit`]). Connections above the limit get at once 503
//! `desk.busy` and the phone number; they do not queue. A client that does not read its response is cut off, and a head that
//! can be read in two ways is rejected ([`strict_head`]). SIGTERM or Ctrl-C stops the listener; requests under way are
//! finished, and only then the database is closed. systemd may hand over the listening socket ([`activated_listener`]):
//! connections that arrive between two processes wait in it.

mod connection_limit;
mod signals;
mod strict_head;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use listenfd::ListenFd;
use tokio::io::{AsyncRead, AsyncWrite, join};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutWriter;
use tokio_rustls::TlsAcceptor;

use crate::client_ip::{Ambiguous, Peer, Trusted};
pub use connection_limit::MAX_SHARE_PER_IP;
use connection_limit::{ConnectionLimiter, ConnectionPermit};
pub use signals::{ReloadSignals, Shutdown};
use strict_head::{HeadRecorder, MAX_HEADERS, RecordingReader};

/// Time that a connection may wait for its first or next request, and that the head of a request may take.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for a connection above the limit.
const BUSY_HEADER_READ_TIMEOUT: Duration = Duration::from_secs(2);
/// Time during which a client may read nothing of its response.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Length of the longest head in bytes; a longer one is answered with 431. A browser's is below 2 KiB, since there are no cookies.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Number of connections that are served at a time, unless `--connections` says otherwise or the limit of open files is
/// lower ([`ConnectionLimits::open`]). An idle connection takes some 20 KB.
pub const DEFAULT_CONNECTIONS: usize = 12_000;
/// Number of connections that may wait to be accepted, if the system allows it: many arrive at once after a failure.
const ACCEPT_BACKLOG: u32 = 4096;
/// Number of connections above the limit that are answered at a time; further ones are closed.
const MAX_REJECTED_CONNECTIONS: usize = 128;
/// Number of file descriptors beside the served connections: rejected connections, database, listeners.
pub const RESERVED_FDS: usize = MAX_REJECTED_CONNECTIONS + 128;
/// Time that a connection which was accepted just before the shutdown may take to begin its request.
const FIRST_BYTE_TIMEOUT_AT_STOP: Duration = Duration::from_secs(2);
/// Time that requests under way may take after the shutdown began.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// The header by which browsers use HTTPS alone for a year (RFC 6797), without other hosts of the domain. Over plain HTTP it is
/// ignored, and never sent.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// The header of the last response on a connection.
const CLOSE: HeaderValue = HeaderValue::from_static("close");
/// Pause after a failed accept, for instance when no file descriptor is free.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);

/// The number of connections, and the proxies that may hold all of them.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// Connections that are served at a time.
    pub connections: usize,
    /// Proxies, each of which carries the connections of many people.
    pub trusted: Trusted,
}

impl ConnectionLimits {
    /// Takes the requested number, or the default as far as the limit of open files allows it, and raises that limit.
    /// Returns the limit of open files as well if it is too low for the requested number.
    pub fn open(requested: Option<usize>, trusted: Trusted) -> (ConnectionLimits, Option<usize>) {
        let needed = u64::try_from(requested.unwrap_or(DEFAULT_CONNECTIONS) + RESERVED_FDS).unwrap_or(u64::MAX);
        let files = rlimit::increase_nofile_limit(needed).ok().and_then(|files| usize::try_from(files).ok());
        let files = files.unwrap_or(usize::MAX);
        let found = files.saturating_sub(RESERVED_FDS);
        let too_few = requested.is_some_and(|requested| requested > found).then_some(files);
        (ConnectionLimits { connections: requested.unwrap_or(DEFAULT_CONNECTIONS.min(found).max(1)), trusted }, too_few)
    }
}

/// Listens at an address.
///
/// # Errors
/// The address is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // After a restart the desk takes its address back from connections that are not quite closed.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_BACKLOG)
}

/// Takes the listening socket that systemd hands over (socket activation, `sd_listen_fds(3)`); `None` without one.
///
/// The socket stays open in systemd while one process ends and the next one starts, so that no connection is refused in between.
///
/// # Errors
/// Several sockets were handed over, or one that is no TCP listener.
pub fn activated_listener() -> io::Result<Option<TcpListener>> {
    let mut sockets = ListenFd::from_env();
    if sockets.len() > 1 {
        return Err(io::Error::other("more than one: write one ListenStream= into kakekomi.socket"));
    }
    let Some(listener) = sockets.take_tcp_listener(0)? else { return Ok(None) };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}

/// The routers in force.
#[derive(Debug, Clone)]
pub struct Routers {
    /// Responds to requests.
    pub router: Router,
    /// Responds to requests for which there is no capacity.
    pub busy: Router,
}

/// Serves until the shutdown begins and all requests under way are finished; over TLS with an acceptor.
///
/// The routers in force when a request's head has arrived respond to it, also on a connection that is kept open. New routers
/// change no request that is under way. During the drain each response closes its connection, so that a proxy keeps none over
/// which it could send a request in the moment in which the server closes it.
pub async fn serve(
    listener: TcpListener,
    routers: watch::Receiver<Routers>,
    tls: Option<TlsAcceptor>,
    limits: ConnectionLimits,
    mut shutdown: Shutdown,
) {
    // Each connection holds a sender: when the last one is dropped, all have ended.
    let (running, mut ended) = mpsc::channel(1);
    let serving = Acceptor {
        routers,
        tls,
        choose: |routers| &routers.router,
        limiter: ConnectionLimiter::new(limits.connections, limits.trusted.clone()).into(),
        header_read_timeout: HEADER_READ_TIMEOUT,
        keep_alive: true,
        shutdown: shutdown.clone(),
        running,
    };
    let rejecting = Acceptor {
        choose: |routers| &routers.busy,
        limiter: ConnectionLimiter::new(MAX_REJECTED_CONNECTIONS, limits.trusted).into(),
        header_read_timeout: BUSY_HEADER_READ_TIMEOUT,
        keep_alive: false,
        ..serving.clone()
    };
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut shutdown.stopped) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    drop(serving.accept(stream, from).and_then(|stream| rejecting.accept(stream, from)));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_BACKOFF).await;
                }
            },
        }
    }
    drop((listener, serving, rejecting));
    if timeout(SHUTDOWN_TIMEOUT, ended.recv()).await.is_err() {
        tracing::warn!("some connections did not end in time and are cut off");
    }
}

/// Accepts connections within a limit and serves them with one of the routers.
#[derive(Clone)]
struct Acceptor {
    routers: watch::Receiver<Routers>,
    tls: Option<TlsAcceptor>,
    choose: fn(&Routers) -> &Router,
    limiter: Arc<ConnectionLimiter>,
    header_read_timeout: Duration,
    keep_alive: bool,
    shutdown: Shutdown,
    running: mpsc::Sender<Infallible>,
}

impl Acceptor {
    /// Serves one connection on its own task, or returns it if the limiter has no permit.
    fn accept(&self, stream: TcpStream, from: SocketAddr) -> Option<TcpStream> {
        let peer = from.ip().to_canonical();
        let Some(permit) = self.limiter.acquire(peer) else {
            return Some(stream);
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(self.clone().serve_connection(stream, peer, permit));
        None
    }

    async fn serve_connection(self, stream: TcpStream, peer: IpAddr, permit: ConnectionPermit) {
        if !first_byte(&stream, self.header_read_timeout, self.shutdown.stopped.clone()).await {
            return;
        }
        match self.tls.clone() {
            None => {
                let (reader, writer) = stream.into_split();
                self.serve_requests(reader, writer, peer, permit).await;
            }
            Some(tls) => match timeout(self.header_read_timeout, tls.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let (reader, writer) = tokio::io::split(stream);
                    self.serve_requests(reader, writer, peer, permit).await;
                }
                Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            },
        }
    }

    async fn serve_requests(
        mut self,
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + 'static,
        peer: IpAddr,
        permit: ConnectionPermit,
    ) {
        let mut writer = TimeoutWriter::new(writer);
        writer.set_timeout(Some(WRITE_TIMEOUT));
        let head_recorder = HeadRecorder::new(MAX_HEAD_BYTES);
        let stream = join(RecordingReader { reader, recorder: head_recorder.clone() }, Box::pin(writer));
        let (is_https, draining) = (self.tls.is_some(), self.shutdown.draining.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            if !head_recorder.is_unambiguous() {
                request.extensions_mut().insert(Ambiguous);
            }
            let router = (self.choose)(&self.routers.borrow()).clone();
            let responding = TowerToHyperService::new(router).call(request);
            let draining = draining.clone();
            async move {
                let mut response = responding.await?;
                if *draining.borrow() {
                    response.headers_mut().insert(header::CONNECTION, CLOSE);
                }
                if is_https {
                    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_read_timeout)
            .keep_alive(self.keep_alive)
            .max_buf_size(MAX_HEAD_BYTES)
            .max_headers(MAX_HEADERS)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            biased;
            ended = connection.as_mut() => ended,
            () = stopped(&mut self.shutdown.stopped) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        // Disconnects and timeouts are logged at debug level only.
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
        drop((permit, self.running));
    }
}

/// Waits for the start of the shutdown.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, and nothing could stop the server later.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Waits for the first byte of a connection; false if it does not arrive in time.
///
/// hyper closes a connection at once if the shutdown begins before its first byte, though a request may be on its way.
async fn first_byte(stream: &TcpStream, header_read_timeout: Duration, mut stop: watch::Receiver<bool>) -> bool {
    let stopping = async {
        stopped(&mut stop).await;
        sleep(FIRST_BYTE_TIMEOUT_AT_STOP).await;
    };
    // `readable` may be true though nothing has arrived; `peek` is not.
    let mut byte = [0; 1];
    tokio::select! {
        peeked = timeout(header_read_timeout, stream.peek(&mut byte)) => matches!(peeked, Ok(Ok(_))),
        () = stopping => false,
    }
}
