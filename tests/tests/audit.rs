//! `kakekomi audit`, `rebuild` and `retention`: every change by another writer is named; states are made anew; what
//! is due is erased.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, Change, EventKind, NewEvent, Store, url_in};
use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use serde_json::{Value, json};

on_both_databases! {
    kept_heads_are_on_the_chain_and_a_cut_end_is_found
    states_are_made_anew_from_the_events
    cases_are_erased_when_their_time_is_over_unless_on_hold
    a_body_that_was_emptied_or_kept_is_named
    ten_thousand_events_are_verified_in_a_moment
}

/// Tables that hold nothing of cases, or only what opens the desk and the return: the events say who changed it through the
/// program, and nothing commits to the rows themselves. `evidence verify` compares files and parts.
const OTHER_TABLES: [&str; 22] = [
    "_sqlx_migrations",
    "sqlite_sequence",
    "probe",
    "accounts",
    "recovery_codes",
    "sessions",
    "set_up_links",
    "api_tokens",
    "return_tokens",
    "applicant_requests",
    "files",
    "file_parts",
    "discarded_objects",
    "organizations",
    "packages",
    "package_parts",
    "collect_links",
    "handovers",
    "outbox",
    "outbox_subscriptions",
    "outbox_targets",
    "oidc_attempts",
];

/// Makes a stopped desk with cases, and their numbers.
fn home_with(home: Home, count: usize) -> (Home, Vec<String>) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let send = |index: usize| {
        let answer = server.send(&submission(&format!("key-{index}"), &draft));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["number"].as_str().unwrap().to_owned()
    };
    let numbers = (0..count).map(send).collect();
    (server.stop().home, numbers)
}

fn url(home: &Home) -> String {
    home.database_url().map_or_else(|| url_in(&home.path().join("data")), str::to_owned)
}

/// Runs a task with the open database.
fn with_store<T>(home: &Home, task: impl AsyncFnOnce(&dyn Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = kakekomi_store::open_to_write(&url(home)).await.unwrap();
        let done = task(&*store).await;
        store.close().await.unwrap();
        done
    })
}

/// Adds sealed events to a case.
fn add(home: &Home, number: &str, events: &[(EventKind, Value)]) {
    with_store(home, async |store| {
        for (kind, body) in events {
            let number = Number::read(number).unwrap();
            let case = store.show(&number).await.unwrap().unwrap().unwrap();
            let draft =
                EventDraft { at: 1_800_000_000_000, actor: "cli:test", kind: *kind, body, after: None, also_to: None };
            let event = seal_event(&case, &draft).unwrap();
            let outcome = match kind {
                EventKind::CaseErased => store.erase(event).await.unwrap(),
                _ => store.append(vec![event]).await.unwrap()[0],
            };
            assert!(matches!(outcome, Appended::Stored { .. }), "{kind}: {outcome:?}");
        }
    });
}

fn file(home: &Home) -> PathBuf {
    home.path().join("data/kakekomi.sqlite3")
}

