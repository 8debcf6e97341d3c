//! `kakekomi keys`: keys are made, checked, and exchanged while the desk serves; no case becomes unreadable.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use serde_json::Value;

on_both_databases! {
    keys_are_exchanged_while_the_desk_serves
    interrupted_rotation_is_finished_by_the_next_one
    host_that_only_seals_opens_nothing
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Runs a command that must succeed.
fn succeed(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    text(&output)
}

fn send(server: &Server, draft: &[u8], keys: std::ops::Range<usize>) {
    for key in keys {
        assert_eq!(server.send(&submission(&format!("key-{key}"), draft)).status, 201);
    }
}

/// Checks the keys: the exit code and all messages.
fn check(home: &Home) -> (Option<i32>, String) {
    let output = home.run(&["keys", "check"]);
    (output.status.code(), text(&output))
}

/// Returns the message of `doctor` on the cases.
fn cases_by_doctor(home: &Home, arguments: &[&str]) -> Value {
    let output = home.run(&[&["doctor", "--json", "--listen", "127.0.0.1:9"], arguments].concat());
    let whole: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = whole["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["check"] == "cases").unwrap().clone()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Makes a production pair; returns the file of the recovery identity.
fn new_pair(home: &Home) -> PathBuf {
    let recovery = home.path().join("usb.identity");
    succeed(home, &["keys", "new", "--keys", name(&home.keys()), "--recovery-out", name(&recovery)]);
    recovery
}

#[test]
fn production_pair_is_made_once_with_its_recovery_identity_elsewhere() {
    let home = Home::new();
    fs::create_dir(home.path().join("data")).unwrap();
    for inside in ["data.keys/recovery", "data/recovery", "data/../data.keys/recovery"] {
        let refused = home.run(&["keys", "new", "--recovery-out", inside]);
        assert_eq!(refused.status.code(), Some(2), "{inside}: {}", text(&refused));
    }
    assert_eq!(home.run(&["keys", "new"]).status.code(), Some(2), "a recovery identity is not optional");
    assert!(!home.keys().exists());

    let recovery = new_pair(&home);
    let mut files: Vec<_> = fs::read_dir(home.keys()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["desk.identity", "hash.key", "recipients", "service.identity"]);
    assert!(files.iter().all(|file| mode(&home.keys().join(file)) == 0o600));
    assert_eq!((mode(&home.keys()), mode(&recovery)), (0o700, 0o600));
    assert_eq!(fs::read(home.keys().join("hash.key")).unwrap().len(), 32);

    let before = fs::read(home.keys().join("recipients")).unwrap();
    let refused = home.run(&["keys", "new", "--recovery-out", "another"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused).contains("rotate") && !home.path().join("another").exists());
    assert_eq!(fs::read(home.keys().join("recipients")).unwrap(), before);

    let server = Server::start_in(home);
    send(&server, &example(&server.home, &[]), 0..3);
    let home = server.stop().home;
    let (code, words) = check(&home);
    assert_eq!(code, Some(0), "{words}");
    assert!(!words.contains("demo") && !words.contains("warning"), "{words}");
    for identity in [home.keys().join("desk.identity"), recovery] {
        let cases = cases_by_doctor(&home, &["--identity", name(&identity)]);
        assert_eq!(cases["message"], "the newest 3 were opened, and are as they were stored");
    }
}

/// A change of a key folder.
type Change = fn(&Path);

#[test]
fn unfit_keys_are_reported() {
    let home = Server::start().kill();
    let (code, words) = check(&home);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("warning") && words.contains("unfit for production"), "{words}");
    fs::rename(home.keys().join("recovery.identity"), home.path().join("usb")).unwrap();
    assert!(!check(&home).1.contains("warning"));

    let changes: [(&str, Change, &str); 5] = [
        ("desk.identity", |file| fs::set_permissions(file, fs::Permissions::from_mode(0o640)).unwrap(), "look into"),
        ("hash.key", |file| fs::write(file, [7; 32]).unwrap(), "is not the one"),
        ("hash.key", |file| fs::remove_file(file).unwrap(), "is missing"),
        ("recipients", |file| fs::write(file, "age1\n").unwrap(), "recipients, line 1"),
        (
            "desk.identity",
            |file| _ = fs::copy(file.with_file_name("service.identity"), file).unwrap(),
            "does not open a probe",
        ),
    ];
    for (file, change, expected) in changes {
        let file = home.keys().join(file);
        let (bytes, permissions) = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap().permissions());
        change(&file);
        let (code, words) = check(&home);
        assert_eq!(code, Some(5), "{expected}: {words}");
        assert!(words.contains(expected), "{expected}: {words}");
        fs::write(&file, bytes).unwrap();
        fs::set_permissions(&file, permissions).unwrap();
    }
    assert_eq!(check(&home).0, Some(0));
}

/// Ends the sender also where an assertion fails, or the test would wait for it for ever.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn keys_are_exchanged_while_the_desk_serves(home: Home) {
    let recovery = new_pair(&home);
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    send(&server, &draft, 0..20);
    let old_identity = server.home.path().join("old.identity");
    fs::copy(server.home.keys().join("desk.identity"), &old_identity).unwrap();

    // Cases arrive all the time.
    let (stop, sent) = (AtomicBool::new(false), AtomicUsize::new(20));
    thread::scope(|scope| {
        let _stop = StopOnDrop(&stop);
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let key = sent.fetch_add(1, Ordering::Relaxed);
                send(&server, &draft, key..key + 1);
            }
        });
        let words = succeed(&server.home, &["keys", "rotate", "--new-desk"]);
        assert!(words.contains("reload"), "{words}");
        server.hang_up();
        let reloaded = Instant::now();
        while !server.log().contains("the desk was reloaded") {
            assert!(reloaded.elapsed() < Duration::from_mins(1), "the desk was not reloaded");
            thread::sleep(Duration::from_millis(20));
        }
        // A submission that began before the reload.
        thread::sleep(Duration::from_millis(500));
        succeed(&server.home, &["keys", "rotate"]);
    });

    let (code, words) = check(&server.home);
    assert_eq!(code, Some(0), "{words}");
    let home = server.stop().home;
    let identity = fs::read_to_string(home.keys().join("desk.identity")).unwrap();
    assert_eq!(identity.matches("AGE-SECRET-KEY-1").count(), 1);
    assert_ne!(identity, fs::read_to_string(&old_identity).unwrap());
    let expected = format!("the newest {} were opened, and are as they were stored", sent.into_inner());
    assert_eq!(cases_by_doctor(&home, &[])["message"], expected);
    assert_eq!(cases_by_doctor(&home, &["--identity", name(&recovery)])["message"], expected);
    assert_eq!(
        cases_by_doctor(&home, &["--identity", name(&old_identity)])["level"],
        "error",
        "it opens nothing any more"
    );
    succeed(&home, &["audit", "verify"]);
}

