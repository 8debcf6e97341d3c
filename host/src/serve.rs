//! Listening, and stopping well.
//!
//! HTTP/1.1 through hyper itself and not `axum::serve`, which has no time-out for a request's head:
//! a few idle connections could otherwise hold every place. SIGTERM or Ctrl-C stops the listening;
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
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

/// How long a request's head may take, and an idle connection may wait for the next request.
const HEAD_TIME: Duration = Duration::from_secs(20);
/// The longest head, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// How many header lines a request may have.
const HEADERS: usize = 64;
/// How many connections are served at a time; further ones wait to be accepted.
const CONNECTIONS: usize = 1024;
/// How long what is under way may take once the desk stops.
const FAREWELL: Duration = Duration::from_secs(10);
/// How long to wait when accepting fails, for instance for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Serves a router until `stop` turns true and everything under way is done.
pub async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let farewell = GracefulShutdown::new();
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stopped| *stopped) => break,
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, place)) => converse(stream, place, router.clone(), &farewell),
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

/// A place first, then a connection: nobody is accepted who could not be served.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

/// Serves one connection on a task of its own.
fn converse(stream: TcpStream, place: OwnedSemaphorePermit, router: Router, farewell: &GracefulShutdown) {
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = farewell.watch(connection);
    tokio::spawn(async move {
        // A client that goes away, or is too slow, is no event worth a line.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(place);
    });
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
