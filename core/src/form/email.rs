//! Mail addresses.
//!
//! `"hanako＠example.jp"` → `hanako@example.jp`.

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
use crate::rules::{self, characters, email};

/// A mail address.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Email(#[garde(custom(is_readable))] Normalized);

impl Value for Email {
    const KIND: FieldKind = FieldKind::Email;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        string_unless(characters::shows_nothing, node, at, diagnostics, |typed| {
            Email(Normalized::new(typed, email::read))
        })
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        rules::validate(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.0.text);
    }
}
