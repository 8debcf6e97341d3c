//! The states of an answer: not given, said to be unknown, given, refused.
//!
//! absent → `Absent` · `{"unknown": true}` → `Unknown` · `"Windows 11"` → `Given(…)` · `null` →
//! `Refused`, with an issue. Requirements: the three states differ everywhere.

use garde::{Path, Report, Validate};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::section::{Need, Rule, Shape, Tally};
use crate::code::Code;
use crate::context::Context;
use crate::issue::Params;
use crate::json::Node;
use crate::parse::{At, Reading};

/// A member of a section: an [`Answer`], or a section that is always there.
pub trait Slot: Default {
    /// What the page renders for it.
    const SHAPE: Shape;

    /// Reads the member; issues of its shape go to `reading`.
    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Self;

    /// Whether there is nothing to print of it in `values`.
    fn is_silent(&self) -> bool;

    /// The code that a rule of presence finds, if any.
    fn presence(&self, rule: Rule) -> Option<Code>;

    /// Counts required fields and answers.
    fn tally(&self, rule: Rule, at: &At<'_>, tally: &mut Tally<'_>);
}

/// Something that can be answered.
pub trait Value: Sized + Serialize + Validate<Context = Context> {
    /// What the page renders for it.
    const SHAPE: Shape;

    /// Reads the value: `Absent` where it is blank, `Refused` where an issue was noted.
    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self>;

    /// Counts an answer; records count their own fields instead.
    fn tally(&self, rule: Rule, at: &At<'_>, tally: &mut Tally<'_>) {
        tally.answer(rule, at);
    }
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

impl<T: Value> Slot for Answer<T> {
    const SHAPE: Shape = T::SHAPE;

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Self {
        match node {
            Node::Object(entries) if entries.iter().any(|(key, _)| key == "unknown") => {
                if unknown(Node::Object(entries), at, reading) { Answer::Unknown } else { Answer::Refused }
            }
            node => T::read(node, at, reading),
        }
    }

    fn is_silent(&self) -> bool {
        matches!(self, Answer::Absent | Answer::Refused)
    }

    fn presence(&self, rule: Rule) -> Option<Code> {
        match self {
            Answer::Absent if rule.need == Need::Required => Some(Code::Required),
            Answer::Unknown if !rule.unknown => Some(Code::UnknownNotAllowed),
            _ => None,
        }
    }

    fn tally(&self, rule: Rule, at: &At<'_>, tally: &mut Tally<'_>) {
        match self {
            Answer::Given(value) => value.tally(rule, at, tally),
            Answer::Unknown => tally.unknown(rule, at),
            Answer::Absent | Answer::Refused => tally.nothing(rule),
        }
    }
}

/// Whether an object is `{"unknown": true}`, with nothing else in it.
fn unknown(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> bool {
    let before = reading.found.len();
    crate::parse::object(node, at, reading, &mut |key, value, here, reading| {
        if key == "unknown" && value != Node::Bool(true) {
            reading.wrong(here, &value, Code::UnknownNotTrue);
        }
        key == "unknown"
    });
    reading.found.len() == before
}

impl<T: Serialize> Serialize for Answer<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Answer::Given(value) => value.serialize(serializer),
            Answer::Unknown => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("unknown", &true)?;
                map.end()
            }
            Answer::Absent | Answer::Refused => serializer.serialize_none(), // left out by its section
        }
    }
}

impl<T: Value> Validate for Answer<T> {
    type Context = Context;

    fn validate_into(&self, context: &Context, parent: &mut dyn FnMut() -> Path, report: &mut Report) {
        if let Answer::Given(value) = self {
            value.validate_into(context, parent, report);
        }
    }
}

/// 「その他」: known, but not for a first submission (Annex 1.2).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, garde::Validate)]
#[garde(context(Context))]
pub struct Later {}

impl Value for Later {
    const SHAPE: Shape = Shape::Later;

    fn read(_: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        reading.issue(at, Code::OtherLater, Params::none());
        Answer::Refused
    }
}
