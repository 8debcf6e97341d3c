//! Listeners of `kakekomi serve`, and the proxies that they trust.
//!
//! `announce(&listen(address)?, "serving", false)` → `kakekomi: serving at http://127.0.0.1:8080/` on stderr

use std::net::SocketAddr;

use kakekomi_http::client_ip::Trusted;
use kakekomi_http::server;
use tokio::net::TcpListener;

use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// Listens at an address.
pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    server::listen(address).map_err(CliError::io(format!("listening at {address}")))
}

/// Prints the address of a listener to stderr.
pub(super) fn announce(listener: &TcpListener, name: &str, tls: bool) -> Result<(), CliError> {
    let bound = listener.local_addr().map_err(CliError::io("listening"))?;
    let scheme = if tls { "https" } else { "http" };
    print::words(&format!("kakekomi: {name} at {scheme}://{bound}/"));
    Ok(())
}

/// Reads the addresses and networks of trusted proxies.
pub(super) fn trusted(settings: &Settings) -> Result<Trusted, CliError> {
    Trusted::read(settings.trusted_proxies.as_deref().unwrap_or_default()).map_err(|word| {
        CliError::Usage(format!("--trusted-proxies: {word:?} is neither an address nor a network such as 10.0.0.0/8"))
    })
}
