//! Text of applicants is escaped on terminals: control characters and bidi controls become visible escapes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::process::{Command, Stdio};

use kakekomi_store::NewCase;
use kakekomi_tests::sealed::{new_case, sealer_of, store_case};
use kakekomi_tests::server::{Home, binary};
use serde_json::Value;

/// Clears the screen, goes back to the line's start, turns text around, and does so by one byte of C1.
const HOSTILE: &str = "\u{1b}[2J\r\u{202e}\u{9b}2J\u{7f}\u{2028}\u{8}";

/// Characters that a terminal would interpret, without the program's own line breaks and colours.
fn dangerous(text: &str) -> Vec<char> {
    let plain = text.replace("\u{1b}[0m", "").replace("\u{1b}[1m", "").replace("\u{1b}[2m", "");
    let plain = plain.replace("\u{1b}[1;31m", "").replace("\u{1b}[1;32m", "").replace("\r\n", "\n");
    let dangerous = |found: &char| {
        (found.is_control() && *found != '\n')
            || matches!(found, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    plain.chars().filter(dangerous).collect()
}

/// Returns both outputs of a command, in a pipe.
fn piped(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(arguments);
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// Returns the output of a command on a terminal.
fn on_a_terminal(home: &Home, arguments: &[&str]) -> String {
    let quoted: Vec<String> = arguments.iter().map(|argument| format!("'{argument}'")).collect();
    let words = format!("{} {}", binary().display(), quoted.join(" "));
    let mut script = Command::new("script");
    script.args(["-qec", &words, "/dev/null"]).current_dir(home.path()).stdin(Stdio::null());
    script.env("KAKEKOMI_DATA", home.path().join("data")).env("TERM", "xterm").env_remove("NO_COLOR");
    String::from_utf8_lossy(&script.output().expect("script of util-linux").stdout).into_owned()
}

/// Makes a stopped desk with one case, whose text, status and partner are hostile.
fn home() -> (Home, String) {
    let home = Home::new();
    let data = home.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let (draft, context) = kakekomi_tests::example().unwrap();
    let report = kakekomi_core::answer(&draft, &context).unwrap();
    let case = new_case(&sealer_of(&data).unwrap(), "k", HOSTILE.as_bytes(), &report).unwrap();
    let case = NewCase { partner: Some(HOSTILE.to_owned()), ..case };
    let number = case.number.to_string();
    store_case(&data, case).unwrap();
    let statement = format!("UPDATE projections SET status = '{HOSTILE}'");
    let altered = Command::new("sqlite3").arg(data.join("kakekomi.sqlite3")).arg(statement).status();
    assert!(altered.expect("sqlite3").success());
    (home, number)
}

#[test]
fn check_makes_keys_file_names_and_broken_text_inert() {
    let home = Home::new();
    let draft = serde_json::json!({ HOSTILE: 1, "contact": { HOSTILE: "x", "person": HOSTILE } });
    // Characters that JSON escapes, and characters that it leaves unescaped.
    for text in [draft.to_string(), format!("{{\"a\u{202e}\u{9b}\u{7f}\": {HOSTILE}")] {
        for name in ["draft.json", "dr\u{1b}[2Jaft\u{202e}.json"] {
            std::fs::write(home.path().join(name), &text).unwrap();
            for said in [piped(&home, &["check", name]), on_a_terminal(&home, &["check", name])] {
                assert!(said.contains("issue"), "{said:?}");
                assert!(dangerous(&said).is_empty(), "{said:?}");
            }
        }
    }
    let missing = piped(&home, &["check", "no\u{1b}[2Jne\u{202e}.json"]);
    assert!(missing.contains("\\u{1b}[2J"), "{missing:?}");
    assert!(dangerous(&missing).is_empty(), "{missing:?}");
}

#[test]
fn cases_are_shown_and_listed_inert() {
    let (home, number) = home();
    for arguments in [&["cases", "show", &number][..], &["cases", "list"], &["doctor", "--listen", "127.0.0.1:9"]] {
        for said in [piped(&home, arguments), on_a_terminal(&home, arguments)] {
            assert!(dangerous(&said).is_empty(), "{arguments:?}: {said:?}");
        }
    }
    let rechecked = piped(&home, &["recheck"]);
    assert!(dangerous(&rechecked).is_empty(), "{rechecked:?}");
    assert!(piped(&home, &["cases", "show", &number]).contains("\\u{1b}[2J"), "it is there to be seen");
}

#[test]
fn data_for_machines_is_byte_for_byte_in_a_pipe_and_inert_on_a_terminal() {
    let (home, number) = home();
    for arguments in [
        &["cases", "list", "--json"][..],
        &["cases", "show", &number, "--json"],
        &["cases", "export"],
        &["cases", "list", "--ndjson"],
    ] {
        let data = String::from_utf8(home.run(arguments).stdout).unwrap();
        let shown = on_a_terminal(&home, arguments);
        assert!(data.contains('\u{202e}'), "{arguments:?}: {data:?}");
        assert!(dangerous(&shown).is_empty(), "{arguments:?}: {shown:?}");
        let json = |text: &str| {
            let line = text.lines().find(|line| line.starts_with(['{', '['])).unwrap().to_owned();
            let mut value = serde_json::from_str::<Value>(&line).unwrap();
            // Each reading is an event.
            value.as_object_mut().map(|case| case.remove("last_n"));
            value
        };
        assert_eq!(json(&data), json(&shown), "{arguments:?}: the same value");
    }
    let csv = on_a_terminal(&home, &["cases", "export", "--csv"]);
    assert!(dangerous(&csv).is_empty(), "{csv:?}");
}

/// Writes notes.
fn worked_on(home: &Home, number: &str) {
    for arguments in [
        &["cases", "note", number, HOSTILE][..],
        &["cases", "note", number, "%s%n{0}{{7*7}}${7*7}\u{2067}\u{200b}\u{feff}"],
    ] {
        let output = home.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn notes_and_names_are_inert_in_timeline_queue_watch_and_csv() {
    let (home, number) = home();
    let restored = Command::new("sqlite3")
        .arg(home.path().join("data/kakekomi.sqlite3"))
        .arg("UPDATE projections SET status = 'received', assignee = '=HYPERLINK(\"http://evil.example\")'")
        .status();
    assert!(restored.expect("sqlite3").success());
    worked_on(&home, &number);
    for arguments in [
        &["cases", "timeline", &number][..],
        &["cases", "timeline", &number, "--json"],
        &["cases", "queue"],
        &["cases", "list"],
        &["cases", "show", &number],
    ] {
        let said = on_a_terminal(&home, arguments);
        assert!(!said.is_empty() && dangerous(&said).is_empty(), "{arguments:?}: {said:?}");
    }
    assert!(piped(&home, &["cases", "timeline", &number]).contains("%s%n{0}{{7*7}}${7*7}"), "nothing is filled in");
    let csv = String::from_utf8(home.run(&["cases", "export", "--csv"]).stdout).unwrap();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""), "{csv}");
    let mut watch = Command::new("timeout");
    watch.args(["3", "script", "-qec"]).arg(format!("{} cases watch --after 0", binary().display())).arg("/dev/null");
    watch.current_dir(home.path()).env("KAKEKOMI_DATA", home.path().join("data")).stdin(Stdio::null());
    let watched = String::from_utf8_lossy(&watch.output().expect("timeout").stdout).into_owned();
    assert!(watched.contains(&number) && dangerous(&watched).is_empty(), "{watched:?}");
}
