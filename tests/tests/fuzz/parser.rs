//! Any bytes → a report with the invariants of every report.
//!
//! An input with a new combination of codes is kept for further mutation, so that the search continues where it found
//! something.

use std::collections::BTreeSet;

use kakekomi_tests::same::rng::Rng;
use kakekomi_tests::same::{Stream, mutate};
use serde_json::Value;

use super::for_a_minute;

/// Number of inputs that are kept for further mutation.
const KEPT: usize = 4000;
/// Number of kept inputs that may be longer than a page of text, since those are slow.
const LONG: usize = 4096;

/// The kept inputs.
#[derive(Default)]
struct Corpus {
    texts: Vec<Vec<u8>>,
    found: BTreeSet<Vec<String>>,
}

impl Corpus {
    /// Makes a new draft, a damaged kept one, or one of the beginning of a kept one and the end of another.
    fn text(&self, fresh: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
        if self.texts.is_empty() || rng.percent(20) {
            return fresh;
        }
        let mut text = self.texts[rng.below(self.texts.len())].clone();
        if rng.percent(20) {
            let other = &self.texts[rng.below(self.texts.len())];
            text.truncate(rng.below(text.len() + 1));
            text.extend_from_slice(&other[rng.below(other.len() + 1)..]);
        }
        for _ in 0..=rng.below(4) {
            mutate::bytes(&mut text, rng);
        }
        text
    }

    fn keep(&mut self, text: Vec<u8>, report: &Value) {
        let codes: BTreeSet<_> = ["issues", "advisories", "guidance"]
            .into_iter()
            .flat_map(|list| report[list].as_array().unwrap())
            .map(|entry| entry["code"].to_string())
            .collect();
        let is_new = self.found.insert(codes.into_iter().collect());
        if is_new && self.texts.len() < KEPT && (text.len() < LONG || self.texts.len().is_multiple_of(10)) {
            self.texts.push(text);
        }
    }
}

#[test]
fn any_bytes_give_a_consistent_report() {
    let context = Stream::plain_context();
    let mut corpus = Corpus::default();
    let mut stream = None;
    let count = for_a_minute("parser", |seed, count| {
        let mut rng = Rng::new(!seed, count);
        let fresh = stream.get_or_insert_with(|| Stream::new(seed)).question(count).text;
        let text = corpus.text(fresh, &mut rng);
        let report = holds_together(&text, &context);
        corpus.keep(text, &report);
    });
    eprintln!("parser: {} combinations of codes", corpus.found.len());
    assert!(count > 1000 && corpus.found.len() > 100, "{count} inputs are too few to say anything");
}

fn holds_together(text: &[u8], context: &[u8]) -> Value {
    let bytes = kakekomi_core::answer(text, context).expect("the table's own context is usable");
    assert_eq!(bytes, kakekomi_core::answer(text, context).unwrap(), "the same twice");
    let report: Value = serde_json::from_slice(&bytes).expect("a report is JSON");
    let issues = report["issues"].as_array().unwrap();
    assert_eq!(report["accepted"], issues.is_empty(), "accepted is to have no issue");
    assert_eq!(
        issues.first().is_some_and(|issue| issue["code"].as_str().unwrap().starts_with("text.")),
        json_reads(text).is_err(),
        "no JSON is said where it is none, and nowhere else: {report}"
    );
    let again = kakekomi_core::answer(report["values"].to_string().as_bytes(), context).unwrap();
    let again: Value = serde_json::from_slice(&again).unwrap();
    assert_eq!(again["values"], report["values"], "values are a draft with the same values");
    report
}

/// Parses a text with the core's reader; serde's differs in depth, numbers and lone surrogates.
fn json_reads(text: &[u8]) -> Result<(), ()> {
    kakekomi_core::json::read(text, kakekomi_core::TEXT_MAX).map(drop).map_err(drop)
}
