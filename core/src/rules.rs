//! The rules, a family a file; this file joins them to `garde` and to the report.
//!
//! `garde` walks the draft and holds a message for every rule that fails; ours is the code's word,
//! with its number behind a space: `"length.too_long 200"` → `Code::LengthTooLong`, `{"max": 200}`.

pub mod characters;
pub mod cross;
pub mod email;
pub mod era;
mod i18n;
pub mod moment;
pub mod phone;
pub mod punycode;
pub mod time_of_day;
pub mod width;

use garde::Validate;

use crate::code::Code;
use crate::context::Context;
use crate::form::Draft;
use crate::issue::Params;

/// The message by which a rule of ours tells `garde` its code.
pub fn coded(code: Code) -> garde::Error {
    garde::Error::new(code.as_str())
}

/// The same for a rule with a range, both ends included.
pub fn coded_range(code: Code, min: i64, max: i64) -> garde::Error {
    garde::Error::new(format!("{} {max} {min}", code.as_str()))
}

/// Path, code and numbers of every field rule that fails, in `garde`'s own order.
pub fn fields(draft: &Draft, context: &Context) -> Vec<(String, Code, Params)> {
    let result = garde::i18n::with_i18n(i18n::Codes, || draft.validate_with(context));
    let Err(report) = result else { return Vec::new() };
    report
        .iter()
        .filter_map(|(path, error)| {
            let (code, params) = i18n::decode(error.message())?;
            Some((pointer(&path.to_string()), code, params))
        })
        .collect()
}

/// `devices[0].os` → `/devices/0/os`; keys of the form hold neither dots nor brackets.
fn pointer(path: &str) -> String {
    let mut pointer = String::with_capacity(path.len() + 2);
    if !path.is_empty() {
        pointer.push('/');
    }
    for char in path.chars() {
        match char {
            '.' | '[' => pointer.push('/'),
            ']' => {}
            other => pointer.push(other),
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::pointer;

    #[test]
    fn gardes_paths_become_json_pointers() {
        assert_eq!(pointer("contact.company"), "/contact/company");
        assert_eq!(pointer("devices[12].os"), "/devices/12/os");
        assert_eq!(pointer(""), "");
    }
}
