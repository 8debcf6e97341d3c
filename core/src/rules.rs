//! The rules, a family a file. The `garde` attributes on the values of [`crate::form`] name the rules of one value; this file
//! runs them and turns failures into issues. [`cross`] has the rules between fields.
//!
//! `garde` keeps a message for a rule that fails. Here it is the code's word, with its numbers behind spaces:
//! `"length.too_long 200"` → `Code::LengthTooLong`, `{"max": 200}`.

pub mod characters;
pub mod cross;
pub mod digest;
pub mod email;
pub mod era;
mod joiners;
mod letter_case;
pub mod moment;
mod numerals;
pub mod phone;
pub mod punycode;
mod radicals;
mod script;
pub mod time_of_day;
pub mod width;

use garde::Validate;
use garde::error::Path;

use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::path::PathCursor;
use crate::text::parse_i64;

/// Runs the rules of a value, and adds an issue for each that fails.
pub fn validate<V: Validate<Context = Context>>(
    value: &V,
    at: &PathCursor<'_>,
    context: &Context,
    diagnostics: &mut Diagnostics,
) {
    collect(&|report| value.validate_into(context, &mut Path::empty, report), at, diagnostics);
}

/// Turns the errors of `garde` into issues. Non-generic, so it is compiled once.
fn collect(rules: &dyn Fn(&mut garde::Report), at: &PathCursor<'_>, diagnostics: &mut Diagnostics) {
    let mut report = garde::Report::new();
    rules(&mut report);
    for (code, params) in report.iter().filter_map(|(_, error)| decode(error.message())) {
        diagnostics.add(at, code, params);
    }
}

/// The error of a rule: its code, and a maximum, a maximum and a minimum, or a column and a line. As a `String`, since `garde` would
/// format any other text by the standard library, which nothing else in the module needs.
pub(crate) fn code_error(code: Code, numbers: &[i64]) -> garde::Error {
    let mut words = code.as_str().to_owned();
    for number in numbers {
        words.push(' ');
        words.push_str(&number.to_string());
    }
    garde::Error::new(words)
}

/// Reads the code and the numbers of an error.
fn decode(message: &str) -> Option<(Code, Params)> {
    let mut words = message.split(' ');
    let code = Code::read(words.next()?)?;
    let mut number = || words.next().and_then(parse_i64);
    let params = match (number(), number()) {
        (Some(column), Some(line)) if matches!(code, Code::CharsControl | Code::CharsBidi | Code::CharsLineBreak) => {
            Params::line_and_column(line, column)
        }
        (Some(max), Some(min)) => Params::range(min, max),
        (Some(max), None) => Params::max(max),
        _ => Params::none(),
    };
    Some((code, params))
}
