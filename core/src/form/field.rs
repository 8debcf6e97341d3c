//! Rows of the field table of Annex 1.2: name, requirement and kind of each field.
//!
//! `Field { name: "company", spec: FieldSpec::required("貴社名", Purposes::CASE), kind: FieldKind::Line }`. The form description
//! and the exports are made from these rows.

use super::purpose::Purposes;
use crate::path::PathCursor;

/// The need for an answer to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// R: without it the draft is not accepted.
    Required,
    /// O: may stay empty.
    Optional,
    /// O, advised: an advisory names it while it is empty.
    Advised,
    /// R together with its neighbours: one of them is enough.
    OneOf,
}

/// The entries of the field table of Annex 1.2 for a field.
///
/// ```
/// use kakekomi_core::form::{FieldSpec, Purpose, Purposes};
///
/// let spec = FieldSpec::required("貴社名", Purposes::CASE.or(Purposes::SALES));
/// assert!(spec.purposes.allows(Purpose::Sales) && !spec.purposes.allows(Purpose::Statistics));
/// ```
///
/// A field without purposes does not compile:
///
/// ```compile_fail,E0061
/// kakekomi_core::form::FieldSpec::required("貴社名");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// The need for an answer.
    pub requirement: Requirement,
    /// True if 分からない is an answer (the ? of the field table).
    pub unknown: bool,
    /// The item of Annex 1.2 that it is collected under (clause 1①).
    pub annex: &'static str,
    /// The HTML standard's autofill word, or empty.
    pub autocomplete: &'static str,
    /// True if clause 4⑫'s interview asks for it: `support.interview_incomplete` names it while it is not given.
    pub interview: bool,
    /// True for a record whose fields are in the report's `hidden` while it is absent.
    pub hides_fields: bool,
    /// The purposes for which the answer may be used (clauses 1④⑤⑦⑧).
    pub purposes: Purposes,
}

impl FieldSpec {
    const fn new(requirement: Requirement, annex: &'static str, purposes: Purposes) -> FieldSpec {
        let (unknown, interview, hides_fields) = (false, false, false);
        FieldSpec { requirement, unknown, annex, autocomplete: "", interview, hides_fields, purposes }
    }

    /// A section, which is always there and needs no answer of its own.
    pub const fn section(annex: &'static str, purposes: Purposes) -> FieldSpec {
        FieldSpec::new(Requirement::Optional, annex, purposes)
    }

    /// R: required.
    pub const fn required(annex: &'static str, purposes: Purposes) -> FieldSpec {
        FieldSpec::new(Requirement::Required, annex, purposes)
    }

    /// O: optional.
    pub const fn optional(annex: &'static str, purposes: Purposes) -> FieldSpec {
        FieldSpec::new(Requirement::Optional, annex, purposes)
    }

    /// O: optional, but advised.
    pub const fn advised(annex: &'static str, purposes: Purposes) -> FieldSpec {
        FieldSpec::new(Requirement::Advised, annex, purposes)
    }

    /// R: one of several is required.
    pub const fn one_of(annex: &'static str, purposes: Purposes) -> FieldSpec {
        FieldSpec::new(Requirement::OneOf, annex, purposes)
    }

    /// Accepts 分からない as an answer (`?`).
    #[must_use]
    pub const fn or_unknown(mut self) -> FieldSpec {
        self.unknown = true;
        self
    }

    /// Marks a field that clause 4⑫'s interview asks for.
    #[must_use]
    pub const fn interview(mut self) -> FieldSpec {
        self.interview = true;
        self
    }

    /// Hides the fields of the record while it is absent.
    #[must_use]
    pub const fn hides_fields(mut self) -> FieldSpec {
        self.hides_fields = true;
        self
    }

    /// Sets the HTML standard's autofill word.
    #[must_use]
    pub const fn autocomplete(mut self, word: &'static str) -> FieldSpec {
        self.autocomplete = word;
        self
    }
}

/// A row of the field table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key in the draft.
    pub name: &'static str,
    /// Its entries in the table.
    pub spec: FieldSpec,
    /// The kind of its value.
    pub kind: FieldKind,
}

/// Finds the number of a key's row in a table.
pub fn rank(fields: &[Field], key: &str) -> Option<usize> {
    fields.iter().position(|field| field.name == key)
}

/// The position of a field in its section.
pub fn member<'p>(section: &'p PathCursor<'p>, fields: &[Field], name: &'p str) -> PathCursor<'p> {
    section.member(name, rank(fields, name))
}

/// The kind of a field, with the data that its control needs.
#[derive(Debug, Clone, Copy)]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// Several lines of text.
    Text,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several of these words in an order.
    Ordered(&'static [&'static str]),
    /// A point in time as far as it is known.
    Moment,
    /// A whole number from the first to the second, both included.
    Integer(i64, i64),
    /// A SHA-256 in hexadecimal digits.
    Digest,
    /// True or false.
    Flag,
    /// True.
    Agree,
    /// An object that is always there.
    Section(&'static [Field]),
    /// An object that may be absent.
    Record(&'static [Field]),
    /// A list: the most entries, and the rows of each.
    List(usize, &'static [Field]),
    /// A document's version and digest.
    Document,
    /// Milliseconds since the epoch.
    Instant,
    /// Nothing yet.
    Reserved,
}

impl FieldKind {
    /// Returns the rows of an object.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            FieldKind::Section(fields) | FieldKind::Record(fields) => fields,
            _ => &[],
        }
    }
}
