//! Comparison of engines: one stream of drafts, many engines, every byte compared.
//!
//! ```text
//! seed, number → draft and context → the native core's report
//!                                  → another engine's report     → the same bytes, or a case for the table
//! ```
//!
//! A stream is the same on every machine, so seed and number name a mismatch. The modules, in reading order:
//! [`rng`], [`contexts`], [`fill`] with [`values`] and [`edge_values`] (drafts along the form's own table of fields),
//! [`mutate`] (damage), [`engine`] (the engines), [`compare`] and [`tally`] (the results), [`shrink`] (the smallest draft
//! that still shows a mismatch). `docs/sameness.md` has the commands.

pub mod compare;
pub mod contexts;
pub mod edge_values;
pub mod engine;
pub mod fill;
pub mod mutate;
pub mod rng;
pub mod shrink;
pub mod tally;
pub mod tree;
pub mod values;

use kakekomi_core::json;

use crate::table;
use contexts::{PLAIN_CONTEXTS, StreamContext, contexts};
use fill::Care;
use rng::Rng;
use tree::{PLAIN, Style, Tree};

/// A draft's text and the context that it is judged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The text, which need not be JSON.
    pub text: Vec<u8>,
    /// The context's text, which need not be usable.
    pub context: Vec<u8>,
}

/// The report's bytes, or the number of the failure (`kakekomi_core::CheckError`; lower for an engine's own).
pub type Answer = Result<Vec<u8>, i64>;

/// An endless stream of drafts and contexts.
#[derive(Debug)]
pub struct Stream {
    seed: u64,
    contexts: Vec<StreamContext>,
    /// The table's own drafts, so that a new case of the table is in the stream too.
    cases: Vec<Vec<u8>>,
    /// Those that answer questions.
    answers: Vec<Vec<u8>>,
}

impl Stream {
    /// Makes the stream of a seed.
    pub fn new(seed: u64) -> Stream {
        let cases = table::cases();
        let base = cases.first().map(|case| case.context.clone()).unwrap_or_default();
        // The few that are as long as a draft may be would take most of the time.
        let cases = cases.into_iter().filter(|case| case.text.len() < 20_000);
        let (answers, cases): (Vec<_>, Vec<_>) = cases.partition(table::Case::has_questions);
        // By text, so that a row that moves to another file of the table changes no draft.
        let [answers, cases] = [answers, cases].map(|cases| {
            let mut texts: Vec<_> = cases.into_iter().map(|case| case.text).collect();
            texts.sort_unstable();
            texts
        });
        Stream { seed, contexts: contexts(seed, &base), cases, answers }
    }

    /// Returns the table's own context: a mismatch that shows in it, too, is caused by the draft.
    pub fn plain_context() -> Vec<u8> {
        table::cases().first().map(|case| case.context.clone().into_bytes()).unwrap_or_default()
    }

    /// Makes the draft of a number and its context.
    pub fn question(&self, number: u64) -> Question {
        let mut rng = Rng::new(self.seed, number);
        let context = if rng.percent(80) {
            &self.contexts[rng.below(PLAIN_CONTEXTS)]
        } else {
            &self.contexts[rng.below(self.contexts.len())]
        };
        Question { text: self.text(context, &mut rng), context: context.text.clone() }
    }

    /// Makes a text: of a hundred 30 are valid, 35 nearly valid, 15 changed cases of the table, 20 damaged. With questions all but
    /// the valid are such cases, damaged or not.
    fn text(&self, context: &StreamContext, rng: &mut Rng) -> Vec<u8> {
        let kind = rng.below(100);
        let mut tree = match kind {
            0..30 => fill::draft(Care { answered: 10 + 80 * rng.next_u64().wrapping_rem(2), wrong: 0 }, context, rng),
            _ if context.has_questions => case(&self.answers, rng),
            65..80 => case(&self.cases, rng),
            _ => fill::draft(Care { answered: 40, wrong: 4 }, context, rng),
        };
        if (30..80).contains(&kind) {
            for _ in 0..rng.below(3) {
                mutate::tree(&mut tree, rng);
            }
        }
        let style = match rng.below(8) {
            0 => Style { space: " ", escaped: true },
            1 => Style { space: "\r\n\t", escaped: false },
            _ => PLAIN,
        };
        let mut text = tree.written(style).into_bytes();
        if kind >= 80 {
            for _ in 0..=rng.below(3) {
                mutate::bytes(&mut text, rng);
            }
        }
        text
    }
}

/// Picks a draft of the table, as a tree; text that is no JSON stays unchanged.
fn case(cases: &[Vec<u8>], rng: &mut Rng) -> Tree {
    let text = &cases[rng.below(cases.len())];
    match json::read(text, usize::MAX) {
        Ok(node) => Tree::of(&node),
        Err(_) => Tree::Raw(String::from_utf8_lossy(text).into_owned()),
    }
}
