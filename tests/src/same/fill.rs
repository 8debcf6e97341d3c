//! A whole draft, filled in along the form's own table of fields, so that it has every field that the rules read.
//!
//! With `wrong: 0` every answer is valid; with `wrong: 5` each has five chances in a hundred to
//! be one of [`super::edge_values`]'s instead.

use kakekomi_core::form::{Draft, Field, FieldKind, Requirement};

use super::contexts::StreamContext;
use super::edge_values::wrong;
use super::rng::Rng;
use super::tree::Tree;
use super::values::right;

/// Shares of the answers of a draft.
#[derive(Debug, Clone, Copy)]
pub struct Care {
    /// Percentage of optional fields that are answered.
    pub answered: u64,
    /// Percentage of answers that are wrong.
    pub wrong: u64,
}

/// A draft.
pub fn draft(care: Care, context: &StreamContext, rng: &mut Rng) -> Tree {
    fields(Draft::FIELDS, care, context, rng)
}

fn fields(fields: &[Field], care: Care, context: &StreamContext, rng: &mut Rng) -> Tree {
    let mut members = Vec::with_capacity(fields.len());
    for field in fields {
        let asked = match field.spec.requirement {
            Requirement::Required => !rng.percent(care.wrong),
            // The person alone is enough of the two.
            Requirement::OneOf => field.name == "person" || rng.percent(care.answered),
            _ if matches!(field.kind, FieldKind::Section(_)) => true,
            Requirement::Optional | Requirement::Advised => rng.percent(care.answered),
        };
        let later = matches!(field.kind, FieldKind::Reserved) && !rng.percent(care.wrong);
        if !asked || later {
            continue;
        }
        let answer = if rng.percent(care.wrong) { wrong(field.kind, rng) } else { answer(field, care, context, rng) };
        members.push((field.name.to_owned(), answer));
    }
    Tree::Object(members)
}

fn answer(field: &Field, care: Care, context: &StreamContext, rng: &mut Rng) -> Tree {
    // Remote support requires a known responsible person, so this one is unknown less often.
    if field.spec.unknown && rng.percent(if field.name == "responsible" { 5 } else { 20 }) {
        return Tree::unknown();
    }
    match field.kind {
        // Version, digest and language belong together; apart they would seldom be right.
        FieldKind::Section(_) if field.name == "consent" && !rng.percent(care.wrong) => context.agreement(rng),
        FieldKind::Section(rows) | FieldKind::Record(rows) => fields(rows, care, context, rng),
        FieldKind::List(max, rows) => {
            let entries = if rng.percent(2) { max } else { rng.below(3) };
            Tree::List((0..entries).map(|_| fields(rows, care, context, rng)).collect())
        }
        kind => right(kind, field.name, context, rng),
    }
}
