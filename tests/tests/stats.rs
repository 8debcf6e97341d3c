//! `kakekomi stats`: closed months, without test cases and erased ones, counted once.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use kakekomi_sealing::KeyFolder;
use kakekomi_service::sealed_case::{CaseReader, CaseSealer, EventDraft, seal_store_event};
use kakekomi_store::{self as store, EventKind, NewCase};
use kakekomi_tests::sealed::{new_case_at, sealer_of, store_case};
use kakekomi_tests::server::Home;
use serde_json::{Value, json};

/// 2025-10-01T00:00+09:00 and 2025-11-01T00:00+09:00.
const OCTOBER: i64 = 1_759_244_400_000;
const NOVEMBER: i64 = 1_761_922_800_000;

fn case(sealer: &CaseSealer, at: i64, kind: &str, key: &str) -> NewCase {
    let values = json!({
        "incident": {"kind": kind, "discovery_trigger": {"by": "employee"}},
        "devices": [{"identified": "suspected", "os": "word.os"}],
        "consent": {"language": "ja"},
    });
    let report = json!({ "values": values }).to_string();
    new_case_at(at, sealer, key, values.to_string().as_bytes(), report.as_bytes()).unwrap()
}

/// A store with cases of October 2025 and around it.
fn home() -> Home {
    let home = Home::new();
    let data = home.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let sealer = sealer_of(&data).unwrap();
    for index in 0..33_i64 {
        let at = if index == 0 { OCTOBER } else { NOVEMBER - index };
        let kind = if index < 20 { "malware" } else { "ransomware" };
        store_case(&data, case(&sealer, at, kind, &format!("in-{index}"))).unwrap();
    }
    for (index, at) in [OCTOBER - 1, NOVEMBER].into_iter().enumerate() {
        store_case(&data, case(&sealer, at, "lost_device", &format!("out-{index}"))).unwrap();
    }
    home
}

fn stats(home: &Home, arguments: &[&str]) -> (i32, String, String) {
    let output = home.run(&[&["stats"], arguments].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn published(home: &Home) -> Value {
    let (code, text, log) = stats(home, &["--month", "2025-10", "--json"]);
    assert_eq!(code, 0, "{log}");
    serde_json::from_str(&text).unwrap()
}

fn cell<'a>(month: &'a Value, field: &str, answer: &str) -> &'a Value {
    let find =
        |list: &'a Value, name: &str, value: &str| list.as_array().unwrap().iter().find(|one| one[name] == value);
    &find(&find(&month["tables"], "field", field).unwrap()["cells"], "answer", answer).unwrap()["cases"]
}

#[test]
fn a_closed_month_of_the_desks_clock_is_counted_without_other_cases() {
    let home = home();
    let months = published(&home);
    let month = &months[0];
    assert_eq!((&month["month"], &month["cases"]), (&json!("2025-10"), &json!(35)), "33 cases, rounded to 5");
    for (field, answer, expected) in [
        ("/incident/kind", "malware", json!(20)),
        ("/incident/kind", "ransomware", json!(15)),
        ("/incident/kind", "lost_device", json!("<10")),
        ("/incident/discovery_trigger/by", "employee", json!(35)),
        ("/devices/*/identified", "suspected", json!(35)),
        ("/logs/*/kind", "none", json!(35)),
        ("/consent/language", "en", json!("<10")),
    ] {
        assert_eq!(cell(month, field, answer), &expected, "{field} {answer}");
    }
    assert!(!months.to_string().contains("word"), "{months}");
    let (code, text, _) = stats(&home, &["--month", "2025-10", "--csv"]);
    assert_eq!(code, 0);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(&lines[..3], ["month,field,answer,cases", "2025-10,,,35", "2025-10,/incident/kind,malware,20"]);
    assert!(lines.contains(&"2025-10,/incident/kind,lost_device,<10"), "{text}");
}

#[test]
fn a_published_month_stays_as_it_is_after_an_erasure() {
    let home = home();
    let before = published(&home);
    for case in home.cases().iter().filter(|case| case["kind"] == "malware").take(11) {
        let erased = home.run(&["cases", "erase", case["number"].as_str().unwrap(), "--yes"]);
        assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
    }
    assert_eq!(published(&home), before);
    // A month that was not published before is counted without the erased cases.
    let (_, text, _) = stats(&home, &["--month", "2025-09,2025-11", "--ndjson"]);
    let months: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(months.iter().map(|month| &month["month"]).collect::<Vec<_>>(), ["2025-09", "2025-11"]);
    assert!(months.iter().all(|month| month["cases"] == 0 || month["cases"].is_null()), "{text}");
}

