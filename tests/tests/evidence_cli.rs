//! Evidence files by the command line: sent with `upload`, listed, saved and verified with `evidence`.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_store::digest::sha256;
use kakekomi_tests::returning::{Returning, kinds, submit, token};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::uploads::{Upload, metadata};
use serde_json::Value;

/// Bytes of a part of the storage.
const PART: usize = 8 << 20;
/// Flags of a desk that takes files on a full disk, too.
const FULL_DISK: [&str; 2] = ["--evidence-min-free", "0"];
/// Time in which an upload has to make progress.
const PATIENCE: Duration = Duration::from_mins(1);

/// Writes a file whose bytes do not repeat.
fn write(home: &Home, name: &str, length: usize) -> (PathBuf, Vec<u8>) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    let path = home.path().join(name);
    fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

/// The command `upload` with the code of a case in the environment.
fn upload(home: &Home, desk: &str, case: &Returning, more: &[&str]) -> Command {
    let mut command = home.command(&["upload", "--desk", desk, "--number", &case.number]);
    command.args(more).env("KAKEKOMI_CODE", &case.code);
    command
}

/// Starts a desk that takes files however full the disk of the test is.
fn start(home: Home) -> Server {
    Server::start_with(home, &FULL_DISK)
}

fn at(server: &Server) -> String {
    format!("http://{}", server.at)
}

fn run(mut command: Command) -> (Option<i32>, Value, String) {
    parsed(&command.output().unwrap())
}

fn parsed(output: &Output) -> (Option<i32>, Value, String) {
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default(), words)
}

/// The parts that are stored.
fn parts(home: &Home) -> Vec<PathBuf> {
    let folders = fs::read_dir(home.path().join("data/evidence/parts")).unwrap();
    folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap()).map(|part| part.unwrap().path()).collect()
}

