//! Damaged cases: each command names them, continues with the others, and ends with exit 5.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use kakekomi_service::return_visit::ReturnCode;
use kakekomi_store::EventKind;
use kakekomi_store::receipt_number::Number;
use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::{submit, write_with};
use kakekomi_tests::server::{Home, Server};
use serde_json::{Value, json};

on_both_databases! {
    altered_text_is_named_and_the_others_are_printed
    every_altered_column_is_reported_and_json_stays_valid
    damaged_receipt_is_not_replayed
    doctor_finds_an_altered_text
    doctor_finds_a_return_code_that_was_not_sealed
}

/// Makes a stopped desk with `count` cases, and their numbers.
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

fn file(home: &Home) -> PathBuf {
    home.path().join("data/kakekomi.sqlite3")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Asserts exit 5, and exactly the named cases on stderr.
fn assert_named(output: &Output, numbers: &[&String]) {
    let words = said(output);
    assert_eq!(output.status.code(), Some(5), "{words}");
    for number in numbers {
        assert!(words.contains(number.as_str()), "{number} is not named: {words}");
    }
    assert_eq!(words.lines().filter(|line| line.contains("is damaged")).count(), numbers.len(), "{words}");
}

fn altered_text_is_named_and_the_others_are_printed(home: Home) {
    let (home, numbers) = home_with(home, 5);
    assert_eq!(home.run(&["cases", "export"]).status.code(), Some(0));
    home.alter(&format!(
        "UPDATE case_seals SET sealed = x'7b7d' WHERE case_seq = (SELECT seq FROM cases WHERE number = '{}')",
        numbers[1]
    ));
    let exported = home.run(&["cases", "export"]);
    assert_named(&exported, &[&numbers[1]]);
    let records = lines(&exported);
    assert_eq!(records.len(), 5);
    for (record, number) in records.iter().zip(&numbers) {
        assert_eq!(record["number"], number.as_str());
        assert_eq!(record["damage"].is_array(), *number == numbers[1], "{record}");
    }
    assert_named(&home.run(&["cases", "show", &numbers[1], "--json"]), &[&numbers[1]]);
    let shown = home.run(&["cases", "show", &numbers[1]]);
    assert_named(&shown, &[&numbers[1]]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("damaged"), "what is shown says so, too");
    assert_eq!(home.run(&["cases", "show", &numbers[2]]).status.code(), Some(0));
    let rechecked = home.run(&["recheck", "--json"]);
    assert_named(&rechecked, &[&numbers[1]]);
    let summary = serde_json::from_slice::<Value>(&rechecked.stdout).unwrap()["summary"].clone();
    assert_eq!((&summary["damaged"], &summary["same"]), (&Value::from(1), &Value::from(4)), "{summary}");
    assert_eq!(home.cases().len(), 5, "a list reads no text");
}

fn every_altered_column_is_reported_and_json_stays_valid(home: Home) {
    let (home, numbers) = home_with(home, 3);
    let rows = [
        ("cases", "text_hash", "x'00'", "keyed hash"),
        ("cases", "recipient", "'age1'", "recipient"),
        ("cases", "receipt", "x'7b7d'", "receipt"),
        ("cases", "receipt", "x'00'", "receipt"),
        ("cases", "module", "'sha256:'", "module"),
        ("cases", "locale", "'fr'", "language"),
        ("cases", "received_at", "9223372036854775807", "time"),
        ("cases", "partner", "'れい'", "partner"),
        ("cases", "ruleset", "'1'", "ruleset"),
        ("cases", "idempotency_key", "'other'", "idempotency key"),
        ("cases", "kind", "'virus'", "coded answers"),
        ("case_seals", "sealed", "x'00'", "sealed"),
    ];
    let exported = || {
        let mut records = lines(&home.run(&["cases", "export"]));
        // Each export is an event.
        for record in &mut records {
            record["last_n"] = Value::Null;
        }
        records
    };
    let whole = exported();
    for (table, column, value, word) in rows {
        let seq = if table == "cases" { "seq" } else { "case_seq" };
        home.alter(&format!("CREATE TABLE kept AS SELECT * FROM {table}"));
        home.alter(&format!("UPDATE {table} SET {column} = {value} WHERE {seq} = 2"));
        let exported = home.run(&["cases", "export"]);
        assert_named(&exported, &[&numbers[1]]);
        assert!(said(&exported).contains(word), "{column}: {}", said(&exported));
        assert_eq!(lines(&exported).len(), 3, "{column}");
        let of_table = format!("(SELECT {column} FROM kept WHERE kept.{seq} = {table}.{seq})");
        home.alter(&format!("UPDATE {table} SET {column} = {of_table} WHERE {seq} = 2"));
        home.alter("DROP TABLE kept");
    }
    assert_eq!(exported(), whole, "and back");
    home.alter(&format!("UPDATE cases SET number = 'nonsense' WHERE number = '{}'", numbers[1]));
    for arguments in
        [&["cases", "list", "--json"][..], &["cases", "list"], &["cases", "export"], &["cases", "export", "--csv"]]
    {
        assert_named(&home.run(arguments), &[&"nonsense".to_owned()]);
    }
}

fn damaged_receipt_is_not_replayed(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let request = submission("k", &draft);
    let first = server.send(&request);
    assert_eq!(server.send(&request).body, first.body);
    server.home.alter("UPDATE cases SET receipt = x'7b2261223a317d'");
    let again = server.send(&request);
    assert_eq!(again.status, 503, "{}", again.text());
    assert!(again.json()["phone"].is_string());
    let log = server.stop().log;
    assert!(log.contains("damaged") && log.contains("seq 1"), "{log}");
}

fn doctor_finds_an_altered_text(home: Home) {
    let (home, numbers) = home_with(home, 3);
    let doctor = || {
        let output = home.run(&["doctor", "--ndjson", "--listen", "127.0.0.1:9"]);
        let found = lines(&output).into_iter().filter(|finding| finding["check"] == "cases").collect::<Vec<_>>();
        (output.status.code(), found)
    };
    let (code, found) = doctor();
    assert_eq!((code, found.len(), &found[0]["level"]), (Some(0), 1, &Value::from("ok")), "{found:?}");
    home.alter(&format!(
        "UPDATE case_seals SET sealed = x'7b7d' WHERE case_seq = (SELECT seq FROM cases WHERE number = '{}')",
        numbers[2]
    ));
    let (code, found) = doctor();
    assert_eq!((code, &found[0]["level"]), (Some(5), &Value::from("error")));
    assert!(found[0]["message"].as_str().unwrap().contains(&numbers[2]), "{found:?}");
}

fn doctor_finds_a_return_code_that_was_not_sealed(home: Home) {
    let server = Server::start_in(home);
    let with_code = submit(&server, "key-1").number;
    let without = server.send(&submission("key-2", &example(&server.home, &[]))).json()["number"].clone();
    let home = &server.home;
    let doctor = || {
        let output = home.run(&["doctor", "--ndjson", "--listen", "127.0.0.1:9"]);
        let cases = lines(&output).into_iter().find(|finding| finding["check"] == "cases").unwrap();
        (cases["level"].as_str().unwrap().to_owned(), cases["message"].as_str().unwrap().to_owned())
    };
    let bind = |number: &str, hash: &str| {
        home.alter(&format!("UPDATE cases SET return_code = {hash} WHERE number = '{number}'"));
    };
    let assert_found = |number: &str| {
        let (level, message) = doctor();
        assert!(level == "error" && message.contains(number) && message.contains("return code"), "{message}");
    };
    let others = format!("x'{}'", "ab".repeat(32));
    assert_eq!(doctor().0, "ok");
    let without = without.as_str().unwrap();
    bind(without, &others);
    assert_found(without);
    bind(without, "NULL");
    assert_eq!(doctor().0, "ok");
    assert!(home.run(&["cases", "code", &with_code]).status.success());
    assert_eq!(doctor().0, "ok", "the code that was issued last counts");
    bind(&with_code, &others);
    assert_found(&with_code);
    home.alter(&format!("UPDATE events SET body = NULL WHERE kind = 'code.issued' AND case_number = '{with_code}'"));
    assert_found(&with_code);

    // As an earlier version wrote it.
    let hash = ReturnCode::random().unwrap().hash().bound_to(&Number::read(&with_code).unwrap());
    write_with(home, &with_code, EventKind::CodeIssued, &json!({"channel": "phone"}), Some(hash));
    let (level, message) = doctor();
    assert!(level == "ok" && message.contains("return codes of 1 cannot be compared"), "{message}");
}

#[test]
fn undecodable_row_is_named_and_the_others_are_printed() {
    let (home, numbers) = home_with(Home::new(), 4);
    home.alter(&format!("UPDATE cases SET ruleset = CAST(x'ff' AS TEXT) WHERE number = '{}'", numbers[1]));
    let listed = home.run(&["cases", "list", "--json"]);
    assert_named(&listed, &[&numbers[1]]);
    let list: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let found: Vec<_> = list.as_array().unwrap().iter().map(|case| case["number"].as_str().unwrap()).collect();
    assert_eq!(found, [numbers[0].as_str(), &numbers[2], &numbers[3]]);
    for (arguments, printed) in [
        (&["cases", "list", "--ndjson"][..], 3),
        (&["cases", "list"], 3),
        (&["cases", "export"], 3),
        (&["cases", "export", "--csv"], 4),
        (&["recheck", "--ndjson"], 0),
        (&["cases", "show", &numbers[1]], 0),
        (&["cases", "show", &numbers[1], "--json"], 0),
    ] {
        let output = home.run(arguments);
        assert_named(&output, &[&numbers[1]]);
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), printed, "{arguments:?}");
    }
    let mut watch = home.command(&["cases", "watch", "--ndjson", "--after", "0"]);
    let mut watch = watch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let read = BufReader::new(watch.stdout.take().unwrap()).lines().take(3).map(Result::unwrap).collect::<Vec<_>>();
    watch.kill().unwrap();
    let words = said(&watch.wait_with_output().unwrap());
    assert!(read[2].contains(&numbers[3]) && words.contains(&numbers[1]), "{read:?} {words}");
    // The first and the last case.
    for number in [&numbers[0], &numbers[3]] {
        home.alter(&format!("UPDATE cases SET ruleset = CAST(x'fe' AS TEXT) WHERE number = '{number}'"));
    }
    let listed = home.run(&["cases", "list", "--json"]);
    assert_named(&listed, &[&numbers[0], &numbers[1], &numbers[3]]);
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout).unwrap().as_array().unwrap().len(), 1);
}

