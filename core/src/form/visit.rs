//! The operations on a form: each visits every slot, in the order of the field table.
//!
//! `contact: {company: Given("株式会社れい"), email: Absent}` → `Write` prints `{"company":"株式会社れい"}`, `Check` runs the rules
//! of a line on the first, `Count` counts one answer to a required field.
//!
//! The operation is data and not a method each. So an answer without a value is handled once for all slots, and fewer methods
//! are fewer entries of the table of functions, of which a fresh instance pays for the first call of each.

use super::answer::Answer;
use super::field::Field;
use super::progress::ProgressCounter;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::json::Writer;
use crate::path::PathCursor;

/// An operation on a slot.
pub enum Visit<'v, 'i> {
    /// Runs the rules of its row and of its value, and collects the issues.
    Check(&'v Context, &'v mut Diagnostics),
    /// Counts its required fields, and those of them that are answered.
    Count(&'v mut ProgressCounter<'i>),
    /// Writes the key and value; skips empty answers.
    Write(&'v mut Writer),
    /// Sets the flag to false if the slot is not empty.
    IsEmpty(&'v mut bool),
    /// Calls the function with each answer that has no fields of its own: its row, its position and its state. A given line or
    /// text has its characters, any other given value an empty text.
    Inspect(&'v mut dyn FnMut(&Field, &PathCursor<'_>, Answer<&str>)),
}
