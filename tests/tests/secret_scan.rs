//! The secret scan on lines that it was not tuned on: its false positives and its hits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::fs;

use kakekomi_core::{Context, check};
use kakekomi_tests::source_tree::root;

/// The most lines of a hundred without a secret that may be warned about.
const FALSE_ALARMS_MAX: usize = 2;
/// The fewest secrets of a hundred that must be found.
const FOUND_MIN: usize = 95;

/// Checks if a text of the form gets the advice about secrets.
fn is_warned_about(text: &str, context: &Context) -> bool {
    let draft = serde_json::json!({"incident": {"summary": text}}).to_string();
    check(draft.as_bytes(), context).advisories.iter().any(|advisory| advisory.code.as_str() == "secret.likely")
}

fn context() -> Context {
    Context::read(&fs::read(root().join("tests/cases/base/context.json")).unwrap()).unwrap()
}

/// Lists the wrongly judged lines of a file, and counts its lines.
fn misjudged(file: &str, is_secret: bool) -> (Vec<String>, usize) {
    let context = context();
    let text = fs::read_to_string(root().join("tests/secrets").join(file)).unwrap();
    let lines: Vec<_> =
        text.lines().map(|line| line.split_once('\t').filter(|_| !is_secret).map_or(line, |(_, line)| line)).collect();
    let wrong = lines.iter().filter(|line| is_warned_about(line, &context) != is_secret).map(ToString::to_string);
    (wrong.collect(), lines.len())
}

#[test]
fn few_log_lines_are_false_positives() {
    let (alarms, lines) = misjudged("logs.held.tsv", false);
    assert!(alarms.len() * 100 <= lines * FALSE_ALARMS_MAX, "{} of {lines}:\n{}", alarms.len(), alarms.join("\n"));
}

#[test]
fn nearly_every_secret_is_found() {
    let (missed, lines) = misjudged("secrets.held.txt", true);
    assert!(
        missed.len() * 100 <= lines * (100 - FOUND_MIN),
        "{} of {lines} are missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}