fn out(home: &Home, name: &str) -> PathBuf {
    let folder = home.path().join(name);
    fs::create_dir(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn files_are_sent_in_turn_and_opened_with_the_same_bytes() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    let (long, long_bytes) = write(home, "記録 1.log", 2 * PART + 12345);
    let (empty, _) = write(home, "empty.txt", 0);
    let files = [text(&long), text(&empty)];
    let (code, records, words) =
        run(upload(home, &at(&server), &case, &[&files[..], &["--log", "0", "--json"]].concat()));
    assert_eq!(code, Some(0), "{words}");
    let expected = sha256(&long_bytes);
    assert_eq!((&records[0]["state"], &records[0]["sha256"]), (&"arrived".into(), &expected.as_str().into()));
    assert_eq!((&records[1]["state"], &records[1]["length"]), (&"arrived".into(), &0.into()));
    assert!(!words.contains(&case.code) && words.is_empty(), "no progress bar in a pipe: {words}");

    // The same file again is found at the desk.
    let (code, again, _) = run(upload(home, &at(&server), &case, &[files[0], "--json"]));
    assert_eq!((code, &again[0]["id"]), (Some(0), &records[0]["id"]));

    let list = home.run(&["evidence", "list", &case.number, "--json"]);
    let (code, list, words) = parsed(&list);
    assert_eq!((code, list.as_array().unwrap().len()), (Some(0), 2), "{words}");
    assert_eq!((&list[0]["name"], &list[0]["what"], &list[0]["log"]), (&"記録 1.log".into(), &"log".into(), &0.into()));
    assert_eq!(
        list[0]["custody"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect::<Vec<_>>(),
        ["file.declared", "file.arrived"]
    );

    let folder = out(home, "opened");
    let (code, saved, words) = parsed(&home.run(&["evidence", "open", &case.number, "--out", text(&folder), "--json"]));
    assert_eq!(code, Some(0), "{words}");
    assert_eq!(fs::read(folder.join("記録 1.log")).unwrap(), long_bytes);
    assert_eq!(fs::read(folder.join("empty.txt")).unwrap(), b"");
    assert_eq!((&saved[0]["sha256"], &saved[0]["as"]), (&expected.as_str().into(), &"opened".into()));
    assert_eq!(fs::metadata(folder.join("empty.txt")).unwrap().permissions().mode() & 0o777, 0o600);
    let downloads = |home: &Home| kinds(home, &case.number).iter().filter(|kind| *kind == "file.downloaded").count();
    assert_eq!(downloads(home), 2);

    // A file that is there stays, and its download is not recorded.
    let (code, _, words) = parsed(&home.run(&["evidence", "open", &case.number, "--out", text(&folder)]));
    assert!(code == Some(5) && words.contains("--force replaces it"), "{words}");
    assert_eq!(downloads(home), 2);
    let forced = home.run(&["evidence", "open", &case.number, "--out", text(&folder), "--force"]);
    assert_eq!((forced.status.code(), downloads(home)), (Some(0), 4));

    let verified = home.run(&["evidence", "verify", &case.number, "--json"]);
    let (code, verified, words) = parsed(&verified);
    assert_eq!((code, &verified[0]["sound"], &verified[0]["opened"]), (Some(0), &true.into(), &true.into()), "{words}");
}

#[test]
fn an_upload_outlasts_a_killed_desk_and_goes_on_where_it_was() {
    let server = start(Home::new());
    let case = submit(&server, "key-1");
    let (file, bytes) = write(&server.home, "dump.bin", 40 * PART + 77);
    let mut sending = upload(&server.home, &at(&server), &case, &[text(&file), "--json"]);
    let sending = sending.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !server.home.path().join("data/evidence/parts").is_dir() || parts(&server.home).len() < 3 {
        assert!(started.elapsed() < PATIENCE, "no part was stored");
        thread::sleep(Duration::from_millis(5));
    }
    let address = server.at;
    let home = server.kill();
    let before = parts(&home).len();
    assert!(before < 41, "it was killed in the middle: {before}");
    thread::sleep(Duration::from_millis(500));
    let mut again = Desk::start(&home, address);
    let (code, records, words) = parsed(&sending.wait_with_output().unwrap());
    assert_eq!(code, Some(0), "{words}");
    assert_eq!((&records[0]["state"], &records[0]["sha256"]), (&"arrived".into(), &sha256(&bytes).as_str().into()));
    assert!(words.contains("trying again in 1 s"), "{words}");
    let declared = kinds(&home, &case.number).iter().filter(|kind| *kind == "file.declared").count();
    assert_eq!(declared, 1, "it went on with the same upload");
    again.stop();

    let folder = out(&home, "opened");
    assert_eq!(home.run(&["evidence", "open", &case.number, "--out", text(&folder)]).status.code(), Some(0));
    assert!(fs::read(folder.join("dump.bin")).unwrap() == bytes);
}

/// A desk that serves at an address which another one had.
struct Desk(Child);

impl Desk {
    fn start(home: &Home, address: std::net::SocketAddr) -> Desk {
        let mut command = home.command(&["serve", "--listen", &address.to_string()]);
        command.args(FULL_DISK);
        Desk(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn stop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn without_an_identity_names_stay_sealed_and_parts_are_opened_elsewhere() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    let (file, bytes) = write(home, "secret.log", PART + 1);
    assert_eq!(run(upload(home, &at(&server), &case, &[text(&file)])).0, Some(0));
    let identity = home.keys().join("desk.identity");
    let elsewhere = home.path().join("desk.identity");
    fs::rename(&identity, &elsewhere).unwrap();

    let list = home.run(&["evidence", "list", &case.number]);
    let listed = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(list.status.success() && listed.contains("(sealed)") && !listed.contains("secret.log"), "{listed}");
    assert_eq!(home.run(&["evidence", "open", &case.number]).status.code(), Some(5));
    let folder = out(home, "sealed");
    let (code, saved, words) = parsed(&home.run(&["evidence", "get", &case.number, "--out", text(&folder), "--json"]));
    assert_eq!(code, Some(0), "{words}");
    let tar = PathBuf::from(saved[0]["path"].as_str().unwrap());
    assert!(Command::new("tar").arg("-xf").arg(&tar).arg("-C").arg(&folder).status().unwrap().success());
    let mut ages: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    ages.retain(|path| path.extension().is_some_and(|ending| ending == "age"));
    ages.sort();
    assert_eq!(ages.len(), 2, "{ages:?}");
    let (code, verified, _) = parsed(&home.run(&["evidence", "verify", &case.number, "--json"]));
    assert_eq!((code, &verified[0]["sound"], &verified[0]["opened"]), (Some(0), &true.into(), &false.into()));

    // With the identity of the case the parts are opened by anything that knows age; here by the program itself.
    fs::rename(&elsewhere, &identity).unwrap();
    assert_eq!(home.run(&["evidence", "open", &case.number, "--out", text(&folder)]).status.code(), Some(0));
    assert!(fs::read(folder.join("secret.log")).unwrap() == bytes);
}

#[test]
fn a_changed_or_missing_part_is_found_and_no_changed_file_is_saved() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    let (file, _) = write(home, "a.log", 1000);
    assert_eq!(run(upload(home, &at(&server), &case, &[text(&file)])).0, Some(0));
    let doctor = || String::from_utf8_lossy(&home.run(&["doctor"]).stdout).into_owned();
    assert!(doctor().contains("1 parts of a sample are there"), "{}", doctor());
    let part = parts(home).remove(0);
    let mut bytes = fs::read(&part).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&part, &bytes).unwrap();
    let (code, verified, _) = parsed(&home.run(&["evidence", "verify", &case.number, "--json"]));
    assert_eq!((code, &verified[0]["damaged"][0]), (Some(5), &0.into()));
    let folder = out(home, "opened");
    assert_eq!(home.run(&["evidence", "open", &case.number, "--out", text(&folder)]).status.code(), Some(5));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    fs::remove_file(&part).unwrap();
    let (code, verified, _) = parsed(&home.run(&["evidence", "verify", &case.number, "--json"]));
    assert_eq!((code, &verified[0]["missing"][0]), (Some(5), &0.into()));
    assert!(doctor().contains("1 of 1 parts are missing"), "{}", doctor());
}

#[test]
fn columns_that_differ_from_the_sealed_events_are_named() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    let (file, bytes) = write(home, "a.log", 1000);
    assert_eq!(run(upload(home, &at(&server), &case, &[text(&file)])).0, Some(0));
    let verify = || parsed(&home.run(&["evidence", "verify", &case.number, "--json"]));
    let (code, verified, words) = verify();
    assert_eq!((code, &verified[0]["altered"]), (Some(0), &serde_json::json!([])), "{words}");
    let (digest, other) = (format!("x'{}'", sha256(&bytes)), format!("x'{}'", "ab".repeat(32)));
    for (column, before, value) in [
        ("declared_sha256", &*digest, &*other),
        ("sha256", &digest, &other),
        ("length", "1000", "999"),
        ("state", "'arrived'", "'mismatch'"),
    ] {
        home.alter(&format!("UPDATE files SET {column} = {value}"));
        let (code, verified, _) = verify();
        assert_eq!((code, &verified[0]["altered"]), (Some(5), &serde_json::json!([column])), "{column}");
        home.alter(&format!("UPDATE files SET {column} = {before}"));
    }
    home.alter("UPDATE files SET state = 'mismatch'");
    let readable = home.run(&["evidence", "verify", &case.number]).stdout;
    let readable = String::from_utf8_lossy(&readable);
    assert!(readable.contains("the database differs from the sealed events in state"), "{readable}");
}

#[test]
fn files_of_one_name_are_both_saved() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    for length in [10, 20] {
        let (file, _) = write(home, "a.log", length);
        assert_eq!(run(upload(home, &at(&server), &case, &[text(&file)])).0, Some(0));
    }
    let folder = out(home, "opened");
    for _ in 0..2 {
        let (code, saved, words) =
            parsed(&home.run(&["evidence", "open", &case.number, "--out", text(&folder), "--force", "--json"]));
        assert_eq!(code, Some(0), "{words}");
        let lengths: Vec<_> =
            (0..2).map(|index| fs::metadata(saved[index]["path"].as_str().unwrap()).unwrap().len()).collect();
        assert_eq!((lengths, fs::read_dir(&folder).unwrap().count()), (vec![10, 20], 2));
    }
}

