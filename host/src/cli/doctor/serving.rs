//! The desk that is served, if there is one: it answers, and it runs the module of this program.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use kakekomi_http::client_ip::Trusted;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::finding::{Finding, Outcome, error, warning};
use crate::config::{LISTEN, Settings};

/// Time limit of the desk's response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// No response of `/v1/desk` is longer, in bytes.
const RESPONSE_MAX: u64 = 256 * 1024;
/// Beginning of a response that is 200.
const OK: &str = "HTTP/1.1 200 ";

/// Checks the desk at its address, and the list of proxies.
pub async fn look(settings: &Settings) -> [Finding; 2] {
    let address = settings.listen.unwrap_or(LISTEN);
    let serving = match timeout(RESPONSE_TIMEOUT, request(address, "/v1/desk")).await {
        Err(_) => error(format!("http://{address}/ does not answer within {RESPONSE_TIMEOUT:?}")),
        Ok(Err(_)) => Ok(format!("nothing serves at http://{address}/ now")),
        Ok(Ok(response)) => judge(&address.to_string(), &response),
    };
    [Finding::new("serving", serving), Finding::new("proxies", proxies(settings))]
}

/// Asks the desk at its admin address if it would store a submission now.
pub async fn ready(settings: &Settings) -> Finding {
    let outcome = match settings.admin_listen.map(reachable) {
        None => error("--admin-listen is not set, and /readyz is answered nowhere else"),
        Some(address) => match timeout(RESPONSE_TIMEOUT, request(address, "/readyz")).await {
            Err(_) => error(format!("http://{address}/readyz does not answer within {RESPONSE_TIMEOUT:?}")),
            Ok(Err(reason)) => error(format!("http://{address}/readyz: {reason}")),
            Ok(Ok(response)) if response.starts_with(OK) => Ok(format!("http://{address}/readyz answers 200")),
            Ok(Ok(response)) => error(format!("http://{address}/readyz answers {:?}", status_line(&response))),
        },
    };
    Finding::new("ready", outcome)
}

/// Returns loopback for an address such as `0.0.0.0`, at which a desk listens and nobody connects.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

/// Checks the list of proxies: behind a proxy that is not named all clients have the proxy's address.
fn proxies(settings: &Settings) -> Outcome {
    let listed = settings.trusted_proxies.as_deref().unwrap_or_default();
    match Trusted::read(listed) {
        Err(word) => error(format!("{word:?} is neither an address nor a network")),
        Ok(_) if listed.is_empty() => {
            warning("none is named: behind a proxy everybody is one address (set trusted_proxies to the proxy's)")
        }
        Ok(_) => Ok(listed.join(", ")),
    }
}

fn judge(address: &str, response: &str) -> Outcome {
    if !response.starts_with(OK) {
        return error(format!("http://{address}/v1/desk answers {:?}", status_line(response)));
    }
    if !response.contains(kakekomi_artifact::SHA256) {
        return warning(format!(
            "the desk at http://{address}/ runs another module than this program has: start it anew"
        ));
    }
    Ok(format!("http://{address}/ answers, with this module"))
}

fn status_line(response: &str) -> &str {
    response.lines().next().unwrap_or_default()
}

async fn request(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    stream.take(RESPONSE_MAX).read_to_end(&mut response).await?;
    Ok(String::from_utf8_lossy(&response).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn missing_or_invalid_proxies_are_reported() {
        let of = |listed: &[&str]| {
            let listed = Some(listed.iter().map(|word| (*word).to_owned()).collect());
            let settings = Settings { trusted_proxies: listed, ..Settings::default() };
            Finding::new("proxies", proxies(&settings)).level
        };
        assert_eq!(of(&[]), Level::Warning);
        assert_eq!(of(&["127.0.0.1", "10.0.0.0/8"]), Level::Ok);
        assert_eq!(of(&["proxy"]), Level::Error);
    }

    #[test]
    fn addresses_of_no_host_become_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:9090", "127.0.0.1:9090"),
            ("[::]:9090", "[::1]:9090"),
            ("10.0.0.5:9090", "10.0.0.5:9090"),
            ("[fd00::5]:9090", "[fd00::5]:9090"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn another_module_is_a_warning() {
        let answer = format!("HTTP/1.1 200 OK\r\n\r\n{{\"module\":\"sha256:{}\"}}", kakekomi_artifact::SHA256);
        let level = |response| Finding::new("serving", judge("a", response)).level;
        assert_eq!(level(&answer), Level::Ok);
        assert_eq!(level("HTTP/1.1 200 OK\r\n\r\n{}"), Level::Warning);
        assert_eq!(level("HTTP/1.1 503 Service Unavailable\r\n\r\n"), Level::Error);
    }
}
