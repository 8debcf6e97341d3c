//! `kakekomi doctor` finds a wrong set-up: each test breaks one part and expects its finding.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::source_tree::root;
use kakekomi_tests::wire::Request;
use serde_json::Value;

/// Exit code and findings.
fn doctor(home: &Home, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = home.run(&[&["doctor", "--json", "--listen", "127.0.0.1:9"], arguments].concat());
    let whole: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(whole["healthy"] == true, output.status.code() == Some(0));
    (output.status.code(), whole["findings"].as_array().unwrap().clone())
}

fn level(findings: &[Value], check: &str) -> String {
    let mut of_check = findings.iter().filter(|finding| finding["check"] == check);
    let worst = of_check.clone().find(|finding| finding["level"] == "error").or_else(|| of_check.next());
    worst.unwrap_or_else(|| panic!("nothing is said of {check}: {findings:?}"))["level"].as_str().unwrap().to_owned()
}

/// Copies the example desk into a folder, and changes a file.
fn desk(home: &Home, file: &str, from: &str, to: &str) -> String {
    let folder = home.path().join("desk");
    copy(&root().join("host/desk"), &folder);
    let text = fs::read_to_string(folder.join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
    folder.to_str().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { _ = fs::copy(entry.path(), target).unwrap() }
    }
}

#[test]
fn unused_machine_passes_except_for_the_example_desk() {
    let home = Home::new();
    let (code, findings) = doctor(&home, &[]);
    assert_eq!(code, Some(0), "{findings:?}");
    assert_eq!(level(&findings, "phone"), "warning");
    assert_eq!(level(&findings, "example"), "warning", "on loopback it is there to be tried");
    for check in ["module", "desk", "holidays", "documents", "page", "clock", "data", "database", "serving"] {
        assert_eq!(level(&findings, check), "ok", "{findings:?}");
    }
    assert!(!home.path().join("data").exists(), "looking makes nothing");
}

#[test]
fn serving_desk_passes() {
    let server = Server::start();
    let at = server.at.to_string();
    let output = server.home.run(&["doctor", "--listen", &at]);
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{words}");
    assert!(words.contains("answers, with this module") && words.contains("kakekomi.sqlite3 answers"), "{words}");
    let lines = server.home.run(&["doctor", "--listen", &at, "--ndjson"]);
    let lines = String::from_utf8(lines.stdout).unwrap();
    assert!(lines.lines().count() > 8 && lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    let left: Vec<_> =
        fs::read_dir(server.home.path().join("data")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("doctor")), "{left:?}");
}

#[test]
fn ready_tells_if_a_submission_would_be_stored() {
    let admin = free_address().to_string();
    let server = Server::start_with(Home::new(), &["--admin-listen", &admin]);
    let ready = |home: &Home, admin: &[&str]| {
        let (code, findings) = doctor(home, &[&["--ready"], admin].concat());
        assert_eq!(findings.len(), 1, "{findings:?}");
        (code, level(&findings, "ready"))
    };
    let everywhere = format!("0.0.0.0:{}", admin.rsplit_once(':').unwrap().1);
    for listen in [&admin, &everywhere] {
        assert_eq!(ready(&server.home, &["--admin-listen", listen]), (Some(0), "ok".to_owned()), "{listen}");
    }
    fs::rename(server.home.path().join("data"), server.home.path().join("moved")).unwrap();
    // The outcome of a probe is kept for a second.
    let moved = Instant::now();
    while ready(&server.home, &["--admin-listen", &admin]) != (Some(5), "error".to_owned()) {
        assert!(moved.elapsed() < Duration::from_secs(15), "ready without a database");
    }
    let home = server.kill();
    assert_eq!(ready(&home, &["--admin-listen", &admin]), (Some(5), "error".to_owned()), "nothing serves");
    assert_eq!(ready(&home, &[]), (Some(5), "error".to_owned()), "no address");
}

#[test]
fn stale_holiday_table_is_reported() {
    let home = Home::new();
    let stale = desk(&home, "desk.toml", "last_year = 2027", "last_year = 2025");
    let (code, findings) = doctor(&home, &["--desk", &stale]);
    assert_eq!((code, level(&findings, "holidays").as_str()), (Some(5), "error"), "{findings:?}");
    let raised = desk(&home, "desk.toml", "last_year = 2027", "last_year = 2028");
    assert_eq!(level(&doctor(&home, &["--desk", &raised]).1, "holidays"), "error", "a year without days");
}

