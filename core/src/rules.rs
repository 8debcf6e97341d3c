//! The rules, a family a file. Those of one value stand in `garde` attributes on the values of
//! [`crate::form`]; this file asks `garde` and notes what fails. [`cross`] holds the rules between fields.
//!
//! `garde` keeps a message for a rule that fails; ours is the code's word, with its number behind a
//! space: `"length.too_long 200"` → `Code::LengthTooLong`, `{"max": 200}`.

pub mod characters;
pub mod cross;
pub mod email;
pub mod era;
mod i18n;
mod letter_case;
pub mod moment;
mod numerals;
pub mod phone;
pub mod punycode;
pub mod time_of_day;
pub mod width;

pub use i18n::Codes;

use garde::Validate;
use garde::error::Path;

use crate::code::Code;
use crate::context::Context;
use crate::parse::{At, Reading};

/// The rules that stand on a value; what fails is noted at its place. Within
/// `garde::i18n::with_i18n(Codes, …)`.
pub fn ask(value: &dyn Validate<Context = Context>, at: &At<'_>, context: &Context, reading: &mut Reading) {
    let mut report = garde::Report::new();
    value.validate_into(context, &mut Path::empty, &mut report);
    for (code, params) in report.iter().filter_map(|(_, error)| i18n::decode(error.message())) {
        reading.issue(at, code, params);
    }
}

/// The message by which a rule of ours tells `garde` its code.
pub(crate) fn coded(code: Code) -> garde::Error {
    garde::Error::new(code.as_str())
}

/// The same for a rule with a range, both ends included.
pub(crate) fn coded_range(code: Code, min: i64, max: i64) -> garde::Error {
    garde::Error::new(format!("{} {max} {min}", code.as_str()))
}
