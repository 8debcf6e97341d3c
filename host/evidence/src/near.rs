//! Hosts that are reached without leaving this machine or its private network.
//!
//! `127.0.0.1`, `10.0.0.7`, `localhost` → near; `203.0.113.7`, `s3.example.jp` → not

use std::net::{Ipv4Addr, Ipv6Addr};

use url::Host;

/// Reports whether a host is this machine, or an address of a private network. A name may lead elsewhere tomorrow.
pub fn is_near<S: AsRef<str>>(host: &Host<S>) -> bool {
    let is_near_v4 = |address: Ipv4Addr| address.is_loopback() || address.is_private();
    let is_near_v6 = |address: Ipv6Addr| address.is_loopback() || address.is_unique_local();
    match host {
        Host::Domain(name) => name.as_ref() == "localhost",
        Host::Ipv4(address) => is_near_v4(*address),
        Host::Ipv6(address) => address.to_ipv4_mapped().map_or_else(|| is_near_v6(*address), is_near_v4),
    }
}
