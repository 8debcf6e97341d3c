//! `kakekomi operators`: accounts and tokens by the real program, beside a desk that is serving.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::process::Output;

use kakekomi_sealing::{Identities, KeyFolder};
use kakekomi_tests::on_both_databases;
use kakekomi_tests::returning::submit;
use kakekomi_tests::server::{Home, Server};
use serde_json::{Value, json};

on_both_databases! {
    accounts_are_managed_beside_a_serving_desk
    tokens_are_shown_once
    doctor_names_an_account_that_no_event_made_so
    doctor_names_an_event_of_an_account_without_its_body
    doctor_finds_another_service_identity
}

/// Runs a command that succeeds; returns its stdout.
fn run(home: &Home, arguments: &[&str]) -> String {
    let done = home.run(&[&["operators"], arguments].concat());
    assert!(done.status.success(), "{arguments:?}: {}", words(&done));
    String::from_utf8(done.stdout).unwrap()
}

fn words(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

fn list(home: &Home, arguments: &[&str]) -> Value {
    serde_json::from_str(&run(home, arguments)).unwrap()
}

fn accounts_are_managed_beside_a_serving_desk(home: Home) {
    let server = Server::start_in(home);
    let home = &server.home;
    let link =
        run(home, &["add", "sato", "--role", "operator", "--name", "佐藤", "--desk-url", "https://desk.example/"]);
    let token = link.trim_end().strip_prefix("https://desk.example/setup/").unwrap();
    assert!(token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{link}");
    let added = list(home, &["add", "suzuki", "--role", "admin", "--json"]);
    assert!(added["link"].as_str().unwrap().starts_with("http://127.0.0.1:8081/setup/"));
    assert_eq!(added["account"], "suzuki");

    let account = |name: &str, display: &str, role: &str, disabled: bool, created: &Value| {
        json!({"name": name, "display_name": display, "role": role, "disabled": disabled, "set_up": false,
               "recovery_codes": 0, "created_at": created, "issuer": null})
    };
    let accounts = list(home, &["list", "--json"]);
    let created: Vec<_> = accounts.as_array().unwrap().iter().map(|account| account["created_at"].clone()).collect();
    let sato = account("sato", "佐藤", "operator", false, &created[0]);
    assert_eq!(accounts, json!([sato, account("suzuki", "suzuki", "admin", false, &created[1])]));
    assert_eq!(run(home, &["list", "--ndjson"]).lines().count(), 2);
    assert_eq!(run(home, &["list"]), "sato  operator  not set up  佐藤\nsuzuki  admin  not set up  suzuki\n");

    assert_eq!(list(home, &["role", "sato", "lead", "--json"])["role"], "lead");
    assert_eq!(run(home, &["disable", "sato"]), "sato  lead  disabled  佐藤\n");
    assert_eq!(list(home, &["enable", "sato", "--ndjson"])["disabled"], false);
    let reset = run(home, &["reset", "sato"]);
    assert!(reset.starts_with("http://127.0.0.1:8081/setup/") && !reset.contains(token));

    for (arguments, code, sentence) in [
        (&["add", "sato", "--role", "lead"][..], 5, "an account of this name already"),
        (&["add", "Sato", "--role", "lead"], 2, "begins with a letter a-z"),
        (&["add", "abe", "--role", "lead", "--name", " "], 2, "1 to 64 characters"),
        (&["add", "abe", "--role", "boss"], 2, "operator, lead, auditor, admin"),
        (&["disable", "abe"], 5, "no account of this name"),
        (&["reset", "abe"], 5, "no account of this name"),
    ] {
        let done = home.run(&[&["operators"], arguments].concat());
        assert_eq!(done.status.code(), Some(code), "{arguments:?}");
        assert!(done.stdout.is_empty() && words(&done).contains(sentence), "{arguments:?}: {}", words(&done));
    }
    let verified = home.run(&["audit", "verify", "--json"]);
    assert!(verified.status.success(), "{}", words(&verified));
}

fn tokens_are_shown_once(home: Home) {
    let server = Server::start_in(home);
    let home = &server.home;
    run(home, &["add", "sato", "--role", "operator"]);
    let token = run(home, &["token", "add", "sato", "--scope", "queue"]);
    assert!(token.starts_with("kakekomi_") && token.trim_end().len() == "kakekomi_".len() + 64, "{token}");
    let tokens = list(home, &["token", "list", "--json"]);
    let created = &tokens[0]["created_at"];
    let expected = json!([{"id": 1, "account": "sato", "scope": "queue", "disabled": false, "created_at": created,
                           "last_used_at": null}]);
    assert_eq!(tokens, expected);
    assert!(!run(home, &["token", "list"]).contains(token.trim_end()));
    run(home, &["token", "revoke", "1"]);
    assert_eq!(list(home, &["token", "list", "--json"]), json!([]));
    let again = home.run(&["operators", "token", "revoke", "1"]);
    assert!(again.status.code() == Some(5) && words(&again).contains("no token 1"));
}

/// The level of a check of `doctor`, and its messages.
fn doctor(home: &Home, arguments: &[&str], check: &str) -> (String, String) {
    let done = home.run(&[&["doctor", "--json", "--listen", "127.0.0.1:9"], arguments].concat());
    let whole: Value = serde_json::from_slice(&done.stdout).unwrap();
    let found: Vec<_> = whole["findings"].as_array().unwrap().iter().filter(|one| one["check"] == check).collect();
    let worst = found.iter().find(|one| one["level"] != "ok").or(found.last()).unwrap();
    (worst["level"].as_str().unwrap().to_owned(), found.iter().map(|one| one["message"].to_string()).collect())
}

fn doctor_names_an_event_of_an_account_without_its_body(home: Home) {
    let server = Server::start_in(home);
    let home = &server.home;
    run(home, &["add", "sato", "--role", "operator"]);
    run(home, &["add", "suzuki", "--role", "operator"]);
    run(home, &["role", "suzuki", "auditor"]);
    home.alter("UPDATE events SET body = NULL WHERE kind = 'account.role'");
    home.alter("UPDATE accounts SET role = 'lead' WHERE name = 'sato'");
    let (level, message) = doctor(home, &[], "accounts");
    assert!(level == "error" && message.contains("of an account has no body"), "{message}");
    assert!(message.contains("role of sato"), "the comparison goes on: {message}");
}

fn doctor_names_an_account_that_no_event_made_so(home: Home) {
    let server = Server::start_in(home);
    let home = &server.home;
    run(home, &["add", "sato", "--role", "operator", "--name", "佐藤"]);
    run(home, &["add", "suzuki", "--role", "admin"]);
    run(home, &["role", "suzuki", "auditor"]);
    run(home, &["disable", "sato"]);
    let accounts = || doctor(home, &[], "accounts");
    assert_eq!(accounts().0, "ok", "{}", accounts().1);
    for (change, back, expected) in [
        (
            "UPDATE accounts SET role = 'lead' WHERE name = 'suzuki'",
            "UPDATE accounts SET role = 'auditor' WHERE name = 'suzuki'",
            "role of suzuki",
        ),
        (
            "UPDATE accounts SET disabled = (1 = 0) WHERE name = 'sato'",
            "UPDATE accounts SET disabled = (1 = 1) WHERE name = 'sato'",
            "mark of sato",
        ),
        (
            "UPDATE accounts SET display_name = '鈴木' WHERE name = 'sato'",
            "UPDATE accounts SET display_name = '佐藤' WHERE name = 'sato'",
            "display name of sato",
        ),
        (
            "INSERT INTO accounts (name, display_name, role, disabled, created_at) VALUES ('evil', 'e', 'lead', (1 = 0), 1)",
            "DELETE FROM accounts WHERE name = 'evil'",
            "no event added the account evil",
        ),
    ] {
        home.alter(change);
        let (level, message) = accounts();
        assert!(level == "error" && message.contains(expected), "{change}: {message}");
        home.alter(back);
        assert_eq!(accounts().0, "ok", "{back}: {}", accounts().1);
    }

    // With other keys the events stay closed: the accounts are reported as not compared, and not as wrong.
    let other = home.path().join("other.identity");
    std::fs::write(&other, Identities::generate().to_file().as_bytes()).unwrap();
    for file in [KeyFolder::at(home.keys()).desk_file(), KeyFolder::at(home.keys()).recovery_file()] {
        std::fs::remove_file(file).unwrap();
    }
    let (level, message) = accounts();
    assert!(level == "ok" && message.contains("not compared"), "{message}");
    let (level, message) = doctor(home, &["--identity", other.to_str().unwrap()], "accounts");
    assert!(level == "warning" && message.contains("4 events"), "{message}");
}

fn doctor_finds_another_service_identity(home: Home) {
    let server = Server::start_in(home);
    let case = submit(&server, "key-1");
    let home = &server.home;
    assert!(home.run(&["cases", "ask", &case.number, "--question", "再起動しましたか"]).status.success());
    let keys = || doctor(home, &[], "keys");
    assert!(keys().1.contains("service.identity opens"), "{}", keys().1);
    let file = KeyFolder::at(home.keys()).path().join("service.identity");
    std::fs::write(file, Identities::generate().to_file().as_bytes()).unwrap();
    assert!(keys().1.contains("service.identity does not open"), "{}", keys().1);
}

#[test]
fn without_a_database_a_command_says_how_to_make_one() {
    let done = Home::new().run(&["operators", "list"]);
    assert!(done.status.code() == Some(5) && words(&done).contains("kakekomi serve"), "{}", words(&done));
}
