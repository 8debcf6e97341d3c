//! The server: accepts connections, limits them, and shuts down without dropping requests.
//!
//! `serve(listener, routers, limits, stop)` → returns after `stop` turned true and the last connection ended
//!
//! It uses hyper itself and not `axum::serve`, which has no timeout for a request's head: a few idle connections could
//! otherwise hold every permit ([`connection_limit`]). Connections above the limit are answered at once with 503
//! `desk.busy` and the phone number; they do not queue. A client that does not read its response is cut off, and a head that
//! can be read in two ways is rejected ([`strict_head`]). SIGTERM or Ctrl-C stops the listener; requests under way are
//! finished, and only then the database is closed. systemd may hand over the listening socket ([`activated_listener`]):
//! connections that arrive between two processes wait in it.

mod activation;
mod connection_limit;
mod strict_head;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;

use crate::client_ip::{Ambiguous, Peer, Trusted};
pub use activation::activated_listener;
use connection_limit::ConnectionLimiter;
pub use connection_limit::MAX_SHARE_PER_IP;
use strict_head::{HeadRecorder, RecordingStream};

/// Time that a connection may wait for its first or next request, and that the head of a request may take.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The same for a connection above the limit.
const BUSY_HEADER_READ_TIMEOUT: Duration = Duration::from_secs(2);
/// Time during which a client may read nothing of its response.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Length of the longest head in bytes; a longer one is answered with 431. A browser's is below 2 KiB, since there are no cookies.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Number of header lines that a request may have.
const MAX_HEADERS: usize = 64;
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
        let files = raise_file_limit(requested.unwrap_or(DEFAULT_CONNECTIONS));
        let found = files.saturating_sub(RESERVED_FDS);
        let too_few = requested.is_some_and(|requested| requested > found).then_some(files);
        (ConnectionLimits { connections: requested.unwrap_or(DEFAULT_CONNECTIONS.min(found).max(1)), trusted }, too_few)
    }
}

/// Listens at an address.
///
/// # Errors
/// It is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A desk that starts anew takes its address back from connections that are not quite closed.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_BACKLOG)
}

/// The routers in force.
#[derive(Debug, Clone)]
pub struct Routers {
    /// Answers requests.
    pub router: Router,
    /// Answers requests for which there is no capacity.
    pub busy: Router,
}

/// Serves until `stop` turns true and everything under way is done.
///
/// Each request is answered by the routers that are in force when its head has arrived, also on a connection that is
/// kept open. New routers change no request that is under way.
pub async fn serve(
    listener: TcpListener,
    routers: watch::Receiver<Routers>,
    limits: ConnectionLimits,
    mut stop: watch::Receiver<bool>,
) {
    // Each connection holds a sender: when the last one is dropped, all have ended.
    let (running, mut ended) = mpsc::channel(1);
    let serving = Acceptor {
        routers: routers.clone(),
        choose: |routers| &routers.router,
        limiter: ConnectionLimiter::new(limits.connections, limits.trusted.clone()),
        header_read_timeout: HEADER_READ_TIMEOUT,
        keep_alive: true,
        stop: stop.clone(),
        running: running.clone(),
    };
    let rejecting = Acceptor {
        routers,
        choose: |routers| &routers.busy,
        limiter: ConnectionLimiter::new(MAX_REJECTED_CONNECTIONS, limits.trusted),
        header_read_timeout: BUSY_HEADER_READ_TIMEOUT,
        keep_alive: false,
        stop: stop.clone(),
        running,
    };
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    let refused = serving.serve_connection(stream, from);
                    let refused = refused.and_then(|stream| rejecting.serve_connection(stream, from));
                    drop(refused);
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
struct Acceptor {
    routers: watch::Receiver<Routers>,
    choose: fn(&Routers) -> &Router,
    limiter: ConnectionLimiter,
    header_read_timeout: Duration,
    keep_alive: bool,
    stop: watch::Receiver<bool>,
    running: mpsc::Sender<Infallible>,
}

impl Acceptor {
    /// Serves one connection on its own task, or returns it if the limiter has no permit.
    fn serve_connection(&self, stream: TcpStream, from: SocketAddr) -> Option<TcpStream> {
        let peer = from.ip().to_canonical();
        let Some(permit) = self.limiter.acquire(peer) else {
            return Some(stream);
        };
        let _ = stream.set_nodelay(true);
        let (routers, choose, keep_alive) = (self.routers.clone(), self.choose, self.keep_alive);
        let (header_read_timeout, mut stop, running) =
            (self.header_read_timeout, self.stop.clone(), self.running.clone());
        tokio::spawn(async move {
            if !first_byte(&stream, header_read_timeout, stop.clone()).await {
                return;
            }
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(WRITE_TIMEOUT));
            let head_recorder = HeadRecorder::new(MAX_HEAD_BYTES);
            let stream = RecordingStream::new(Box::pin(stream), head_recorder.clone());
            let service = PeerService { peer, head_recorder, routers, choose };
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(header_read_timeout)
                .keep_alive(keep_alive)
                .max_buf_size(MAX_HEAD_BYTES)
                .max_headers(MAX_HEADERS)
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                biased;
                ended = connection.as_mut() => ended,
                () = stopped(&mut stop) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // Disconnects and timeouts are logged at debug level only.
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((permit, running));
        });
        None
    }
}

/// Waits until the desk is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, and nothing could stop the server later.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Waits for the first byte of a connection; false where it did not arrive in time.
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

/// The service of one connection: puts the peer's IP on each request and passes it to the router in force.
struct PeerService {
    peer: IpAddr,
    head_recorder: HeadRecorder,
    routers: watch::Receiver<Routers>,
    choose: fn(&Routers) -> &Router,
}

impl Service<Request<Incoming>> for PeerService {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer));
        if !self.head_recorder.is_unambiguous() {
            request.extensions_mut().insert(Ambiguous);
        }
        let router = (self.choose)(&self.routers.borrow()).clone();
        TowerToHyperService::new(router).call(request)
    }
}

/// Raises the limit of open files to what the connections need, as far as the system allows it; returns the limit.
fn raise_file_limit(connections: usize) -> usize {
    let needed = u64::try_from(connections + RESERVED_FDS).unwrap_or(u64::MAX);
    rlimit::increase_nofile_limit(needed).ok().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// Turns true at SIGTERM, SIGINT or Ctrl-C.
///
/// # Errors
/// The signals cannot be listened to.
pub fn stop_signal() -> io::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    let mut signals = ShutdownSignals::new()?;
    tokio::spawn(async move {
        signals.wait().await;
        let _ = sender.send(true);
        // A second signal exits immediately.
        signals.wait().await;
        std::process::exit(130);
    });
    Ok(receiver)
}

/// Waits for the signals that ask for the desk's data to be read again (SIGHUP); on systems without it, for ever.
#[derive(Debug)]
pub struct ReloadSignals {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl ReloadSignals {
    /// Starts to listen: from now on SIGHUP no longer ends the process.
    ///
    /// # Errors
    /// The signal cannot be listened to.
    pub fn new() -> io::Result<ReloadSignals> {
        Ok(ReloadSignals {
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Waits for the next signal. Signals that arrive before the call count as one.
    pub async fn wait(&mut self) {
        #[cfg(unix)]
        if self.hangup.recv().await.is_some() {
            return;
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
struct ShutdownSignals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl ShutdownSignals {
    fn new() -> io::Result<ShutdownSignals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(ShutdownSignals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct ShutdownSignals;

#[cfg(not(unix))]
impl ShutdownSignals {
    fn new() -> io::Result<ShutdownSignals> {
        Ok(ShutdownSignals)
    }

    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
