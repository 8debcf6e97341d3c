//! The commands over the store, on both databases: `cases list`, `show`, `export`, `watch`, and `migrate`.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};
use std::thread;

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use serde_json::Value;

on_both_databases! {
    lists_are_filtered_and_resumed
    export_has_the_records_of_show
    closed_stdout_is_no_error
    watch_prints_each_case_as_it_arrives
    migrate_reports_what_it_did
}

/// Submits `count` cases and returns their numbers in order.
fn submit(server: &Server, count: usize) -> Vec<String> {
    let draft = example(&server.home, &[]);
    let number = |index| {
        let answer = server.send(&submission(&format!("key-{index}"), &draft));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["number"].as_str().unwrap().to_owned()
    };
    (0..count).map(number).collect()
}

fn records(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

fn numbers(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["number"].as_str().unwrap()).collect()
}

fn lists_are_filtered_and_resumed(home: Home) {
    let server = Server::start_in(home);
    let sent = submit(&server, 3);
    let list = |arguments: &[&str]| records(&server.home.run(&[&["cases", "list", "--ndjson"], arguments].concat()));
    let all = list(&[]);
    assert_eq!(numbers(&all), sent);
    let seq = |index: usize| all[index]["seq"].to_string();
    assert_eq!(numbers(&list(&["--after", &seq(0)])), sent[1..]);
    assert_eq!(numbers(&list(&["--after", &seq(0), "--limit", "1"])), sent[1..2]);
    let last_group = sent[1][10..].replace('-', " ");
    assert!(numbers(&list(&["--number", &last_group])).contains(&sent[1].as_str()));
    assert_eq!(numbers(&list(&["--number", &sent[2].replace('-', " ")])), sent[2..]);
    assert_eq!(list(&["--since", "2026-11-01", "--status", "received"]).len(), 3);
    for none in [["--since", "2100-01-01"], ["--until", "2026-11-01"], ["--partner", "れい"], ["--status", "closed"]]
    {
        assert_eq!(list(&none).len(), 0, "{none:?}");
    }
    assert_eq!(list(&["--test"]).len(), 0, "these are real");
    for wrong in [["--since", "yesterday"], ["--number", "%"], ["--after", "-1"]] {
        assert_eq!(server.home.run(&["cases", "list", wrong[0], wrong[1]]).status.code(), Some(2), "{wrong:?}");
    }
    let table = String::from_utf8(server.home.run(&["cases", "list"]).stdout).unwrap();
    assert!(table.lines().zip(&sent).all(|(line, number)| line.contains(number.as_str())), "{table}");
}

fn export_has_the_records_of_show(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    // More than a page.
    let sent = submit(&server, 18);
    let exported = records(&server.home.run(&["cases", "export"]));
    assert_eq!(numbers(&exported), sent);
    let mut shown = records(&server.home.run(&["cases", "show", &sent[17], "--json"]));
    // Each reading is an event.
    assert_eq!((&exported[17]["last_n"], &shown[0]["last_n"]), (&Value::from(1), &Value::from(2)));
    shown[0]["last_n"] = Value::from(1);
    assert_eq!(exported[17], shown[0]);
    assert_eq!(exported[17]["text"].as_str().unwrap().as_bytes(), draft);
    assert_eq!(exported[17]["receipt"]["number"], sent[17].as_str());
    assert_eq!(exported[17]["page_report"], Value::Null);
    let csv = String::from_utf8(server.home.run(&["cases", "export", "--csv"]).stdout).unwrap();
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("seq,number,received_at,"));
    assert!(lines.zip(&sent).all(|(line, number)| line.split(',').nth(1) == Some(number)), "{csv}");
}

fn closed_stdout_is_no_error(home: Home) {
    let server = Server::start_in(home);
    submit(&server, 18);
    for arguments in [&["cases", "export"][..], &["cases", "list", "--json"], &["cases", "watch", "--after", "0"]] {
        let mut child = server.home.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), &output.stderr[..]), (Some(0), &b""[..]), "{arguments:?}");
    }
}

fn watch_prints_each_case_as_it_arrives(home: Home) {
    let server = Server::start_in(home);
    let draft = example(&server.home, &[]);
    let before = server.send(&submission("before", &draft)).json();
    let mut watch =
        server.home.command(&["cases", "watch", "--ndjson", "--after", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["number"], before["number"]);
    for key in ["one", "two"] {
        let receipt = server.send(&submission(key, &draft)).json();
        assert_eq!(next()["number"], receipt["number"]);
    }
    watch.kill().unwrap();
    watch.wait().unwrap();
}

fn migrate_reports_what_it_did(home: Home) {
    let said = |arguments: &[&str]| {
        let output = home.run(arguments);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let steps: &[&str] = match home.database_url() {
        Some(_) => &[
            "0001 cases",
            "0002 sealed_cases",
            "0003 accounts",
            "0004 return",
            "0005 queue",
            "0006 files",
            "0007 clauses",
            "0008 outbox",
            "0009 oidc",
        ],
        None => &[
            "0001 cases",
            "0002 probe",
            "0003 sealed_cases",
            "0004 accounts",
            "0005 return",
            "0006 queue",
            "0007 files",
            "0008 clauses",
            "0009 outbox",
            "0010 oidc",
        ],
    };
    let each = |state: &str| steps.iter().flat_map(|step| [step, "  ", state, "\n"]).collect::<String>();
    let check = said(&["migrate", "--check"]);
    match home.database_url() {
        Some(_) => assert_eq!(check, (Some(1), each("to be done"))),
        None => assert_eq!(check, (Some(5), String::new())),
    }
    assert_eq!(said(&["migrate"]), (Some(0), each("done now")));
    assert_eq!(said(&["migrate"]), (Some(0), each("up to date")));
    assert_eq!(said(&["migrate", "--check"]), (Some(0), each("up to date")));
    assert!(said(&["migrate", "--json"]).1.contains("\"done\":true"));
    assert_eq!(home.cases().len(), 0);
}

#[test]
fn hosts_that_start_together_share_one_database_and_its_keys() {
    let Some(first) = Home::on_postgres() else { return };
    let second = Home::at(first.database_url().unwrap());
    let (one, two) = thread::scope(|scope| {
        let one = scope.spawn(|| Server::start_in(first));
        let two = scope.spawn(|| Server::start_in(second));
        (one.join().unwrap(), two.join().unwrap())
    });
    let draft = example(&one.home, &[]);
    for round in 0..10 {
        let request = submission(&format!("key-{round}"), &draft);
        let (here, there) = thread::scope(|scope| {
            let there = scope.spawn(|| two.send(&request));
            (one.send(&request), there.join().unwrap())
        });
        assert_eq!((here.status, there.status), (201, 201), "{} {}", here.text(), there.text());
        assert_eq!(here.body, there.body);
    }
    assert_eq!(one.home.cases().len(), 10);
    assert_eq!(one.home.cases(), two.home.cases());
}
