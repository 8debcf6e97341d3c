//! The issues that reading and the rules have found so far.
//!
//! `null` where a text belongs → `type.null` at its path.

use crate::code::Code;
use crate::issue::{Issue, Params};
use crate::json::Node;
use crate::path::{PathCursor, SortKey};

/// A collector of issues.
#[derive(Debug, Default)]
pub struct Diagnostics {
    /// The issues, in the order in which they were found.
    pub issues: Vec<Issue>,
    /// Sections that are not objects; nothing below them is required any more.
    pub skipped_sections: Vec<SortKey>,
    /// Ignores keys that the form does not have: a text of such keys would take twice the time of the longest draft.
    pub ignores_unknown_keys: bool,
}

impl Diagnostics {
    /// Adds an issue. Not inlined, for the module's size: every rule ends here.
    #[inline(never)]
    pub fn add(&mut self, at: &PathCursor<'_>, code: Code, params: Params) {
        self.issues.push(Issue::new(at, code, params));
    }

    /// Adds the issue of a value of another type; `code` names the type that belongs there.
    #[inline(never)]
    pub fn type_mismatch(&mut self, at: &PathCursor<'_>, node: &Node<'_>, code: Code) {
        let code = if matches!(node, Node::Null) { Code::TypeNull } else { code };
        self.add(at, code, Params::none());
    }
}