/// The state after a crash: the files have changed, and a part of the cases is still sealed to the old recipients.
fn interrupted_rotation_is_finished_by_the_next_one(home: Home) {
    new_pair(&home);
    let server = Server::start_in(home);
    send(&server, &example(&server.home, &[]), 0..60);
    let home = server.stop().home;
    let mut rotation = home.command(&["keys", "rotate", "--new-desk"]).spawn().unwrap();
    thread::sleep(Duration::from_millis(60));
    _ = rotation.kill();
    rotation.wait().unwrap();
    let readable = cases_by_doctor(&home, &[]);
    assert_eq!(readable["message"], "the newest 60 were opened, and are as they were stored", "in the middle");
    succeed(&home, &["keys", "rotate"]);
    let (code, words) = check(&home);
    assert_eq!(code, Some(0), "{words}");
    assert_eq!(cases_by_doctor(&home, &[])["level"], "ok");
    assert!(succeed(&home, &["keys", "rotate"]).contains("0 cases sealed again, 0 are left"));
}

fn host_that_only_seals_opens_nothing(home: Home) {
    let elsewhere = Home::new();
    let recovery = new_pair(&elsewhere);
    let recipients = elsewhere.keys().join("recipients");
    succeed(&home, &["keys", "new", "--keys", name(&home.keys()), "--recipients", name(&recipients)]);
    assert!(!home.keys().join("desk.identity").exists());
    let server = Server::start_in(home);
    send(&server, &example(&server.home, &[]), 0..2);
    let home = server.stop().home;
    let (code, words) = check(&home);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("only seals"), "{words}");
    let cases = cases_by_doctor(&home, &[]);
    assert!(cases["message"].as_str().unwrap().starts_with("the clear columns of the newest 2 "), "{cases}");
    assert_eq!(home.run(&["keys", "rotate", "--new-desk"]).status.code(), Some(5));
    let opened = cases_by_doctor(&home, &["--identity", name(&recovery)]);
    assert_eq!(opened["message"], "the newest 2 were opened, and are as they were stored");
}

