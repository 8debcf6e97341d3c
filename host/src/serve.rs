//! Listening, and stopping well.
//!
//! HTTP/1.1 through hyper itself and not `axum::serve`, which has no time-out for a request's head:
//! a few idle connections could otherwise hold every place. Where all places are taken, further
//! connections are told so at once (503 `desk.busy`, with the phone number) and do not queue. SIGTERM or Ctrl-C stops the listening;
//! what is under way is finished, and only then the database is closed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// How long a request's head may take, and an idle connection may wait for the next request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The same where all places are taken.
const BUSY_HEAD_TIME: Duration = Duration::from_secs(2);
/// The longest head, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// How many header lines a request may have.
const HEADERS: usize = 64;
/// How many connections are served at a time. With [`REFUSALS`] it stays below the 1024 file
/// descriptors that a process usually gets.
const CONNECTIONS: usize = 640;
/// How many connections are told at a time that there is no place; further ones are closed.
const REFUSALS: usize = 128;
/// How long what is under way may take once the desk stops.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long to wait when accepting fails, for instance for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Serves a router until `stop` turns true and everything under way is done; `busy` answers those
/// for whom there is no place.
pub async fn serve(listener: TcpListener, router: Router, busy: Router, mut stop: watch::Receiver<bool>) {
    let desk = Room::new(router, CONNECTIONS, HEAD_TIME, true);
    let door = Room::new(busy, REFUSALS, BUSY_HEAD_TIME, false);
    let farewell = GracefulShutdown::new();
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let refused = desk.converse(stream, &farewell).and_then(|stream| door.converse(stream, &farewell));
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

/// So many places, and who answers there.
struct Room {
    router: Router,
    places: Arc<Semaphore>,
    head_time: Duration,
    keep_alive: bool,
}

impl Room {
    fn new(router: Router, places: usize, head_time: Duration, keep_alive: bool) -> Room {
        Room { router, places: Arc::new(Semaphore::new(places)), head_time, keep_alive }
    }

    /// Serves one connection on a task of its own, or gives it back where there is no place.
    fn converse(&self, stream: TcpStream, farewell: &GracefulShutdown) -> Option<TcpStream> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return Some(stream);
        };
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_time)
            .keep_alive(self.keep_alive)
            .max_buf_size(HEAD_BYTES)
            .max_headers(HEADERS)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router.clone()));
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