/// Finds the pages of the table's leaves.
fn leaves(home: &Home) -> Vec<u64> {
    let query = "SELECT pageno FROM dbstat WHERE name = 'cases' AND pagetype = 'leaf'";
    let output = Command::new("sqlite3").arg(file(home)).arg(query).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap().lines().map(|page| page.parse().unwrap()).collect()
}

fn tear(home: &Home, page: u64) {
    let mut open = std::fs::OpenOptions::new().write(true).open(file(home)).unwrap();
    open.seek(SeekFrom::Start((page - 1) * 4096)).unwrap();
    open.write_all(&[0; 4096]).unwrap();
}

#[test]
fn reading_continues_after_a_torn_page() {
    let (home, numbers) = home_with(Home::new(), 40);
    let pages = leaves(&home);
    assert!(pages.len() > 3, "{pages:?}");
    tear(&home, pages[pages.len() / 2]);
    for arguments in [
        &["cases", "list", "--ndjson"][..],
        &["cases", "export"],
        &["cases", "list", "--ndjson", "--status", "received"],
    ] {
        let output = home.run(arguments);
        let words = said(&output);
        assert_eq!(output.status.code(), Some(5), "{words}");
        let printed: BTreeSet<String> =
            lines(&output).iter().map(|record| record["number"].as_str().unwrap().to_owned()).collect();
        let (kept, torn): (Vec<_>, Vec<_>) = numbers.iter().partition(|number| printed.contains(*number));
        assert!(!torn.is_empty() && torn.len() < 20, "{torn:?}");
        assert!(kept.contains(&&numbers[0]) && kept.contains(&&numbers[39]), "it goes on behind the page");
        assert!(torn.iter().all(|number| words.contains(number.as_str())), "{words}");
        assert_eq!(words.lines().count(), torn.len(), "each is named once: {words}");
    }
    let list = home.run(&["cases", "list", "--json"]);
    assert!(serde_json::from_slice::<Value>(&list.stdout).is_ok_and(|list| list.as_array().unwrap().len() > 20));
    let output = home.run(&["doctor", "--ndjson", "--listen", "127.0.0.1:9"]);
    let integrity = lines(&output).into_iter().find(|finding| finding["check"] == "integrity").unwrap();
    assert_eq!((output.status.code(), &integrity["level"]), (Some(5), &Value::from("error")), "{integrity}");
}

