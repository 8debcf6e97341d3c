//! One declaration for each section: its struct, its rules and its rows of the field table.
//!
//! `company: Answer<Line> = Rule::required("貴社名");` makes the member `company`, which is read
//! under the key `company`, must be answered, takes the rules of [`super::Line`], and whose row
//! `Field { name: "company", … }` the form description is made from.
//!
//! Diagnostics (here), checking, counting and printing (`walk.rs`) go over a section's rows and slots, whichever section
//! it is: each is in the module once.

use super::Slot;
use crate::code::Code;
use crate::diagnostics::Diagnostics;
use crate::issue::Issue;
use crate::json::Node;
use crate::object::read_members;
use crate::order;
use crate::path::PathCursor;

/// Whether a field must be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// R: without it the draft is not accepted.
    Required,
    /// O: may stay empty.
    Optional,
    /// O, advised: an advisory speaks of it while it is empty.
    Advised,
    /// R together with its neighbours: one of them is enough.
    Either,
}

/// What the field table of Annex 1.2 says of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Whether it must be answered.
    pub need: Need,
    /// Whether 分からない is an answer (the ? of the field table).
    pub unknown: bool,
    /// The item of Annex 1.2 that it is collected under (clause 1①).
    pub annex: &'static str,
    /// The HTML standard's autofill word, or empty.
    pub autocomplete: &'static str,
}

impl Rule {
    const fn new(need: Need, annex: &'static str) -> Rule {
        Rule { need, unknown: false, annex, autocomplete: "" }
    }

    /// A section: always there, nothing to ask of itself.
    pub const fn section(annex: &'static str) -> Rule {
        Rule::new(Need::Optional, annex)
    }

    /// R
    pub const fn required(annex: &'static str) -> Rule {
        Rule::new(Need::Required, annex)
    }

    /// O
    pub const fn optional(annex: &'static str) -> Rule {
        Rule::new(Need::Optional, annex)
    }

    /// O, advised
    pub const fn advised(annex: &'static str) -> Rule {
        Rule::new(Need::Advised, annex)
    }

    /// R, one of several
    pub const fn either(annex: &'static str) -> Rule {
        Rule::new(Need::Either, annex)
    }

    /// `?`: 分からない is an answer.
    #[must_use]
    pub const fn or_unknown(mut self) -> Rule {
        self.unknown = true;
        self
    }

    /// The HTML standard's autofill word.
    #[must_use]
    pub const fn autocomplete(mut self, word: &'static str) -> Rule {
        self.autocomplete = word;
        self
    }
}

/// A row of the field table.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The key in the draft.
    pub name: &'static str,
    /// What is asked of it.
    pub rule: Rule,
    /// What kind of thing it is.
    pub shape: Shape,
}

/// The number of a key's row in a table.
pub fn rank(fields: &[Field], key: &str) -> Option<usize> {
    fields.iter().position(|field| field.name == key)
}

/// The position of a field in its section.
pub fn member<'p>(section: &'p PathCursor<'p>, fields: &[Field], name: &'p str) -> PathCursor<'p> {
    section.member(name, rank(fields, name))
}

/// The kinds of fields, and what each needs to be drawn and described.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
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
    /// An object that is there or not.
    Record(&'static [Field]),
    /// At most so many entries of this kind.
    List(usize, &'static [Field]),
    /// A document's version and digest.
    Document,
    /// Milliseconds since the epoch.
    Instant,
    /// Nothing yet.
    Later,
}

/// How many required fields there are, and how many of them are answered or said to be unknown.
///
/// An answer that an issue speaks of counts as none: `"110"` as a telephone number leaves the
/// section as open as no number would.
#[derive(Debug, Clone, Copy)]
pub struct Tally<'i> {
    /// Required fields; fields of which one is enough count as one.
    pub required: u32,
    /// Those that are answered.
    pub answered: u32,
    /// Those said to be unknown.
    pub unknown: u32,
    either: Option<bool>,
    issues: &'i [Issue],
}

