//! The rules, a family a file. Those of one value stand in `garde` attributes on the values of
//! [`crate::form`]; this file asks `garde` and notes what fails. [`cross`] holds the rules between fields.
//!
//! `garde` keeps a message for a rule that fails; ours is the code's word, with its number behind a
//! space: `"length.too_long 200"` → `Code::LengthTooLong`, `{"max": 200}`.

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
use crate::text::{concat, parse_i64};

/// The rules that stand on a value; what fails is noted at its place.
pub fn ask<V: Validate<Context = Context>>(
    value: &V,
    at: &PathCursor<'_>,
    context: &Context,
    diagnostics: &mut Diagnostics,
) {
    note(&|report| value.validate_into(context, &mut Path::empty, report), at, diagnostics);
}

/// There once for all values.
fn note(rules: &dyn Fn(&mut garde::Report), at: &PathCursor<'_>, diagnostics: &mut Diagnostics) {
    let mut report = garde::Report::new();
    rules(&mut report);
    for (code, params) in report.iter().filter_map(|(_, error)| decode(error.message())) {
        diagnostics.add(at, code, params);
    }
}

/// The message by which a rule of ours tells `garde` its code. A `String`, which `garde` takes as it is: of any other text
/// it would make one by way of the standard library's formatting, which nothing else in the module needs.
pub(crate) fn coded(code: Code) -> garde::Error {
    garde::Error::new(code.as_str().to_owned())
}

/// The same for a rule with a most.
pub(crate) fn coded_most(code: Code, max: usize) -> garde::Error {
    garde::Error::new(concat(&[code.as_str(), " ", &max.to_string()]))
}

/// The same for a rule with a range, both ends included, or with a line and a column.
pub(crate) fn coded_range(code: Code, min: i64, max: i64) -> garde::Error {
    garde::Error::new(concat(&[code.as_str(), " ", &max.to_string(), " ", &min.to_string()]))
}

/// The code and the numbers that a message stands for.
fn decode(message: &str) -> Option<(Code, Params)> {
    let mut words = message.split(' ');
    let code = Code::read(words.next()?)?;
    let mut number = || words.next().and_then(parse_i64);
    let params = match (number(), number()) {
        (Some(column), Some(line)) if matches!(code, Code::CharsControl | Code::CharsBidi | Code::CharsLineBreak) => {
            Params::place(line, column)
        }
        (Some(max), Some(min)) => Params::range(min, max),
        (Some(max), None) => Params::max(max),
        _ => Params::none(),
    };
    Some((code, params))
}
