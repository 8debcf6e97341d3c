//! TLS of the form's listener: curl as the client, certificates by openssl.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::server::{Home, Server, binary, free_address};
use kakekomi_tests::wire::Request;

/// The time in which a changed certificate must be in force; the server looks each ten seconds.
const RENEWED_WITHIN: Duration = Duration::from_mins(1);

/// Makes an authority and a certificate for `localhost` in a folder of its own.
fn certificate(home: &Home, name: &str) -> PathBuf {
    let folder = home.path().join(name);
    fs::create_dir(&folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install/certificate.sh");
    assert!(Command::new("bash").arg(script).arg(&folder).arg("localhost").status().unwrap().success());
    folder
}

/// A desk that serves over TLS, ended when it is dropped.
struct Desk {
    child: Child,
    address: SocketAddr,
}

impl Desk {
    fn start(home: &Home, folder: &Path) -> Desk {
        let address = free_address();
        let mut command = Command::new(binary());
        command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(home.path().join("data"));
        command.arg("--tls-cert").arg(folder.join("fullchain.pem")).arg("--tls-key").arg(folder.join("privkey.pem"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains(&format!("serving at https://{address}/")) {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended before it served");
        }
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Desk { child, address }
    }

    /// Asks for the desk's data, and trusts one authority.
    fn ask(&self, authority: &Path, more: &[&str]) -> Output {
        let port = self.address.port();
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--max-time", "20", "--resolve", &format!("localhost:{port}:127.0.0.1"), "--cacert"]);
        curl.arg(authority.join("authority.pem")).args(more).arg(format!("https://localhost:{port}/v1/desk"));
        curl.output().unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_renewed_certificate_is_in_force_without_a_restart_and_a_damaged_one_never_is() {
    let home = Home::new();
    let (first, second) = (certificate(&home, "first"), certificate(&home, "second"));
    let files = home.path().join("live");
    let put = |from: &Path| {
        for file in ["fullchain.pem", "privkey.pem"] {
            fs::copy(from.join(file), files.join(file)).unwrap();
        }
    };
    fs::create_dir(&files).unwrap();
    put(&first);
    let desk = Desk::start(&home, &files);
    for version in ["1.2", "1.3"] {
        let answer = desk.ask(&first, &[&format!("--tlsv{version}"), "--tls-max", version]);
        assert!(answer.status.success() && answer.stdout.starts_with(b"{\"name\":"), "{version}: {answer:?}");
    }
    assert!(!desk.ask(&second, &[]).status.success(), "another authority's certificate");
    fs::write(files.join("privkey.pem"), "no key").unwrap();
    thread::sleep(Duration::from_secs(11));
    assert!(desk.ask(&first, &[]).status.success(), "a damaged pair leaves the earlier one in force");
    put(&second);
    let begun = Instant::now();
    while !desk.ask(&second, &[]).status.success() {
        assert!(begun.elapsed() < RENEWED_WITHIN, "the new certificate is not in force");
        thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn https_alone_promises_https() {
    let home = Home::new();
    let folder = certificate(&home, "pair");
    let desk = Desk::start(&home, &folder);
    let header = "strict-transport-security: max-age=31536000\r\n";
    let shown = String::from_utf8_lossy(&desk.ask(&folder, &["--include"]).stdout).to_lowercase();
    assert_eq!(shown.matches(header).count(), 1, "{shown}");
    let plain = Server::start().send(&Request::get("/v1/desk"));
    assert_eq!((plain.status, plain.header("strict-transport-security")), (200, None));
}

#[test]
fn a_pair_that_cannot_serve_ends_the_start_with_the_reason() {
    let home = Home::new();
    let (first, second) = (certificate(&home, "first"), certificate(&home, "second"));
    let (cert, key) = (first.join("fullchain.pem"), second.join("privkey.pem"));
    let missing = home.path().join("missing.pem");
    let paths = |cert: &Path, key: &Path| [cert, key].map(|path| path.to_str().unwrap().to_owned());
    for ([cert, key], code, why) in [
        (paths(&cert, &key), 5, "cannot be used with this key"),
        (paths(&missing, &key), 5, "missing.pem"),
        (paths(&key, &key), 5, "it has no certificate"),
    ] {
        let output = home.run(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", &cert, "--tls-key", &key]);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words}");
        assert!(words.contains(why), "{words}");
    }
    let half = home.run(&["serve", "--tls-cert", cert.to_str().unwrap()]);
    assert_eq!(half.status.code(), Some(2));
}
