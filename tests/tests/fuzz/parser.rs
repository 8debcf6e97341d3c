//! Any bytes → a report, in which what must hold of every report does.
//!
//! An input that brings a combination of codes which none had before joins those that are damaged further, so that the
//! rng dig where they found something.

use std::collections::BTreeSet;

use kakekomi_tests::same::rng::Rng;
use kakekomi_tests::same::{Stream, mutate};
use serde_json::Value;

use super::for_a_minute;

/// Number of inputs that are kept for further mutation.
const KEPT: usize = 4000;
/// Number of kept inputs that may be longer than a page of text, since those are slow.
const LONG: usize = 4096;

/// Inputs that found something.
#[derive(Default)]
struct Corpus {
    texts: Vec<Vec<u8>>,
    found: BTreeSet<Vec<String>>,
}

impl Corpus {
    /// A new draft, or a kept one damaged, or the beginning of one and the end of another.
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
