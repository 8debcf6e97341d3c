//! Listening, and stopping well.
//!
//! HTTP/1.1 through hyper itself and not `axum::serve`, which has no time-out for a request's head:
//! a few idle connections could otherwise hold every place. Where all places are taken, further
//! connections are told so at once (503 `desk.busy`, with the phone number) and do not queue; one address
//! may take a fifth of the places ([`places`]). A client that does not read its answer is cut off, and a head that
//! can be read in two ways is refused ([`heads`]). SIGTERM or Ctrl-C stops the listening; what is under way is
//! finished, and only then the database is closed. systemd may hand over the listening socket ([`activated_listener`]):
//! connections that arrive between two processes wait in it.

mod activation;
mod heads;
mod places;

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

use crate::client::{Ambiguous, Peer, Trusted};
pub use activation::activated_listener;
use heads::{Heads, Watched};
use places::Places;
pub use places::SHARE;

/// How long a connection may wait for its first or next request, and how long the head of one may take.
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
/// How long a connection that was accepted just before the desk stops may wait with its request.
const FIRST_BYTE_AT_STOP: Duration = Duration::from_secs(2);
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
    doors: Doors,
    mut stop: watch::Receiver<bool>,
) {
    // Each connection holds a sender: when the last one is dropped, all have ended.
    let (running, mut ended) = mpsc::channel(1);
    let desk = Room {
        routers: routers.clone(),
        choose: |routers| &routers.router,
        places: Places::new(doors.connections, doors.trusted.clone()),
        head_time: HEAD_TIME,
        keep_alive: true,
        stop: stop.clone(),
        running: running.clone(),
    };
    let door = Room {
        routers,
        choose: |routers| &routers.busy,
        places: Places::new(REFUSALS, doors.trusted),
        head_time: BUSY_HEAD_TIME,
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
                    let refused = desk.converse(stream, from);
                    let refused = refused.and_then(|stream| door.converse(stream, from));
                    drop(refused);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(BREATH).await;
                }
            },
        }
    }
    drop((listener, desk, door));
    if timeout(FAREWELL, ended.recv()).await.is_err() {
        tracing::warn!("some connections did not end in time and are cut off");
    }
}

/// Places, and who answers there.
struct Room {
    routers: watch::Receiver<Routers>,
    choose: fn(&Routers) -> &Router,
    places: Places,
    head_time: Duration,
    keep_alive: bool,
    stop: watch::Receiver<bool>,
    running: mpsc::Sender<Infallible>,
}

impl Room {
    /// Serves one connection on a task of its own, or gives it back where there is no place.
    fn converse(&self, stream: TcpStream, from: SocketAddr) -> Option<TcpStream> {
        let peer = from.ip().to_canonical();
        let Some(place) = self.places.take(peer) else {
            return Some(stream);
        };
        let _ = stream.set_nodelay(true);
        let (routers, choose, keep_alive) = (self.routers.clone(), self.choose, self.keep_alive);
        let (head_time, mut stop, running) = (self.head_time, self.stop.clone(), self.running.clone());
        tokio::spawn(async move {
            if !first_byte(&stream, head_time, stop.clone()).await {
                return;
            }
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(WRITE_TIME));
            let heads = Heads::new(HEAD_BYTES);
            let stream = Watched::new(Box::pin(stream), heads.clone());
            let asked = Asked { peer, heads, routers, choose };
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(head_time)
                .keep_alive(keep_alive)
                .max_buf_size(HEAD_BYTES)
                .max_headers(HEADERS)
                .serve_connection(TokioIo::new(stream), asked);
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                biased;
                ended = connection.as_mut() => ended,
                () = stopped(&mut stop) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // A client that goes away, or is too slow, is no event worth a line.
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((place, running));
        });
        None
    }
}

/// Waits until the desk is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to ask for it, and then there is nothing to go on for.
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Waits for the first byte of a connection; false where it did not arrive in time.
///
/// hyper closes a connection at once that is asked to end before its first byte, though a request may be on its way.
async fn first_byte(stream: &TcpStream, head_time: Duration, mut stop: watch::Receiver<bool>) -> bool {
    let stopping = async {
        stopped(&mut stop).await;
        sleep(FIRST_BYTE_AT_STOP).await;
    };
    // `readable` may be true though nothing has arrived; `peek` is not.
    let mut byte = [0; 1];
    tokio::select! {
        peeked = timeout(head_time, stream.peek(&mut byte)) => matches!(peeked, Ok(Ok(_))),
        () = stopping => false,
    }
}

/// The router, with what only the connection knows left on each request.
struct Asked {
    peer: IpAddr,
    heads: Heads,
    routers: watch::Receiver<Routers>,
    choose: fn(&Routers) -> &Router,
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
        let router = (self.choose)(&self.routers.borrow()).clone();
        TowerToHyperService::new(router).call(request)
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

    /// Waits for the next signal. Those that arrive before the call are one.
    pub async fn wait(&mut self) {
        #[cfg(unix)]
        if self.hangup.recv().await.is_some() {
            return;
        }
        std::future::pending::<()>().await;
    }
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
