//! A list of records with a maximum length: machines, logs.
//!
//! `[{"identified": "identified"}]` → one machine · 21 machines → `list.too_long`, and no issue of
//! the entries past the maximum, so that the report of a hostile list stays small.

use super::answer::Answer;
use super::field::{Field, FieldKind};
use super::section::{self, Section};
use super::slot::{HasKind, Value};
use super::visit::Visit;
use crate::code::Code;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::path::PathCursor;

/// At most `MAX` entries, in the applicant's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T, const MAX: usize>(pub Vec<T>);

impl<T: Section + HasKind + Default, const MAX: usize> Value for List<T, MAX> {
    const KIND: FieldKind = FieldKind::List(MAX, T::KIND.fields());

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        let Some(nodes) = items(node, MAX, at, diagnostics) else { return Answer::Invalid };
        let mut entries = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            // An entry that is not an object keeps its index, so that the others keep theirs.
            let mut entry = T::default();
            section::read(&mut entry, node, &at.item(index), diagnostics);
            entries.push(entry);
        }
        if entries.is_empty() { Answer::Absent } else { Answer::Given(List(entries)) }
    }

    fn write(&self, out: &mut Writer) {
        out.list();
        for entry in &self.0 {
            section::write(entry, out);
        }
        out.end_list();
    }

    fn visit(&self, _: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
        for (index, entry) in self.0.iter().enumerate() {
            section::visit_slots(entry, &at.item(index), visit);
        }
    }
}

/// Takes the items of a list. More than `max` are an issue, and only the first are kept.
pub fn items<'n>(
    node: Node<'n>,
    max: usize,
    at: &PathCursor<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Node<'n>>> {
    let Node::List(mut nodes) = node else {
        diagnostics.type_mismatch(at, &node, Code::TypeList);
        return None;
    };
    if nodes.len() > max {
        diagnostics.add(at, Code::ListTooLong, Params::most(max));
        nodes.truncate(max);
    }
    Some(nodes)
}
