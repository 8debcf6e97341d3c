//! `kakekomi backup` and `restore`: a complete copy under load, no partial file after a kill or on a full disk, and the
//! previous database is kept.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::server::{Home, Server, binary};
use serde_json::Value;

/// Number of copies of one case, so that new cases arrive during a backup.
const COPIES: usize = 5000;

fn send(server: &Server, draft: &[u8], keys: std::ops::Range<usize>) -> Vec<Value> {
    let receipt = |key| {
        let answer = server.send(&submission(&format!("key-{key}"), draft));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    };
    keys.map(receipt).collect()
}

/// Multiplies the first case of a database, as another process that writes to it.
fn multiply(server: &Server) {
    let columns = "received_at, partner, test, locale, accepted, ruleset, module, page_module, text_hash, recipient, kind, \
                   ongoing, services, receipt";
    let numbers =
        format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {COPIES}) INSERT INTO");
    let statement = format!(
        "{numbers} cases (number, idempotency_key, {columns}) \
         SELECT printf('copy-%d', i), printf('copy-%d', i), {columns} FROM n, cases WHERE seq = 1; \
         INSERT INTO case_seals SELECT cases.seq, sealed_to, sealed FROM cases, case_seals \
         WHERE case_seq = 1 AND number LIKE 'copy-%'; \
         INSERT INTO projections (case_seq, status, held, last_n, changed_n) \
         SELECT cases.seq, 'received', 0, 1, 1 FROM cases \
         WHERE number LIKE 'copy-%'"
    );
    let file = server.home.path().join("data/kakekomi.sqlite3");
    assert!(Command::new("sqlite3").arg(file).arg(statement).status().expect("sqlite3").success());
}

fn numbers(cases: &[Value]) -> Vec<&str> {
    cases.iter().map(|case| case["number"].as_str().unwrap()).collect()
}

