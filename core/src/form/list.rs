//! A list of records with a longest length: machines, logs.
//!
//! `[{"identified": "identified"}]` → one machine · 21 machines → `list.too_long`, and no issue of
//! the entries past the longest length, so that a hostile list cannot make a report of any size.

use super::answer::Answer;
use super::field::{Field, FieldKind};
use super::section::{self, Section};
use super::slot::Value;
use super::visit::Visit;
use super::{Device, Log};
use crate::code::Code;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::path::PathCursor;

/// At most `MAX` entries, in the applicant's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T, const MAX: usize>(pub Vec<T>);

/// An entry of a list: a record that is always there.
pub trait Entry: Section + Default {
    /// The entry's rows of the field table.
    const FIELDS: &'static [Field];
}

impl Entry for Device {
    const FIELDS: &'static [Field] = Device::FIELDS;
}

impl Entry for Log {
    const FIELDS: &'static [Field] = Log::FIELDS;
}

impl<T: Entry, const MAX: usize> Value for List<T, MAX> {
    const KIND: FieldKind = FieldKind::List(MAX, T::FIELDS);

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        let Node::List(nodes) = node else {
            diagnostics.type_mismatch(at, &node, Code::TypeList);
            return Answer::Invalid;
        };
        if nodes.len() > MAX {
            diagnostics.add(at, Code::ListTooLong, Params::most(MAX));
        }
        let mut entries = Vec::new();
        for (index, node) in nodes.into_iter().take(MAX).enumerate() {
            // An entry that is no object keeps its place, so that the others keep theirs.
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
