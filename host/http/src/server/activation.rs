//! The listening socket that systemd hands over (socket activation, `sd_listen_fds(3)`).
//!
//! `LISTEN_PID=<this process> LISTEN_FDS=1` → the socket on file descriptor 3. It stays open in systemd while one
//! process ends and the next one starts, so that no connection is refused in between.

use std::io;

use listenfd::ListenFd;
use tokio::net::TcpListener;

/// Takes the listening socket that this process was started with; `None` where it was started without one.
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
    Ok(Some(TcpListener::from_std(listener)?))
}
