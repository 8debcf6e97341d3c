//! What is not right yet: where, which code, and the sentence that says how to mend it.
//!
//! `{ "path": "/contact/phone", "code": "phone.invalid", "params": {}, "message": "…" }`

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::code::Code;
use crate::context::Locale;
use crate::message;

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Issue {
    /// JSON Pointer (RFC 6901) into the draft; empty for the whole.
    pub path: String,
    /// The stable code.
    pub code: Code,
    /// The numbers that stand in the sentence.
    pub params: Params,
    /// How to mend it, in the language of the context.
    pub message: String,
}

impl Issue {
    /// The issue with the sentence that `locale` has for it.
    pub fn new(path: String, code: Code, params: Params, locale: Locale) -> Issue {
        let message = message::issue(code, &path, &params, locale);
        Issue { path, code, params, message }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The numbers of an issue by name, sorted by name; at most two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Params([Option<(&'static str, i64)>; 2]);

impl Params {
    /// No number.
    pub const fn none() -> Params {
        Params([None, None])
    }

    /// One number.
    pub const fn one(name: &'static str, value: i64) -> Params {
        Params([Some((name, value)), None])
    }

    /// One number that counts something.
    pub fn count(name: &'static str, count: usize) -> Params {
        Params::one(name, whole(count))
    }

    /// Two numbers that count something; see [`Params::two`].
    pub fn counts(first: &'static str, count: usize, second: &'static str, other: usize) -> Params {
        Params::two(first, whole(count), second, whole(other))
    }

    /// Two numbers, whose names must come in alphabetical order: the report is canonical.
    pub const fn two(first: &'static str, value: i64, second: &'static str, other: i64) -> Params {
        Params([Some((first, value)), Some((second, other))])
    }

    /// Name and number, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i64)> {
        self.0.into_iter().flatten()
    }
}

/// A count as the report writes it; no text is long enough to reach the end of the range.
fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.iter().count()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}
