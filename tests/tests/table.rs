//! Every case of the table on the core compiled for this machine and on the module in its sandbox.
//!
//! For each row: both engines give the same bytes, the report is the expected one, and the invariants of
//! every report hold. All rows run; the failing ones are named with their differences.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::sync::Arc;

use kakekomi_core::Locale;
use kakekomi_sandbox::Sandbox;
use kakekomi_tests::table::{Case, cases};
use serde_json::Value;

/// Runs `look` on every case and fails with all its findings.
fn every(look: impl Fn(&Case) -> Vec<String>) {
    let cases = cases();
    assert!(cases.len() > 300, "the table has shrunk to {} cases", cases.len());
    let wrong: Vec<_> = cases
        .iter()
        .flat_map(|case| look(case).into_iter().map(move |what| format!("{}\n    {what}", case.name)))
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn native(text: &[u8], context: &str) -> Vec<u8> {
    kakekomi_core::answer(text, context.as_bytes()).unwrap_or_else(|failure| panic!("{failure}"))
}

fn report(case: &Case) -> Value {
    serde_json::from_slice(&native(&case.text, &case.context)).unwrap()
}

#[test]
fn native_reports_match_the_table() {
    every(|case| case.expect.differences(&report(case)));
}

#[test]
fn sandbox_and_native_core_give_the_same_bytes() {
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap();
    let digest = sandbox.current().clone();
    every(|case| {
        let context: Arc<[u8]> = case.context.as_bytes().into();
        match sandbox.check_now(&digest, case.text.clone().into(), context) {
            Ok(bytes) if bytes == native(&case.text, &case.context) => Vec::new(),
            Ok(bytes) => vec![format!("the sandbox says {}", String::from_utf8_lossy(&bytes))],
            Err(error) => vec![format!("the sandbox fails: {error}")],
        }
    });
}

#[test]
fn context_of_a_report_replays_its_verdict() {
    every(|case| {
        let bytes = native(&case.text, &case.context);
        let report: Value = serde_json::from_slice(&bytes).unwrap();
        let again = native(&case.text, &report["context"].to_string());
        if again == bytes { Vec::new() } else { vec!["the replay gives other bytes".to_owned()] }
    });
}

#[test]
fn values_are_a_draft_with_the_same_values() {
    every(|case| {
        let first = report(case);
        let again: Value =
            serde_json::from_slice(&native(first["values"].to_string().as_bytes(), &case.context)).unwrap();
        let mut wrong = Vec::new();
        if again["values"] != first["values"] {
            wrong.push(format!("values {} become {}", first["values"], again["values"]));
        }
        if first["accepted"] == true && again["accepted"] != true {
            wrong.push(format!("accepted, but not its values: {}", again["issues"]));
        }
        wrong
    });
}

#[test]
fn reports_are_canonical() {
    const KEYS: [&str; 9] =
        ["ruleset", "context", "accepted", "issues", "advisories", "guidance", "progress", "hidden", "values"];
    every(|case| {
        let text = String::from_utf8(native(&case.text, &case.context)).unwrap();
        let mut rest = text.as_str();
        let mut wrong = Vec::new();
        for key in KEYS {
            match rest.split_once(&format!("\"{key}\":")) {
                Some((_, after)) => rest = after,
                None => wrong.push(format!("{key} is missing, or out of order")),
            }
        }
        if !text.starts_with("{\"ruleset\":") || text.ends_with(char::is_whitespace) {
            wrong.push("there is something before or behind it".to_owned());
        }
        if text.contains("\":null") {
            wrong.push("null stands in it".to_owned());
        }
        wrong
    });
}

#[test]
fn every_sentence_is_complete() {
    every(|case| {
        let report = report(case);
        let lists =
            ["issues", "advisories", "guidance"].map(|list| report[list].as_array().cloned().unwrap_or_default());
        let broken = |entry: &Value| {
            let sentence = entry["message"].as_str().unwrap_or_default();
            sentence.is_empty() || sentence.contains(['{', '}']) || sentence == entry["code"]
        };
        lists
            .concat()
            .iter()
            .filter(|entry| broken(entry))
            .map(|entry| format!("not a whole sentence: {entry}"))
            .collect()
    });
}

#[test]
fn verdicts_do_not_depend_on_the_language() {
    every(|case| {
        let mut context: Value = serde_json::from_str(&case.context).unwrap();
        let codes = [Locale::Ja, Locale::En].map(|locale| {
            context["locale"] = locale.as_str().into();
            let mut report: Value = serde_json::from_slice(&native(&case.text, &context.to_string())).unwrap();
            for list in ["issues", "advisories", "guidance"] {
                for entry in report[list].as_array_mut().unwrap() {
                    entry["message"] = Value::Null;
                }
            }
            report["context"] = Value::Null;
            report
        });
        if codes[0] == codes[1] { Vec::new() } else { vec!["the verdict depends on the language".to_owned()] }
    });
}

#[test]
fn unusable_context_fails_on_both_engines() {
    let whole = cases()[0].context.clone();
    let without_now = whole.replacen("\"now\":", "\"then\":", 1);
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap();
    let digest = sandbox.current().clone();
    for context in ["", "[]", "null", "{}", &without_now, &whole.replacen("\"ja\"", "\"fr\"", 1)] {
        let failure = kakekomi_core::answer(b"{}", context.as_bytes()).unwrap_err();
        assert_eq!(failure.code(), "context.invalid", "{context}");
        let error = sandbox.check_now(&digest, b"{}".to_vec().into(), context.as_bytes().into()).unwrap_err();
        assert_eq!(error.code(), "context.invalid", "{context}: {error}");
    }
    assert!(
        kakekomi_core::answer(b"{}", whole.replacen('{', "{\"weather\":null,", 1).as_bytes()).is_ok(),
        "unknown keys are ignored"
    );
}

#[test]
fn malformed_questions_fail_on_both_engines() {
    let whole = cases()[0].context.clone();
    let with = |questions: &str| whole.replacen('{', &format!("{{\"questions\":{questions},"), 1);
    let one = r#"{"id":"q1","kind":"yes_no","required":true,"title":{"ja":"再起動しましたか"}}"#;
    let many = |count: usize| (0..count).map(|id| one.replace("q1", &format!("q{id}"))).collect::<Vec<_>>().join(",");
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap();
    let check = |context: &str| {
        sandbox
            .check_now(sandbox.current(), b"{}".to_vec().into(), context.as_bytes().into())
            .map_err(|error| error.code())
    };
    assert!(check(&with(&format!("[{}]", many(20)))).is_ok());
    for questions in [
        "null".to_owned(),
        "{}".to_owned(),
        "[1]".to_owned(),
        format!("[{one},{one}]"),
        format!("[{}]", one.replace("q1", "Q1")),
        format!("[{}]", one.replace("yes_no", "choice")),
        format!("[{}]", one.replace("yes_no", "line")),
        format!("[{}]", one.replace("true", "1")),
        format!("[{}]", one.replace("再起動しましたか", &"あ".repeat(201))),
        format!("[{}]", many(21)),
    ] {
        let context = with(&questions);
        let native = kakekomi_core::answer(b"{}", context.as_bytes()).map_err(kakekomi_core::CheckError::code);
        assert_eq!(native, Err("context.invalid"), "{questions}");
        assert_eq!(check(&context), Err("context.invalid"), "{questions}");
    }
}

#[test]
fn time_of_a_context_is_a_safe_integer() {
    let mut context: Value = serde_json::from_str(&cases()[0].context).unwrap();
    let sandbox = Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap();
    let digest = sandbox.current().clone();
    for (now, usable) in [
        ((1_i64 << 53) - 1, true),
        (1 << 53, false),
        (-((1 << 53) - 1), true),
        (-(1 << 53), false),
        (i64::MAX, false),
        (i64::MIN, false),
    ] {
        context["now"] = now.into();
        let context = context.to_string();
        assert_eq!(kakekomi_core::answer(b"{}", context.as_bytes()).is_ok(), usable, "{now}");
        let answer = sandbox.check_now(&digest, b"{}".to_vec().into(), context.as_bytes().into());
        assert_eq!(answer.is_ok(), usable, "{now}");
    }
}