#[test]
fn unreadable_database_reports_the_last_readable_case() {
    let (home, _) = home_with(Home::new(), 12);
    let pages = leaves(&home);
    tear(&home, pages[pages.len() - 1]);
    let query = "SELECT pageno FROM dbstat WHERE name = 'sqlite_autoindex_cases_1'";
    let output = Command::new("sqlite3").arg(file(&home)).arg(query).output().unwrap();
    tear(&home, String::from_utf8(output.stdout).unwrap().trim().parse().unwrap());
    let list = home.run(&["cases", "list", "--json"]);
    assert_eq!(list.status.code(), Some(5));
    assert!(said(&list).contains("as far as seq"), "{}", said(&list));
    assert!(serde_json::from_slice::<Value>(&list.stdout).unwrap().is_array(), "what was printed is JSON");
}

#[test]
fn doctor_finds_an_index_that_disagrees_with_its_table() {
    let (home, _) = home_with(Home::new(), 3);
    let script = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX cases_received_at ON cases (seq)' \
                  WHERE name = 'cases_received_at';";
    home.alter(script);
    let output = home.run(&["doctor", "--ndjson", "--listen", "127.0.0.1:9"]);
    let integrity = lines(&output).into_iter().find(|finding| finding["check"] == "integrity").unwrap();
    assert_eq!((output.status.code(), &integrity["level"]), (Some(5), &Value::from("error")), "{integrity}");
}
