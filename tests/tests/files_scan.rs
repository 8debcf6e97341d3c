//! Scans of evidence files by the real clamd, with patterns of the test's own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use kakekomi_store::digest::hex;
use kakekomi_tests::returning::{Returning, events, submit, token};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::uploads::{Upload, noise};
use serde_json::{Value, json};

/// Time in which a file is scanned.
const PATIENCE: Duration = Duration::from_secs(40);
/// The most bytes that this clamd takes.
const STREAM_MAX: usize = 3 << 20;

/// A running clamd.
struct Clamd {
    child: Child,
    home: Home,
    port: u16,
}

impl Clamd {
    /// Starts it with two patterns: the EICAR test file, and a word anywhere.
    fn start() -> Clamd {
        let (home, port) = (Home::new(), free_address().port());
        let patterns = home.path().join("patterns");
        fs::create_dir(&patterns).unwrap();
        let word = hex(b"tatarigami-pattern");
        // A body of EICAR's is at the beginning of a file alone.
        let eicar = hex(&eicar());
        fs::write(patterns.join("test.ndb"), format!("Test.Word:0:*:{word}\nTest.Eicar:0:0:{eicar}\n")).unwrap();
        // clamd may run as another user.
        fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
        let mut clamd = Clamd { child: launch(&home, &patterns, port), home, port };
        clamd.wait();
        clamd
    }

    fn unix(&self) -> String {
        format!("unix:{}", self.home.path().join("socket").display())
    }

