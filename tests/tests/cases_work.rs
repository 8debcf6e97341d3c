//! The commands of case work beyond notes and states, on both databases: urgency, calls, advice, questions, codes, the queue.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;

use kakekomi_sealing::KeyFolder;
use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use serde_json::{Value, json};

on_both_databases! {
    each_command_writes_its_event
    wrong_values_are_refused
    the_queue_begins_with_the_most_urgent
    the_first_urgency_survives_a_rebuild
    invented_cases_are_sealed_to_the_keys_of_their_database
}

/// Submits a case; `ongoing` decides on its urgency. Returns its number.
fn submit(server: &Server, ongoing: &str) -> String {
    let mut draft: Value = serde_json::from_slice(&example(&server.home, &[])).unwrap();
    for (key, value) in [("ongoing", ongoing), ("third_party_harm", "no"), ("kind", "phishing_fraud")] {
        draft["incident"][key] = value.into();
    }
    let answer = server.send(&submission(&format!("key-{ongoing}"), draft.to_string().as_bytes()));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["number"].as_str().unwrap().to_owned()
}

/// Runs a command of `cases` that succeeds with `--ndjson`; returns its records.
fn records(home: &Home, arguments: &[&str]) -> Vec<Value> {
    let output = home.run(&[&["cases"], arguments, &["--ndjson"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn each_command_writes_its_event(home: Home) {
    let server = Server::start_in(home);
    let (number, other) = (submit(&server, "yes"), submit(&server, "no"));
    let (home, number) = (&server.home, number.as_str());
    let file = home.path().join("questions.json");
    let asked = json!([{"kind": "choice", "required": true, "title": {"ja": "どれ", "en": "Which"},
        "choices": [{"ja": "一"}, {"ja": "二", "en": "two"}]}]);
    fs::write(&file, asked.to_string()).unwrap();
    let question = json!({"id": "q21", "kind": "choice", "required": true, "title": {"ja": "どれ", "en": "Which"},
        "choices": [{"value": "c1", "title": {"ja": "一"}}, {"value": "c2", "title": {"ja": "二", "en": "two"}}]});
    let text = json!({"id": "q1", "kind": "yes_no", "required": true, "title": {"ja": "再起動しましたか"}});
    let steps: [(&[&str], &str, Value); 9] = [
        (&["assign", number, "--none"], "case.assigned", json!({"assignee": null})),
        (&["urgency", number, "low", "--reason", "r"], "case.urgency", json!({"urgency": "low", "reason": "r"})),
        (
            &["call", number, "--reached", "--text", "t", "--disclosed", "d"],
            "call.logged",
            json!({"reached": true, "text": "t", "disclosed": "d"}),
        ),
        (&["call", number, "--unreached"], "call.logged", json!({"reached": false})),
        (
            &["advise", number, "t", "--confidence", "low", "--limits", "l"],
            "advice.given",
            json!({"text": "t", "confidence": "low", "limits": "l", "channel": "phone"}),
        ),
        (&["limit", number, "tools_do_not_run"], "limitation.recorded", json!({"limitation": "tools_do_not_run"})),
        (
            &["ask", number, "--question", "再起動しましたか", "--kind", "yes_no", "--required"],
            "question.asked",
            json!({"questions": [text]}),
        ),
        (&["ask", number, "--file", file.to_str().unwrap()], "question.asked", json!({"questions": [question]})),
        (
            &["close", number, "--outcome", "duplicate_of", "--duplicate-of", &other],
            "case.closed",
            json!({"outcome": "duplicate_of", "duplicate_of": other}),
        ),
    ];
    for (arguments, _, _) in &steps {
        records(home, arguments);
    }
    let codes: Vec<_> = (0..2).map(|_| records(home, &["code", number])[0]["code"].clone()).collect();
    assert_ne!(codes[0], codes[1]);
    assert_eq!(codes[0].as_str().unwrap().split(' ').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4, 4, 2]);
    let events = records(home, &["timeline", number]);
    for ((_, kind, body), event) in steps.iter().zip(&events[1..]) {
        assert_eq!((&event["kind"], &event["body"]), (&json!(kind), body));
    }
    let issued = &events[10]["body"];
    assert_eq!((&events[10]["kind"], &issued["channel"]), (&json!("code.issued"), &json!("phone")));
    assert_eq!(issued["return_code"].as_str().map(str::len), Some(64), "the hash, not the code");
}

fn wrong_values_are_refused(home: Home) {
    let server = Server::start_in(home);
    let number = submit(&server, "yes");
    let (home, number) = (&server.home, number.as_str());
    for arguments in [
        &["assign", number][..],
        &["assign", number, "nobody"],
        &["follow-up", number, "2020-01-01"],
        &["follow-up", number, "2096-01-01"],
        &["assign", number, "x", "--none"],
        &["urgency", number, "now", "--reason", "r"],
        &["urgency", number, "low"],
        &["call", number],
        &["advise", number, "t", "--limits", "l"],
        &["advise", number, "t", "--confidence", "low"],
        &["limit", number, "tired"],
        &["ask", number],
        &["ask", number, "--question", "q", "--kind", "choice", "--choice", "one"],
        &["ask", number, "--question", " "],
        &["close", number, "--outcome", "duplicate_of"],
        &["close", number, "--outcome", "duplicate_of", "--duplicate-of", number],
        &["close", number, "--outcome", "referred_to_vendor"],
        &["close", number, "--outcome", "referred_to_vendor", "--link", "http://vendor.example"],
    ] {
        let output = home.run(&[&["cases"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(records(home, &["timeline", number]).len(), 2, "nothing was written but the reading");
}

fn the_queue_begins_with_the_most_urgent(home: Home) {
    let server = Server::start_in(home);
    let (low, high) = (submit(&server, "no"), submit(&server, "yes"));
    let home = &server.home;
    let queue = |arguments: &[&str]| {
        let lines = records(home, &[&["queue"], arguments].concat());
        lines.iter().map(|line| line["number"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(queue(&[]), [high.clone(), low.clone()]);
    assert_eq!(queue(&["--limit", "1"]), std::slice::from_ref(&high));
    records(home, &["urgency", &low, "critical", "--reason", "r"]);
    assert_eq!(queue(&[]), [low.clone(), high.clone()]);
    records(home, &["state", &low, "waiting"]);
    assert_eq!(queue(&["--waiting-only"]), std::slice::from_ref(&high));
    assert!(home.run(&["operators", "add", "sato", "--role", "operator"]).status.success());
    records(home, &["assign", &low, "sato"]);
    assert_eq!(queue(&["--assignee", "sato"]), std::slice::from_ref(&low));
    assert_eq!(queue(&["--unassigned"]), std::slice::from_ref(&high));
    records(home, &["close", &high, "--outcome", "advised"]);
    assert_eq!((queue(&[]), queue(&["--status", "closed"])), (vec![low], vec![high]));
    let table = String::from_utf8(home.run(&["cases", "queue"]).stdout).unwrap();
    assert!(table.contains("critical  waiting  waits for the applicant"), "{table}");
}

fn invented_cases_are_sealed_to_the_keys_of_their_database(home: Home) {
    let demo = |keys: &[&str]| home.run(&[&["demo"], keys].concat());
    assert!(demo(&[]).status.success(), "it makes an empty database itself");
    let exported = home.run(&["cases", "export"]);
    let exported = String::from_utf8(exported.stdout).unwrap();
    let records: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 30);
    assert!(records.iter().all(|record| record["report"].is_object() && record["damage"].is_null()));

    let other = home.path().join("other.keys");
    KeyFolder::at(&other).create_demo().unwrap();
    let refused = demo(&["--keys", other.to_str().unwrap()]);
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(5) && words.contains("hash.key"), "{words}");
}

fn the_first_urgency_survives_a_rebuild(home: Home) {
    let server = Server::start_in(home);
    let number = submit(&server, "yes");
    let home = &server.home;
    let shown = records(home, &["show", &number])[0]["urgency"].clone();
    assert!(["critical", "high"].contains(&shown.as_str().unwrap()), "{shown}");
    let record = records(home, &["timeline", &number])[0]["body"]["urgency"].clone();
    assert_eq!(record, shown, "it is sealed with the case");
    let rebuilt = String::from_utf8(home.run(&["rebuild"]).stdout).unwrap();
    assert!(rebuilt.starts_with("0 of 1 cases"), "{rebuilt}");
    assert_eq!(records(home, &["show", &number])[0]["urgency"], shown);
}
