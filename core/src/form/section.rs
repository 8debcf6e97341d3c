//! Sections of the form: reading, checking, counting and writing, by their rows and slots.
//!
//! `read(&mut contact, {"company": "株式会社れい"}, …)` → `company: Given(Line("株式会社れい"))`.
//!
//! Functions that take a `dyn Section` are compiled once for all sections. `declare.rs` declares a section.

use super::answer::Answer;
use super::field::{Field, rank};
use super::slot::Slot;
use super::visit::Visit;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::{Node, Writer};
use crate::object::read_members;
use crate::path::PathCursor;

/// A section: rows of the field table, and a slot for each of them.
pub trait Section {
    /// The rows.
    fn fields(&self) -> &'static [Field];

    /// Calls `visit` with each slot, in the order of the rows.
    fn each(&self, visit: &mut dyn FnMut(&dyn Slot));

    /// The slot of a row.
    fn slot(&mut self, row: usize) -> Option<&mut dyn Slot>;
}

/// Reads a section; returns false if the node is not an object.
pub fn read(section: &mut dyn Section, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> bool {
    let fields = section.fields();
    let find = |key: &str| rank(fields, key);
    let is_object = read_members(node, at, diagnostics, &find, &mut |row, node, at, diagnostics| {
        if let Some(slot) = section.slot(row) {
            slot.read(node, at, diagnostics);
        }
    });
    if !is_object {
        diagnostics.skipped_sections.push(at.sort_key);
    }
    is_object
}

/// Reads a section that may be absent.
pub fn read_record<S: Section + Default>(
    node: Node<'_>,
    at: &PathCursor<'_>,
    diagnostics: &mut Diagnostics,
) -> Answer<S> {
    let mut record = S::default();
    if read(&mut record, node, at, diagnostics) { Answer::Given(record) } else { Answer::Invalid }
}

/// Visits each slot of a section.
pub fn visit_slots(section: &dyn Section, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
    let mut rows = section.fields().iter().enumerate();
    section.each(&mut |slot| {
        if let Some((row, field)) = rows.next() {
            slot.visit(field, &at.member(field.name, Some(row)), visit);
        }
    });
}

/// A section that is always there is a slot of its parent.
impl<S: Section> Slot for S {
    fn read(&mut self, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) {
        read(self, node, at, diagnostics);
    }

    fn visit(&self, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
        visit_nested(self, field, at, visit);
    }
}

/// Visits the slots of a section that is a slot itself. Writing skips an empty section.
fn visit_nested(section: &dyn Section, field: &Field, at: &PathCursor<'_>, visit: &mut Visit<'_, '_>) {
    match visit {
        Visit::Write(out) => {
            let mut is_empty = true;
            visit_slots(section, at, &mut Visit::IsEmpty(&mut is_empty));
            if !is_empty {
                out.key(field.name);
                write(section, out);
            }
        }
        _ => visit_slots(section, at, visit),
    }
}

/// Runs the rules of a section's rows and values.
pub fn check(section: &dyn Section, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
    visit_slots(section, at, &mut Visit::Check(context, diagnostics));
}

/// Writes a section without its empty answers.
pub fn write(section: &dyn Section, out: &mut Writer) {
    out.object();
    visit_slots(section, &PathCursor::ROOT, &mut Visit::Write(out));
    out.end_object();
}
