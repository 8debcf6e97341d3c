//! Whole numbers, and true and false.
//!
//! `-86400` → a number · `"１２"` → 12 (full-width forms are folded) · `1.0` → `number.form` · `-0` → `number.negative_zero`.

use garde::Validate;

use super::answer::Answer;
use super::field::FieldKind;
use super::slot::Value;
use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::path::PathCursor;
use crate::rules::{self, characters, code_error, width};
use crate::text;

/// A whole number from `MIN` to `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const MIN: i64, const MAX: i64>(
    /// The number.
    pub i64,
);

impl<const MIN: i64, const MAX: i64> Value for Whole<MIN, MAX> {
    const KIND: FieldKind = FieldKind::Integer(MIN, MAX);

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        whole(&node, MIN, MAX, at, diagnostics).map(Whole)
    }

    fn write(&self, out: &mut Writer) {
        out.number(self.0);
    }
}

/// Reads a whole number from `min` to `max`, as a number or as it is typed.
pub fn whole(node: &Node<'_>, min: i64, max: i64, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<i64> {
    let read = match node {
        Node::Number(written) => parse_number(written),
        Node::Text { text, .. } if characters::shows_nothing(text) => return Answer::Absent,
        Node::Text { text, .. } => typed(&width::fold(&characters::visible(text))),
        _ => {
            diagnostics.type_mismatch(at, node, Code::TypeInteger);
            return Answer::Invalid;
        }
    };
    match read {
        Ok(number) if (min..=max).contains(&number) => return Answer::Given(number),
        Ok(_) | Err(Code::NumberRange) => {
            diagnostics.add(at, Code::NumberRange, Params::range(min, max));
        }
        Err(code) => diagnostics.add(at, code, Params::none()),
    }
    Answer::Invalid
}

/// Reads a whole number as a person types it: also with a plus, and with commas at the thousands.
fn typed(folded: &str) -> Result<i64, Code> {
    let text = folded.trim();
    let unsigned = text.strip_prefix('+').filter(|rest| !rest.starts_with('-')).unwrap_or(text);
    let mut groups = unsigned.strip_prefix('-').unwrap_or(unsigned).split(',');
    let first = groups.next().unwrap_or_default().len();
    let thousands = unsigned.contains(',') && (1..=3).contains(&first) && groups.all(|group| group.len() == 3);
    let plain = if thousands { unsigned.replace(',', "") } else { unsigned.to_owned() };
    parse_number(&plain).map_err(|code| if code == Code::NumberRange { code } else { Code::TypeInteger })
}

/// Parses an optional minus and digits.
fn parse_number(written: &str) -> Result<i64, Code> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    if !text::are_digits(digits) {
        return Err(Code::NumberForm);
    }
    if written.starts_with('-') && digits.bytes().all(|byte| byte == b'0') {
        return Err(Code::NumberNegativeZero);
    }
    text::parse_i64(written).ok_or(Code::NumberRange)
}

/// True or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(
    /// The answer.
    pub bool,
);

/// True: a notice that was read and acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Agree(
    /// True if it was acknowledged.
    #[garde(custom(agreed))]
    pub bool,
);

impl Value for Flag {
    const KIND: FieldKind = FieldKind::Flag;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        boolean(&node, at, diagnostics).map(Flag)
    }

    fn write(&self, out: &mut Writer) {
        out.boolean(self.0);
    }
}

impl Value for Agree {
    const KIND: FieldKind = FieldKind::Agree;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        boolean(&node, at, diagnostics).map(Agree)
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        rules::validate(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        out.boolean(self.0);
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde hands fields over by reference")]
fn agreed(agreed: &bool, _: &Context) -> garde::Result {
    if *agreed { Ok(()) } else { Err(code_error(Code::AgreeNeeded, &[])) }
}

fn boolean(node: &Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<bool> {
    if let Node::Bool(value) = node {
        return Answer::Given(*value);
    }
    diagnostics.type_mismatch(at, node, Code::TypeBoolean);
    Answer::Invalid
}
