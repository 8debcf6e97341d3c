//! Walks over what a form holds: each asks one thing of every slot, in the order of the field table.
//!
//! `contact: {company: Given("株式会社れい"), fax: Absent}` → `Write` prints `{"company":"株式会社れい"}`,
//! `Check` asks the rules of a line of the first, `Tally` counts one answer of a required field.
//!
//! What is asked is data and not a method each: what an answer that was not given has to say is in the module once for all
//! slots, and fewer methods are fewer entries of the table of functions, of which a fresh instance pays for the first call of each.

use super::section::{Field, Section, Tally};
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::Writer;
use crate::path::PathCursor;

/// What is asked of a slot.
#[derive(Debug)]
pub enum Walk<'w, 'i> {
    /// What its row asks for, and the rules of its value; issues go to the diagnostics.
    Check(&'w Context, &'w mut Diagnostics),
    /// Its required fields, and those of them that are answered.
    Tally(&'w mut Tally<'i>),
    /// Its key and what it says; of what says nothing, nothing.
    Write(&'w mut Writer),
    /// Whether it says nothing: false where it says something, else left as it is.
    Silent(&'w mut bool),
}

/// Asks each slot of a section.
pub fn walk(section: &dyn Section, at: &PathCursor<'_>, asked: &mut Walk<'_, '_>) {
    let mut rows = section.fields().iter().enumerate();
    section.each(&mut |slot| {
        if let Some((row, field)) = rows.next() {
            slot.walk(field, &at.member(field.name, Some(row)), asked);
        }
    });
}

/// Asks the slots of a section that is a slot itself; it is printed with its key and braces if it says anything.
pub fn nested(section: &dyn Section, field: &Field, at: &PathCursor<'_>, asked: &mut Walk<'_, '_>) {
    match asked {
        Walk::Write(out) => {
            let mut silent = true;
            walk(section, at, &mut Walk::Silent(&mut silent));
            if !silent {
                out.key(field.name);
                write(section, out);
            }
        }
        _ => walk(section, at, asked),
    }
}

/// The rules of a section's fields, each with what its row asks for.
pub fn check(section: &dyn Section, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
    walk(section, at, &mut Walk::Check(context, diagnostics));
}

/// Prints what a section says, and of what it does not say nothing.
pub fn write(section: &dyn Section, out: &mut Writer) {
    out.object();
    walk(section, &PathCursor::ROOT, &mut Walk::Write(out));
    out.end_object();
}
