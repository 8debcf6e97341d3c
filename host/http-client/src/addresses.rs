//! The addresses that a client may connect to.
//!
//! `is_public("192.168.0.1")` → `false`; with [`Addresses::Public`] a name that leads there has no address at all
//!
//! The check is made where a connection is opened, after the name was resolved: a name that first leads to a public address, and then
//! to one of this network, is refused then. An address in the place of a name needs no resolver, and is checked before.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

/// The choice of addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Addresses {
    /// All.
    #[default]
    Any,
    /// Those of the public internet.
    Public,
}

/// The error of a name or an address that is not in the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address is not public")]
pub struct PrivateAddress;

/// Reports whether an address is in the public internet: not of this host, of a private network, or reserved for something else.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // This network, loopback, multicast and the rest; addresses that the customers of a provider share (RFC 6598); assignments of the
    // IETF; tests of routers; relays of 6to4.
    let is_reserved = matches!(
        (a, b, c),
        (0 | 127 | 224.., ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (192, 88, 99)
    );
    !(is_reserved || address.is_private() || address.is_link_local() || address.is_documentation())
}

/// Accepts `2000::/3`, the only assigned part, without the parts of it that lead elsewhere, and IPv4 addresses behind NAT64. This
/// refuses unique local, link-local, multicast, loopback and IPv4-mapped addresses.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))),
        // Teredo and other assignments of the IETF, documentation, 6to4.
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..0x1000, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

impl Addresses {
    /// Checks an address that is in the place of a name.
    ///
    /// # Errors
    /// [`PrivateAddress`]: it is not allowed.
    pub fn check(self, uri: &Uri) -> Result<(), PrivateAddress> {
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        match (self, host.parse::<IpAddr>()) {
            (Addresses::Public, Ok(address)) if !is_public(address) => Err(PrivateAddress),
            _ => Ok(()),
        }
    }
}

/// The system's resolver, which leaves out the addresses that are not allowed.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    system: GaiResolver,
    addresses: Addresses,
}

impl Resolver {
    pub fn new(addresses: Addresses) -> Resolver {
        Resolver { system: GaiResolver::new(), addresses }
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.system.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (resolving, addresses) = (self.system.call(name), self.addresses);
        Box::pin(async move {
            let found: Vec<_> = resolving.await?.collect();
            let is_any = addresses == Addresses::Any || found.is_empty();
            let allowed: Vec<_> = found.into_iter().filter(|found| is_any || is_public(found.ip())).collect();
            if allowed.is_empty() && !is_any {
                return Err(PrivateAddress.into());
            }
            Ok(allowed.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_host_and_of_private_networks_are_not_public() {
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "223.255.255.254",
            "2001:4860:4860::8888",
            "2400:4050::1",
            "2606:4700::1111",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_in_the_place_of_a_name_is_checked() {
        for uri in ["https://127.0.0.1/", "https://[::1]:8443/", "https://[::ffff:10.0.0.1]/"] {
            assert_eq!(Addresses::Public.check(&uri.parse().unwrap()), Err(PrivateAddress), "{uri}");
            assert_eq!(Addresses::Any.check(&uri.parse().unwrap()), Ok(()), "{uri}");
        }
        assert_eq!(Addresses::Public.check(&"https://hooks.example/".parse().unwrap()), Ok(()));
    }
}
