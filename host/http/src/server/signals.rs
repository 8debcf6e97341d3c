//! Signals of the process: SIGTERM begins the drain and then the shutdown, SIGHUP asks for a reload.
//!
//! ```text
//! SIGTERM → draining   /livez and /readyz are 503, and requests are served: a balancer sends the next ones elsewhere
//!         → stopped    after the drain's time: no connection is accepted any more, and what is under way is finished
//! ```

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::sleep;

/// The stages of the end of the process.
#[derive(Debug, Clone)]
pub struct Shutdown {
    /// True since the signal.
    pub draining: watch::Receiver<bool>,
    /// True since the end of the drain.
    pub stopped: watch::Receiver<bool>,
}

impl Shutdown {
    /// Begins the drain at SIGTERM, SIGINT or Ctrl-C, and the shutdown after this time. A second signal exits immediately.
    ///
    /// # Errors
    /// The signals cannot be listened to.
    pub fn on_signal(drain: Duration) -> io::Result<Shutdown> {
        let (begin, draining) = watch::channel(false);
        let (end, stopped) = watch::channel(false);
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(async move {
            one_of(&mut terminate, &mut interrupt).await;
            begin.send_replace(true);
            tokio::select! {
                () = sleep(drain) => {}
                () = one_of(&mut terminate, &mut interrupt) => std::process::exit(130),
            }
            end.send_replace(true);
            one_of(&mut terminate, &mut interrupt).await;
            std::process::exit(130);
        });
        Ok(Shutdown { draining, stopped })
    }
}

async fn one_of(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// SIGHUP, which asks for the desk's data to be read again. From its creation on it no longer ends the process.
#[derive(Debug)]
pub struct ReloadSignals(Signal);

impl ReloadSignals {
    /// Listens to the signal.
    ///
    /// # Errors
    /// The signal cannot be listened to.
    pub fn new() -> io::Result<ReloadSignals> {
        Ok(ReloadSignals(signal(SignalKind::hangup())?))
    }

    /// Waits for the next signal. Signals that arrive before the call count as one.
    pub async fn wait(&mut self) {
        self.0.recv().await;
    }
}
