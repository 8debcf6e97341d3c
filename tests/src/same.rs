//! Proving that every engine says the same: one stream of drafts, many engines, every byte compared.
//!
//! ```text
//! seed, number → draft and context → the native core's report
//!                                  → another engine's report     → the same bytes, or a case for the table
//! ```
//!
//! A stream is the same on every machine, so a mismatch is named by seed and number. Read on in this
//! order: [`dice`], [`world`] (contexts), [`fill`] with [`values`] and [`tricky`] (drafts along the form's own
//! table of fields), [`wound`] (damage), [`engine`] (who is asked), [`compare`] and [`tally`] (what came
//! of it), [`shrink`] (the smallest draft that still shows a mismatch). `docs/sameness.md` says how to run it.

pub mod compare;
pub mod dice;
pub mod engine;
pub mod fill;
pub mod shrink;
pub mod tally;
pub mod tree;
pub mod tricky;
pub mod values;
pub mod world;
pub mod wound;

use kakekomi_core::json;

use crate::table;
use dice::Dice;
use fill::Care;
use tree::{PLAIN, Style, Tree};
use world::{PLAIN_WORLDS, World, worlds};

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

/// Drafts and contexts without end.
#[derive(Debug)]
pub struct Stream {
    seed: u64,
    worlds: Vec<World>,
    /// The table's own drafts: where a rule gets a case, the stream gets it too.
    cases: Vec<Vec<u8>>,
}

impl Stream {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Stream {
        let cases = table::cases();
        let base = cases.first().map(|case| case.context.clone()).unwrap_or_default();
        // The few that are as long as a draft may be would take most of the time.
        let mut cases: Vec<_> = cases.into_iter().map(|case| case.text).filter(|text| text.len() < 20_000).collect();
        // By text, so that a row that moves to another file of the table changes no draft.
        cases.sort_unstable();
        Stream { seed, worlds: worlds(seed, &base), cases }
    }

    /// The table's own context: where a mismatch shows in it too, it is in the draft.
    pub fn plain_context() -> Vec<u8> {
        table::cases().first().map(|case| case.context.clone().into_bytes()).unwrap_or_default()
    }

    /// The draft of a number and its context.
    pub fn question(&self, number: u64) -> Question {
        let mut dice = Dice::new(self.seed, number);
        let world = if dice.percent(80) {
            &self.worlds[dice.below(PLAIN_WORLDS)]
        } else {
            &self.worlds[dice.below(self.worlds.len())]
        };
        Question { text: self.text(world, &mut dice), context: world.text.clone() }
    }

    /// In a hundred: 30 right, 35 nearly right, 15 of the table changed, 20 damaged.
    fn text(&self, world: &World, dice: &mut Dice) -> Vec<u8> {
        let kind = dice.below(100);
        let mut tree = match kind {
            0..30 => fill::draft(Care { answered: 10 + 80 * dice.roll().wrapping_rem(2), wrong: 0 }, world, dice),
            65..80 => self.case(dice),
            _ => fill::draft(Care { answered: 40, wrong: 4 }, world, dice),
        };
        if (30..80).contains(&kind) {
            for _ in 0..dice.below(3) {
                wound::tree(&mut tree, dice);
            }
        }
        let style = match dice.below(8) {
            0 => Style { space: " ", escaped: true },
            1 => Style { space: "\r\n\t", escaped: false },
            _ => PLAIN,
        };
        let mut text = tree.written(style).into_bytes();
        if kind >= 80 {
            for _ in 0..=dice.below(3) {
                wound::bytes(&mut text, dice);
            }
        }
        text
    }

    /// A draft of the table, as a tree; what is no JSON stays as it is.
    fn case(&self, dice: &mut Dice) -> Tree {
        let text = &self.cases[dice.below(self.cases.len())];
        match json::read(text, usize::MAX) {
            Ok(node) => Tree::of(&node),
            Err(_) => Tree::Raw(String::from_utf8_lossy(text).into_owned()),
        }
    }
}