fn sqlite(home: &Home, statement: &str) -> String {
    let output = Command::new("sqlite3").arg(file(home)).arg(statement).output().expect("sqlite3");
    assert!(output.status.success(), "{statement}: {}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Runs a command with `--json`; returns the exit code and its record.
fn record(home: &Home, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = home.run(&[arguments, &["--json"]].concat());
    let record = serde_json::from_slice(&output.stdout);
    (output.status.code(), record.unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", text(&output))))
}

/// Lists the errors of `doctor` about keys, cases and events.
fn doctor(home: &Home) -> Vec<String> {
    let (_, whole) = record(home, &["doctor", "--listen", "127.0.0.1:9"]);
    let checked = |finding: &&Value| {
        ["keys", "database", "cases", "audit", "evidence"].iter().any(|check| finding["check"] == *check)
    };
    let wrong =
        whole["findings"].as_array().unwrap().iter().filter(checked).filter(|finding| finding["level"] == "error");
    wrong.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

/// Changes one bit of a value that SQLite quotes; NULL becomes a value.
fn flipped(quoted: &str, kind: &str) -> String {
    if quoted == "NULL" {
        return match kind {
            "INTEGER" => "1".to_owned(),
            "BLOB" => "x'00'".to_owned(),
            _ => "'x'".to_owned(),
        };
    }
    if kind == "INTEGER" {
        let value: i64 = quoted.parse().unwrap();
        return (value ^ if value < 2 { 1 } else { 8 }).to_string();
    }
    let mut bytes = quoted.as_bytes().to_vec();
    // A digit of a byte, or a letter: both have another one at the next code.
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    if kind == "BLOB" && !bytes[middle].is_ascii_hexdigit() {
        bytes[middle] = b'0';
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn records_are_printed_as_json_in_both_formats() {
    let (home, numbers) = home_with(Home::new(), 2);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let output = home.run(&[arguments, &["--ndjson"]].concat());
        let stdout = String::from_utf8(output.stdout).unwrap();
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    for one in [
        &["audit", "head"][..],
        &["audit", "verify"],
        &["rebuild", "--dry-run"],
        &["retention", "run", "--dry-run", "--closed", "1"],
    ] {
        assert_eq!(lines(one), [record(&home, one).1], "{one:?}");
    }
    assert_eq!(json!(lines(&["keys", "check"])), record(&home, &["keys", "check"]).1["findings"]);
    assert_eq!(json!(lines(&["migrate", "--check"])), record(&home, &["migrate", "--check"]).1);
    let (_, exported) = record(&home, &["cases", "export"]);
    let exported: Vec<_> = exported.as_array().unwrap().iter().map(|case| case["number"].clone()).collect();
    assert_eq!(json!(exported), json!(numbers));
    assert_eq!(record(&home, &["cases", "export", "--after", "2"]).1, json!([]));
    for (seq, code) in [(0, 2), (9, 5)] {
        let head = format!("{seq}:{}", "ab".repeat(32));
        assert_eq!(home.run(&["audit", "verify", "--head", &head]).status.code(), Some(code), "{head}");
    }
}

#[test]
fn one_changed_bit_in_any_column_is_named() {
    let (home, numbers) = home_with(Home::new(), 2);
    add(
        &home,
        &numbers[1],
        &[(EventKind::NoteAdded, json!({"text": "a"})), (EventKind::NoteAdded, json!({"text": "b"}))],
    );
    assert_eq!(doctor(&home), Vec::<String>::new());
    assert_eq!(record(&home, &["audit", "verify"]).0, Some(0));
    let intact = home.path().join("intact.sqlite3");
    sqlite(&home, &format!("VACUUM INTO '{}'", intact.display()));
    fs::set_permissions(&intact, fs::Permissions::from_mode(0o600)).unwrap();

    let columns =
        "SELECT m.name, p.name, p.type FROM sqlite_schema m, pragma_table_info(m.name) p WHERE m.type = 'table'";
    let mut changed = 0;
    for column in sqlite(&home, columns).lines() {
        let [table, column, kind] = column.split('|').collect::<Vec<_>>()[..] else { panic!("{column}") };
        // No record has the hash of the return code yet.
        if OTHER_TABLES.contains(&table) || column == "return_code" {
            continue;
        }
        let row = format!("rowid = (SELECT max(rowid) FROM {table})");
        let quoted = sqlite(&home, &format!("SELECT quote({column}) FROM {table} WHERE {row}"));
        let value = flipped(quoted.trim_end(), kind);
        home.alter(&format!("UPDATE {table} SET {column} = {value} WHERE {row}"));
        let found = doctor(&home);
        assert!(!found.is_empty(), "doctor: {table}.{column} = {value}, was {quoted}");
        if table == "events" && column != "body" {
            let (code, verified) = record(&home, &["audit", "verify"]);
            assert_eq!(code, Some(5), "audit verify: {table}.{column} = {value}");
            assert!(verified["fault_count"].as_u64().unwrap() > 0);
        }
        for end in ["-wal", "-shm"] {
            _ = fs::remove_file(home.path().join(format!("data/kakekomi.sqlite3{end}")));
        }
        fs::copy(&intact, file(&home)).unwrap();
        changed += 1;
    }
    assert!(changed > 40, "{changed} columns");
    assert_eq!(doctor(&home), Vec::<String>::new());
}

fn a_body_that_was_emptied_or_kept_is_named(home: Home) {
    let (home, numbers) = home_with(home, 2);
    for number in &numbers {
        add(&home, number, &[(EventKind::NoteAdded, json!({"text": "a"}))]);
    }
    add(&home, &numbers[1], &[(EventKind::CaseErased, json!({}))]);
    assert_eq!(record(&home, &["audit", "verify"]).0, Some(0));
    home.alter("UPDATE events SET body = commitment WHERE seq = 4");
    home.alter("UPDATE events SET body = NULL WHERE seq = 3");
    let (code, verified) = record(&home, &["audit", "verify"]);
    assert_eq!((code, &verified["fault_count"]), (Some(5), &json!(2)), "{verified}");
    let faults = verified["faults"].to_string();
    assert!(faults.contains("event 3 has lost its body") && faults.contains("event 4 still has its body"), "{faults}");
}

fn kept_heads_are_on_the_chain_and_a_cut_end_is_found(home: Home) {
    let (home, numbers) = home_with(home, 2);
    let head = |home: &Home| text(&home.run(&["audit", "head"])).trim().to_owned();
    let first = head(&home);
    assert!(first.starts_with("2:") && first.len() == 66, "{first}");
    add(&home, &numbers[0], &[(EventKind::NoteAdded, json!({"text": "called"}))]);
    let last = head(&home);
    let (code, verified) = record(&home, &["audit", "verify", "--head", &first, "--head", &last]);
    assert_eq!((code, &verified["events"], &verified["cases"]), (Some(0), &json!(3), &json!(2)), "{verified}");
    assert_eq!(verified["head"], last.as_str());
    assert_eq!(record(&home, &["audit", "head"]).1["seq"], 3);

    let other = format!("3:{}", "ab".repeat(32));
    let (code, verified) = record(&home, &["audit", "verify", "--head", &other]);
    assert_eq!(code, Some(5));
    assert!(verified["faults"][0].as_str().unwrap().contains("not abab"), "{verified}");
    assert_eq!(home.run(&["audit", "verify", "--head", "3:ab"]).status.code(), Some(2));

    home.alter("DELETE FROM events WHERE seq = 3");
    assert_eq!(record(&home, &["audit", "verify"]).0, Some(0), "the chain alone does not know its end");
    let (code, verified) = record(&home, &["audit", "verify", "--head", &last]);
    assert_eq!(code, Some(5));
    assert!(verified["faults"][0].as_str().unwrap().contains("the events end at 2"), "{verified}");
    assert!(!doctor(&home).is_empty(), "the case's state names one more event");
    home.alter("DELETE FROM events WHERE seq = 2");
    let (code, verified) = record(&home, &["audit", "verify"]);
    assert_eq!(code, Some(5));
    assert!(verified["faults"][0].as_str().unwrap().contains("has no events"), "{verified}");
}

fn states_are_made_anew_from_the_events(home: Home) {
    let (home, numbers) = home_with(home, 4);
    add(
        &home,
        &numbers[0],
        &[
            (EventKind::CaseAssigned, json!({"assignee": "sato"})),
            (EventKind::CaseUrgency, json!({"urgency": "high"})),
            (EventKind::CaseState, json!({"status": "waiting"})),
            (EventKind::CaseHold, json!({"hold": true})),
        ],
    );
    add(&home, &numbers[1], &[(EventKind::CaseClosed, json!({"outcome": "advised"}))]);
    add(&home, &numbers[2], &[(EventKind::CaseErased, json!({"reason": "test"}))]);
    let (code, same) = record(&home, &["rebuild", "--dry-run"]);
    assert_eq!((code, &same["cases"], &same["differing"]), (Some(0), &json!(4), &json!({})), "{same}");

    home.alter(
        "UPDATE projections SET status = 'in_progress', assignee = 'tanaka', outcome = 'introduced', last_n = last_n + 1",
    );
    home.alter("DELETE FROM projections WHERE case_seq = (SELECT max(seq) FROM cases)");
    let (_, dry) = record(&home, &["rebuild", "--dry-run"]);
    assert_eq!(dry["differing"].as_object().unwrap().len(), 4, "{dry}");
    assert!(dry["differing"][&numbers[1]].to_string().contains("by its events"), "{dry}");
    assert!(!doctor(&home).is_empty());
    let (code, rebuilt) = record(&home, &["rebuild"]);
    assert_eq!((code, rebuilt["differing"].as_object().unwrap().len()), (Some(0), 4), "{rebuilt}");
    assert_eq!(record(&home, &["rebuild"]).1["differing"], json!({}));
    assert_eq!(doctor(&home), Vec::<String>::new());
    let lines = home.cases();
    let status = |index: usize| lines[index]["status"].as_str().unwrap();
    assert_eq!([0, 1, 2, 3].map(status), ["waiting", "closed", "erased", "received"]);

    fs::rename(home.keys().join("desk.identity"), home.path().join("desk.identity")).unwrap();
    let (code, without) = record(&home, &["rebuild"]);
    assert_eq!((code, without["failed"].as_array().unwrap().len()), (Some(5), 2), "{without}");
}

fn cases_are_erased_when_their_time_is_over_unless_on_hold(home: Home) {
    let (home, numbers) = home_with(home, 4);
    add(&home, &numbers[1], &[(EventKind::CaseHold, json!({"hold": true}))]);
    // Ten days pass for all but the last case.
    let day = 86_400_000;
    home.alter(&format!("UPDATE events SET at = {} WHERE case_number <> '{}'", now() - 10 * day, numbers[3]));
    home.alter(&format!("UPDATE cases SET received_at = {} WHERE number <> '{}'", now() - 10 * day, numbers[3]));
    assert_eq!(home.run(&["retention", "run"]).status.code(), Some(2), "no state has days");
    let (code, none) = record(&home, &["retention", "run", "--received", "11", "--closed", "1"]);
    assert_eq!((code, &none["erased"]), (Some(0), &json!([])));

    fs::write(home.path().join("kakekomi.toml"), "[retention]\nreceived = 9\n").unwrap();
    let config = ["retention", "run", "--config", "kakekomi.toml"];
    let (_, dry) = record(&home, &[&config[..], &["--dry-run"]].concat());
    assert_eq!(dry["erased"], json!([numbers[0], numbers[2]]), "{dry}");
    assert_eq!(home.cases()[0]["status"], "received");
    let (code, run) = record(&home, &config);
    assert_eq!(code, Some(0), "{run}");
    assert_eq!((&run["erased"], &run["held"]), (&json!([numbers[0], numbers[2]]), &json!([numbers[1]])));
    let statuses: Vec<_> = home.cases().iter().map(|case| case["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(statuses, ["erased", "received", "erased", "received"]);
    assert_eq!(record(&home, &config).1["erased"], json!([]));
    with_store(&home, async |store| {
        let number = Number::read(&numbers[0]).unwrap();
        let case = store.show(&number).await.unwrap().unwrap().unwrap();
        assert!(
            case.sealed.is_none() && case.receipt.is_none() && case.text_hash.is_none() && case.recipient.is_none()
        );
        assert!(store.search_hashes(case.line.seq).await.unwrap().is_empty());
        let events = store.events(0, 100, Some(&number)).await.unwrap();
        let last = events.last().unwrap();
        assert_eq!((last.kind.as_str(), last.n), ("case.erased", Some(2)));
        assert!(last.actor.starts_with("cli:") && last.body.is_none());
    });
}

fn ten_thousand_events_are_verified_in_a_moment(home: Home) {
    let (home, numbers) = home_with(home, 1);
    let viewed = NewEvent {
        case: Some(Number::read(&numbers[0]).unwrap()),
        at: now(),
        actor: "cli:test".to_owned(),
        kind: EventKind::CaseViewed,
        body: Some(vec![7; 400]),
        commitment: [7; 32],
        change: Change::default(),
        after: None,
        request: None,
        return_code: None,
    };
    with_store(&home, async |store| {
        for _ in 0..20 {
            store.append(vec![viewed.clone(); 500]).await.unwrap();
        }
    });
    let started = Instant::now();
    let (code, verified) = record(&home, &["audit", "verify"]);
    let elapsed = started.elapsed();
    assert_eq!((code, &verified["events"]), (Some(0), &json!(10_001)), "{verified}");
    // A machine under load is slow; alone it takes a tenth of this.
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}

fn now() -> i64 {
    kakekomi_store::clock::now()
}