#[test]
fn backup_holds_no_key_and_restore_asks_for_the_right_ones() {
    let server = Server::start();
    send(&server, &example(&server.home, &[]), 0..2);
    let home = server.stop().home;
    let words = succeed(&home, &["backup", "copy.sqlite3"]);
    assert!(words.contains("the keys are not in it") && words.contains("data.keys"), "{words}");
    let copy = fs::read(home.path().join("copy.sqlite3")).unwrap();
    let key = fs::read(home.keys().join("hash.key")).unwrap();
    assert!(!copy.windows(key.len()).any(|bytes| bytes == key));
    assert!(!copy.windows(15).any(|bytes| bytes == b"AGE-SECRET-KEY-"));
    assert!(!succeed(&home, &["restore", "copy.sqlite3"]).contains("warning"));
    fs::write(home.keys().join("hash.key"), [7; 32]).unwrap();
    assert!(succeed(&home, &["restore", "copy.sqlite3"]).contains("is not the one that this backup was written with"));
    fs::remove_dir_all(home.keys()).unwrap();
    assert!(succeed(&home, &["restore", "copy.sqlite3"]).contains("put back its key folder"));
    let refused = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("bring its key folder"), "it starts with no other keys");
    assert!(!home.keys().exists());
}

/// The user and the group of the service, which own nothing else here.
const SERVICE: u32 = 65_534;

#[test]
fn keys_that_root_makes_or_exchanges_belong_to_the_owner_of_the_data() {
    let home = Home::new();
    if fs::metadata(home.path()).unwrap().uid() != 0 {
        return;
    }
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    chown(&data, Some(SERVICE), Some(SERVICE)).unwrap();
    new_pair(&home);
    succeed(&home, &["migrate"]);
    succeed(&home, &["keys", "rotate", "--new-desk"]);
    let files = fs::read_dir(home.keys()).unwrap().map(|file| file.unwrap().path());
    for path in files.chain([home.keys()]) {
        let owner = fs::metadata(&path).unwrap();
        assert_eq!((owner.uid(), owner.gid()), (SERVICE, SERVICE), "{}", path.display());
    }
}

/// Makes the empty database of the version that stored cases in clear.
fn earlier_version(home: &Home) {
    succeed(home, &["migrate"]);
    fs::remove_dir_all(home.path().join("data.keys")).unwrap();
    let tables = [
        ["events", "projections", "case_search", "case_seals", "cases", "settings", "probe"].as_slice(),
        &[
            "outbox",
            "outbox_subscriptions",
            "outbox_targets",
            "oidc_attempts",
            "recovery_codes",
            "sessions",
            "set_up_links",
            "api_tokens",
            "accounts",
            "collect_links",
            "package_parts",
            "handovers",
            "packages",
            "organizations",
            "return_tokens",
            "applicant_requests",
            "file_parts",
            "files",
            "discarded_objects",
        ],
    ]
    .concat();
    let drop = tables.iter().map(|table| format!("DROP TABLE {table};")).collect::<Vec<_>>().concat();
    let cases = include_str!("../../host/store/migrations/sqlite/0001_cases.sql");
    let probe = include_str!("../../host/store/migrations/sqlite/0002_probe.sql");
    sqlite(home, &format!("{drop} DELETE FROM _sqlx_migrations WHERE version > 2; {cases}; {probe}"));
}

fn sqlite(home: &Home, statements: &str) -> String {
    let file = home.path().join("data/kakekomi.sqlite3");
    let output = Command::new("sqlite3").arg(file).arg(statements).output().expect("sqlite3");
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

#[test]
fn upgrade_without_a_key_folder_leaves_the_database_to_the_program_of_before() {
    let home = Home::new();
    earlier_version(&home);
    let backup = home.path().join("earlier.sqlite3");
    sqlite(&home, &format!("VACUUM INTO '{}'", backup.display()));
    // A file in its place: no folder can be made, not even by root.
    fs::write(home.path().join("data.keys"), "").unwrap();
    assert_eq!(home.run(&["migrate"]).status.code(), Some(5));
    assert_eq!(sqlite(&home, "SELECT group_concat(version) FROM _sqlx_migrations").trim(), "1,2");
    fs::remove_file(home.path().join("data.keys")).unwrap();
    succeed(&home, &["restore", name(&backup)]);
    succeed(&home, &["migrate"]);
    succeed(&home, &["keys", "check"]);
}