#[test]
fn an_overdue_upload_is_declared_anew() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    let (file, bytes) = write(home, "a.log", 1000);
    let digest = sha256(&bytes);
    let declared = metadata(&[("what", "other"), ("filename", "a.log"), ("sha256", &digest)]);
    let overdue = Upload::of(&server, &token(&server, &case), 1000, &declared);
    home.alter("UPDATE files SET expires_at = 1");
    let (code, records, words) = run(upload(home, &at(&server), &case, &[text(&file), "--json"]));
    assert_eq!((code, &records[0]["state"]), (Some(0), &"arrived".into()), "{words}");
    assert_ne!(records[0]["id"], overdue.id());
    assert_eq!(kinds(home, &case.number).iter().filter(|kind| *kind == "file.declared").count(), 2);
}

#[test]
fn hostile_names_are_harmless_where_they_are_printed_and_saved() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    let folder = home.path().join("hostile");
    fs::create_dir(&folder).unwrap();
    for (index, name) in ["-rf", "a\u{1b}[2J.log", "a\u{202e}gpj.exe", ".bashrc"].into_iter().enumerate() {
        let path = folder.join(name);
        fs::write(&path, index.to_string()).unwrap();
        let (code, _, words) = run(upload(home, &at(&server), &case, &[text(&path)]));
        assert_eq!(code, Some(0), "{words}");
    }
    let list = home.run(&["evidence", "list", &case.number]);
    let listed = String::from_utf8_lossy(&list.stdout).into_owned();
    assert!(!listed.contains(['\u{1b}', '\u{202e}']) && listed.contains("\\u{1b}[2J.log"), "{listed}");
    let opened = out(home, "opened");
    assert_eq!(home.run(&["evidence", "open", &case.number, "--out", text(&opened)]).status.code(), Some(0));
    for entry in fs::read_dir(&opened).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.starts_with(&case.number), "{name}");
    }
    assert_eq!(fs::read_dir(&opened).unwrap().count(), 4);
}

