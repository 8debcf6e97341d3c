//! The states of an answer: not given, said to be unknown, given, refused.
//!
//! absent → `Absent` · `{"unknown": true}` → `Unknown` · `"Windows 11"` → `Given(…)` · `null` →
//! `Refused`, with an issue. Requirements: the three states differ everywhere.

use super::section::{Field, Need, Rule, Shape};
use super::walk::Walk;
use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::object::read_members;
use crate::path::{PathCursor, UNKNOWN_RANK};

/// A member of a section: an [`Answer`], or a section that is always there.
pub trait Slot {
    /// Reads the member; issues of its type go to `diagnostics`.
    fn read(&mut self, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics);

    /// Does what is asked of it; `field` is its row.
    fn walk(&self, field: &Field, at: &PathCursor<'_>, asked: &mut Walk<'_, '_>);
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
    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self>;

    /// The rules of a value without fields of its own; what fails is noted.
    fn check(&self, _: &PathCursor<'_>, _: &Context, _: &mut Diagnostics) {}

    /// Prints the value.
    fn write(&self, out: &mut Writer);

    /// Checks or counts it, which is all that it is asked for; records and lists hand it on to their own fields.
    fn check_or_tally(&self, rule: Rule, at: &PathCursor<'_>, asked: &mut Walk<'_, '_>) {
        match asked {
            Walk::Check(context, diagnostics) => self.check(at, context, diagnostics),
            Walk::Tally(tally) => tally.answer(rule, at),
            Walk::Write(_) | Walk::Silent(_) => {}
        }
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

impl<T: Value> Shaped for Answer<T> {
    const SHAPE: Shape = T::SHAPE;
}

impl<T: Value> Slot for Answer<T> {
    fn read(&mut self, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) {
        *self = match unknown(node, at, diagnostics) {
            Ok(true) => Answer::Unknown,
            Ok(false) => Answer::Refused,
            Err(node) => T::read(node, at, diagnostics),
        };
    }

    fn walk(&self, field: &Field, at: &PathCursor<'_>, asked: &mut Walk<'_, '_>) {
        match self {
            Answer::Given(value) => match asked {
                Walk::Check(..) | Walk::Tally(_) => value.check_or_tally(field.rule, at, asked),
                Walk::Write(out) => {
                    out.key(field.name);
                    value.write(out);
                }
                Walk::Silent(silent) => **silent = false,
            },
            Answer::Absent => without_value(&Answer::Absent, field, at, asked),
            Answer::Unknown => without_value(&Answer::Unknown, field, at, asked),
            Answer::Refused => without_value(&Answer::Refused, field, at, asked),
        }
    }
}

/// What an answer without a value has to say: the same of every kind of value, so it is in the module once.
#[inline(never)]
fn without_value(answer: &Answer<()>, field: &Field, at: &PathCursor<'_>, asked: &mut Walk<'_, '_>) {
    match (asked, answer) {
        (Walk::Check(_, diagnostics), Answer::Absent) if field.rule.need == Need::Required => {
            diagnostics.add(at, Code::Required, Params::none());
        }
        (Walk::Check(_, diagnostics), Answer::Unknown) if !field.rule.unknown => {
            diagnostics.add(at, Code::UnknownNotAllowed, Params::none());
        }
        (Walk::Tally(tally), Answer::Unknown) => tally.unknown(field.rule, at),
        (Walk::Tally(tally), _) => tally.nothing(field.rule),
        (Walk::Write(out), Answer::Unknown) => {
            out.key(field.name);
            out.object();
            out.key("unknown");
            out.boolean(true);
            out.end_object();
        }
        (Walk::Silent(silent), Answer::Unknown) => **silent = false,
        _ => {}
    }
}

/// Whether an object with the key `unknown` is `{"unknown": true}`, with nothing else in it; any other
/// node is given back.
fn unknown<'n>(node: Node<'n>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Result<bool, Node<'n>> {
    let said = matches!(&node, Node::Object(entries) if entries.iter().any(|(key, _)| key == "unknown"));
    if !said {
        return Err(node);
    }
    let before = diagnostics.issues.len();
    let find = |key: &str| (key == "unknown").then_some(UNKNOWN_RANK);
    read_members(node, at, diagnostics, &find, &mut |_, value, here, diagnostics| {
        if !matches!(value, Node::Bool(true)) {
            diagnostics.type_mismatch(here, &value, Code::UnknownNotTrue);
        }
    });
    Ok(diagnostics.issues.len() == before)
}

/// 「その他」: known, but not for a first submission (Annex 1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {}

impl Value for Later {
    const SHAPE: Shape = Shape::Later;

    fn read(_: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        diagnostics.add(at, Code::OtherLater, Params::none());
        Answer::Refused
    }

    fn write(&self, _: &mut Writer) {}
}
