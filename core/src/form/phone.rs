//! Telephone numbers.
//!
//! `"０３-３２１１-９９９９"` → `+81332119999`.

use garde::Validate;

use super::answer::Answer;
use super::field::FieldKind;
use super::line::string_unless;
use super::normalized::{Normalized, is_readable};
use super::slot::Value;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::{Node, Writer};
use crate::path::PathCursor;
use crate::rules::{self, characters, phone};

/// A telephone number of the Japanese numbering plan.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Phone(#[garde(custom(is_readable))] Normalized);

impl Value for Phone {
    const KIND: FieldKind = FieldKind::Phone;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        string_unless(characters::shows_nothing, node, at, diagnostics, |typed| {
            Phone(Normalized::new(typed, |typed| {
                phone::read(&characters::visible(typed)).map(phone::PhoneNumber::into_text)
            }))
        })
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        rules::validate(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.0.text);
    }
}