#[test]
fn wrong_calls_and_refusals_have_their_exit_codes() {
    let server = start(Home::new());
    let (home, case) = (&server.home, submit(&server, "key-1"));
    let (file, _) = write(home, "a.log", 10);
    let desk = at(&server);
    let exit = |desk: &str, code: &str, number: &str, more: &[&str]| {
        let mut command = home.command(&["upload", "--desk", desk, "--number", number]);
        run({
            command.args(more).env("KAKEKOMI_CODE", code);
            command
        })
    };
    let (code, number, name) = (case.code.as_str(), case.number.as_str(), text(&file));
    // Nothing of these reaches the desk.
    assert_eq!(exit("http://desk.example", code, number, &[name]).0, Some(2));
    assert_eq!(exit(&desk, "1234", number, &[name]).0, Some(2));
    assert_eq!(exit(&desk, code, "1234", &[name]).0, Some(2));
    assert_eq!(exit(&desk, code, number, &[name, "--what", "diagram", "--log", "0"]).0, Some(2));
    let (status, _, words) = exit(&desk, "1234 5678 9012 3456 7890 89", number, &[name]);
    assert!(status == Some(5) && words.contains("return.refused"), "{words}");
    // A file that is not there is named, and the others are sent.
    let (status, records, words) = exit(&desk, code, number, &["absent.log", name, "--json"]);
    assert_eq!((status, records.as_array().unwrap().len()), (Some(5), 1), "{words}");
    assert!(words.contains("absent.log"));
    assert_eq!(home.run(&["evidence", "list", "2609-4873-1059"]).status.code(), Some(5));
    assert_eq!(home.run(&["evidence", "list", "nonsense"]).status.code(), Some(2));
}

#[test]
fn a_private_authority_is_trusted_by_its_file_alone() {
    let home = Home::new();
    let tls = home.path().join("tls");
    fs::create_dir(&tls).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install/certificate.sh");
    assert!(Command::new("bash").arg(script).arg(&tls).arg("localhost").status().unwrap().success());
    let plain = start(home);
    let case = submit(&plain, "key-1");
    let home = plain.kill();
    let address = free_address();
    let listen = address.to_string();
    let (cert, key) = (tls.join("fullchain.pem"), tls.join("privkey.pem"));
    let arguments = ["serve", "--listen", &listen, "--tls-cert", text(&cert), "--tls-key", text(&key)];
    let _desk =
        Desk(home.command(&arguments).args(FULL_DISK).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let (file, _) = write(&home, "a.log", 10);
    let desk = format!("https://localhost:{}", address.port());
    let authority = tls.join("authority.pem");
    let trusting = run(upload(&home, &desk, &case, &[text(&file), "--ca", text(&authority), "--json"]));
    assert_eq!((trusting.0, &trusting.1[0]["state"]), (Some(0), &"arrived".into()), "{}", trusting.2);
    let (code, _, words) = run(upload(&home, &desk, &case, &[text(&file)]));
    assert!(code == Some(5) && words.contains("UnknownIssuer") && !words.contains("trying again"), "{words}");
}
