//! A member of a section: reading it, and visiting it in each state of its [`Answer`].
//!
//! `"company": "株式会社れい"` → read as `Given(Line("株式会社れい"))`, written as it was read.

use super::answer::Answer;
use super::field::{Field, FieldKind, Requirement};
use super::visit::Visit;
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

    /// Runs an operation on it; `field` is its row.
    fn visit(&self, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>);
}

/// A type with a kind in the field table.
pub trait HasKind {
    /// The kind that the page renders.
    const KIND: FieldKind;
}

/// The value of an answer.
pub trait Value: Sized {
    /// The kind that the page renders.
    const KIND: FieldKind;

    /// Reads the value: `Absent` if it is blank, `Invalid` if an issue was added.
    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self>;

    /// Runs the rules of a value without fields of its own.
    fn check(&self, _: &PathCursor<'_>, _: &Context, _: &mut Diagnostics) {}

    /// Writes the value.
    fn write(&self, out: &mut Writer);

    /// The characters of a line or text, which may hold anything; `None` for values of a narrower kind.
    fn free_text(&self) -> Option<&str> {
        None
    }

    /// Checks, counts or inspects the value. Records and lists pass it on to their own fields.
    fn visit(&self, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
        match visit {
            Visit::Check(context, diagnostics) => self.check(at, context, diagnostics),
            Visit::Count(counter) => counter.count(field.spec, at, &Answer::Given("")),
            Visit::Inspect(inspect) => inspect(field, at, Answer::Given(self.free_text().unwrap_or_default())),
            Visit::Write(_) | Visit::IsEmpty(_) => {}
        }
    }
}

impl<T: Value> HasKind for Answer<T> {
    const KIND: FieldKind = T::KIND;
}

impl<T: Value> Slot for Answer<T> {
    fn read(&mut self, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) {
        *self = match read_unknown(node, at, diagnostics) {
            Ok(true) => Answer::Unknown,
            Ok(false) => Answer::Invalid,
            Err(node) => T::read(node, at, diagnostics),
        };
    }

    fn visit(&self, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
        match self {
            Answer::Given(value) => match visit {
                Visit::Check(..) | Visit::Count(_) | Visit::Inspect(_) => value.visit(field, at, visit),
                Visit::Write(out) => {
                    write_key(at, out);
                    value.write(out);
                }
                Visit::IsEmpty(is_empty) => **is_empty = false,
            },
            Answer::Absent => without_value(Answer::Absent, field, at, visit),
            Answer::Unknown => without_value(Answer::Unknown, field, at, visit),
            Answer::Invalid => without_value(Answer::Invalid, field, at, visit),
        }
    }
}

/// Runs an operation on an answer without a value. Non-generic, so it is compiled once.
#[inline(never)]
fn without_value(answer: Answer<&str>, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
    match (visit, answer) {
        (Visit::Check(_, diagnostics), Answer::Absent) if field.spec.requirement == Requirement::Required => {
            diagnostics.add(at, Code::Required, Params::none());
        }
        (Visit::Check(_, diagnostics), Answer::Unknown) if !field.spec.unknown => {
            diagnostics.add(at, Code::UnknownNotAllowed, Params::none());
        }
        (Visit::Count(counter), answer) => counter.count(field.spec, at, &answer),
        (Visit::Write(out), Answer::Unknown) => {
            write_key(at, out);
            out.object();
            out.key("unknown");
            out.boolean(true);
            out.end_object();
        }
        (Visit::IsEmpty(is_empty), Answer::Unknown) => **is_empty = false,
        (Visit::Inspect(inspect), answer) => inspect(field, at, answer),
        _ => {}
    }
}

/// Writes the key of an answer, which the position has: questions have no row of their own. Non-generic, so it is compiled once.
#[inline(never)]
fn write_key(at: &PathCursor<'_>, out: &mut Writer) {
    out.key(at.key());
}

/// Checks if an object with the key `unknown` is exactly `{"unknown": true}`; returns any other node as the error.
fn read_unknown<'n>(node: Node<'n>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Result<bool, Node<'n>> {
    let has_key = matches!(&node, Node::Object(entries) if entries.iter().any(|(key, _)| key == "unknown"));
    if !has_key {
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

/// The field 「その他」, which a first submission may not have (Annex 1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {}

impl Value for Reserved {
    const KIND: FieldKind = FieldKind::Reserved;

    fn read(_: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        diagnostics.add(at, Code::OtherLater, Params::none());
        Answer::Invalid
    }

    fn write(&self, _: &mut Writer) {}
}