/// Writes an entry of the register with figures of October, sealed to the keys beside a data folder.
fn publish(home: &Home, keys: &Home, cases: u64) {
    let sealer = sealer_of(&keys.path().join("data")).unwrap();
    let month = json!({"month": "2025-10", "cases": cases, "tables": []});
    let body = json!({"purpose": "statistics", "cases": cases, "fields": [], "sha256": "ab".repeat(32), "statistics": [month]});
    let (at, kind) = (OCTOBER, EventKind::ExportMade);
    let draft = EventDraft { at, actor: "cli:root", kind, body: &body, after: None, also_to: None };
    let event = seal_store_event(sealer.recipients(), &draft).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = store::open_to_write(&store::url_in(&home.path().join("data"))).await.unwrap();
        store.append(vec![event]).await.unwrap();
        store.close().await.unwrap();
    });
}

#[test]
fn nothing_is_counted_while_an_entry_of_the_register_stays_sealed() {
    let home = home();
    let other = Home::new();
    publish(&home, &other, 35);
    let (code, text, log) = stats(&home, &["--month", "2025-10"]);
    assert_eq!((code, text.as_str()), (2, ""));
    assert!(log.contains("1 entries of the register of exports cannot be opened"), "{log}");
    let both = home.path().join("both.identity");
    let identity = |home: &Home| std::fs::read_to_string(home.keys().join("desk.identity")).unwrap();
    std::fs::write(&both, format!("{}{}", identity(&home), identity(&other))).unwrap();
    let (code, text, log) = stats(&home, &["--month", "2025-10", "--identity", both.to_str().unwrap()]);
    assert_eq!((code, text.as_str()), (0, "2025-10: 35 cases, rounded to 5\n\n"), "{log}");
}

#[test]
fn the_first_entry_of_a_month_counts() {
    let home = home();
    publish(&home, &home, 30);
    publish(&home, &home, 20);
    assert_eq!(published(&home)[0]["cases"], 30);
}

#[test]
fn runs_at_once_publish_the_same_figures() {
    let home = home();
    let erased: Vec<_> = home.cases().iter().take(20).map(|case| case["number"].as_str().unwrap().to_owned()).collect();
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| published(&home))).collect();
        for number in &erased {
            assert!(home.run(&["cases", "erase", number, "--yes"]).status.success());
        }
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(outputs.iter().all(|output| *output == outputs[0]), "{outputs:?}");
    assert_eq!(published(&home), outputs[0]);
}

#[test]
fn erased_cases_and_test_cases_are_not_counted() {
    let home = home();
    for case in home.cases().iter().filter(|case| case["kind"] == "ransomware") {
        assert!(home.run(&["cases", "erase", case["number"].as_str().unwrap(), "--yes"]).status.success());
    }
    home.alter("UPDATE cases SET test = 1 WHERE seq = 2");
    let months = published(&home);
    assert_eq!(months[0]["cases"], 20, "19 or 20 cases");
    assert_eq!(cell(&months[0], "/incident/kind", "ransomware"), "<10");
}

#[test]
fn each_run_is_in_the_register_without_an_event_of_a_case() {
    let home = home();
    published(&home);
    let text = stats(&home, &["--month", "2025-10"]).1;
    assert!(text.starts_with("2025-10: 35 cases, rounded to 5\n  /incident/kind\n    malware"), "{text}");
    let reader = CaseReader::load(&KeyFolder::at(home.keys()), None).unwrap().unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = store::open_to_write(&store::url_in(&home.path().join("data"))).await.unwrap();
        let events = store.events(0, 500, None).await.unwrap();
        assert!(events.iter().all(|event| event.kind != EventKind::CaseExported.as_str()));
        let exports = store.store_events(EventKind::ExportMade, None, 10).await.unwrap();
        let bodies: Vec<_> = exports.iter().map(|event| reader.open_store_event(event).unwrap().unwrap()).collect();
        let cases: Vec<_> =
            bodies.iter().map(|body| (body["purpose"].as_str().unwrap(), body["cases"].as_u64())).collect();
        assert_eq!(
            cases,
            [("statistics", Some(0)), ("statistics", Some(35))],
            "rounded; the second run opened no case"
        );
        assert_eq!(bodies[0]["sha256"], kakekomi_store::digest::sha256(text.as_bytes()));
        store.close().await.unwrap();
    });
}

#[test]
fn a_month_that_has_not_ended_is_refused() {
    let home = home();
    for (month, why) in [("2099-01", "has not ended"), ("2025-13", "is no month"), ("october", "is no month")] {
        let (code, text, log) = stats(&home, &["--month", month]);
        assert_eq!((code, text.as_str()), (2, ""));
        assert!(log.contains(why), "{log}");
    }
    let now = store::clock::format_rfc3339(store::clock::now(), "+09:00");
    assert_eq!(stats(&home, &["--month", &now[..7]]).0, 2, "the running month");
}
