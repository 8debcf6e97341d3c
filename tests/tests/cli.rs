//! The command line: its output and exit codes.
//!
//! 0 accepted · 1 has issues · 2 usage · 3 not JSON · 4 the rule engine failed · 5 a file, the network or
//! the database; with several files the highest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::io::Write;
use std::process::{Output, Stdio};

use kakekomi_tests::server::Home;
use serde_json::Value;

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Writes files into the folder, and gives a run of `check` over some of them.
fn folder() -> Home {
    let home = Home::new();
    let draft = home.run(&["example"]).stdout;
    let incomplete = home.run(&["example", "--incomplete"]).stdout;
    for (name, bytes) in [("good.json", draft), ("issues.json", incomplete), ("broken.json", b"{".to_vec())] {
        std::fs::write(home.path().join(name), bytes).unwrap();
    }
    home
}

#[test]
fn examples_are_accepted_and_the_incomplete_one_is_not() {
    let home = folder();
    assert_eq!(code(&home.run(&["check", "good.json"])), 0);
    assert_eq!(code(&home.run(&["check", "issues.json"])), 1);
    for kind in [
        "malware",
        "ransomware",
        "account_takeover",
        "unauthorized_access",
        "information_leak",
        "web_defacement",
        "phishing_fraud",
        "denial_of_service",
        "lost_device",
        "other",
    ] {
        let example = home.run(&["example", "--kind", kind]);
        assert_eq!(code(&example), 0, "{kind}");
        let draft: Value = serde_json::from_slice(&example.stdout).unwrap();
        assert_eq!(draft["incident"]["kind"], kind);
        std::fs::write(home.path().join("kind.json"), &example.stdout).unwrap();
        let checked = home.run(&["check", "kind.json"]);
        assert_eq!(code(&checked), 0, "{kind}: {}{}", text(&checked.stdout), text(&checked.stderr));
    }
}

#[test]
fn exit_code_is_the_highest_of_all_files() {
    let home = folder();
    for (name, length) in
        [("long.json", 262_144), ("too-long.json", 262_145), ("longest.json", 524_288), ("unread.json", 524_289)]
    {
        let mut draft = std::fs::read(home.path().join("good.json")).unwrap();
        draft.resize(length, b' ');
        std::fs::write(home.path().join(name), draft).unwrap();
    }
    let rows: [(&[&str], i32); 11] = [
        (&["long.json"], 0),
        (&["too-long.json"], 1),
        (&["longest.json"], 1),
        (&["unread.json"], 3),
        (&["good.json"], 0),
        (&["good.json", "issues.json"], 1),
        (&["issues.json", "good.json"], 1),
        (&["broken.json"], 3),
        (&["broken.json", "issues.json", "good.json"], 3),
        (&["missing.json"], 5),
        (&["broken.json", "missing.json", "good.json"], 5),
    ];
    for (files, expected) in rows {
        let output = home.run(&[&["check"], files].concat());
        assert_eq!(code(&output), expected, "{files:?}: {}", text(&output.stderr));
    }
}