#[test]
fn document_changed_under_its_version_is_reported() {
    let home = Server::start().kill();
    let changed = desk(&home, "consent/document.ja.html", "</h1>", "</h1><p>追記</p>");
    let (code, findings) = doctor(&home, &["--desk", &changed]);
    assert_eq!((code, level(&findings, "documents").as_str()), (Some(5), "error"), "{findings:?}");
    let profile = Path::new(&changed).join("desk.toml");
    let text = fs::read_to_string(&profile).unwrap();
    let (before, consent) = text.split_once("[consent]").unwrap();
    fs::write(&profile, format!("{before}[consent]{}", consent.replacen("version = \"1\"", "version = \"2\"", 1)))
        .unwrap();
    assert_eq!(level(&doctor(&home, &["--desk", &changed]).1, "documents"), "ok", "a new version may be another text");
}

#[cfg(unix)]
#[test]
fn unwritable_or_public_data_folder_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    fs::write(home.path().join("data"), "a file").unwrap();
    assert_eq!(level(&doctor(&home, &[]).1, "data"), "error");
    fs::remove_file(home.path().join("data")).unwrap();
    fs::create_dir(home.path().join("data")).unwrap();
    fs::set_permissions(home.path().join("data"), fs::Permissions::from_mode(0o755)).unwrap();
    let (code, findings) = doctor(&home, &[]);
    assert_eq!((code, level(&findings, "data").as_str()), (Some(5), "error"), "{findings:?}");
    assert!(
        Path::new("/proc/version").exists()
            == doctor(&home, &["--data", "/proc"])
                .1
                .iter()
                .any(|finding| { finding["check"] == "data" && finding["level"] == "error" })
    );
}

#[test]
fn invalid_database_and_modules_are_reported() {
    let home = Home::new();
    fs::create_dir_all(home.path().join("data")).unwrap();
    fs::write(home.path().join("data/kakekomi.sqlite3"), "this is no database").unwrap();
    fs::create_dir_all(home.path().join("modules")).unwrap();
    fs::write(home.path().join("modules/old.wasm"), "no module").unwrap();
    let (code, findings) = doctor(&home, &["--modules", "modules"]);
    assert_eq!(code, Some(5), "{findings:?}");
    assert_eq!((level(&findings, "database"), level(&findings, "modules")), ("error".to_owned(), "error".to_owned()));
    fs::write(home.path().join("modules/old.wasm"), kakekomi_artifact::WASM).unwrap();
    assert_eq!(level(&doctor(&home, &["--modules", "modules"]).1, "modules"), "ok");
    fs::write(home.path().join("modules/retired.txt"), format!("{}\n", kakekomi_artifact::SHA256)).unwrap();
    assert_eq!(level(&doctor(&home, &["--modules", "modules"]).1, "modules"), "error", "the current one is retired");
}

#[test]
fn database_server_without_flush_is_reported() {
    if std::env::var_os("KAKEKOMI_TEST_POSTGRES").is_none() {
        return; // no PostgreSQL here; the test command starts one
    }
    let cluster = Cluster::start();
    let home = Home::at(&cluster.url);
    assert!(home.run(&["migrate"]).status.success());
    assert_eq!(level(&doctor(&home, &[]).1, "database"), "ok");
    for setting in ["fsync", "full_page_writes"] {
        cluster.set(setting, "off");
        let (code, findings) = doctor(&home, &[]);
        assert_eq!((code, level(&findings, "database").as_str()), (Some(5), "error"), "{findings:?}");
        assert!(findings.iter().any(|finding| finding["message"].as_str().unwrap().contains(setting)), "{findings:?}");
        cluster.set(setting, "on");
    }
}

#[test]
fn clock_set_back_is_detected_from_the_cases() {
    let server = Server::start();
    assert_eq!(server.send(&submission("k", &example(&server.home, &[]))).status, 201);
    let home = server.kill();
    assert_eq!(level(&doctor(&home, &[]).1, "clock"), "ok");
    // A test cannot change the clock: the case is moved forward by a day instead.
    let file = home.path().join("data/kakekomi.sqlite3");
    let moved = Command::new("sqlite3").arg(file).arg("UPDATE cases SET received_at = received_at + 86400000").status();
    assert!(moved.expect("sqlite3").success());
    let (code, findings) = doctor(&home, &[]);
    assert_eq!((code, level(&findings, "clock").as_str()), (Some(5), "error"), "{findings:?}");
}

#[test]
fn more_connections_than_open_files_are_reported() {
    let home = Home::new();
    let (code, findings) = doctor(&home, &["--connections", "100000000"]);
    if Path::new("/proc/self/limits").exists() {
        assert_eq!((code, level(&findings, "files").as_str()), (Some(5), "error"), "{findings:?}");
    }
}

