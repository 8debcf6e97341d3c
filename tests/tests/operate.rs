//! The commands of docs/operate.md, run as written: backup and restore on both databases, and the unit files and alert
//! rules of the program. `scripts/install-check.sh` runs the rest of the page.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::postgres::Database;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use serde_json::Value;

/// Runs a command of the page with other paths in it.
fn as_written(command: &str, places: &[(&str, &str)]) {
    let page = fs::read_to_string(root().join("docs/operate.md")).unwrap();
    assert!(page.contains(command), "docs/operate.md does not say: {command}");
    let command = places.iter().fold(command.to_owned(), |command, (from, to)| {
        assert!(command.contains(from), "{command} has no {from}");
        command.replace(from, to)
    });
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Makes three cases, a backup while the desk serves, and one more case; returns the receipts of the three.
fn three_and_one(server: &Server, backup: impl FnOnce(&Home)) -> Vec<Value> {
    let draft = example(&server.home, &[]);
    let hand_in = |key: &str| {
        let answer = server.send(&submission(key, &draft));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    };
    let receipts = ["one", "two", "three"].map(hand_in).to_vec();
    backup(&server.home);
    hand_in("four");
    receipts
}

/// Asserts that the desk has these cases and no other, replays their receipts, and accepts new ones.
fn is_restored(home: Home, receipts: &[Value]) {
    let server = Server::start_in(home);
    let numbers = |cases: &[Value]| cases.iter().map(|case| case["number"].clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&server.home.cases()), numbers(receipts));
    let draft = example(&server.home, &[]);
    assert_eq!(server.send(&submission("two", &draft)).json(), receipts[1], "a key has its receipt still");
    assert_eq!(server.send(&submission("four", &draft)).status, 201, "what came after the backup can come again");
    let at = server.at.to_string();
    let doctor = server.home.run(&["doctor", "--listen", &at]);
    assert!(doctor.status.success(), "{}", String::from_utf8_lossy(&doctor.stdout));
}

#[test]
fn sqlite_backup_is_restored() {
    let server = Server::start();
    let kept = Home::new();
    let copy = kept.path().join("copy.sqlite3").display().to_string();
    let program = kakekomi_tests::server::binary().display().to_string();
    let data = |home: &Home| home.path().join("data").display().to_string();
    let receipts = three_and_one(&server, |home| {
        as_written(
            "kakekomi backup /backup/kakekomi-$(date +%F).sqlite3 --data /var/lib/kakekomi",
            &[
                ("/backup/kakekomi-$(date +%F).sqlite3", &copy),
                ("/var/lib/kakekomi", &data(home)),
                ("kakekomi backup", &format!("{program} backup")),
            ],
        );
    });
    let home = server.kill();
    as_written(
        "kakekomi restore /backup/kakekomi-2026-11-20.sqlite3 --data /var/lib/kakekomi",
        &[
            ("/backup/kakekomi-2026-11-20.sqlite3", &copy),
            ("/var/lib/kakekomi", &data(&home)),
            ("kakekomi restore", &format!("{program} restore")),
        ],
    );
    is_restored(home, &receipts);
}

#[test]
fn postgresql_backup_is_restored() {
    let Some(home) = Home::on_postgres() else { return };
    let server = Server::start_in(home);
    let kept = Home::new();
    let dump = kept.path().join("kakekomi.dump").display().to_string();
    let receipts = three_and_one(&server, |home| {
        as_written(
            "pg_dump --format custom --file kakekomi.dump --dbname kakekomi",
            &[("--file kakekomi.dump", &format!("--file '{dump}'")), ("--dbname kakekomi", &dbname(home))],
        );
    });
    let empty = Database::new().unwrap();
    let restored = Home::at(empty.url());
    restored.copy_keys_of(&server.home);
    drop(server);
    as_written(
        "pg_restore --no-owner --exit-on-error --dbname kakekomi kakekomi.dump",
        &[("kakekomi.dump", &format!("'{dump}'")), ("--dbname kakekomi", &dbname(&restored))],
    );
    is_restored(restored, &receipts);
}

fn dbname(home: &Home) -> String {
    format!("--dbname '{}'", home.database_url().unwrap())
}

#[test]
fn units_are_valid_and_sandboxed() {
    let unit = fs::read_to_string(root().join("deploy/kakekomi.service")).unwrap();
    for line in
        ["DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "UMask=0077"]
    {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    let files = unit.lines().find_map(|line| line.strip_prefix("LimitNOFILE=")).unwrap();
    let needed = kakekomi_http::server::DEFAULT_CONNECTIONS + kakekomi_http::server::RESERVED_FDS;
    assert!(files.parse::<usize>().unwrap() >= needed, "{files} files for {needed}");
    if !Path::new("/usr/bin/systemd-analyze").exists() {
        return; // no systemd on this machine; the lines above are held all the same
    }
    let home = Home::new();
    // systemd-analyze looks for the program, so it must exist.
    let here = unit.replace("/usr/local/bin/kakekomi", &kakekomi_tests::server::binary().display().to_string());
    let [service, socket] = ["kakekomi.service", "kakekomi.socket"].map(|name| home.path().join(name));
    fs::write(&service, here).unwrap();
    fs::copy(root().join("deploy/kakekomi.socket"), &socket).unwrap();
    let mut verify = Command::new("systemd-analyze");
    let verified = verify.arg("verify").args([service, socket]).stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("kakekomi.")).collect();
    assert_eq!(ours, Vec::<&str>::new(), "{said}");
}

#[test]
fn alert_rules_fire_correctly_and_have_instructions() {
    let rules = fs::read_to_string(root().join("deploy/alerts.yml")).unwrap();
    let page = fs::read_to_string(root().join("docs/alerts.md")).unwrap();
    let named: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## Kakekomi")).collect();
    assert_eq!(named, headings.iter().map(|heading| format!("Kakekomi{heading}")).collect::<Vec<_>>());
    let tools = std::env::var_os("KAKEKOMI_TOOLS").map(|tools| Path::new(&tools).join("bin/promtool"));
    let promtool = tools.filter(|tool| tool.exists()).unwrap_or("promtool".into());
    for arguments in [["check", "rules", "deploy/alerts.yml"], ["test", "rules", "tests/install/alerts.test.yml"]] {
        match Command::new(&promtool).args(arguments).current_dir(root()).output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
            Err(_) => return, // no promtool on this machine: Debian has it
        }
    }
}
