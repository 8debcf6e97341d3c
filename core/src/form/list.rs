//! A list of records with a longest length: machines, logs.
//!
//! `[{"identified": "identified"}]` → one machine · 21 machines → `list.too_long`, and no issue of
//! the entries past the longest length, so that a hostile list cannot make a report of any size.

use garde::Validate;
use serde::Serialize;

use super::section::{Rule, Shape, Tally};
use super::slot::{Answer, Value};
use super::{Device, Log};
use crate::code::Code;
use crate::context::Context;
use crate::issue::Params;
use crate::json::Node;
use crate::parse::{At, Reading};

/// At most `MAX` entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct List<T: Validate<Context = Context>, const MAX: usize>(
    /// The entries in the applicant's order.
    #[garde(dive)]
    pub Vec<T>,
);

/// An entry of a list: a record that is always there.
pub trait Entry: Value + Default {
    /// The entry's rows of the field table.
    const FIELDS: &'static [super::Field];
}

impl Entry for Device {
    const FIELDS: &'static [super::Field] = Device::FIELDS;
}

impl Entry for Log {
    const FIELDS: &'static [super::Field] = Log::FIELDS;
}

impl<T: Entry, const MAX: usize> Value for List<T, MAX> {
    const SHAPE: Shape = Shape::List(MAX, T::FIELDS);

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        let Node::List(nodes) = node else {
            reading.wrong(at, &node, Code::TypeList);
            return Answer::Refused;
        };
        if nodes.len() > MAX {
            reading.issue(at, Code::ListTooLong, Params::count("max", MAX));
        }
        let mut entries = Vec::new();
        for (index, node) in nodes.into_iter().take(MAX).enumerate() {
            let here = at.index(index);
            if let Answer::Given(entry) = T::read(node, &here, reading) {
                entries.push(entry);
            } else {
                // An entry that is no object keeps its place, so that the others keep theirs.
                reading.refused.push(here.path());
                entries.push(T::default());
            }
        }
        if entries.is_empty() { Answer::Absent } else { Answer::Given(List(entries)) }
    }

    fn tally(&self, rule: Rule, at: &At<'_>, tally: &mut Tally<'_>) {
        for (index, entry) in self.0.iter().enumerate() {
            entry.tally(rule, &at.index(index), tally);
        }
    }
}