#[test]
fn usage_error_is_exit_2_with_a_message_on_stderr() {
    let home = folder();
    for arguments in [
        &["chekc"][..],
        &["check", "--engine", "both", "good.json"],
        &["check", "--locale", "fr", "good.json"],
        &["example", "--kind", "flood"],
        &["serve", "--listen", "here"],
        &["check", "-", "-"],
        &["check", "--now", "yesterday", "good.json"],
        &["check", "--now", "99999999999999999", "good.json"],
        &["cases", "show"],
        &["cases", "show", "234", "679"],
    ] {
        let output = home.run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn unreadable_context_has_its_own_exit_code() {
    let home = folder();
    std::fs::write(home.path().join("context.json"), "{}").unwrap();
    for engine in ["module", "core"] {
        let output = home.run(&["check", "--engine", engine, "--context", "context.json", "good.json"]);
        assert_eq!(code(&output), 2, "{engine}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty() && text(&output.stderr).contains("now"), "{}", text(&output.stderr));
    }
    assert_eq!(code(&home.run(&["check", "--context", "missing.json", "good.json"])), 5);
}

#[test]
fn draft_is_read_from_stdin() {
    let home = folder();
    for arguments in [&["check", "--json", "-"][..], &["check", "--json"]] {
        let mut command = home.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&std::fs::read(home.path().join("good.json")).unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["accepted"], true);
    }
}

#[test]
fn both_engines_print_the_same_bytes() {
    let home = folder();
    for file in ["good.json", "issues.json", "broken.json"] {
        for locale in ["ja", "en"] {
            let [module, core] = ["module", "core"].map(|engine| {
                let arguments = [
                    "check",
                    "--json",
                    "--now",
                    "2026-11-20T11:00:00+09:00",
                    "--locale",
                    locale,
                    "--engine",
                    engine,
                    file,
                ];
                let output = home.run(&arguments);
                (code(&output), text(&output.stdout), text(&output.stderr))
            });
            assert_eq!(module.0, core.0, "{file}: {} {}", module.2, core.2);
            assert_eq!(module.1, core.1, "{file}");
            let report: Value = serde_json::from_str(&module.1).unwrap();
            assert_eq!(
                (&report["context"]["now"], &report["context"]["locale"]),
                (&Value::from(1_795_140_000_000_i64), &Value::from(locale))
            );
        }
    }
}

#[test]
fn ndjson_is_one_line_a_file() {
    let home = folder();
    let output = home.run(&["check", "--ndjson", "good.json", "issues.json"]);
    assert_eq!(code(&output), 1, "{}", text(&output.stderr));
    let lines: Vec<Value> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
}

#[test]
fn report_of_one_file_is_printed_byte_for_byte() {
    let home = folder();
    let one = home.run(&["check", "--json", "issues.json"]).stdout;
    assert_eq!((one.first(), one.last()), (Some(&b'{'), Some(&b'}')));
    let two = text(&home.run(&["check", "--json", "issues.json", "good.json"]).stdout);
    assert!(two.ends_with("}\n") && two.lines().count() == 2);
}

#[test]
fn closed_stdout_changes_no_verdict() {
    let home = folder();
    for (files, expected) in [(&["issues.json"][..], 1), (&["issues.json", "broken.json"], 3), (&["good.json"], 0)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = home.command(&[&["check", "--json"], files].concat());
        let output = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(code(&output), expected, "{files:?}: {}", text(&output.stderr));
    }
}

#[test]
fn flags_override_their_environment_variables() {
    let home = folder();
    let mut command = home.command(&["check", "--json", "--locale", "ja", "good.json"]);
    command.env("KAKEKOMI_LOCALE", "en").env("KAKEKOMI_NOW", "-1").env("KAKEKOMI_ENGINE", "core");
    let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    assert_eq!((&report["context"]["locale"], &report["context"]["now"]), (&Value::from("ja"), &Value::from(-1)));
    assert_eq!(code(&home.command(&["check", "good.json"]).env("KAKEKOMI_ENGINE", "both").output().unwrap()), 2);
    let described = home.command(&["describe"]).env("KAKEKOMI_LOCALE", "en").output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&described.stdout).unwrap()["locale"], "en");
    assert!(text(&home.run(&["serve", "--help"]).stdout).contains("KAKEKOMI_LOG"));
}

#[test]
fn time_without_an_offset_is_in_the_desks_zone() {
    let home = folder();
    for (now, meant) in [("2026-11-20T09:30", 1_795_134_600_000_i64), ("2026-11-20", 1_795_100_400_000)] {
        let output = home.run(&["check", "--json", "--now", now, "good.json"]);
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["context"]["now"], meant, "{now}");
    }
}

#[test]
fn time_before_1970_is_accepted() {
    let home = folder();
    let output = home.run(&["check", "--json", "--now", "-1", "good.json"]);
    assert!(matches!(code(&output), 0 | 1), "{}", text(&output.stderr));
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["context"]["now"], -1);
    for end in ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(code(&home.run(&["check", "--now", end, "issues.json"])), 1, "{end}");
    }
}

#[test]
fn foreign_database_is_exit_5() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("data")).unwrap();
    for content in [&b""[..], b"this is no database at all", b"SQLite format 3\0 and then nothing of the kind"] {
        std::fs::write(home.path().join("data/kakekomi.sqlite3"), content).unwrap();
        let output = home.run(&["cases", "list", "--json"]);
        assert_eq!(code(&output), 5, "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("no database of kakekomi"), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
        assert_eq!(std::fs::read(home.path().join("data/kakekomi.sqlite3")).unwrap(), content, "it was written to");
    }
}

