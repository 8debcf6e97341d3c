//! Listening, and stopping well.
//!
//! HTTP/1.1 through hyper itself and not `axum::serve`, which has no time-out for a request's head:
//! a few idle connections could otherwise hold every place. Where all places are taken, further
//! connections are told so at once (503 `desk.busy`, with the phone number) and do not queue; one address
//! may take a fifth of the places ([`places`]). A client that does not read its answer is cut off, and a head that
//! can be read in two ways is refused ([`heads`]). SIGTERM or Ctrl-C stops the listening; what is under way is
//! finished, and only then the database is closed.

mod heads;
mod places;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;

use crate::http::client::{Ambiguous, Peer, Trusted};
use heads::{Heads, Watched};
use places::Places;
pub use places::SHARE;

/// How long a request's head may take, and an idle connection may wait for the next request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The same where all places are taken.
const BUSY_HEAD_TIME: Duration = Duration::from_secs(2);
/// How long a client may take none of what it is sent.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// The longest head, in bytes: 431 past that. A browser's is below 2 KiB here, where there are no cookies.
const HEAD_BYTES: usize = 16 * 1024;
/// How many header lines a request may have.
const HEADERS: usize = 64;
/// How many connections are served at a time, unless `--connections` says otherwise or fewer files may be open
/// ([`Doors::open`]). An idle one takes some 20 KB.
pub const CONNECTIONS: usize = 12_000;
/// How many connections may wait to be accepted, as far as the system allows it: many come at once after a failure.
const BACKLOG: u32 = 4096;
/// How many connections are told at a time that there is no place; further ones are closed.
const REFUSALS: usize = 128;
/// How many files a desk has open beside its connections: refusals, database, listeners.
pub const FILES_BESIDE: usize = REFUSALS + 128;
/// How long what is under way may take once the desk stops.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long to wait when accepting fails, for instance for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// How many connections, and from whom as many as there are.
#[derive(Debug, Clone)]
pub struct Doors {
    /// Connections that are served at a time.
    pub connections: usize,
    /// Proxies, behind which are many people.
    pub trusted: Trusted,
}

impl Doors {
    /// As many as were asked for, or as many as the machine has files for, and raises its limit to that. How many files
    /// there may be then, where they are too few for what was asked for.
    pub fn open(asked: Option<usize>, trusted: Trusted) -> (Doors, Option<usize>) {
        let files = make_room(asked.unwrap_or(CONNECTIONS));
        let found = files.saturating_sub(FILES_BESIDE);
        let too_few = asked.is_some_and(|asked| asked > found).then_some(files);
        (Doors { connections: asked.unwrap_or(CONNECTIONS.min(found).max(1)), trusted }, too_few)
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
    socket.listen(BACKLOG)
}

/// Serves a router until `stop` turns true and everything under way is done; `busy` answers those
/// for whom there is no place.
pub async fn serve(listener: TcpListener, router: Router, busy: Router, doors: Doors, mut stop: watch::Receiver<bool>) {
    let desk = Room::new(router, Places::new(doors.connections, doors.trusted.clone()), HEAD_TIME, true);
    let door = Room::new(busy, Places::new(REFUSALS, doors.trusted), BUSY_HEAD_TIME, false);
    let farewell = GracefulShutdown::new();
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    let refused = desk.converse(stream, from, &farewell);
                    let refused = refused.and_then(|stream| door.converse(stream, from, &farewell));
                    drop(refused);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(BREATH).await;
                }
            },
        }
    }
    drop(listener);
    if timeout(FAREWELL, farewell.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time and are cut off");
    }
}

/// Places, and who answers there.
struct Room {
    router: Router,
    places: Places,
    head_time: Duration,
    keep_alive: bool,
}

impl Room {
    fn new(router: Router, places: Places, head_time: Duration, keep_alive: bool) -> Room {
        Room { router, places, head_time, keep_alive }
    }

    /// Serves one connection on a task of its own, or gives it back where there is no place.
    fn converse(&self, stream: TcpStream, from: SocketAddr, farewell: &GracefulShutdown) -> Option<TcpStream> {
        let peer = from.ip().to_canonical();
        let Some(place) = self.places.take(peer) else {
            return Some(stream);
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE_TIME));
        let heads = Heads::new(HEAD_BYTES);
        let stream = Watched::new(Box::pin(stream), heads.clone());
        let asked = Asked { peer, heads, inner: TowerToHyperService::new(self.router.clone()) };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_time)
            .keep_alive(self.keep_alive)
            .max_buf_size(HEAD_BYTES)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(stream), asked);
        let connection = farewell.watch(connection);
        tokio::spawn(async move {
            // A client that goes away, or is too slow, is no event worth a line.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
        None
    }
}

/// The router, with what only the connection knows left on each request.
struct Asked {
    peer: IpAddr,
    heads: Heads,
    inner: TowerToHyperService<Router>,
}

impl Service<Request<Incoming>> for Asked {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(Peer(self.peer));
        if !self.heads.is_plain() {
            request.extensions_mut().insert(Ambiguous);
        }
        self.inner.call(request)
    }
}

/// Makes room for so many open files, as far as the machine allows it; how many there may be then.
fn make_room(connections: usize) -> usize {
    let needed = u64::try_from(connections + FILES_BESIDE).unwrap_or(u64::MAX);
    rlimit::increase_nofile_limit(needed).ok().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// Turns true at SIGTERM, SIGINT or Ctrl-C.
///
/// # Errors
/// The signals cannot be listened to.
pub fn stop_signal() -> io::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    let mut stops = Stops::new()?;
    tokio::spawn(async move {
        stops.wait().await;
        let _ = sender.send(true);
        // Whoever asks twice does not want to wait.
        stops.wait().await;
        std::process::exit(130);
    });
    Ok(receiver)
}

#[cfg(unix)]
struct Stops {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stops {
    fn new() -> io::Result<Stops> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stops { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Stops;

#[cfg(not(unix))]
impl Stops {
    fn new() -> io::Result<Stops> {
        Ok(Stops)
    }

    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