impl<'i> Tally<'i> {
    /// Nothing counted yet, beside the draft's issues.
    pub fn new(issues: &'i [Issue]) -> Tally<'i> {
        Tally { required: 0, answered: 0, unknown: 0, either: None, issues }
    }

    /// Counts a field that was answered.
    pub fn answer(&mut self, rule: Rule, at: &PathCursor<'_>) {
        let sound = rule.need != Need::Optional && !self.wrong(at);
        self.count(rule, sound, false);
    }

    /// Counts a field that was said to be unknown.
    pub fn unknown(&mut self, rule: Rule, at: &PathCursor<'_>) {
        let sound = rule.need != Need::Optional && !self.wrong(at);
        self.count(rule, false, sound);
    }

    /// Counts a field without an answer.
    pub fn nothing(&mut self, rule: Rule) {
        self.count(rule, false, false);
    }

    #[inline(never)]
    fn count(&mut self, rule: Rule, answered: bool, unknown: bool) {
        match rule.need {
            Need::Required => {
                self.required += 1;
                self.answered += u32::from(answered);
                self.unknown += u32::from(unknown);
            }
            Need::Either => self.either = Some(self.either.unwrap_or(false) || answered),
            Need::Optional | Need::Advised => {}
        }
    }

    /// Whether an issue speaks of the field or of what is in it. A key too many says nothing of the
    /// answer beside it.
    #[inline(never)]
    fn wrong(&self, at: &PathCursor<'_>) -> bool {
        order::issues_below(self.issues, at.sort_key).iter().any(|issue| issue.code != Code::KeyUnknown)
    }

    /// The counts with the fields of which one is enough.
    #[must_use]
    pub fn closed(mut self) -> Tally<'i> {
        if let Some(answered) = self.either.take() {
            self.required += 1;
            self.answered += u32::from(answered);
        }
        self
    }
}

/// Something with rows of the field table, and a slot for each of them.
pub trait Section {
    /// The rows.
    fn fields(&self) -> &'static [Field];

    /// Calls `visit` with each slot, in the order of the rows.
    fn each(&self, visit: &mut dyn FnMut(&dyn Slot));

    /// The slot of a row.
    fn slot(&mut self, row: usize) -> Option<&mut dyn Slot>;
}

/// Reads a section; false where the node is no object.
pub fn read(section: &mut dyn Section, node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> bool {
    let fields = section.fields();
    let find = |key: &str| rank(fields, key);
    let whole = read_members(node, at, diagnostics, &find, &mut |row, node, at, diagnostics| {
        if let Some(slot) = section.slot(row) {
            slot.read(node, at, diagnostics);
        }
    });
    if !whole {
        diagnostics.skipped_sections.push(at.sort_key);
    }
    whole
}

/// Declares a section (see the module).
macro_rules! section {
    (
        $(#[$about:meta])*
        pub struct $name:ident { $( $(#[$what:meta])* $field:ident: $slot:ty = $rule:expr; )+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name { $(
            $(#[$what])*
            pub $field: $slot,
        )+ }

        impl $name {
            /// The section's rows of the field table.
            pub const FIELDS: &'static [$crate::form::Field] = &[ $(
                $crate::form::Field { name: stringify!($field), rule: $rule, shape: <$slot as $crate::form::Shaped>::SHAPE },
            )+ ];
        }

        impl $crate::form::Section for $name {
            fn fields(&self) -> &'static [$crate::form::Field] {
                $name::FIELDS
            }

            fn each(&self, visit: &mut dyn FnMut(&dyn $crate::form::Slot)) {
                $( visit(&self.$field); )+
            }

            fn slot(&mut self, row: usize) -> Option<&mut dyn $crate::form::Slot> {
                let mut rows = 0_usize..;
                $( if rows.next() == Some(row) { return Some(&mut self.$field); } )+
                None
            }
        }

        impl $crate::form::Shaped for $name {
            const SHAPE: $crate::form::Shape = $crate::form::Shape::Section($name::FIELDS);
        }

        impl $crate::form::Slot for $name {
            fn read(&mut self, node: $crate::json::Node<'_>, at: &$crate::path::PathCursor<'_>, diagnostics: &mut $crate::diagnostics::Diagnostics) {
                $crate::form::section::read(self, node, at, diagnostics);
            }

            fn walk(&self, field: &$crate::form::Field, at: &$crate::path::PathCursor<'_>, asked: &mut $crate::form::Walk<'_, '_>) {
                $crate::form::walk::nested(self, field, at, asked);
            }
        }
    };
}

/// Declares a section that is there or not: a record.
macro_rules! record {
    ($( $name:ident ),+) => { $(
        impl $crate::form::slot::Value for $name {
            const SHAPE: $crate::form::Shape = $crate::form::Shape::Record($name::FIELDS);

            fn read(node: $crate::json::Node<'_>, at: &$crate::path::PathCursor<'_>, diagnostics: &mut $crate::diagnostics::Diagnostics) -> $crate::form::Answer<Self> {
                let mut record = Self::default();
                if $crate::form::section::read(&mut record, node, at, diagnostics) {
                    $crate::form::Answer::Given(record)
                } else {
                    $crate::form::Answer::Refused
                }
            }

            fn check_or_tally(&self, _: $crate::form::Rule, at: &$crate::path::PathCursor<'_>, asked: &mut $crate::form::Walk<'_, '_>) {
                $crate::form::walk::walk(self, at, asked);
            }

            fn write(&self, out: &mut $crate::json::Writer) {
                $crate::form::walk::write(self, out);
            }
        }
    )+ };
}

pub(crate) use {record, section};
