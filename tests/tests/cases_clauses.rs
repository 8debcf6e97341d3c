//! Referral, reports and remote work by the commands, on both databases.

#![allow(
    clippy::needless_pass_by_value, // a test owns its home
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;
use std::process::Command;

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use serde_json::{Value, json};

on_both_databases! {
    remote_work_by_commands_follows_its_steps
    an_intent_by_commands_waits_for_another_person
}

/// Starts a desk with a case, and leaves it running; returns the case's number.
fn desk(home: Home) -> (Server, String) {
    let server = Server::start_in(home);
    let answer = server.send(&submission("key", &example(&server.home, &[])));
    assert_eq!(answer.status, 201, "{}", answer.text());
    let number = answer.json()["number"].as_str().unwrap().to_owned();
    (server, number)
}

/// Runs a command that succeeds.
fn run(home: &Home, arguments: &[&str]) -> String {
    let output = home.run(&[&["cases"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs a command that is refused with an exit code; returns its sentence.
fn refused(home: &Home, arguments: &[&str], exit: i32) -> String {
    let output = home.run(&[&["cases"], arguments].concat());
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn events(home: &Home, number: &str) -> Vec<Value> {
    let lines = run(home, &["timeline", number, "--ndjson"]);
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Gives the home the example desk with another version of the notice.
fn change_notice(home: &Home) {
    let (from, to) = (root().join("host/desk"), home.path().join("desk"));
    assert!(Command::new("cp").arg("-r").args([from, to.clone()]).status().unwrap().success());
    let text = fs::read_to_string(to.join("remote_notice.toml")).unwrap();
    let changed = text.replace("version = \"1\"", "version = \"2\"");
    assert_ne!(text, changed);
    fs::write(to.join("remote_notice.toml"), changed).unwrap();
}

fn remote_work_by_commands_follows_its_steps(home: Home) {
    let (server, number) = desk(home);
    let (home, number) = (&server.home, number.as_str());
    let work = ["remote-action", number, "止めた", "--device", "PC-12", "--account", "tanaka", "--by", "operator"];
    assert!(refused(home, &["remote-notice", number, "remote"], 2).contains("needs an order"));
    run(home, &["remote-order", number, "--price", "1,100円", "--approved-by", "田中"]);
    assert!(refused(home, &work, 5).contains("was not acknowledged"));
    assert!(refused(home, &["remote-acknowledge", number, "--by", "田中"], 5).contains("was not shown"));
    run(home, &["remote-notice", number, "remote"]);
    let other = ["remote-acknowledge", number, "--by", "田中", "--version-read", "0"];
    assert!(refused(home, &other, 2).contains("the one that was read out last"));
    // The notice changes in between: the default is what was read out.
    change_notice(home);
    run(home, &["remote-acknowledge", number, "--by", "田中", "--how", "mail"]);
    run(home, &work);
    run(home, &["remote-end", number]);
    assert!(refused(home, &work, 2).contains("needs an order"));
    let bodies: Vec<_> = events(home, number)
        .into_iter()
        .filter(|event| event["kind"].as_str().unwrap().starts_with("remote."))
        .map(|event| event["body"].clone())
        .collect();
    let expected = [
        json!({ "price": "1,100円", "approved_by": "田中" }),
        json!({ "mode": "remote", "version": "1" }),
        json!({ "by": "田中", "how": "mail", "version": "1" }),
        json!({ "device": "PC-12", "account": "tanaka", "by": "operator", "text": "止めた" }),
        json!({}),
    ];
    assert_eq!(bodies, expected);
}

fn an_intent_by_commands_waits_for_another_person(home: Home) {
    let (server, number) = desk(home);
    let (home, number) = (&server.home, number.as_str());
    run(home, &["applied", number, "--reason", "by telephone"]);
    run(home, &["intent", number, "--name", "田中", "--role", "部長", "--text", "渡してください"]);
    let recorded = events(home, number).into_iter().rfind(|event| event["kind"] == "intent.recorded").unwrap();
    assert_eq!(recorded["body"]["name"], "田中");
    assert_eq!(recorded["body"]["document"]["sha256"].as_str().unwrap().len(), 64);
    let queue = run(home, &["queue"]);
    assert!(queue.contains("  referral recorded  "), "{queue}");
    let n = recorded["n"].to_string();
    // A user of the shell and an account of the desk may be one person.
    assert!(
        refused(home, &["confirm-intent", number, "--seen", &n], 2)
            .contains("at the desk, with an account of their own")
    );
    assert!(events(home, number).iter().all(|event| event["kind"] != "intent.given"));
    assert!(refused(home, &["release", number, "nobody"], 2).contains("no registered organization"));
    assert!(refused(home, &["report", number, "nobody", "--title", "t"], 2).contains("no registered organization"));
    assert!(refused(home, &["use-report", number, "2", "x", "--purpose", "sales"], 2).contains("security_settings"));
    run(home, &["withdraw-intent", number, "--reason", "no longer"]);
    assert!(!run(home, &["queue"]).contains("referral"), "nobody has to act");
    assert!(refused(home, &["withdraw-intent", number, "--reason", "again"], 5).contains("no valid intent"));
}
