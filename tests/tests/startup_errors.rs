//! Errors name the file or the server, and the cause.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use kakekomi_tests::server::Home;
use kakekomi_tests::source_tree::root;

/// Asserts exit 5 or 2, an empty stdout, and one sentence with every word.
fn assert_says(home: &Home, arguments: &[&str], words: &[&str]) {
    let output = home.run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(2 | 5)), "{arguments:?}: {:?} {said}", output.status.code());
    assert!(output.stdout.is_empty(), "{arguments:?}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: {word:?} is missing: {said}");
    }
    assert!(said.starts_with("kakekomi: ") && !said.contains("pool timed out"), "{arguments:?}: {said}");
}

/// Copies the example desk into a folder, and changes a file.
fn desk(home: &Home, file: &str, change: impl Fn(&str) -> String) {
    let (from, to) = (root().join("host/desk"), home.path().join("own"));
    fs::create_dir_all(to.join("consent")).unwrap();
    for name in [
        "desk.toml",
        "holidays.toml",
        "consent/document.ja.html",
        "consent/document.en.html",
        "consent/policy.ja.html",
        "consent/policy.en.html",
    ] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
    let text = fs::read_to_string(to.join(file)).unwrap();
    fs::write(to.join(file), change(&text)).unwrap();
}

#[test]
fn unreachable_database_is_reported_with_address_and_reason() {
    let home = Home::new();
    let nobody = kakekomi_tests::server::free_address();
    let url = format!("postgres://desk:geheim@{nobody}/kakekomi");
    for command in
        [&["cases", "list"][..], &["migrate"], &["migrate", "--check"], &["serve", "--listen", "127.0.0.1:0"]]
    {
        let arguments = [command, &["--database-url", &url]].concat();
        assert_says(&home, &arguments, &[&nobody.to_string(), "kakekomi", "refused"]);
        assert!(!String::from_utf8_lossy(&home.run(&arguments).stderr).contains("geheim"), "a password is not said");
    }
    for (url, word) in [
        ("mysql://a/b", "sqlite:PATH"),
        ("nonsense", "sqlite:PATH"),
        ("postgres://a:port/b", "port"),
        ("postgres://nobody.invalid/b", "nobody.invalid"),
        ("sqlite:data/a?mode=none", "mode"),
    ] {
        assert_says(&home, &["cases", "list", "--database-url", url], &[word]);
    }
}

#[test]
fn refusal_by_the_database_server_is_reported() {
    let Some(home) = Home::on_postgres() else { return };
    let url = home.database_url().unwrap().to_owned();
    let (server, _) = url.rsplit_once('/').unwrap();
    let unknown = format!("{server}/there_is_none");
    assert_says(&home, &["cases", "list", "--database-url", &unknown], &["there_is_none", "does not exist"]);
    assert_says(&home, &["serve", "--listen", "127.0.0.1:0", "--database-url", &unknown], &["does not exist"]);
    assert_says(&home, &["cases", "list"], &["no database of kakekomi"]);
    let (scheme, place) = server.split_once("://").unwrap();
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    let stranger = format!("{scheme}://nobody_at_all:wrong@{host}/postgres");
    assert_says(&home, &["cases", "list", "--database-url", &stranger], &["nobody_at_all"]);
}

#[test]
fn unusable_file_is_reported_with_the_reason() {
    let home = Home::new();
    let at = |name: &str| home.path().join(name);
    fs::create_dir_all(at("folder")).unwrap();
    fs::write(at("wrong.toml"), "\n\nlisten = 5\n").unwrap();
    fs::write(at("unknown.toml"), "lisen = \"a\"\n").unwrap();
    fs::write(at("binary"), [0xff, 0xfe]).unwrap();
    let none = "No such file or directory";
    let rows: [(&[&str], &[&str]); 16] = [
        (&["--config", "none.toml", "schema"], &["none.toml", none]),
        (&["--config", "folder", "schema"], &["folder", "Is a directory"]),
        (&["--config", "binary", "schema"], &["binary", "UTF-8"]),
        (&["--config", "wrong.toml", "schema"], &["wrong.toml", "line 3", "listen"]),
        (&["--config", "unknown.toml", "schema"], &["unknown.toml", "lisen"]),
        (&["check", "none.json"], &["none.json", none]),
        (&["check", "folder"], &["folder", "Is a directory"]),
        (&["check", "--context", "none.json", "binary"], &["none.json", none]),
        (&["check", "--context", "binary", "binary"], &["binary"]),
        (&["check", "--desk", "none", "binary"], &["none/desk.toml", none]),
        (&["cases", "list", "--data", "none"], &["none/kakekomi.sqlite3"]),
        (&["cases", "list", "--database-url", "sqlite:folder"], &["folder", "Is a directory"]),
        (&["serve", "--listen", "127.0.0.1:0", "--database-url", "sqlite:folder"], &["folder", "unable to open"]),
        (&["serve", "--listen", "127.0.0.1:0", "--data", "binary"], &["binary"]),
        (&["recheck", "--module", "none.wasm"], &["none.wasm", none]),
        (&["export", "binary"], &["binary"]),
    ];
    for (arguments, words) in rows {
        assert_says(&home, arguments, words);
    }
    assert_says(&home, &["serve", "--listen", "192.0.2.1:1"], &["192.0.2.1:1"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_says(&home, &["serve", "--listen", &address], &[&address, "in use"]);
}

type Change = fn(&str) -> String;

#[test]
fn desk_data_errors_name_file_line_and_key() {
    let home = Home::new();
    let rows: [(&str, Change, &[&str]); 7] = [
        (
            "desk.toml",
            |text| text.replacen("phone = \"0120-000-000\"", "phone = 120", 1),
            &["phone", "line ", "string"],
        ),
        ("desk.toml", |text| text.replacen("[operator]", "[operator]\nxx = 1", 1), &["xx", "line "]),
        ("desk.toml", |text| format!("{text}\n= 5\n"), &["line "]),
        ("desk.toml", |text| text.replacen("open = \"09:00\"", "open = \"soon\"", 1), &["calendar"]),
        ("holidays.toml", |text| text.replacen("date = ", "day = ", 1), &["day", "line "]),
        ("holidays.toml", |text| text.replacen("\"2026-01-01\"", "\"2026-02-30\"", 1), &["2026-02-30"]),
        ("consent/document.ja.html", |_| String::new(), &["empty"]),
    ];
    for (file, change, words) in rows {
        desk(&home, file, change);
        let words = [&[file][..], words].concat();
        assert_says(&home, &["check", "--desk", "own", "-"], &words);
    }
    let data = home.path().join("data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("documents.json"), "{").unwrap();
    assert_says(&home, &["serve", "--listen", "127.0.0.1:0"], &["documents.json", "line 1", "EOF"]);
}

#[test]
fn unreadable_file_is_named() {
    let home = Home::new();
    let file = home.path().join("closed.toml");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&file).is_ok() {
        return; // root may read everything
    }
    assert_says(&home, &["--config", "closed.toml", "schema"], &["closed.toml", "denied"]);
}
