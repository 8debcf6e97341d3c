//! What is not right yet: where, which code, and the sentence that says how to mend it.
//!
//! `{ "path": "/contact/phone", "code": "phone.invalid", "params": {}, "message": "…" }`

use crate::code::Code;
use crate::json::Writer;
use crate::locale::Locale;
use crate::message;
use crate::order::Place;

/// One thing to mend. Its sentence is looked up when it is printed: a hostile draft has tens of
/// thousands of issues, and needs no copy of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// JSON Pointer (RFC 6901) into the draft; empty for the whole.
    pub path: String,
    /// The stable code.
    pub code: Code,
    /// The numbers that stand in the sentence.
    pub params: Params,
    /// Where the path stands in the form's order.
    pub(crate) place: Place,
    /// Of a draft that is too long: the paths of its largest texts, the largest first, and the titles of those that have one.
    pub(crate) largest: Option<Box<(Vec<String>, String)>>,
}

impl Issue {
    /// An issue at a path.
    pub fn new(path: String, code: Code, params: Params) -> Issue {
        let place = Place::of(&path);
        Issue { path, code, params, place, largest: None }
    }

    pub(crate) fn write(&self, locale: Locale, out: &mut Writer) {
        out.object();
        out.key("path");
        out.text(&self.path);
        out.key("code");
        out.word(self.code.as_str());
        out.key("params");
        out.object();
        if let Some(largest) = &self.largest {
            out.key("largest");
            out.list();
            for path in &largest.0 {
                out.text(path);
            }
            out.end_list();
        }
        for (name, value) in self.params.iter() {
            out.number_member(name, value);
        }
        out.end_object();
        out.key("message");
        let titles = self.largest.as_ref().map(|largest| largest.1.as_str()).filter(|titles| !titles.is_empty());
        // The sentence with titles stands under a path of its own.
        let sentence = message::sentence(self.code, if titles.is_some() { "largest" } else { &self.path }, locale);
        if let Some(titles) = titles {
            out.text(&message::filled(&message::with(sentence, "largest", titles), &self.params));
        } else if self.params == Params::none() {
            out.text(sentence);
        } else {
            out.text(&message::filled(sentence, &self.params));
        }
        out.end_object();
    }
}

/// The numbers of an issue by name, sorted by name; at most two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Params {
    names: &'static [&'static str],
    values: [i64; 2],
}

impl Params {
    /// No number.
    pub const fn none() -> Params {
        Params { names: &[], values: [0; 2] }
    }

    /// The largest there may be.
    pub const fn max(max: i64) -> Params {
        Params { names: &["max"], values: [max, 0] }
    }

    /// The most there may be of something.
    pub fn most(max: usize) -> Params {
        Params::max(whole(max))
    }

    /// The smallest and the largest there may be.
    pub const fn range(min: i64, max: i64) -> Params {
        Params { names: &["max", "min"], values: [max, min] }
    }

    /// A place in a text, both from 1.
    pub const fn place(line: i64, column: i64) -> Params {
        Params { names: &["column", "line"], values: [column, line] }
    }

    /// Name and number, in the order of the names: the report is canonical.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i64)> {
        self.names.iter().copied().zip(self.values)
    }
}

/// A count as the report writes it; no text is long enough to reach the end of the range.
pub fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
