//! Text as a person types it: one line, or several.
//!
//! `"株式会社髙橋"` → the same characters, never rewritten · `"　 "` → not answered · 201 code points
//! in a line → `length.too_long`. Names and narrative keep the applicant's own characters.

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
use crate::rules::{self, characters};

/// The most code points in a [`Line`], as typed (Annex 1.2's `line`).
pub const LINE_MAX: usize = 200;
/// The most code points in a [`Text`], as typed (Annex 1.2's `text`).
pub const TEXT_MAX: usize = 4_000;

/// One line: at most [`LINE_MAX`] code points, no line break, no control or bidi-control character.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Line(
    /// As typed.
    #[garde(custom(characters::at_most::<LINE_MAX>), custom(characters::no_control), custom(characters::no_bidi), custom(characters::no_line_break))]
    pub String,
);

/// Several lines: at most [`TEXT_MAX`] code points; line breaks and tabs are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Text(
    /// As typed.
    #[garde(custom(characters::at_most::<TEXT_MAX>), custom(characters::no_control_but_breaks), custom(characters::no_bidi))]
    pub String,
);

/// Implements a value that is written as it was typed.
macro_rules! free_text {
    ($( $name:ident ),+) => { $(
        impl Value for $name {
            const KIND: FieldKind = FieldKind::$name;

            fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
                read_text(characters::blank, node, at, diagnostics).map($name)
            }

            fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
                rules::validate(self, at, context, diagnostics);
            }

            fn write(&self, out: &mut Writer) {
                out.text(&self.0);
            }

            fn free_text(&self) -> Option<&str> {
                Some(&self.0)
            }
        }
    )+ };
}

free_text!(Line, Text);

/// Reads a string: one that `is_empty` is absent, half of a surrogate pair an issue.
pub fn read_text(
    is_empty: fn(&str) -> bool,
    node: Node<'_>,
    at: &PathCursor<'_>,
    diagnostics: &mut Diagnostics,
) -> Answer<String> {
    let Node::Text { text, lone } = node else {
        diagnostics.type_mismatch(at, &node, Code::TypeText);
        return Answer::Invalid;
    };
    if lone {
        diagnostics.add(at, Code::CharsSurrogate, Params::none());
    }
    if is_empty(&text) { Answer::Absent } else { Answer::Given(text.into_owned()) }
}
