//! The form's order, for issues: that of the field table, lists by index, unknown keys last.
//!
//! `/contact/fax`, `/devices/1/os`, `/contact/phone` → `/contact/phone`, `/contact/fax`, `/devices/1/os`.

use crate::code::Code;
use crate::form::{AgreedDocument, Draft, Field, Shape};
use crate::issue::Params;

/// Sorts by the form's order and leaves one issue of a kind at each path.
pub fn sort(found: &mut Vec<(String, Code, Params)>) {
    found.sort_by_cached_key(|(path, _, _)| place(path));
    let mut kept: Vec<(String, Code, Params)> = Vec::with_capacity(found.len());
    for issue in found.drain(..) {
        let repeated = kept.iter().rev().take_while(|other| other.0 == issue.0).any(|other| other.1 == issue.1);
        if !repeated {
            kept.push(issue);
        }
    }
    *found = kept;
}

/// The place of a path: the row's number in each table on the way, or the index in a list.
fn place(path: &str) -> Vec<u32> {
    let mut place = Vec::new();
    let mut level = Level::Fields(Draft::FIELDS);
    for step in path.split('/').skip(1) {
        let (rank, next) = level.step(step);
        place.push(rank);
        level = next;
    }
    place
}

enum Level {
    Fields(&'static [Field]),
    List(&'static [Field]),
    /// A moment's own keys.
    Keys(&'static [&'static str]),
    Leaf,
}

impl Level {
    fn step(&self, step: &str) -> (u32, Level) {
        match self {
            Level::Fields(fields) => match fields.iter().zip(0..).find(|(field, _)| field.name == step) {
                Some((field, rank)) => (rank, Level::below(field.shape)),
                None => (u32::MAX, Level::Leaf),
            },
            Level::List(fields) => (step.parse().unwrap_or(u32::MAX), Level::Fields(fields)),
            Level::Keys(keys) => {
                let rank = keys.iter().zip(0..).find(|(key, _)| **key == step).map_or(u32::MAX, |(_, rank)| rank);
                (rank, if step == "at" { Level::Keys(&["year", "month", "day", "time"]) } else { Level::Leaf })
            }
            Level::Leaf => (step.parse().unwrap_or(u32::MAX), Level::Leaf),
        }
    }

    fn below(shape: Shape) -> Level {
        match shape {
            Shape::Section(fields) | Shape::Record(fields) => Level::Fields(fields),
            Shape::List(_, fields) => Level::List(fields),
            Shape::Document => Level::Fields(AgreedDocument::FIELDS),
            Shape::Moment => Level::Keys(&["at", "precision", "offset"]),
            _ => Level::Leaf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_forms_and_lists_count_by_number() {
        let paths =
            ["/zzz", "/devices/10/os", "/devices/2/os", "/contact/fax", "/contact/phone", "", "/consent", "/devices/2"];
        let mut found: Vec<_> = paths.map(|path| (path.to_owned(), Code::TypeText, Params::none())).to_vec();
        sort(&mut found);
        let sorted: Vec<_> = found.iter().map(|(path, _, _)| path.as_str()).collect();
        assert_eq!(
            sorted,
            ["", "/contact/phone", "/contact/fax", "/devices/2", "/devices/2/os", "/devices/10/os", "/consent", "/zzz"]
        );
    }

    #[test]
    fn moments_and_documents_have_an_order_too() {
        let paths = [
            "/consent/document/sha256",
            "/consent/document/version",
            "/incident/occurred_at/offset",
            "/incident/occurred_at/at/time",
            "/incident/occurred_at/at/year",
        ];
        let mut found: Vec<_> = paths.map(|path| (path.to_owned(), Code::TypeText, Params::none())).to_vec();
        sort(&mut found);
        let sorted: Vec<_> = found.iter().map(|(path, _, _)| path.as_str()).collect();
        assert_eq!(
            sorted,
            [
                "/incident/occurred_at/at/year",
                "/incident/occurred_at/at/time",
                "/incident/occurred_at/offset",
                "/consent/document/version",
                "/consent/document/sha256",
            ]
        );
    }

    #[test]
    fn one_issue_of_a_kind_at_each_path() {
        let row = |path: &str, code| (path.to_owned(), code, Params::none());
        let mut found = vec![row("/a", Code::TypeNull), row("/a", Code::KeyUnknown), row("/a", Code::TypeNull)];
        sort(&mut found);
        assert_eq!(found.len(), 2);
    }
}
