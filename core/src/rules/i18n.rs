//! Codes instead of sentences out of `garde`'s own rules.
//!
//! `length(chars, max = 200)` fails → `"length.too_long 200"` → `(LengthTooLong, {"max": 200})`.

use std::borrow::Cow;
use std::fmt::Display;

use garde::i18n::{I18n, InvalidCreditCard, InvalidEmail, InvalidPhoneNumber, InvalidUrl, IpKind};

use crate::code::Code;
use crate::issue::Params;

/// The codes of the rules that the form takes from `garde`: `length(chars, max)` alone.
#[derive(Debug, Clone, Copy)]
pub struct Codes;

/// The code and the numbers that a message stands for; `None` for a rule that the form does not use.
pub(super) fn decode(message: &str) -> Option<(Code, Params)> {
    let mut words = message.split(' ');
    let code = Code::read(words.next()?)?;
    let mut number = || words.next().and_then(|number| number.parse().ok());
    let params = match (number(), number()) {
        (Some(max), Some(min)) => Params::range(min, max),
        (Some(max), None) => Params::max(max),
        _ => Params::none(),
    };
    Some((code, params))
}

/// What a rule answers that the form does not use; the table of cases would miss its issue.
const UNUSED: Cow<'static, str> = Cow::Borrowed("");

impl I18n for Codes {
    fn length_greater_than(&self, max: usize) -> Cow<'static, str> {
        format!("{} {max}", Code::LengthTooLong.as_str()).into()
    }

    fn length_lower_than(&self, _: usize) -> Cow<'static, str> {
        UNUSED
    }

    fn range_lower_than(&self, _: &dyn Display) -> Cow<'static, str> {
        UNUSED
    }

    fn range_greater_than(&self, _: &dyn Display) -> Cow<'static, str> {
        UNUSED
    }

    fn credit_card_invalid(&self, _: InvalidCreditCard) -> Cow<'static, str> {
        UNUSED
    }

    fn pattern_no_match(&self, _: &dyn Display) -> Cow<'static, str> {
        UNUSED
    }

    fn contains_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        UNUSED
    }

    fn url_invalid(&self, _: InvalidUrl) -> Cow<'static, str> {
        UNUSED
    }

    fn prefix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        UNUSED
    }

    fn suffix_missing(&self, _: &dyn Display) -> Cow<'static, str> {
        UNUSED
    }

    fn phone_number_invalid(&self, _: InvalidPhoneNumber) -> Cow<'static, str> {
        UNUSED
    }

    fn ip_invalid(&self, _: IpKind) -> Cow<'static, str> {
        UNUSED
    }

    fn matches_field_mismatch(&self, _: &dyn Display) -> Cow<'static, str> {
        UNUSED
    }

    fn email_invalid(&self, _: InvalidEmail) -> Cow<'static, str> {
        UNUSED
    }

    fn ascii_invalid(&self) -> Cow<'static, str> {
        UNUSED
    }

    fn alphanumeric_invalid(&self) -> Cow<'static, str> {
        UNUSED
    }

    fn required_not_set(&self) -> Cow<'static, str> {
        UNUSED
    }
}
