//! Properties of every text: it gives a report, the same one twice, and the values are a draft that gives the same values again.
//!
//! Small runs that every `cargo test` makes; the large differential runs are `make same`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says why and stops")]

use kakekomi_core::{Context, check};
use proptest::prelude::*;
use serde_json::{Value, json};

fn context() -> Context {
    let text = json!({
        "now": 1_795_140_000_000_i64, "locale": "ja",
        "consent": {"version": "1", "sha256": {"ja": "a".repeat(64), "en": "b".repeat(64)}},
        "policy": {"version": "1", "sha256": {"ja": "c".repeat(64)}},
        "calendar": {
            "open": "09:00", "close": "17:00", "offset": "+09:00", "year_end": {"from": "12-29", "to": "01-03"},
            "weekday_excludes_holidays": true, "extra_closed": [], "extra_open": [],
            "holidays": ["2026-11-03", "2026-11-23"], "last_year": 2027,
        },
    });
    Context::read(text.to_string().as_bytes()).unwrap()
}

fn report(text: &[u8]) -> Value {
    let bytes = check(text, &context()).to_bytes();
    assert_eq!(bytes, check(text, &context()).to_bytes());
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn issues_come_in_the_forms_order() {
    let draft = json!({
        "zzz": 1,
        "consent": {"policy": {}, "document": {"sha256": 1, "version": 1}},
        "incident": {"occurred_at": {"offset": 1, "at": {"time": 1, "year": 1}}},
        "contact": {"nickname": "", "phone": 1},
    });
    let issues = report(draft.to_string().as_bytes())["issues"].clone();
    let wrong = issues.as_array().unwrap().iter().filter(|issue| issue["code"] != "required");
    let paths: Vec<_> = wrong.map(|issue| issue["path"].as_str().unwrap()).collect();
    let expected = [
        "/contact/person",
        "/contact/phone",
        "/contact/nickname",
        "/incident/occurred_at/at/year",
        "/incident/occurred_at/at/time",
        "/incident/occurred_at/offset",
        "/consent/document/version",
        "/consent/document/sha256",
        "/zzz",
    ];
    assert_eq!(paths, expected);
}

/// Texts as people and attackers type them: most nearly mean something.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        "[0-9０-９+＋()（） ー‐−-]{0,20}",
        "(\\+81|0)[0-9]{8,11}(内線[0-9]{1,5})?",
        "[a-zA-Z0-9.＠@あ。-]{1,30}",
        "(令和|平成|昭和|R|H|)[0-9]{1,4}(年|/|-|\\.)[0-9]{1,2}(月|/|-|\\.)[0-9]{1,2}日?( [0-9]{1,2}(:|時)[0-9]{0,2}分?)?",
        any::<String>(),
    ]
}

fn moment() -> impl Strategy<Value = Value> {
    let parts = (typed(), typed(), typed(), typed());
    prop_oneof![
        typed().prop_map(|at| json!({ "at": at })),
        parts.prop_map(|(year, month, day, time)| json!({"at": {"year": year, "month": month, "day": day, "time": time}})),
        (2020..2028, 0..14, 0..33, 0..26).prop_map(|(year, month, day, hour): (i32, i32, i32, i32)| {
            json!({"at": {"year": year.to_string(), "month": month.to_string(), "day": day.to_string(), "time": format!("{hour}時")}, "precision": "about"})
        }),
        Just(json!({"unknown": true})),
    ]
}

fn draft() -> impl Strategy<Value = Value> {
    (typed(), typed(), typed(), typed(), moment(), moment()).prop_map(
        |(company, phone, email, summary, discovered, occurred)| {
            json!({
                "contact": {"company": company, "phone": phone, "email": email},
                "incident": {"summary": summary, "discovered_at": discovered, "occurred_at": occurred},
                "logs": [{"kind": "proxy", "clock_error_seconds": phone, "sha256": company}],
            })
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_give_a_report(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let report = report(&bytes);
        prop_assert_eq!(&report["accepted"], &json!(false));
        prop_assert!(!report["issues"].as_array().unwrap().is_empty());
    }

    #[test]
    fn values_are_a_draft_that_gives_the_same_values(draft in draft()) {
        let once = report(draft.to_string().as_bytes());
        let again = report(once["values"].to_string().as_bytes());
        prop_assert_eq!(&once["values"], &again["values"]);
        prop_assert_eq!(&once["advisories"], &again["advisories"]);
    }

    #[test]
    fn whatever_the_reader_takes_serde_json_takes(text in "[\\[\\]{}:,\"0-9a-z\\\\ .eE+-]{0,40}") {
        let ours = kakekomi_core::json::read(text.as_bytes(), kakekomi_core::TEXT_MAX).is_ok();
        let theirs = serde_json::from_str::<Value>(&text).is_ok();
        // Theirs refuses numbers beyond a double and lone surrogates, which the grammar allows.
        prop_assert!(ours || !theirs, "{}", text);
    }
}