/// Lists the cases of a file.
fn cases_of(file: &Path) -> Vec<Value> {
    let url = format!("sqlite:{}", file.display());
    let output = Home::new().run(&["cases", "list", "--json", "--database-url", &url]);
    // 5: `multiply` invents numbers, which are reported as damaged but listed.
    assert!(matches!(output.status.code(), Some(0 | 5)), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn run(home: &Home, command: &str, file: &Path, more: &[&str]) -> Output {
    home.run(&[&[command, file.to_str().unwrap()], more].concat())
}

fn record(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the message of a command that ended with 5.
fn failed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(5), "{said}");
    said
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Makes a folder for backups, and a name in it.
fn place() -> (Home, PathBuf) {
    let home = Home::new();
    let file = home.path().join("copy.sqlite3");
    (home, file)
}

#[test]
fn backup_under_load_finishes_with_all_earlier_cases() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let before = send(&server, &draft, 0..20);
    multiply(&server);
    let (kept, file) = place();
    let (over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (record, took, during) = thread::scope(|scope| {
        for sender in 0..4 {
            let (server, draft, over, sent) = (&server, &draft, &over, &sent);
            scope.spawn(move || {
                for key in 0.. {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    let answer = server.send(&submission(&format!("{sender}-{key}"), draft));
                    assert_eq!(answer.status, 201, "{}", answer.text());
                    sent.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while sent.load(Ordering::SeqCst) < 20 {
            thread::sleep(Duration::from_millis(5));
        }
        let (started, already) = (Instant::now(), sent.load(Ordering::SeqCst));
        let output = run(&server.home, "backup", &file, &["--json"]);
        let (took, during) = (started.elapsed().as_secs_f64(), sent.load(Ordering::SeqCst) - already);
        over.store(true, Ordering::SeqCst);
        (record(&output), took, during)
    });
    let rate = f64::from(u32::try_from(during).unwrap()) / took;
    eprintln!("a backup of {} cases took {took:.2} s while {rate:.0} cases a second came", record["cases"]);
    assert!(during > 0, "no case came while the backup was made");
    let copied = cases_of(&file);
    assert_eq!(record["cases"], copied.len());
    assert!(copied.len() >= before.len() + COPIES + 20);
    assert_eq!(numbers(&copied)[..before.len()], numbers(&before), "in the store's order");
    assert_eq!(names_in(kept.path()), ["copy.sqlite3"]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn killed_backup_leaves_no_file_under_its_name() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    send(&server, &draft, 0..100);
    let (kept, file) = place();
    let mut cut = 0;
    for delay in 0..40 {
        let mut backup =
            server.home.command(&["backup", file.to_str().unwrap()]).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(5 * delay));
        backup.kill().unwrap();
        backup.wait().unwrap();
        if file.exists() {
            assert_eq!(cases_of(&file).len(), 100, "half a backup after {delay}");
            fs::remove_file(&file).unwrap();
        } else {
            cut += 1;
        }
    }
    assert!(cut > 0, "no backup was cut off");
    // The remains of a killed backup do not block the next one, which removes them.
    assert_eq!(record(&run(&server.home, "backup", &file, &["--json"]))["cases"], 100);
    assert_eq!(names_in(kept.path()), ["copy.sqlite3"]);
}

#[test]
fn full_disk_is_reported_and_leaves_no_file() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    send(&server, &draft, 0..30);
    let (kept, file) = place();
    let mut shell = Command::new("sh");
    // In blocks of 512 bytes: less than the cases take.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" backup \"$1\" --data \"$2\""]);
    let output = shell.arg(binary()).arg(&file).arg(server.home.path().join("data")).output().unwrap();
    let said = failed(&output);
    assert!(said.contains("full") || said.contains("I/O"), "{said}");
    assert_eq!(names_in(kept.path()), Vec::<String>::new());
    assert_eq!(server.send(&submission("after", &draft)).status, 201);
}

#[test]
fn existing_file_is_replaced_only_with_replace() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    send(&server, &draft, 0..1);
    let (kept, file) = place();
    fs::write(&file, "somebody's").unwrap();
    assert!(failed(&run(&server.home, "backup", &file, &[])).contains("is there already"));
    assert_eq!(fs::read(&file).unwrap(), b"somebody's");
    assert_eq!(record(&run(&server.home, "backup", &file, &["--replace", "--json"]))["cases"], 1);
    assert_eq!(cases_of(&file).len(), 1);
    assert_eq!(names_in(kept.path()), ["copy.sqlite3"]);
    let itself = server.home.path().join("data/kakekomi.sqlite3");
    assert!(failed(&run(&server.home, "backup", &itself, &["--replace"])).contains("is there already"));
    let nowhere = kept.path().join("no/folder.sqlite3");
    assert!(failed(&run(&server.home, "backup", &nowhere, &[])).contains("no/folder.sqlite3"));
}

#[test]
fn restore_keeps_the_previous_database_with_its_log() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let first = send(&server, &draft, 0..3);
    let (_kept, file) = place();
    record(&run(&server.home, "backup", &file, &["--json"]));
    let later = send(&server, &draft, 3..5);

    let said = failed(&run(&server.home, "restore", &file, &[]));
    assert!(said.contains("another kakekomi is at work here"), "{said}");
    // Killed: its last cases are in the log only.
    let home = server.kill();
    let data = home.path().join("data");
    assert!(data.join("kakekomi.sqlite3-wal").metadata().unwrap().len() > 0);
    // Root restores for a service with another user; as another user this changes nothing.
    _ = std::os::unix::fs::chown(&data, Some(65534), Some(65534));
    let restored = record(&run(&home, "restore", &file, &["--json"]));
    assert_eq!(restored["cases"], 3);
    let before = PathBuf::from(restored["kept"].as_str().unwrap());
    let all: Vec<Value> = first.iter().chain(&later).cloned().collect();
    assert_eq!(numbers(&cases_of(&home.path().join(&before))), numbers(&all));

    let names = names_in(&data);
    assert!(!names.iter().any(|name| name.ends_with("sqlite3-wal") || name.ends_with("-shm")), "{names:?}");
    let folder = fs::metadata(&data).unwrap();
    for name in ["kakekomi.sqlite3", "kakekomi.sqlite3-lock"] {
        let own = fs::metadata(data.join(name)).unwrap();
        assert_eq!((own.uid(), own.gid(), own.mode() & 0o777), (folder.uid(), folder.gid(), 0o600), "{name}");
    }
    assert!(file.exists(), "the backup stays");
    let kept: Vec<_> = (0..4).map(|_| record(&run(&home, "restore", &file, &["--json"]))["kept"].clone()).collect();
    let all_kept = |kept: &Value| home.path().join(kept.as_str().unwrap()).exists();
    assert!(kept.iter().all(all_kept) && kept[0] != kept[1], "restores in one second keep a file each: {kept:?}");

    let server = Server::start_in(home);
    assert_eq!(numbers(&server.home.cases()), numbers(&first));
    assert_eq!(send(&server, &draft, 0..3), first, "each key has its receipt");
    send(&server, &draft, 3..5);
}

#[test]
fn restore_creates_a_missing_data_folder() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    let first = send(&server, &draft, 0..2);
    let (_kept, file) = place();
    record(&run(&server.home, "backup", &file, &["--json"]));
    let home = Home::new();
    let output = run(&home, "restore", &file, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("2 cases restored") && !said.contains("before"), "{said}");
    home.copy_keys_of(&server.home);
    assert_eq!(send(&Server::start_in(home), &draft, 0..2), first);
}

#[test]
fn invalid_backup_is_not_restored() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    send(&server, &draft, 0..30);
    let (kept, file) = place();
    record(&run(&server.home, "backup", &file, &["--json"]));
    let home = server.kill();
    let restored = |name: &str, bytes: &[u8]| {
        let file = kept.path().join(name);
        fs::write(&file, bytes).unwrap();
        failed(&run(&home, "restore", &file, &[]))
    };
    let whole = fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 8192].fill(0xa5);
    restored("damaged", &damaged);
    restored("cut off", &whole[..whole.len() / 2]);
    restored("text", b"no database");
    restored("empty", b"");
    let other = kept.path().join("other");
    assert!(Command::new("sqlite3").arg(&other).arg("CREATE TABLE cases (a)").status().unwrap().success());
    failed(&run(&home, "restore", &other, &[]));
    failed(&run(&home, "restore", &kept.path().join("nothing"), &[]));
    let new = Home::new();
    failed(&run(&new, "restore", &other, &[]));
    assert!(!new.path().join("data").exists(), "a file that is no backup leaves no folder behind");
    let newer = kept.path().join("newer");
    fs::copy(&file, &newer).unwrap();
    let raise = "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2";
    assert!(Command::new("sqlite3").arg(&newer).arg(raise).status().unwrap().success());
    assert!(failed(&run(&home, "restore", &newer, &[])).contains("newer kakekomi"));
    assert_eq!(home.cases().len(), 30, "the database is as it was");
    let names = names_in(&home.path().join("data"));
    assert!(!names.iter().any(|name| name.contains("unfinished") || name.contains("before")), "{names:?}");
}

