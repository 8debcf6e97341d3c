//! TLS of the listeners: curl and openssl as the clients, certificates by openssl.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_store::clock;
use kakekomi_store::digest::sha256;
use kakekomi_tests::applicant::example;
use kakekomi_tests::certificates;
use kakekomi_tests::server::{Home, Server, binary, free_address};
use kakekomi_tests::wire::Request;

/// The time in which a changed certificate must be in force; the server looks each ten seconds.
const RENEWED_WITHIN: Duration = Duration::from_mins(1);

/// Makes an authority and a certificate for `localhost` in a folder of its own.
fn certificate(home: &Home, name: &str) -> PathBuf {
    let folder = home.path().join(name);
    certificates::certificate(&folder, "localhost");
    folder
}

/// A desk that serves over TLS, ended when it is dropped.
struct Desk {
    child: Child,
    address: SocketAddr,
    /// The address of the operators' desk.
    operators: SocketAddr,
}

impl Desk {
    fn start(home: &Home, folder: &Path) -> Desk {
        let (address, operators) = (free_address(), free_address());
        let mut command = Command::new(binary());
        command.args(["serve", "--listen", &address.to_string(), "--desk-listen", &operators.to_string()]);
        command.arg("--data").arg(home.path().join("data"));
        command.arg("--tls-cert").arg(folder.join("fullchain.pem")).arg("--tls-key").arg(folder.join("privkey.pem"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains(&format!("serving at https://{address}/")) {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "it ended before it served");
        }
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Desk { child, address, operators }
    }

    /// Asks for the desk's data, and trusts one authority.
    fn ask(&self, authority: &Path, more: &[&str]) -> Output {
        curl(self.address, "/v1/desk", authority, more).output().unwrap()
    }

    /// Opens the stream of the live queue as an operator's page does.
    fn queue(&self, home: &Home, authority: &Path) -> BufReader<ChildStdout> {
        let token = "5e".repeat(32);
        assert!(home.run(&["operators", "add", "sato", "--role", "operator"]).status.success());
        let (hash, now) = (sha256(token.as_bytes()), clock::now());
        home.alter(&format!(
            "INSERT INTO sessions (account, token, created_at, last_seen_at) VALUES ('sato', x'{hash}', {now}, {now})"
        ));
        let cookie = format!("cookie: __Host-kakekomi={token}");
        let headers =
            ["--header", &cookie, "--header", "accept: text/event-stream", "--header", "sec-fetch-dest: empty"];
        let mut curl = curl(self.operators, "/queue/events", authority, &[&headers[..], &["--no-buffer"]].concat());
        BufReader::new(curl.stdout(Stdio::piped()).spawn().unwrap().stdout.unwrap())
    }
}

/// A request by curl, which trusts one authority.
fn curl(address: SocketAddr, path: &str, authority: &Path, more: &[&str]) -> Command {
    let port = address.port();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--max-time", "60", "--resolve", &format!("localhost:{port}:127.0.0.1"), "--cacert"]);
    curl.arg(authority.join("authority.pem")).args(more).arg(format!("https://localhost:{port}{path}"));
    curl
}

/// The next number in the stream of a queue; `None` at its end.
fn next_number(stream: &mut BufReader<ChildStdout>) -> Option<i64> {
    let mut lines = stream.lines().map_while(Result::ok);
    lines.find_map(|line| line.strip_prefix("data: ").map(|number| number.parse().unwrap()))
}

/// A connection over TLS by openssl, on which several requests may be sent.
struct Connection {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Connection {
    fn open(desk: &Desk, authority: &Path) -> Connection {
        let mut openssl = Command::new("openssl");
        openssl.args(["s_client", "-quiet", "-verify_return_error", "-servername", "localhost", "-connect"]);
        openssl.arg(desk.address.to_string()).arg("-CAfile").arg(authority.join("authority.pem"));
        openssl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = openssl.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Connection { child, answers }
    }

    fn write(&mut self, bytes: &[u8]) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    /// Reads a whole response; returns its status.
    fn status(&mut self) -> u16 {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(self.answers.read_line(&mut head).unwrap(), 0, "the connection is closed: {head}");
        }
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        self.answers.read_exact(&mut vec![0; length]).unwrap();
        head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn get(&mut self) -> u16 {
        self.write(b"GET /v1/desk HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.status()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Copies certificate and key to the place where the desk reads them.
fn put(from: &Path, files: &Path) {
    fs::create_dir_all(files).unwrap();
    for file in ["fullchain.pem", "privkey.pem"] {
        fs::copy(from.join(file), files.join(file)).unwrap();
    }
}

#[test]
fn a_changed_certificate_drops_no_connection_under_way() {
    let home = Home::new();
    let (first, second) = (certificate(&home, "first"), certificate(&home, "second"));
    let files = home.path().join("live");
    put(&first, &files);
    let desk = Desk::start(&home, &files);
    let mut kept = Connection::open(&desk, &first);
    assert_eq!(kept.get(), 200);
    let mut queue = desk.queue(&home, &first);
    let before = next_number(&mut queue).unwrap();
    let mut halved = Connection::open(&desk, &first);
    let draft = example(&home, &[]);
    let (half, rest) = draft.split_at(draft.len() / 2);
    let head = format!(
        "POST /v1/submissions HTTP/1.1\r\nhost: localhost\r\nidempotency-key: a\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        draft.len()
    );
    halved.write(&[head.as_bytes(), half].concat());

    put(&second, &files);
    let begun = Instant::now();
    while !desk.ask(&second, &[]).status.success() {
        assert!(begun.elapsed() < RENEWED_WITHIN, "the new certificate is not in force");
        assert_eq!(kept.get(), 200);
        thread::sleep(Duration::from_millis(500));
    }
    assert!(!desk.ask(&first, &[]).status.success(), "new connections get the new certificate");
    assert_eq!(kept.get(), 200, "a connection goes on with the certificate that it began with");
    halved.write(rest);
    assert_eq!(halved.status(), 201, "a request is read to its end");
    assert!(next_number(&mut queue).unwrap() > before, "a stream goes on, and has the new case");
}

#[test]
fn tls_1_1_is_refused_at_both_listeners() {
    let home = Home::new();
    let desk = Desk::start(&home, &certificate(&home, "pair"));
    for address in [desk.address, desk.operators] {
        for (version, is_accepted) in [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)] {
            let mut openssl = Command::new("openssl");
            // Without the lower level of security the client itself would not offer TLS 1.1.
            openssl.args(["s_client", version, "-cipher", "DEFAULT:@SECLEVEL=0", "-connect", &address.to_string()]);
            let output = openssl.stdin(Stdio::null()).output().unwrap();
            let words = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert_eq!(output.status.success(), is_accepted, "{version}: {words}");
            assert_eq!(words.contains("SSL alert number"), !is_accepted, "{version}: {words}");
        }
    }
}

#[test]
fn a_renewed_certificate_is_in_force_without_a_restart_and_a_damaged_one_never_is() {
    let home = Home::new();
    let (first, second) = (certificate(&home, "first"), certificate(&home, "second"));
    let files = home.path().join("live");
    let put = |from: &Path| put(from, &files);
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
