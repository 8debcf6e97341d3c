//! Commands that root runs leave no file that the service cannot open. Without root these tests do nothing.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::server::{Home, Server, binary};
use serde_json::Value;

/// The user and the group of the service, which own nothing else here.
const SERVICE: u32 = 65_534;

/// Makes a folder of the service's user, `None` without root.
fn service_home() -> Option<Home> {
    let home = Home::new();
    if fs::metadata(home.path()).unwrap().uid() != 0 {
        return None;
    }
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
    chown(&data, Some(SERVICE), Some(SERVICE)).unwrap();
    Some(home)
}

/// Lists everything below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found
}

fn assert_the_services(home: &Home, after: &str) {
    for path in below(&home.path().join("data")) {
        let owner = fs::metadata(&path).unwrap();
        assert_eq!((owner.uid(), owner.gid()), (SERVICE, SERVICE), "{after}: {}", path.display());
    }
}

/// Makes the command as the service's user, on a copy of the program that it can reach.
fn as_the_service(home: &Home, arguments: &[&str]) -> std::process::Output {
    let program = home.path().join("kakekomi");
    if !program.exists() {
        fs::copy(binary(), &program).unwrap();
    }
    let ids = [format!("--reuid={SERVICE}"), format!("--regid={SERVICE}"), "--clear-groups".to_owned()];
    let mut command = Command::new("setpriv");
    command.args(ids).arg(program).args(arguments).args(["--data", home.path().join("data").to_str().unwrap()]);
    command.current_dir("/").output().expect("setpriv of util-linux")
}

#[test]
fn files_made_by_root_belong_to_the_folders_owner() {
    let Some(home) = service_home() else { return };
    let migrated = home.run(&["migrate"]);
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    assert_the_services(&home, "migrate");
    let checked = as_the_service(&home, &["migrate"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    // Root serves once, and reads while the log of the database is there.
    let server = Server::start_in(home);
    assert_eq!(server.send(&submission("k", &example(&server.home, &[]))).status, 201);
    assert_eq!(server.home.cases().len(), 1);
    assert_the_services(&server.home, "serve");
    let home = server.kill();
    for arguments in [
        &["cases", "list"][..],
        &["doctor", "--listen", "127.0.0.1:9"],
        &["recheck"],
        &["cases", "export"],
        &["migrate"],
    ] {
        let output = home.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert_the_services(&home, arguments[0]);
    }
    let listed = as_the_service(&home, &["cases", "list", "--json"]);
    let cases: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(cases.as_array().unwrap().len(), 1, "{}", String::from_utf8_lossy(&listed.stderr));
}

#[test]
fn root_follows_no_symlink_of_the_service() {
    let Some(home) = service_home() else { return };
    let own = home.path().join("roots");
    fs::write(&own, "root's").unwrap();
    std::os::unix::fs::symlink(&own, home.path().join("data/documents.json.unfinished")).unwrap();
    let server = Server::start_in(home);
    let home = server.kill();
    assert_eq!(fs::read_to_string(&own).unwrap(), "root's");
    assert_eq!(fs::metadata(&own).unwrap().uid(), 0);
    assert_the_services(&home, "serve");
}

#[test]
fn doctor_reports_root_owned_folders_and_foreign_files() {
    let Some(home) = service_home() else { return };
    let output = home.run(&["migrate", "--data", "new"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("chown"), "{said}");
    assert!(home.run(&["migrate"]).status.success());
    chown(home.path().join("data/kakekomi.sqlite3"), Some(0), Some(0)).unwrap();
    let doctor = home.run(&["doctor", "--json", "--listen", "127.0.0.1:9"]);
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.code() == Some(5) && said.contains("another user"), "{said}");
}
