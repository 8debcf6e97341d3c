//! The states of an answer: absent, unknown, given, invalid.
//!
//! absent → `Absent` · `{"unknown": true}` → `Unknown` · `"Windows 11"` → `Given(…)` · `null` →
//! `Invalid`, with an issue. Requirements: the three states differ everywhere.

/// An answer in one of its states.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Answer<T> {
    /// No answer, or white space alone.
    #[default]
    Absent,
    /// Known to be unknown (不明).
    Unknown,
    /// An answer.
    Given(T),
    /// An answer of another type, which has an issue already.
    Invalid,
}

impl<T> Answer<T> {
    /// The value, if one was given.
    pub fn given(&self) -> Option<&T> {
        match self {
            Answer::Given(value) => Some(value),
            _ => None,
        }
    }

    /// Converts the value, if one was given.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Answer::Given(value) => Answer::Given(convert(value)),
            Answer::Absent => Answer::Absent,
            Answer::Unknown => Answer::Unknown,
            Answer::Invalid => Answer::Invalid,
        }
    }

    /// True if the answer is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Answer::Unknown)
    }

    /// True if there is no answer.
    pub fn is_absent(&self) -> bool {
        matches!(self, Answer::Absent)
    }
}