#[test]
fn postgresql_is_copied_by_its_own_tools() {
    let Some(home) = Home::on_postgres() else { return };
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let output = home.run(&[command, "file"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(tool), "{said}");
    }
}

#[test]
fn backup_killed_while_renaming_keeps_the_earlier_backup() {
    let server = Server::start();
    send(&server, &example(&server.home, &[]), 0..3);
    let (_kept, file) = place();
    record(&run(&server.home, "backup", &file, &["--json"]));
    let before = fs::read(&file).unwrap();
    let mut unfinished = file.clone().into_os_string();
    unfinished.push(".unfinished");
    fs::hard_link(&file, &unfinished).unwrap();
    // The next one fails, since there is no space.
    let mut command = server.home.command(&["backup", file.to_str().unwrap(), "--replace"]);
    let program = command.get_program().to_owned();
    let arguments: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(program).args(arguments);
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(server.home.path());
    assert_eq!(limited.stderr(std::process::Stdio::null()).status().unwrap().code(), Some(5));
    assert_eq!(fs::read(&file).unwrap(), before, "the earlier backup is whole");
    assert_eq!(command.status().unwrap().code(), Some(0));
}

#[test]
fn backup_never_overwrites_files_of_the_database() {
    let server = Server::start();
    let draft = example(&server.home, &[]);
    send(&server, &draft, 0..3);
    for end in ["", "-wal", "-shm", "-lock"] {
        let own = server.home.path().join(format!("data/kakekomi.sqlite3{end}"));
        failed(&run(&server.home, "backup", &own, &["--replace"]));
    }
    send(&server, &draft, 3..5);
    assert_eq!(server.home.cases().len(), 5);
}
