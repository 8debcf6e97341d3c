//! The desk that is served, if it is: it answers, and it runs the module of this program.

use std::time::Duration;

use kakekomi_http::client_ip::Trusted;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::finding::Finding;
use crate::config::{LISTEN, Settings};

/// How long a desk may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// No answer of `/v1/desk` is longer, in bytes.
const ANSWER_MAX: u64 = 256 * 1024;

/// What there is to know of the desk at the address where it should be.
pub async fn look(settings: &Settings) -> Vec<Finding> {
    let address = settings.listen.unwrap_or(LISTEN);
    let found = match timeout(PATIENCE, ask(address)).await {
        Err(_) => Finding::error("serving", format!("http://{address}/ does not answer within {PATIENCE:?}")),
        Ok(Err(_)) => Finding::ok("serving", format!("nothing serves at http://{address}/ now")),
        Ok(Ok(answer)) => judge(&address.to_string(), &answer),
    };
    vec![found, proxies(settings)]
}

/// Whether clients can be told apart: behind a proxy that is not named everybody has the proxy's address.
fn proxies(settings: &Settings) -> Finding {
    let listed = settings.trusted_proxies.as_deref().unwrap_or_default();
    match Trusted::read(listed) {
        Err(word) => Finding::error("proxies", format!("{word:?} is neither an address nor a network")),
        Ok(_) if listed.is_empty() => {
            let said = "none is named: behind a proxy everybody is one address (set trusted_proxies to the proxy's)";
            Finding::warning("proxies", said)
        }
        Ok(_) => Finding::ok("proxies", listed.join(", ")),
    }
}

fn judge(address: &str, answer: &str) -> Finding {
    if !answer.starts_with("HTTP/1.1 200 ") {
        let first = answer.lines().next().unwrap_or_default();
        return Finding::error("serving", format!("http://{address}/v1/desk answers {first:?}"));
    }
    if !answer.contains(kakekomi_artifact::SHA256) {
        let said = format!("the desk at http://{address}/ runs another module than this program has: start it anew");
        return Finding::warning("serving", said);
    }
    Finding::ok("serving", format!("http://{address}/ answers, with this module"))
}

async fn ask(address: std::net::SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /v1/desk HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    #[test]
    fn proxies_that_are_not_named_or_no_addresses_are_found() {
        let of = |listed: &[&str]| {
            let listed = Some(listed.iter().map(|word| (*word).to_owned()).collect());
            proxies(&Settings { trusted_proxies: listed, ..Settings::default() }).level
        };
        assert_eq!(of(&[]), Level::Warning);
        assert_eq!(of(&["127.0.0.1", "10.0.0.0/8"]), Level::Ok);
        assert_eq!(of(&["proxy"]), Level::Error);
    }

    #[test]
    fn another_module_is_seen() {
        let answer = format!("HTTP/1.1 200 OK\r\n\r\n{{\"module\":\"sha256:{}\"}}", kakekomi_artifact::SHA256);
        assert_eq!(judge("a", &answer).level, Level::Ok);
        assert_eq!(judge("a", "HTTP/1.1 200 OK\r\n\r\n{}").level, Level::Warning);
        assert_eq!(judge("a", "HTTP/1.1 503 Service Unavailable\r\n\r\n").level, Level::Error);
    }
}