    fn tcp(&self) -> String {
        format!("tcp:127.0.0.1:{}", self.port)
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn wait(&mut self) {
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(self.child.try_wait().unwrap().is_none() && started.elapsed() < PATIENCE, "clamd");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Clamd {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn launch(home: &Home, patterns: &Path, port: u16) -> Child {
    let config = home.path().join("clamd.conf");
    let lines = [
        format!("DatabaseDirectory {}", patterns.display()),
        format!("LocalSocket {}", home.path().join("socket").display()),
        format!("TCPAddr 127.0.0.1\nTCPSocket {port}"),
        format!("StreamMaxLength {STREAM_MAX}"),
        "FixStaleSocket yes\nForeground yes".to_owned(),
    ];
    fs::write(&config, lines.join("\n") + "\n").unwrap();
    // Debian installs it where not every user's PATH leads.
    let program = ["/usr/sbin/clamd", "clamd"].map(PathBuf::from).into_iter().find(|path| path.is_file());
    let mut command = Command::new(program.unwrap_or_else(|| "clamd".into()));
    command.arg("--config-file").arg(config).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("clamd: {error}: scripts/install-test-tools.sh"))
}

/// The test file that every scanner finds. In two halves, so that none finds this one.
fn eicar() -> Vec<u8> {
    [&b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-"[..], b"ANTIVIRUS-TEST-FILE!$H+H*"].concat()
}

fn serve(home: Home, clamd: &str) -> Server {
    Server::start_with(home, &["--clamd", clamd])
}

/// Sends a file of a case.
fn send(server: &Server, case: &Returning, name: &str, bytes: &[u8]) -> String {
    let upload = Upload::declare(server, &token(server, case), name, bytes.len() as u64);
    assert_eq!(upload.patch(server, 0, bytes).status, 204);
    upload.id().to_owned()
}

/// The bodies of the scans of a case, once there are some, without the scanner's version.
fn scans(server: &Server, case: &Returning, count: usize) -> Vec<Value> {
    let started = Instant::now();
    loop {
        let events = events(&server.home, &case.number);
        let scans: Vec<_> = events.into_iter().filter(|(event, _)| event.kind == "file.scanned").collect();
        assert!(scans.iter().all(|(event, _)| event.actor == "system"));
        if scans.len() >= count {
            return scans.into_iter().map(|(_, body)| body.unwrap()).collect();
        }
        assert!(started.elapsed() < PATIENCE, "{scans:?}: {}", server.log());
        sleep(Duration::from_millis(200));
    }
}

/// The result of a file without the version of the scanner.
fn result(scans: &[Value], id: &str) -> Value {
    let mut of_file: Vec<_> = scans.iter().filter(|scan| scan["file"] == id).cloned().collect();
    assert_eq!(of_file.len(), 1, "{scans:?}");
    let scanner = of_file[0].as_object_mut().unwrap().remove("scanner").unwrap();
    assert!(scanner.as_str().unwrap().starts_with("ClamAV "), "{scanner}");
    of_file.remove(0)
}

fn files_are_scanned_and_not_altered(socket: impl Fn(&Clamd) -> String) {
    let clamd = Clamd::start();
    let server = serve(Home::new(), &socket(&clamd));
    let case = submit(&server, "key-1");
    // The word lies across the border of a piece.
    let mut word = noise(200_000, 1);
    word[65_530..][..18].copy_from_slice(b"tatarigami-pattern");
    let large = noise(STREAM_MAX + 1, 2);
    let files = [("eicar", eicar()), ("word", word), ("plain", noise(1000, 3)), ("large", large)];
    let ids = files.each_ref().map(|(name, bytes)| send(&server, &case, name, bytes));
    let scans = scans(&server, &case, 4);
    let expected = [
        json!({"file": ids[0], "result": "pattern", "pattern": "Test.Eicar.UNOFFICIAL"}),
        json!({"file": ids[1], "result": "pattern", "pattern": "Test.Word.UNOFFICIAL"}),
        json!({"file": ids[2], "result": "no_pattern"}),
        json!({"file": ids[3], "result": "too_large"}),
    ];
    for (id, expected) in ids.iter().zip(expected) {
        assert_eq!(result(&scans, id), expected);
    }
    let folder = server.home.path().to_str().unwrap();
    let opened = server.home.run(&["evidence", "open", &case.number, "--out", folder]);
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    for (name, bytes) in files {
        assert!(fs::read(server.home.path().join(name)).unwrap() == bytes, "{name}");
    }
    let listed = server.home.run(&["evidence", "list", &case.number]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    for words in ["known pattern found: Test.Eicar.UNOFFICIAL", "no known pattern found", "not scanned: too large"] {
        assert!(listed.contains(words), "{listed}");
    }
    let listed = listed.to_lowercase();
    assert!(
        !listed.contains("clean") && !listed.contains("safe"),
        "a scan says nothing about other patterns: {listed}"
    );
}

#[test]
fn files_are_scanned_over_a_socket_of_the_machine() {
    files_are_scanned_and_not_altered(Clamd::unix);
}

#[test]
fn files_are_scanned_over_tcp() {
    files_are_scanned_and_not_altered(Clamd::tcp);
}

#[test]
fn a_file_waits_for_a_scanner_that_is_gone_and_is_scanned_once() {
    let mut clamd = Clamd::start();
    let socket = clamd.unix();
    clamd.kill();
    let server = serve(Home::new(), &socket);
    let case = submit(&server, "key-1");
    send(&server, &case, "plain", b"bytes");
    let doctor = server.home.run(&["doctor", "--listen", "127.0.0.1:9", "--clamd", &socket]);
    let printed = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(printed.contains("no evidence file is scanned"), "{printed}");
    let home = server.kill();
    let listed = home.run(&["evidence", "list", &case.number]);
    assert!(!String::from_utf8_lossy(&listed.stdout).contains("file.scanned"));
    clamd.child = launch(&clamd.home, &clamd.home.path().join("patterns"), clamd.port);
    clamd.wait();
    let server = serve(home, &socket);
    let before = scans(&server, &case, 1);
    // The next round finds nothing to do.
    sleep(Duration::from_secs(6));
    assert_eq!((before.len(), scans(&server, &case, 1).len()), (1, 1));
}

#[test]
fn a_scanner_elsewhere_and_a_host_without_an_identity_are_refused() {
    let home = Server::start().stop().home;
    let serve = |clamd: &str| {
        let output = home.run(&["serve", "--listen", "127.0.0.1:0", "--clamd", clamd]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, printed) = serve("tcp:clamd.example.jp:3310");
    assert!(code == Some(2) && printed.contains("private address"), "{printed}");
    fs::remove_file(home.keys().join("desk.identity")).unwrap();
    let (code, printed) = serve("unix:/run/clamd.ctl");
    assert!(code == Some(2) && printed.contains("--identity"), "{printed}");
}
