//! A whole draft, filled in along the form's own table of fields: what the rules read is what is made.
//!
//! With `wrong: 0` every answer is a right one; with `wrong: 5` each has five chances in a hundred to
//! be one of [`super::tricky`]'s instead.

use kakekomi_core::form::{Draft, Field, FieldKind, Requirement};

use super::dice::Dice;
use super::tree::Tree;
use super::tricky::wrong;
use super::values::right;
use super::world::World;

/// How a draft is filled in.
#[derive(Debug, Clone, Copy)]
pub struct Care {
    /// How many optional fields of a hundred are answered.
    pub answered: u64,
    /// How many answers of a hundred are wrong.
    pub wrong: u64,
}

/// A draft.
pub fn draft(care: Care, world: &World, dice: &mut Dice) -> Tree {
    fields(Draft::FIELDS, care, world, dice)
}

fn fields(fields: &[Field], care: Care, world: &World, dice: &mut Dice) -> Tree {
    let mut members = Vec::with_capacity(fields.len());
    for field in fields {
        let asked = match field.spec.requirement {
            Requirement::Required => !dice.percent(care.wrong),
            // The person alone is enough of the two.
            Requirement::OneOf => field.name == "person" || dice.percent(care.answered),
            _ if matches!(field.kind, FieldKind::Section(_)) => true,
            Requirement::Optional | Requirement::Advised => dice.percent(care.answered),
        };
        let later = matches!(field.kind, FieldKind::Reserved) && !dice.percent(care.wrong);
        if !asked || later {
            continue;
        }
        let answer = if dice.percent(care.wrong) { wrong(field.kind, dice) } else { answer(field, care, world, dice) };
        members.push((field.name.to_owned(), answer));
    }
    Tree::Object(members)
}

fn answer(field: &Field, care: Care, world: &World, dice: &mut Dice) -> Tree {
    // Whoever wants remote support must name somebody, so that one is known more often.
    if field.spec.unknown && dice.percent(if field.name == "responsible" { 5 } else { 20 }) {
        return Tree::unknown();
    }
    match field.kind {
        // Version, digest and language belong together; apart they would seldom be right.
        FieldKind::Section(_) if field.name == "consent" && !dice.percent(care.wrong) => world.agreement(dice),
        FieldKind::Section(rows) | FieldKind::Record(rows) => fields(rows, care, world, dice),
        FieldKind::List(max, rows) => {
            let entries = if dice.percent(2) { max } else { dice.below(3) };
            Tree::List((0..entries).map(|_| fields(rows, care, world, dice)).collect())
        }
        kind => right(kind, field.name, world, dice),
    }
}
