//! The client's address, behind the proxies that the operator trusts.
//!
//! `--trusted-proxies 127.0.0.1,10.0.0.0/8`, a connection from 127.0.0.1, `X-Forwarded-For: 6.6.6.6,
//! 198.51.100.7, 10.0.0.2` → 198.51.100.7. Each proxy adds its peer's address at the right end, so the list is read from there,
//! and only as far as proxies are trusted: anybody can write the rest.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address at the other end of the connection; the server puts it on every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The client behind the trusted proxies: an IPv6 customer's whole network is one client. The rate limits put it on every
/// request; `None` for a request without a [`Peer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub Option<IpAddr>);

/// A mark on a request whose head can be read in more than one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambiguous;

/// The proxies that are trusted to name their clients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trusted(Vec<IpNet>);

impl Trusted {
    /// Reads addresses and networks: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
    ///
    /// # Errors
    /// The word that is neither an address nor a network.
    pub fn read(words: &[String]) -> Result<Trusted, String> {
        let network = |word: &String| {
            let word = word.trim();
            word.parse().or_else(|_| word.parse::<IpAddr>().map(IpNet::from)).map_err(|_| word.to_owned())
        };
        words.iter().map(network).collect::<Result<_, _>>().map(Trusted)
    }

    /// Tells if an address is that of a trusted proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns the address that a request comes from.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        // As bytes: invalid UTF-8 that an attacker puts at the left of a line must not hide the proxy's entry at its right.
        let lines = headers.get_all(FORWARDED).iter().map(HeaderValue::as_bytes);
        let mut forwarded: Vec<&[u8]> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
        while self.contains(client) {
            let Some(next) = forwarded.pop().and_then(|word| address(str::from_utf8(word).ok()?.trim())) else { break };
            client = next.to_canonical();
        }
        client
    }
}

/// Reads an address with or without a port.
fn address(word: &str) -> Option<IpAddr> {
    word.parse().ok().or_else(|| word.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let trusted = Trusted::read(&trusted.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).unwrap();
        let headers =
            forwarded.iter().map(|line| (FORWARDED, HeaderValue::from_bytes(line.as_bytes()).unwrap())).collect();
        trusted.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn rightmost_untrusted_address_is_the_client() {
        let proxies = &["127.0.0.1", "10.0.0.0/8"][..];
        assert_eq!(client(proxies, "127.0.0.1", &["6.6.6.6, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(client(proxies, "127.0.0.1", &["6.6.6.6", "198.51.100.7:1234"]), "198.51.100.7");
        assert_eq!(client(proxies, "127.0.0.1", &["[2001:db8::7]:443"]), "2001:db8::7");
        assert_eq!(client(proxies, "127.0.0.1", &["10.0.0.3"]), "10.0.0.3");
        assert_eq!(client(proxies, "127.0.0.1", &["é, 198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn untrusted_proxies_name_nobody() {
        assert_eq!(client(&[], "127.0.0.1", &["198.51.100.7"]), "127.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "198.51.100.9", &["198.51.100.7"]), "198.51.100.9");
        assert_eq!(client(&["127.0.0.1"], "127.0.0.1", &["198.51.100.7, unknown"]), "127.0.0.1");
        assert_eq!(client(&["127.0.0.1"], "::ffff:127.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(Trusted::read(&["nobody".to_owned()]), Err("nobody".to_owned()));
    }
}