#[test]
fn output_off_a_terminal_has_no_colour() {
    let home = folder();
    for arguments in [&["check", "issues.json"][..], &["check", "chekc.json"], &["--help"], &["module"]] {
        let output = home.run(arguments);
        assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "{arguments:?}");
    }
}

#[test]
fn form_description_is_printed_in_both_languages() {
    let home = folder();
    for locale in ["ja", "en"] {
        let output = home.run(&["describe", "--locale", locale]);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        let description: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(description["locale"], locale);
        let names: Vec<_> = description["sections"]
            .as_array()
            .unwrap()
            .iter()
            .map(|section| section["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["contact", "incident", "devices", "network", "logs", "service", "situation", "consent"]);
    }
}

#[test]
fn missing_database_is_reported_and_not_created() {
    let home = Home::new();
    let output = home.run(&["cases", "list", "--json"]);
    assert_eq!(code(&output), 5, "{}", text(&output.stderr));
    assert!(!home.path().join("data").exists());
}

#[test]
fn ndjson_reads_a_draft_a_line_and_prints_a_report_a_line() {
    let home = folder();
    let one_line = |name: &str| {
        let draft: Value = serde_json::from_slice(&std::fs::read(home.path().join(name)).unwrap()).unwrap();
        draft.to_string()
    };
    let (good, issues) = (one_line("good.json"), one_line("issues.json"));
    let rows = [
        (format!("{good}\n\n{issues}\n"), vec![true, false], 1),
        (format!("{good}\r\n{{\r\n{good}"), vec![true, false, true], 3),
        (String::new(), vec![], 0),
    ];
    for (lines, accepted, exit) in rows {
        std::fs::write(home.path().join("drafts.ndjson"), &lines).unwrap();
        let output = home.run(&["check", "--ndjson", "drafts.ndjson"]);
        assert_eq!(code(&output), exit, "{}", text(&output.stderr));
        let printed = text(&output.stdout);
        let reports = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["accepted"] == true);
        assert_eq!(reports.collect::<Vec<_>>(), accepted, "{lines}");
    }
    let mut command = home.command(&["check", "--ndjson", "-", "issues.json", "missing.json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{good}\n{good}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), text(&output.stdout).lines().count()), (5, 3), "{}", text(&output.stderr));
    let first = text(&output.stdout).lines().next().unwrap().to_owned();
    let now = serde_json::from_str::<Value>(&first).unwrap()["context"]["now"].to_string();
    let alone = text(&home.run(&["check", "--json", "--now", &now, "good.json"]).stdout);
    assert_eq!(first, alone, "a line is the report's very bytes");
}

#[test]
fn every_shell_has_its_completions() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = home.run(&["completions", shell]);
        assert_eq!(code(&output), 0, "{shell}: {}", text(&output.stderr));
        let script = text(&output.stdout);
        assert!(script.contains("doctor"), "{shell}");
        assert!(script.contains("trusted-proxies") && script.contains("ndjson"), "{shell}");
    }
    assert_eq!(code(&home.run(&["completions", "cmd"])), 2);
}

#[test]
fn terminal_output_has_colour_unless_no_color_is_set() {
    let home = folder();
    let on_a_terminal = |variable: (&str, &str)| {
        let words = format!("{} check good.json issues.json", kakekomi_tests::server::binary().display());
        let mut script = std::process::Command::new("script");
        script.args(["-qec", &words, "/dev/null"]).current_dir(home.path()).stdin(Stdio::null());
        let output = script.env_remove("NO_COLOR").env("TERM", "xterm").env(variable.0, variable.1).output();
        text(&output.expect("script of util-linux").stdout)
    };
    let coloured = on_a_terminal(("KAKEKOMI_LOCALE", "ja"));
    assert!(coloured.contains("\u{1b}[1;32maccepted\u{1b}[0m") && coloured.contains("\u{1b}[1;31m"), "{coloured:?}");
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let plain = on_a_terminal(variable);
        assert!(plain.contains("accepted") && !plain.contains('\u{1b}'), "{variable:?}: {plain:?}");
    }
}
