//! The files of a SQLite database are moved, replaced, removed, locked or full while the desk serves: no receipt for a case
//! that a later start would not find, and `/readyz` reports it. Only one desk serves from a folder and from a file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{CHECK, example, submission};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::{Answer, Request};

/// Time in which a readiness probe must answer: two seconds, and a margin for a busy machine.
const PROBE: Duration = Duration::from_secs(4);

/// Starts a desk with an admin listener and one case.
struct Bed {
    server: Server,
    admin: SocketAddr,
    draft: Vec<u8>,
    first: Answer,
}

impl Bed {
    fn new() -> Bed {
        Bed::start_in(Home::new(), "first")
    }

    fn start_in(home: Home, key: &str) -> Bed {
        let admin = free_address();
        let server = Server::start_with(home, &["--admin-listen", &admin.to_string()]);
        let draft = example(&server.home, &[]);
        let first = server.send(&submission(key, &draft));
        assert_eq!(first.status, 201, "{}", first.text());
        Bed { server, admin, draft, first }
    }

    fn data(&self) -> PathBuf {
        self.server.home.path().join("data")
    }

    fn file(&self) -> PathBuf {
        self.data().join("kakekomi.sqlite3")
    }

    fn ready(&self) -> u16 {
        let started = Instant::now();
        let status = Request::get("/readyz").send(self.admin).status;
        assert!(started.elapsed() < PROBE, "a probe took {:?}", started.elapsed());
        status
    }