#[test]
fn example_desk_on_a_public_address_is_an_error() {
    let home = Home::new();
    let public = |desk: &[&str]| {
        let output = home.run(&[&["doctor", "--json", "--listen", "0.0.0.0:9"], desk].concat());
        let whole: Value = serde_json::from_slice(&output.stdout).unwrap();
        let of_example = |finding: &&Value| finding["check"] == "example";
        let said =
            whole["findings"].as_array().unwrap().iter().filter(of_example).map(|found| found["message"].to_string());
        (output.status.code(), said.collect::<Vec<_>>())
    };
    let (code, said) = public(&[]);
    assert_eq!((code, said.len()), (Some(5), 6), "{said:?}");
    // Only the line was deleted.
    let left = desk(&home, "desk.toml", "example = true\n", "");
    let (code, said) = public(&["--desk", &left]);
    assert_eq!((code, said.len()), (Some(5), 5), "{said:?}");
    for word in ["consent document (ja)", "privacy policy (en)", "pk_test_example"] {
        assert!(said.iter().any(|found| found.contains(word)), "{word}: {said:?}");
    }
    // Documents in the operator's own name that still call themselves samples.
    for name in ["document.ja.html", "document.en.html", "policy.ja.html", "policy.en.html"] {
        let file = Path::new(&left).join("consent").join(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("NTT", "Rei").replace("<h1>", "<h1> ")).unwrap();
    }
    assert_eq!(public(&["--desk", &left]).1.len(), 5);
    for name in ["document.ja.html", "document.en.html", "policy.ja.html", "policy.en.html"] {
        fs::write(Path::new(&left).join("consent").join(name), format!("<h1>{name}</h1><p>…</p>")).unwrap();
    }
    let profile = Path::new(&left).join("desk.toml");
    let text = fs::read_to_string(&profile).unwrap();
    fs::write(&profile, text.replace("pk_test_example", "pk_test_ours").replace("0120-000-000", "0120-123-456"))
        .unwrap();
    let (code, said) = public(&["--desk", &left]);
    assert_eq!((code, said), (Some(0), vec!["\"nothing is left of the example desk\"".to_owned()]));
    fs::write(&profile, fs::read_to_string(&profile).unwrap().replacen("version", "example = true\nversion", 1))
        .unwrap();
    assert_eq!(public(&["--desk", &left]).0, Some(5), "a desk that calls itself an example is one");
}

#[test]
fn serve_warns_of_the_example_desk_on_a_public_address() {
    let warned = |listen: &str| {
        let home = Home::new();
        let mut child =
            home.command(&["serve", "--listen", listen]).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
        let mut lines = lines.map_while(Result::ok);
        let serving = lines.find(|line| line.contains("serving at")).unwrap();
        let port = serving.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        // The log line of a request comes after the messages of the start.
        Request::get("/v1/desk").send((std::net::Ipv4Addr::LOCALHOST, port).into());
        let next = lines.next().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        next.contains("example desk")
    };
    assert!(warned("0.0.0.0:0") && !warned("127.0.0.1:0"));
}

#[test]
fn changed_archived_module_is_an_error_and_is_not_served() {
    let older = fs::read_to_string(root().join("tests/fixtures/older.txt")).unwrap().trim().to_owned();
    let home = Home::new();
    let modules = home.path().join("data/modules");
    fs::create_dir_all(&modules).unwrap();
    let mut bytes = fs::read(root().join(format!("tests/fixtures/modules/{older}.wasm"))).unwrap();
    // A custom section at the end changes the digest, but not the module's behaviour.
    bytes.extend([0, 2, 1, b'x']);
    fs::write(modules.join(format!("{older}.wasm")), &bytes).unwrap();
    let (code, findings) = doctor(&home, &[]);
    assert_eq!((code, level(&findings, "modules").as_str()), (Some(5), "error"), "{findings:?}");
    let server = Server::start_in(home);
    let changed = kakekomi_store::digest::sha256(&bytes);
    for digest in [&older, &changed] {
        let asked = Request::get(&format!("/module/{digest}.wasm"));
        assert_eq!(server.send(&asked).status, 404, "{digest}");
        let named = submission("k", &example(&server.home, &[])).header("kakekomi-module", &format!("sha256:{digest}"));
        server.send(&named).assert_problem(digest, 409, "module.unknown");
    }
    let said = server.stop().log;
    assert!(said.contains("is left out") && said.contains(&older), "{said}");
}
