//! Telephone numbers and mail addresses: what was typed, and what it means.
//!
//! `"０３-３２１１-９９９９"` → `+81332119999` · `"hanako＠example.jp"` → `hanako@example.jp`. Where
//! the typed text cannot be read it stays as it is in `values`, and the rule says why.

use garde::Validate;

use super::field::FieldKind;
use super::line::string_unless;
use super::slot::{Answer, Value};
use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::{Node, Writer};
use crate::path::PathCursor;
use crate::rules::{self, characters, coded, email, phone};

/// A telephone number of the Japanese numbering plan.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Phone(#[garde(custom(understood))] Understood);

/// A mail address.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Mail(#[garde(custom(understood))] Understood);

/// The normalised text, or what was typed and why it cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Understood {
    text: String,
    refusal: Option<Code>,
}

impl Understood {
    fn new(typed: String, read: fn(&str) -> Result<String, Code>) -> Understood {
        match read(&typed) {
            Ok(text) => Understood { text, refusal: None },
            Err(code) => Understood { text: typed, refusal: Some(code) },
        }
    }
}

fn understood(value: &Understood, _: &Context) -> garde::Result {
    value.refusal.map_or(Ok(()), |code| Err(coded(code)))
}

impl Mail {
    /// The normalised address, or what was typed.
    pub fn text(&self) -> &str {
        &self.0.text
    }
}

impl Value for Phone {
    const KIND: FieldKind = FieldKind::Phone;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        string_unless(characters::shows_nothing, node, at, diagnostics, |typed| {
            Phone(Understood::new(typed, |typed| {
                phone::read(&characters::visible(typed)).map(phone::PhoneNumber::into_text)
            }))
        })
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        rules::ask(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.0.text);
    }
}

impl Value for Mail {
    const KIND: FieldKind = FieldKind::Email;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        string_unless(characters::shows_nothing, node, at, diagnostics, |typed| {
            Mail(Understood::new(typed, email::read))
        })
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        rules::ask(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.0.text);
    }
}