    /// Waits, since the outcome of a probe is kept for a second.
    fn becomes(&self, status: u16) {
        let started = Instant::now();
        while self.ready() != status {
            assert!(started.elapsed() < Duration::from_secs(15), "/readyz does not become {status}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn send(&self, key: &str) -> Answer {
        self.server.send(&submission(key, &self.draft))
    }

    /// Asserts that there is no receipt, neither for a new case nor for a replay, and that checks still work.
    fn stores_nothing(&self, what: &str) {
        let phone = self.server.send(&Request::get("/v1/desk")).json()["phone"].as_str().unwrap().to_owned();
        for key in [what.replace(' ', "-").as_str(), "first"] {
            let answer = self.send(key);
            answer.assert_problem(what, 503, "store.failed");
            assert!(
                answer.text().contains(&phone) && answer.header("retry-after").is_some(),
                "{what}: {}",
                answer.text()
            );
        }
        self.becomes(503);
        assert_eq!(self.server.send(&Request::post(CHECK).json(&self.draft)).status, 200, "{what}");
    }
}

fn beside(file: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", file.display()))
}

#[test]
fn moved_database_file_gets_no_case_until_it_is_back() {
    let bed = Bed::new();
    bed.becomes(200);
    for (from, to) in [(bed.file(), beside(&bed.file(), ".away")), (bed.data(), bed.server.home.path().join("away"))] {
        fs::rename(&from, &to).unwrap();
        bed.stores_nothing("moved");
        fs::rename(&to, &from).unwrap();
        let after = bed.send("moved");
        assert_eq!(after.status, 201, "{}", after.text());
        assert_eq!(bed.send("first").body, bed.first.body);
        bed.becomes(200);
    }
    let home = bed.server.kill();
    assert_eq!(home.cases().len(), 2);
}

/// A change of a desk's files.
type Change<'c> = &'c dyn Fn(&Bed);

#[test]
fn replaced_or_removed_database_file_gets_no_case() {
    let replace = |bed: &Bed| {
        fs::copy(bed.file(), beside(&bed.file(), ".copy")).unwrap();
        fs::rename(beside(&bed.file(), ".copy"), bed.file()).unwrap();
    };
    let replace_folder = |bed: &Bed| {
        fs::rename(bed.data(), bed.server.home.path().join("away")).unwrap();
        fs::create_dir(bed.data()).unwrap();
        fs::copy(bed.server.home.path().join("away/kakekomi.sqlite3"), bed.file()).unwrap();
    };
    let changes: [(&str, Change<'_>); 3] = [
        ("replaced", &replace),
        ("its folder replaced", &replace_folder),
        ("removed", &|bed| fs::remove_file(bed.file()).unwrap()),
    ];
    for (what, change) in changes {
        let bed = Bed::new();
        change(&bed);
        bed.stores_nothing(what);
    }
}

#[test]
fn removed_log_or_lock_loses_no_case() {
    for end in ["-wal", "-shm", "-lock"] {
        let bed = Bed::new();
        fs::remove_file(beside(&bed.file(), end)).unwrap();
        bed.stores_nothing(end);
        let first = bed.first.body.clone();
        let bed = Bed::start_in(bed.server.kill(), end);
        assert!(bed.send("first").body == first, "{end}: the case of before is lost");
        assert_eq!(bed.server.home.cases().len(), 2, "{end}");
    }
}

#[test]
fn moved_file_has_all_cases_with_a_receipt() {
    let bed = Bed::new();
    let away = Home::new();
    fs::create_dir(away.path().join("data")).unwrap();
    // Without its log, as an operator does who knows of one file only.
    fs::rename(bed.file(), away.path().join("data/kakekomi.sqlite3")).unwrap();
    bed.stores_nothing("moved");
    drop(bed.server);
    assert_eq!(away.cases()[0]["number"], bed.first.json()["number"]);
}

#[test]
fn folder_and_file_behind_symlinks_are_served() {
    let home = Home::new();
    fs::create_dir_all(home.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", home.path().join("data")).unwrap();
    let bed = Bed::start_in(home, "first");
    bed.becomes(200);
    assert_eq!(bed.send("second").status, 201);
    // The link now leads elsewhere: a later start would find another file.
    fs::create_dir(bed.server.home.path().join("other")).unwrap();
    fs::remove_file(bed.data()).unwrap();
    std::os::unix::fs::symlink("other", bed.data()).unwrap();
    bed.stores_nothing("another folder behind the link");
}

#[test]
fn changed_file_mode_does_not_affect_an_open_database() {
    use std::os::unix::fs::PermissionsExt;
    let bed = Bed::new();
    fs::set_permissions(bed.file(), fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(bed.send("second").status, 201);
    bed.becomes(200);
}

/// Runs `serve` to its end, which must come soon.
fn refused(home: &Home, arguments: &[&str]) -> String {
    let at = free_address().to_string();
    let mut serve = home.command(&[&["serve", "--listen", &at], arguments].concat());
    let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("a second desk serves");
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5), "{said}");
    said
}

#[test]
fn second_desk_on_one_folder_or_file_is_refused() {
    let bed = Bed::new();
    let said = refused(&bed.server.home, &[]);
    assert!(said.contains("another kakekomi is at work here"), "{said}");
    let elsewhere = Home::new();
    let url = format!("sqlite:{}", bed.file().display());
    assert!(refused(&elsewhere, &["--database-url", &url]).contains("kakekomi.sqlite3-lock"));
    std::os::unix::fs::symlink(bed.file(), elsewhere.path().join("link.sqlite3")).unwrap();
    let url = format!("sqlite:{}", elsewhere.path().join("link.sqlite3").display());
    assert!(refused(&elsewhere, &["--database-url", &url]).contains("kakekomi.sqlite3-lock"));
    assert_eq!(bed.send("second").status, 201, "the first one goes on");
    // A process that was killed holds no lock.
    let bed = Bed::start_in(bed.server.kill(), "third");
    assert_eq!(bed.server.home.cases().len(), 3);
}

#[test]
fn other_commands_run_beside_a_desk() {
    let bed = Bed::new();
    let number = bed.first.json()["number"].as_str().unwrap().to_owned();
    let at = bed.server.at.to_string();
    let copy = bed.server.home.path().join("copy").display().to_string();
    for arguments in [
        &["cases", "list"][..],
        &["cases", "show", &number],
        &["cases", "export"],
        &["doctor", "--listen", &at],
        &["recheck"],
        &["migrate", "--check"],
        &["migrate"],
        &["backup", &copy],
    ] {
        let output = bed.server.home.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(bed.send("second").status, 201);
    bed.becomes(200);
}

#[test]
fn desk_on_a_full_disk_is_not_ready() {
    let bed = Bed::new();
    bed.becomes(200);
    bed.server.fill_disk(40 * 1024);
    let refused = (0..50).map(|number| bed.send(&format!("key-{number}"))).find(|answer| answer.status != 201);
    refused.expect("the disk is never full").assert_problem("a full disk", 503, "store.failed");
    bed.becomes(503);
    assert_eq!(Request::get("/livez").send(bed.admin).status, 200);
}

/// Starts a shell of SQLite that holds the writer's lock.
fn hold_the_lock(file: &Path) -> Child {
    let mut shell =
        Command::new("sqlite3").arg(file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sqlite3");
    shell.stdin.as_mut().unwrap().write_all(b"BEGIN IMMEDIATE;\nSELECT 'held';\n").unwrap();
    let mut line = String::new();
    BufReader::new(shell.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    shell
}

#[test]
fn desk_is_not_ready_while_its_database_is_locked() {
    let bed = Bed::new();
    bed.becomes(200);
    let mut shell = hold_the_lock(&bed.file());
    bed.becomes(503);
    thread::scope(|scope| {
        // Many simultaneous probes all get their responses in time.
        for probe in (0..50).map(|_| scope.spawn(|| bed.ready())).collect::<Vec<_>>() {
            assert_eq!(probe.join().unwrap(), 503);
        }
    });
    shell.kill().unwrap();
    shell.wait().unwrap();
    bed.becomes(200);
    assert_eq!(bed.send("second").status, 201);
}
