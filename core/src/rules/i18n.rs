//! Codes instead of sentences out of `garde`'s own rules.
//!
//! `length(chars, max = 200)` fails → `"length.too_long 200"` → `(LengthTooLong, {"max": 200})`.

use std::borrow::Cow;
use std::fmt::Display;

use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};

use crate::code::Code;
use crate::issue::Params;

/// The codes of the rules that the form takes from `garde`.
///
/// The form uses `length(chars, max)` alone; every other rule of `garde` answers with its name,
/// which is no code, and a test of the case table would show it as a missing issue.
pub struct Codes;

/// The code and numbers that a message stands for; `None` for a rule that the form does not use.
pub fn decode(message: &str) -> Option<(Code, Params)> {
    let mut words = message.split(' ');
    let code = Code::read(words.next()?)?;
    let mut number = || words.next().and_then(|number| number.parse().ok());
    let params = match (number(), number()) {
        (Some(max), Some(min)) => Params::two("max", max, "min", min),
        (Some(max), None) => Params::one("max", max),
        _ => Params::none(),
    };
    Some((code, params))
}

impl I18n for Codes {
    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        format!("{} {max}", Code::LengthTooLong.as_str()).into()
    }

    fn length_lower_than(&self, _: usize) -> Cow<'static, str> {
        "length".into()
    }

    fn range_lower_than(&self, _: &dyn Display) -> Cow<'static, str> {
        "range".into()
    }

    fn range_greater_than(&self, _: &dyn Display) -> Cow<'static, str> {
        "range".into()
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        "credit_card".into()
    }

    fn pattern_no_match(&self, _: &dyn Display) -> Cow<'static, str> {
        "pattern".into()
    }

    fn contains_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        "contains".into()
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        "url".into()
    }

    fn prefix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        "prefix".into()
    }

    fn suffix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        "suffix".into()
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        "phone_number".into()
    }

    fn ip_invalid(&self, _: IpKind) -> Cow<'static, str> {
        "ip".into()
    }

    fn matches_field_mismatch(&self, _: &dyn Display) -> Cow<'static, str> {
        "matches".into()
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        "email".into()
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        "ascii".into()
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        "alphanumeric".into()
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        "required".into()
    }
}
