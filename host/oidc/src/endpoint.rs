//! Addresses of a provider: https, or plain HTTP to this machine.
//!
//! `endpoint("the issuer", "https://login.example")` → an address; `http://login.example` → [`OidcError::Address`]

use url::{Host, Url};

use crate::OidcError;

/// Reads the address of an endpoint.
pub(crate) fn endpoint(name: &'static str, text: &str) -> Result<Url, OidcError> {
    let url = Url::parse(text).map_err(|_| OidcError::Address(name))?;
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(OidcError::Address(name)),
    };
    let is_usable = url.scheme() == "https" || url.scheme() == "http" && is_local;
    let has_no_password = url.username().is_empty() && url.password().is_none();
    if is_usable && has_no_password && url.fragment().is_none() { Ok(url) } else { Err(OidcError::Address(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for text in ["https://login.example/a", "http://localhost:1/", "http://127.0.0.1:1", "http://[::1]:1/a"] {
            assert!(endpoint("it", text).is_ok(), "{text}");
        }
        for text in [
            "http://login.example/",
            "http://192.0.2.1/",
            "http://localhost.evil.example/",
            "ftp://localhost/",
            "https://user@login.example/",
            "https://login.example/#a",
            "login.example",
            "data:,",
        ] {
            assert!(endpoint("it", text).is_err(), "{text}");
        }
    }
}
