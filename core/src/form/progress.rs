//! Counts of the required fields of a section, and of their answers.
//!
//! `contact` with company, phone and `responsible: {"unknown": true}` → 4 required, 2 answered, 1 unknown.

use super::answer::Answer;
use super::field::{FieldSpec, Requirement};
use crate::code::Code;
use crate::issue::Issue;
use crate::order;
use crate::path::PathCursor;

/// A counter of the required fields of a section.
///
/// An answer with an issue counts as none: `"110"` as a telephone number leaves the section as open as a missing number does.
#[derive(Debug, Clone, Copy)]
pub struct ProgressCounter<'i> {
    /// Required fields; a group of which one is enough counts as one.
    pub required: u32,
    /// Those that are answered.
    pub answered: u32,
    /// Those with the answer "unknown".
    pub unknown: u32,
    one_of: Option<bool>,
    issues: &'i [Issue],
}

impl<'i> ProgressCounter<'i> {
    /// A counter at zero; `issues` are the sorted issues of the draft.
    pub fn new(issues: &'i [Issue]) -> ProgressCounter<'i> {
        ProgressCounter { required: 0, answered: 0, unknown: 0, one_of: None, issues }
    }

    /// Counts a field by its answer.
    #[inline(never)]
    pub fn count(&mut self, spec: FieldSpec, at: &PathCursor<'_>, answer: &Answer<&str>) {
        let counts = |is_so: bool| is_so && spec.requirement != Requirement::Optional && !self.has_issue(at);
        let (answered, unknown) = (counts(answer.given().is_some()), counts(answer.is_unknown()));
        match spec.requirement {
            Requirement::Required => {
                self.required += 1;
                self.answered += u32::from(answered);
                self.unknown += u32::from(unknown);
            }
            Requirement::OneOf => self.one_of = Some(self.one_of.unwrap_or(false) || answered),
            Requirement::Optional | Requirement::Advised => {}
        }
    }

    /// Checks if the field or anything in it has an issue. An unknown key does not count against the answer beside it.
    #[inline(never)]
    fn has_issue(&self, at: &PathCursor<'_>) -> bool {
        order::issues_below(self.issues, at.sort_key).iter().any(|issue| issue.code != Code::KeyUnknown)
    }

    /// Closes the group of which one is enough.
    #[must_use]
    pub fn closed(mut self) -> ProgressCounter<'i> {
        if let Some(answered) = self.one_of.take() {
            self.required += 1;
            self.answered += u32::from(answered);
        }
        self
    }
}
