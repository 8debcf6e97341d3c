//! Any bytes → a report that holds together, with libFuzzer looking for bytes that reach what none reached before.
//!
//! `scripts/fuzz.sh 600` runs it for ten minutes. Sums that overflow and the core's own assertions are errors here.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const CONTEXT: &[u8] = include_bytes!("../../cases/base/context.json");

fuzz_target!(|text: &[u8]| {
    let report = report(text);
    assert_eq!(report["accepted"], report["issues"].as_array().is_some_and(Vec::is_empty));
    let again = self::report(report["values"].to_string().as_bytes());
    assert_eq!(again["values"], report["values"], "values are a draft with the same values");
});

fn report(text: &[u8]) -> Value {
    let bytes = kakekomi_core::answer(text, CONTEXT).expect("the table's own context is usable");
    serde_json::from_slice(&bytes).expect("a report is JSON")
}
