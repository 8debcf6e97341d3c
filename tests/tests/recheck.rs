//! `kakekomi recheck` of the real binary: its differences of stored cases, the choice of the module, and resumption.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::process::Output;

use kakekomi_tests::applicant::{example, submission, with};
use kakekomi_tests::sealed::{new_case, sealer_of, store_case};
use kakekomi_tests::server::{Home, Server};
use kakekomi_tests::source_tree::root;
use serde_json::{Value, json};

/// The module of an older build (`tests/fixtures`).
const OLDER: &str = include_str!("../fixtures/older.txt");

/// Makes five cases, one with a telephone number that the older module cannot read.
fn home() -> Home {
    let server = Server::start();
    for key in 0..5 {
        let draft = example(&server.home, &[]);
        let draft = if key == 2 { with(&draft, "/contact/phone", "03-3211-9999（直）") } else { draft };
        assert_eq!(server.send(&submission(&format!("key-{key}"), &draft)).status, 201);
    }
    server.stop().home
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

#[test]
fn recheck_with_the_same_module_matches() {
    let home = home();
    let before = home.cases();
    let output = home.run(&["recheck", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report = json_of(&output);
    assert_eq!(report["differences"], json!([]));
    let summary = &report["summary"];
    assert_eq!((&summary["cases"], &summary["same"], &summary["complete"]), (&json!(5), &json!(5), &json!(true)));
    assert_eq!(home.cases(), before, "nothing is changed");
    assert!(said(&home.run(&["recheck"])).contains("5 the same"));
}

#[test]
fn recheck_resumes_where_it_stopped() {
    let home = home();
    let first = json_of(&home.run(&["recheck", "--json", "--limit", "2"]));
    assert_eq!(first["summary"]["cases"], 2);
    let last = first["summary"]["last"].as_i64().unwrap().to_string();
    let rest = json_of(&home.run(&["recheck", "--json", "--after", &last]));
    assert_eq!(rest["summary"]["cases"], 3);
    let end = rest["summary"]["last"].as_i64().unwrap().to_string();
    assert_eq!(json_of(&home.run(&["recheck", "--json", "--after", &end]))["summary"]["cases"], 0);
}

#[test]
fn recheck_reports_each_case_that_differs() {
    let home = home();
    let file = root().join(format!("tests/fixtures/modules/{}.wasm", OLDER.trim()));
    let (file, folder) = (file.to_str().unwrap(), root().join("tests/fixtures/modules"));
    let by_file = json_of(&home.run(&["recheck", "--json", "--module", file]));
    assert_eq!(by_file["module"], format!("sha256:{}", OLDER.trim()));
    assert_eq!((&by_file["summary"]["cases"], &by_file["summary"]["verdict"]), (&json!(5), &json!(1)));
    assert_eq!(by_file["summary"]["codes"], json!({ "phone.invalid": 1 }));
    let by_digest = home.run(&["recheck", "--json", "--module", OLDER.trim(), "--modules", folder.to_str().unwrap()]);
    assert_eq!(json_of(&by_digest), by_file);
    let csv = home.run(&["recheck", "--csv", "--module", file]);
    let lines = String::from_utf8_lossy(&csv.stdout).lines().count();
    assert_eq!(lines, 1 + by_file["differences"].as_array().unwrap().len());
}

#[test]
fn recheck_reports_unusable_input() {
    let home = home();
    let nobody = "0".repeat(64);
    for (arguments, code) in [
        (vec!["recheck", "--module", &nobody], 2),
        (vec!["recheck", "--module", "no such file"], 5),
        (vec!["recheck", "--json", "--csv"], 2),
        (vec!["recheck", "--data", "nowhere"], 5),
    ] {
        let output = home.run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

/// Stores a case of the example draft with a changed or invalid report.
fn stored(home: &Home, key: &str, change: impl Fn(&str) -> String) {
    let (draft, context) = kakekomi_tests::example().unwrap();
    let report = String::from_utf8(kakekomi_core::answer(&draft, &context).unwrap()).unwrap();
    let data = home.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let case = new_case(&sealer_of(&data).unwrap(), key, &draft, change(&report).as_bytes()).unwrap();
    store_case(&data, case).unwrap();
}

#[test]
fn nondeterministic_module_is_a_mismatch() {
    let home = Home::new();
    stored(&home, "right", str::to_owned);
    let output = home.run(&["recheck"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    stored(&home, "other words", |report| report.replacen("\"message\":\"", "\"message\":\"！", 1));
    stored(&home, "no context", |report| report.replacen("\"now\":", "\"then\":", 1));
    let output = home.run(&["recheck", "--json"]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    let report = json_of(&output);
    let kinds: Vec<_> = report["differences"].as_array().unwrap().iter().map(|case| case["kind"].clone()).collect();
    assert_eq!(kinds, ["mismatch", "failed"]);
    assert_eq!(report["differences"][1]["failure"], "context.invalid");
    let words = said(&home.run(&["recheck"]));
    assert!(words.contains("1 MISMATCHED") && words.contains("1 FAILED"), "{words}");
}

#[test]
fn erased_cases_are_counted_and_sealed_ones_need_the_identity() {
    let home = home();
    let numbers: Vec<_> = home.cases().iter().map(|case| case["number"].as_str().unwrap().to_owned()).collect();
    let erased = home.run(&["cases", "erase", "--yes", &numbers[1]]);
    assert_eq!(erased.status.code(), Some(0), "{}", said(&erased));
    let output = home.run(&["recheck"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("4 the same") && said(&output).contains("1 erased"), "{}", said(&output));
    let events = |number: &str| json_of(&home.run(&["cases", "timeline", "--json", number])).as_array().unwrap().len();
    std::fs::rename(home.keys().join("desk.identity"), home.path().join("identity")).unwrap();
    assert_eq!(events(&numbers[0]), 1, "judging anew is no reading");
    let output = home.run(&["recheck", "--json"]);
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(5), &b""[..]), "{}", said(&output));
    assert!(said(&output).contains("--identity"), "{}", said(&output));
    let output = home.run(&["recheck", "--identity", "identity"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let all = [&["cases", "erase", "--yes"], &numbers.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat();
    assert_eq!(home.run(&all).status.code(), Some(5), "one was erased before");
    assert_eq!(home.run(&["recheck"]).status.code(), Some(0), "without sealed cases no identity is needed");
}
