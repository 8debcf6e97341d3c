//! Texts with a normal form: telephone numbers, mail addresses and digests.
//!
//! `"０３-３２１１-９９９９"` as a telephone number → `+81332119999` in `values`. `"110"` stays as typed, and its issue has the code
//! `phone.emergency`.

use garde::Validate;

use super::answer::Answer;
use super::field::FieldKind;
use super::line::read_text;
use super::slot::Value;
use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::{Node, Writer};
use crate::path::PathCursor;
use crate::rules::{self, characters, code_error, digest, email, phone};

/// Declares values by name and by the rule that reads them.
macro_rules! normalized {
    ($( $(#[$about:meta])* $name:ident = $read:path; )+) => { $(
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Validate)]
        #[garde(context(Context))]
        #[garde(transparent)]
        pub struct $name(#[garde(custom(is_readable))] Normalized);

        impl $name {
            /// Returns the normalised text, or the typed one if it cannot be read.
            pub fn text(&self) -> &str {
                &self.0.text
            }
        }

        impl Value for $name {
            const KIND: FieldKind = FieldKind::$name;

            fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
                Normalized::read(node, at, diagnostics, $read).map($name)
            }

            fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
                rules::validate(self, at, context, diagnostics);
            }

            fn write(&self, out: &mut Writer) {
                out.text(self.text());
            }
        }
    )+ };
}

normalized! {
    /// A telephone number of the Japanese numbering plan.
    Phone = phone::read;
    /// A mail address.
    Email = email::read;
    /// A SHA-256 (FIPS 180-4): 64 hexadecimal digits, stored in small letters.
    Digest = digest::read;
}

/// The normalised text, or the typed one and the code of its issue.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Normalized {
    text: String,
    error: Option<Code>,
}

impl Normalized {
    fn read(
        node: Node<'_>,
        at: &PathCursor<'_>,
        diagnostics: &mut Diagnostics,
        read: fn(&str) -> Result<String, Code>,
    ) -> Answer<Normalized> {
        read_text(characters::shows_nothing, node, at, diagnostics).map(|typed| match read(&typed) {
            Ok(text) => Normalized { text, error: None },
            Err(code) => Normalized { text: typed, error: Some(code) },
        })
    }
}

fn is_readable(value: &Normalized, _: &Context) -> garde::Result {
    value.error.map_or(Ok(()), |code| Err(code_error(code, &[])))
}
