//! haproxy with `deploy/haproxy.cfg` in front of desks.
//!
//! `Haproxy::before(&[(desk.at, admin)])` → a proxy whose `at` takes the requests of applicants

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::server::{Home, free_address};
use crate::source_tree::root;
use crate::wire::Request;

/// Time in which haproxy notices a change of a desk.
const NOTICED: Duration = Duration::from_secs(30);

/// A running haproxy.
#[derive(Debug)]
pub struct Haproxy {
    process: Child,
    /// Its address.
    pub at: SocketAddr,
    home: Home,
}

impl Haproxy {
    /// Starts haproxy with the configuration of `deploy/`, without TLS and for these desks, each with its
    /// address and that of its admin listener.
    pub fn before(desks: &[(SocketAddr, SocketAddr)]) -> Haproxy {
        let (at, home) = (free_address(), Home::new());
        let file = home.path().join("haproxy.cfg");
        fs::write(&file, configuration(at, desks)).unwrap();
        let process = Command::new("haproxy").arg("-f").arg(&file).stderr(Stdio::null()).spawn().unwrap();
        let haproxy = Haproxy { process, at, home };
        haproxy.wait_until("it serves", |haproxy| haproxy.try_get("/v1/desk") == Some(200));
        haproxy
    }

    /// Asks for a page; `None` without a response.
    pub fn try_get(&self, path: &str) -> Option<u16> {
        Request::get(path).try_send(self.at).ok().map(|answer| answer.status)
    }

    /// Waits for a condition.
    pub fn wait_until(&self, what: &str, met: impl Fn(&Haproxy) -> bool) {
        let started = Instant::now();
        while !met(self) {
            assert!(started.elapsed() < NOTICED, "haproxy in {}: not met: {what}", self.home.path().display());
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn configuration(at: SocketAddr, desks: &[(SocketAddr, SocketAddr)]) -> String {
    let mut config = String::new();
    for line in fs::read_to_string(root().join("deploy/haproxy.cfg")).unwrap().lines() {
        match line.trim_start() {
            bind if bind.starts_with("bind ") => _ = writeln!(config, "    bind {at}"),
            server if server.starts_with("server ") => {
                for (number, (desk, admin)) in desks.iter().enumerate() {
                    let server = server.replace("desk1 127.0.0.1:8080", &format!("desk{number} {desk}"));
                    let server = server.replace("port 9090", &format!("port {}", admin.port()));
                    _ = writeln!(config, "    {server}");
                }
            }
            _ => _ = writeln!(config, "{line}"),
        }
    }
    config
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
