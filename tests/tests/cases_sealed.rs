//! The commands on sealed cases, on both databases: reading as an event, search, actions, erasure.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};

use kakekomi_store::clock;
use kakekomi_tests::applicant::{example, submission, with};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use serde_json::{Value, json};

on_both_databases! {
    each_reading_is_an_event_before_it_is_printed
    without_an_identity_clear_columns_are_printed
    an_export_records_each_case
    cases_are_found_by_keyed_hashes
    actions_change_the_state_and_are_in_the_timeline
    what_a_state_forbids_is_explained
    a_change_that_was_not_seen_is_a_conflict
    notes_at_the_same_time_are_all_written
    an_erased_case_keeps_its_number_and_its_events_alone
    a_held_case_is_not_erased
    a_copy_has_every_answer_under_its_title
    altered_search_hashes_are_named
}

/// Submits a case with another telephone number and company each; returns the numbers.
fn submit(server: &Server, count: usize) -> Vec<String> {
    let draft = example(&server.home, &[]);
    let number = |index: usize| {
        let draft = with(&draft, "/contact/phone", format!("03-3211-999{index}"));
        let draft = with(&draft, "/contact/email", format!("Person{}@example.jp", index % 2));
        let draft = with(&draft, "/contact/company", format!("株式会社れい{index}"));
        let answer = server.send(&submission(&format!("key-{index}"), &draft));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["number"].as_str().unwrap().to_owned()
    };
    (0..count).map(number).collect()
}

