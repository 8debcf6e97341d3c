//! Texts with a normal form: the normalised text, or the typed one and the reason why it cannot be read.
//!
//! `"０３-３２１１-９９９９"` as a telephone number → `+81332119999`. `"110"` stays as typed in `values`, with its code.

use crate::code::Code;
use crate::context::Context;
use crate::rules::code_error;

/// The normalised text, or the typed one and the code of its issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalized {
    /// The text of `values`.
    pub text: String,
    error: Option<Code>,
}

impl Normalized {
    /// Normalises a typed text by a rule.
    pub fn new(typed: String, read: fn(&str) -> Result<String, Code>) -> Normalized {
        match read(&typed) {
            Ok(text) => Normalized { text, error: None },
            Err(code) => Normalized { text: typed, error: Some(code) },
        }
    }
}

/// Fails with the code of a text that cannot be read.
pub fn is_readable(value: &Normalized, _: &Context) -> garde::Result {
    value.error.map_or(Ok(()), |code| Err(code_error(code)))
}
