//! Issues: the path, the code and the numbers of something to correct.
//!
//! `Issue::new(&phone, Code::PhoneInvalid, Params::none())` → `phone.invalid` at `/contact/phone`.

use crate::code::Code;
use crate::path::{PathCursor, SortKey};

/// Something to correct. `message.rs` finds its sentence when the report is written, since a hostile draft has tens of thousands
/// of issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// JSON Pointer (RFC 6901) into the draft; empty for the whole.
    pub path: String,
    /// The stable code.
    pub code: Code,
    /// The numbers of the sentence.
    pub params: Params,
    /// The position in the form's order.
    pub(crate) sort_key: SortKey,
    /// The paths of the largest texts of a draft that is too long, the largest first, and the titles of those that have one.
    pub(crate) largest: Option<Box<(Vec<String>, String)>>,
}

impl Issue {
    /// An issue at a position.
    pub fn new(at: &PathCursor<'_>, code: Code, params: Params) -> Issue {
        Issue { path: at.path(), code, params, sort_key: at.sort_key, largest: None }
    }
}

/// The numbers of an issue by name, sorted by name; at most two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Params {
    names: &'static [&'static str],
    values: [i64; 2],
}

impl Params {
    /// Params without a number.
    pub const fn none() -> Params {
        Params { names: &[], values: [0; 2] }
    }

    /// A maximum.
    pub const fn max(max: i64) -> Params {
        Params { names: &["max"], values: [max, 0] }
    }

    /// A maximum count.
    pub fn most(max: usize) -> Params {
        Params::max(whole(max))
    }

    /// A minimum and a maximum.
    pub const fn range(min: i64, max: i64) -> Params {
        Params { names: &["max", "min"], values: [max, min] }
    }

    /// A line and a column of a text, both from 1.
    pub const fn line_and_column(line: i64, column: i64) -> Params {
        Params { names: &["column", "line"], values: [column, line] }
    }

    /// Iterates over names and numbers, in the order of the names: the report is canonical.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, i64)> {
        self.names.iter().copied().zip(self.values)
    }
}

/// Converts a count to a number of the report; no text is long enough to reach the end of the range.
pub fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