/// Starts a desk, submits cases, and leaves it running.
fn desk(home: Home, count: usize) -> (Server, Vec<String>) {
    let server = Server::start_in(home);
    let numbers = submit(&server, count);
    (server, numbers)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a command that succeeds; returns its output.
fn run(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    printed(&output)
}

/// Runs a command that succeeds with `--ndjson`; returns its records.
fn records(home: &Home, arguments: &[&str]) -> Vec<Value> {
    let text = run(home, &[arguments, &["--ndjson"]].concat());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Runs a command that fails; returns its sentence.
fn refused(home: &Home, arguments: &[&str], code: i32) -> String {
    let output = home.run(arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
    assert_eq!(printed(&output), "", "{arguments:?}");
    said(&output)
}

/// Lists the kinds of a case's events, without adding one.
fn kinds(home: &Home, number: &str) -> Vec<String> {
    let identity = home.keys().join("desk.identity");
    let aside = home.path().join("aside");
    fs::rename(&identity, &aside).unwrap();
    let events = records(home, &["cases", "timeline", number]);
    fs::rename(&aside, &identity).unwrap();
    assert!(events.iter().all(|event| event["body"].is_null()));
    let numbers: Vec<_> = events.iter().map(|event| event["n"].as_u64().unwrap()).collect();
    assert!(numbers.iter().copied().eq(1..=events.len() as u64), "{numbers:?}");
    events.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

fn each_reading_is_an_event_before_it_is_printed(home: Home) {
    let (server, numbers) = desk(home, 1);
    let home = &server.home;
    let shown = &records(home, &["cases", "show", &numbers[0]])[0];
    assert!(shown["text"].as_str().unwrap().contains("株式会社れい0"));
    assert!(shown["report"]["values"].is_object() && shown["consent"]["record"] == numbers[0].as_str(), "{shown}");
    assert_eq!(
        (&shown["kind"], &shown["ongoing"], &shown["held"]),
        (&json!("ransomware"), &json!("yes"), &json!(false))
    );
    assert_eq!(kinds(home, &numbers[0]), ["case.received", "case.viewed"]);
    // An event that cannot be written: nothing is shown.
    home.alter("ALTER TABLE events RENAME TO other_events");
    let sentence = refused(home, &["cases", "show", &numbers[0]], 5);
    assert!(sentence.contains("nothing is shown") && !sentence.contains("れい0"), "{sentence}");
    assert!(refused(home, &["cases", "export"], 5).contains("nothing is shown"));
    home.alter("ALTER TABLE other_events RENAME TO events");
    let events = records(home, &["cases", "timeline", &numbers[0]]);
    let actor = events[1]["actor"].as_str().unwrap();
    assert!(actor.len() > "cli:".len() && actor.starts_with("cli:"), "{actor}");
    assert_eq!(events[1]["body"], json!({"command": "cases show"}));
    assert_eq!(events[0]["body"]["text_sha256"], shown["text_sha256"]);
    assert_eq!(events[2]["kind"], "case.viewed", "the timeline itself");
    assert_eq!(events.len(), 3);
}

fn without_an_identity_clear_columns_are_printed(home: Home) {
    let (server, numbers) = desk(home, 1);
    let home = &server.home;
    let identity = home.path().join("identity");
    fs::rename(home.keys().join("desk.identity"), &identity).unwrap();
    for arguments in [&["cases", "show", &numbers[0], "--json"][..], &["cases", "export"]] {
        let output = home.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).lines().count() == 1 && said(&output).contains("--identity"), "{}", said(&output));
        let shown: Value = serde_json::from_str(&printed(&output)).unwrap();
        for member in ["text", "report", "page_report", "consent", "text_sha256"] {
            assert_eq!(shown.get(member), Some(&Value::Null), "{member}");
        }
        assert_eq!((&shown["number"], &shown["kind"]), (&json!(numbers[0]), &json!("ransomware")));
        assert!(!printed(&output).contains("れい0"));
    }
    assert!(refused(home, &["cases", "show", "--copy", &numbers[0]], 5).contains("--identity"));
    let named = identity.to_str().unwrap();
    let shown = records(home, &["cases", "show", &numbers[0], "--identity", named]);
    assert_eq!(shown[0]["last_n"], 1, "nothing was a reading before");
    // An identity to which it is not sealed.
    fs::copy(home.keys().join("service.identity"), &identity).unwrap();
    let output = home.run(&["cases", "show", &numbers[0], "--identity", named, "--json"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(said(&output).contains("cannot be opened"), "{}", said(&output));
    assert!(!printed(&output).contains("れい0"));
}

fn an_export_records_each_case(home: Home) {
    // More than a page.
    let (server, numbers) = desk(home, 9);
    let home = &server.home;
    let draft = example(home, &[]);
    for index in 9..18 {
        assert_eq!(server.send(&submission(&format!("key-{index}"), &draft)).status, 201);
    }
    let exported = records(home, &["cases", "export"]);
    assert_eq!(exported.len(), 18);
    assert!(exported.iter().all(|case| case["text"].is_string() && case["last_n"] == 1));
    let later = records(home, &["cases", "export", "--after", "16"]);
    assert!(later.iter().all(|case| case["last_n"] == 2), "each has the event of the first export");
    assert_eq!(kinds(home, &numbers[0]), ["case.received", "case.exported"]);
    let csv = run(home, &["cases", "export", "--csv"]);
    assert!(csv.lines().next().unwrap().ends_with(",locale,kind,ongoing,services,outcome,assignee,urgency,held"));
    assert!(
        csv.lines().nth(1).unwrap().ends_with(",ja,ransomware,yes,consultation remote forensics,,,critical,false"),
        "{csv}"
    );
    run(home, &["cases", "list"]);
    assert_eq!(kinds(home, &numbers[0]).len(), 2, "clear columns are no reading");
}

fn cases_are_found_by_keyed_hashes(home: Home) {
    let (server, numbers) = desk(home, 4);
    let home = &server.home;
    fs::remove_file(home.keys().join("desk.identity")).unwrap();
    let found = |arguments: &[&str]| -> Vec<String> {
        let found = records(home, &[&["cases", "find"], arguments].concat());
        found.iter().map(|case| case["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(&["--phone", "+81 3 3211 9992"]), numbers[2..3]);
    assert_eq!(found(&["--email", "ｐerson1@EXAMPLE.jp"]), [numbers[1].clone(), numbers[3].clone()]);
    assert_eq!(found(&["--company", "（株）れい1"]), numbers[1..2]);
    assert_eq!(found(&["--email", "person1@example.jp", "--company", "れい3"]), numbers[3..]);
    assert_eq!(found(&["--email", "person0@example.jp", "--company", "れい3"]), [""; 0]);
    assert_eq!(found(&[&numbers[0], "--phone", "03-3211-9990"]), numbers[..1]);
    assert!(found(&[&numbers[0][10..]]).contains(&numbers[0]));
    assert!(run(home, &["cases", "find", "--company", "れい1"]).starts_with(&numbers[1]));
    assert_eq!(run(home, &["cases", "find", "--company", "れい", "--json"]), "[]\n");
    refused(home, &["cases", "find"], 2);
    refused(home, &["cases", "find", "--phone", "none"], 2);
    fs::write(home.keys().join("hash.key"), [7; 32]).unwrap();
    let sentence = refused(home, &["cases", "find", "--company", "れい1"], 5);
    // Either of them may have been changed.
    assert!(sentence.contains("not the hash.key") && sentence.contains("setting hash_key"), "{sentence}");
}

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Adds accounts that may work on cases.
fn add_operators(home: &Home, names: &[&str]) {
    for name in names {
        run(home, &["operators", "add", name, "--role", "operator"]);
    }
}

fn actions_change_the_state_and_are_in_the_timeline(home: Home) {
    let (server, numbers) = desk(home, 1);
    let (home, number) = (&server.home, numbers[0].as_str());
    add_operators(home, &["sato"]);
    let date = &clock::format_rfc3339(clock::now() + 30 * DAY_MS, "+09:00")[..10];
    let at = clock::parse(&format!("{date}T00:00:00+09:00")).unwrap();
    let steps: [(&[&str], &str, Value); 9] = [
        (&["note", number, "-called back"], "note.added", json!({"text": "-called back"})),
        (&["assign", number, "sato"], "case.assigned", json!({"assignee": "sato"})),
        (&["state", number, "in_progress"], "case.state", json!({"status": "in_progress"})),
        (&["state", number, "waiting"], "case.state", json!({"status": "waiting"})),
        (&["follow-up", number, date], "case.follow_up", json!({"at": at})),
        (&["hold", number, "--reason", "court"], "case.hold", json!({"hold": true, "reason": "court"})),
        (
            &["close", number, "--outcome", "advised", "--reason", "done"],
            "case.closed",
            json!({"outcome": "advised", "reason": "done"}),
        ),
        (&["reopen", number], "case.reopened", json!({})),
        (&["follow-up", number, "--none"], "case.follow_up", json!({"at": null})),
    ];
    for (index, (arguments, _, _)) in steps.iter().enumerate() {
        let result = &records(home, &[&["cases"], *arguments].concat())[0];
        assert_eq!(result["n"], json!(index + 2), "{arguments:?}");
    }
    let result = records(home, &["cases", "hold", number, "--release", "--reason", "over"]);
    let expected = json!({"number": number, "n": 11, "status": "in_progress", "outcome": null, "assignee": "sato",
        "follow_up": null, "held": false});
    assert_eq!(result, [expected]);
    let mut note =
        home.command(&["cases", "note", number, "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    note.stdin.take().unwrap().write_all("two\nlines\n".as_bytes()).unwrap();
    let output = note.wait_with_output().unwrap();
    assert_eq!(printed(&output), format!("{number}  event 12  in_progress  sato\n"));
    let events = records(home, &["cases", "timeline", number]);
    for ((_, kind, body), event) in steps.iter().zip(&events[1..]) {
        assert_eq!((&event["kind"], &event["body"]), (&json!(kind), body));
    }
    assert_eq!(events[11]["body"], json!({"text": "two\nlines"}));
    let line = &home.cases()[0];
    assert_eq!((&line["status"], &line["assignee"]), (&json!("in_progress"), &json!("sato")));
    let table = run(home, &["cases", "timeline", number]);
    assert!(table.contains("case.closed  {\"outcome\":\"advised\""), "{table}");
}

fn what_a_state_forbids_is_explained(home: Home) {
    let (server, numbers) = desk(home, 1);
    let (home, number) = (&server.home, numbers[0].as_str());
    add_operators(home, &["sato"]);
    assert!(refused(home, &["cases", "reopen", number], 5).contains("is not closed"));
    run(home, &["cases", "close", number, "--outcome", "unreachable"]);
    for arguments in
        [&["state", number, "waiting"][..], &["assign", number, "sato"], &["close", number, "--outcome", "advised"]]
    {
        assert!(refused(home, &[&["cases"], arguments].concat(), 5).contains("reopen it first"), "{arguments:?}");
    }
    let other = if number == "5710-2511-7687" { "2609-4873-1059" } else { "5710-2511-7687" };
    assert!(refused(home, &["cases", "note", other, "x"], 5).contains("there is no case"));
    for arguments in [
        &["close", number][..],
        &["close", number, "--outcome", "resolved"],
        &["state", number, "closed"],
        &["note", number, " "],
        &["note", "5710-2511-7688", "x"],
        &["hold", number],
        &["follow-up", number],
        &["follow-up", number, "2026-12-24", "--none"],
        &["follow-up", number, "tomorrow"],
    ] {
        refused(home, &[&["cases"], arguments].concat(), 2);
    }
    assert_eq!(kinds(home, number), ["case.received", "case.closed"], "nothing else was written");
}

fn a_change_that_was_not_seen_is_a_conflict(home: Home) {
    let (server, numbers) = desk(home, 1);
    let (home, number) = (&server.home, numbers[0].as_str());
    add_operators(home, &["one", "two"]);
    let seen = records(home, &["cases", "show", number])[0]["changed_n"].to_string();
    run(home, &["cases", "show", number]);
    run(home, &["cases", "assign", number, "one", "--seen", &seen]);
    let sentence = refused(home, &["cases", "assign", number, "two", "--seen", &seen], 5);
    assert!(sentence.contains("changed meanwhile, by its event 4"), "{sentence}");
    assert_eq!(home.cases()[0]["assignee"], "one");
}

fn notes_at_the_same_time_are_all_written(home: Home) {
    let (server, numbers) = desk(home, 1);
    let (home, number) = (&server.home, numbers[0].as_str());
    let note = |text: &str| home.command(&["cases", "note", number, text]).stdout(Stdio::null()).spawn().unwrap();
    let notes = ["1", "2", "3", "4"].map(note);
    for mut note in notes {
        assert!(note.wait().unwrap().success());
    }
    assert_eq!(kinds(home, number).iter().filter(|kind| *kind == "note.added").count(), 4);
}

fn an_erased_case_keeps_its_number_and_its_events_alone(home: Home) {
    let (server, numbers) = desk(home, 3);
    let home = &server.home;
    run(home, &["cases", "note", &numbers[0], "a note"]);
    assert!(refused(home, &["cases", "erase", &numbers[0]], 2).contains("--yes"));
    let output = home.run(&["cases", "erase", &numbers[0], &numbers[1], "--yes"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(printed(&output), format!("{}  event 3  erased\n{}  event 2  erased\n", numbers[0], numbers[1]));
    assert!(said(&output).contains("bodies remain") && said(&output).contains("Backups"), "{}", said(&output));
    let shown = &records(home, &["cases", "show", &numbers[0]])[0];
    assert_eq!((&shown["status"], &shown["erased"], &shown["last_n"]), (&json!("erased"), &json!(true), &json!(3)));
    for member in ["text", "report", "consent", "receipt", "kind", "ongoing", "services", "text_sha256"] {
        assert_eq!(shown.get(member), Some(&Value::Null), "{member}");
    }
    assert!(run(home, &["cases", "show", &numbers[0]]).contains("erased"));
    assert_eq!(kinds(home, &numbers[0]), ["case.received", "note.added", "case.erased"]);
    assert!(records(home, &["cases", "timeline", &numbers[0]]).iter().all(|event| event["body"].is_null()));
    assert_eq!(run(home, &["cases", "find", "--company", "れい0", "--json"]), "[]\n");
    assert_eq!(records(home, &["cases", "export"]).len(), 3);
    for arguments in [&["cases", "note", &numbers[0], "x"][..], &["cases", "erase", &numbers[0], "--yes"]] {
        assert!(refused(home, arguments, 5).contains("the case was erased"), "{arguments:?}");
    }
    refused(home, &["cases", "show", "--copy", &numbers[0]], 5);
    let again = server.send(&submission("key-0", &example(home, &[])));
    assert_eq!(again.status, 410, "{}", again.text());
}

fn a_held_case_is_not_erased(home: Home) {
    let (server, numbers) = desk(home, 2);
    let home = &server.home;
    run(home, &["cases", "hold", &numbers[0], "--reason", "court"]);
    let output = home.run(&["cases", "erase", &numbers[0], &numbers[1], "--yes"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(said(&output).contains(&numbers[0]) && said(&output).contains("on hold"), "{}", said(&output));
    assert_eq!(printed(&output), format!("{}  event 2  erased\n", numbers[1]), "the other one is");
    assert!(records(home, &["cases", "show", &numbers[0]])[0]["text"].is_string());
    run(home, &["cases", "hold", &numbers[0], "--release", "--reason", "over"]);
    run(home, &["cases", "erase", &numbers[0], "--yes"]);
}

fn a_copy_has_every_answer_under_its_title(home: Home) {
    let (server, numbers) = desk(home, 1);
    let home = &server.home;
    let copy = run(home, &["cases", "show", "--copy", &numbers[0]]);
    assert!(copy.starts_with(&format!("受付番号: {}\n", numbers[0])), "{copy}");
    for line in
        ["貴社名\n  株式会社れい0\n", "電話番号\n  03-3211-9990\n", "  ランサムウェア", "発見日時\n  2026-10-29 8:20\n"]
    {
        assert!(copy.contains(line), "{line}: {copy}");
    }
    assert!(!copy.contains("ransomware"), "{copy}");
    assert_eq!(kinds(home, &numbers[0]), ["case.received", "case.exported"]);
    refused(home, &["cases", "show", "--copy", "--json", &numbers[0]], 2);
}

fn altered_search_hashes_are_named(home: Home) {
    let (server, numbers) = desk(home, 2);
    let home = &server.home;
    home.alter("DELETE FROM case_search WHERE case_seq = 2 AND kind = 'phone'");
    let output = home.run(&["cases", "export"]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains(&numbers[1]) && !said(&output).contains(&numbers[0]), "{}", said(&output));
    let damaged: Value = serde_json::from_str(printed(&output).lines().nth(1).unwrap()).unwrap();
    assert!(damaged["damage"][0].as_str().unwrap().contains("search hashes"), "{damaged}");
}

/// A database that this user may only read: nothing is shown, and the sentence says what to do.
#[test]
fn a_database_that_cannot_be_written_shows_nothing() {
    let (server, numbers) = desk(Home::new(), 1);
    let home = server.stop().home;
    let (data, keys) = (home.path().join("data"), home.path().join("data.keys"));
    if fs::metadata(&data).is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) != 0) {
        return; // Only root can run the command as another user.
    }
    let open_to_all =
        |path: &std::path::Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open_to_all(&data, 0o755);
    open_to_all(&keys, 0o755);
    for folder in [&data, &keys] {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            open_to_all(&file, 0o644);
        }
    }
    let mut command = home.command(&["cases", "show", &numbers[0]]);
    let output = std::os::unix::process::CommandExt::uid(&mut command, 65_534).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert_eq!(printed(&output), "");
    assert!(said(&output).contains("nothing is shown") && said(&output).contains("may write"), "{}", said(&output));
}
