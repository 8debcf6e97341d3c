//! The states of an answer: not given, said to be unknown, given, refused.
//!
//! absent → `Absent` · `{"unknown": true}` → `Unknown` · `"Windows 11"` → `Given(…)` · `null` →
//! `Refused`, with an issue. Requirements: the three states differ everywhere.

use super::section::{Need, Rule, Shape, Tally};
use crate::code::Code;
use crate::context::Context;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::order::LAST;
use crate::parse::{At, Reading, object};

/// A member of a section: an [`Answer`], or a section that is always there.
pub trait Slot {
    /// Reads the member; issues of its shape go to `reading`.
    fn read(&mut self, node: Node<'_>, at: &At<'_>, reading: &mut Reading);

    /// Whether there is nothing to print of it in `values`.
    fn is_silent(&self) -> bool;

    /// What its row asks for, and the rules of its value; issues go to `reading`.
    fn check(&self, rule: Rule, at: &At<'_>, context: &Context, reading: &mut Reading);

    /// Counts required fields and answers.
    fn tally(&self, rule: Rule, at: &At<'_>, tally: &mut Tally<'_>);

    /// Prints it.
    fn write(&self, out: &mut Writer);
}

/// Something of a kind that the field table knows.
pub trait Shaped {
    /// What the page renders for it.
    const SHAPE: Shape;
}

/// Something that can be answered.
pub trait Value: Sized {
    /// What the page renders for it.
    const SHAPE: Shape;

    /// Reads the value: `Absent` where it is blank, `Refused` where an issue was noted.
    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self>;

    /// The rules of the value; what fails is noted.
    fn check(&self, _: &At<'_>, _: &Context, _: &mut Reading) {}

    /// Counts an answer; records count their own fields instead.
    fn tally(&self, rule: Rule, at: &At<'_>, tally: &mut Tally<'_>) {
        tally.answer(rule, at);
    }

    /// Prints the value.
    fn write(&self, out: &mut Writer);
}

/// An answer in one of its states.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Answer<T> {
    /// Nothing was said, or white space alone.
    #[default]
    Absent,
    /// Said to be unknown (不明).
    Unknown,
    /// Said.
    Given(T),
    /// Said in a way that an issue speaks of already.
    Refused,
}

impl<T> Answer<T> {
    /// The value, if one was given.
    pub fn given(&self) -> Option<&T> {
        match self {
            Answer::Given(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the applicant said that it is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Answer::Unknown)
    }

    /// Whether nothing was said.
    pub fn is_absent(&self) -> bool {
        matches!(self, Answer::Absent)
    }
}

impl<T: Value> Shaped for Answer<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Value> Slot for Answer<T> {
    fn read(&mut self, node: Node<'_>, at: &At<'_>, reading: &mut Reading) {
        *self = match unknown(node, at, reading) {
            Ok(true) => Answer::Unknown,
            Ok(false) => Answer::Refused,
            Err(node) => T::read(node, at, reading),
        };
    }

    fn is_silent(&self) -> bool {
        matches!(self, Answer::Absent | Answer::Refused)
    }

    fn check(&self, rule: Rule, at: &At<'_>, context: &Context, reading: &mut Reading) {
        match self {
            Answer::Given(value) => value.check(at, context, reading),
            Answer::Absent if rule.need == Need::Required => reading.issue(at, Code::Required, Params::none()),
            Answer::Unknown if !rule.unknown => reading.issue(at, Code::UnknownNotAllowed, Params::none()),
            Answer::Absent | Answer::Unknown | Answer::Refused => {}
        }
    }

    fn tally(&self, rule: Rule, at: &At<'_>, tally: &mut Tally<'_>) {
        match self {
            Answer::Given(value) => value.tally(rule, at, tally),
            Answer::Unknown => tally.unknown(rule, at),
            Answer::Absent | Answer::Refused => tally.nothing(rule),
        }
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Answer::Given(value) => value.write(out),
            Answer::Unknown => write_unknown(out),
            Answer::Absent | Answer::Refused => {} // left out by its section
        }
    }
}

fn write_unknown(out: &mut Writer) {
    out.object();
    out.key("unknown");
    out.boolean(true);
    out.end_object();
}

/// Whether an object with the key `unknown` is `{"unknown": true}`, with nothing else in it; any other
/// node is given back.
fn unknown<'n>(node: Node<'n>, at: &At<'_>, reading: &mut Reading) -> Result<bool, Node<'n>> {
    let said = matches!(&node, Node::Object(entries) if entries.iter().any(|(key, _)| key == "unknown"));
    if !said {
        return Err(node);
    }
    let before = reading.found.len();
    let find = |key: &str| (key == "unknown").then_some(LAST);
    object(node, at, reading, &find, &mut |_, value, here, reading| {
        if value != Node::Bool(true) {
            reading.wrong(here, &value, Code::UnknownNotTrue);
        }
    });
    Ok(reading.found.len() == before)
}

/// 「その他」: known, but not for a first submission (Annex 1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {}

impl Value for Later {
    const SHAPE: Shape = Shape::Later;

    fn read(_: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        reading.issue(at, Code::OtherLater, Params::none());
        Answer::Refused
    }

    fn write(&self, _: &mut Writer) {}
}
