//! The form's order, for issues: that of the field table, lists by index, unknown keys last.
//!
//! `/contact/fax`, `/devices/1/os`, `/contact/phone` → `/contact/phone`, `/contact/fax`, `/devices/1/os`.

use crate::form::{AgreedDocument, Draft, Field, PART_KEYS, Shape, WHEN_KEYS};
use crate::issue::Issue;
use crate::text::up_to_four_digits;

/// Where something stands in the form's order: the row's number in each table on the way to it, or the
/// index in a list, a byte a step.
///
/// One number, because a hostile draft has tens of thousands of issues to be sorted. A form has at
/// most six steps, a table or list at most fifty rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    ranks: u64,
    depth: u32,
}

/// The rank of what no table knows; all of it stands last, in the order of the text.
pub const LAST: usize = 0xFE;

impl Place {
    /// The whole draft's.
    pub const ROOT: Place = Place { ranks: 0, depth: 0 };

    /// The place of a row or an entry in this one; [`LAST`] without a rank.
    pub fn step(self, rank: Option<usize>) -> Place {
        let byte = u64::try_from(rank.unwrap_or(LAST).min(LAST) + 1).unwrap_or_default();
        let depth = self.depth + 1;
        Place { ranks: self.ranks | byte.checked_shl(64_u32.saturating_sub(8 * depth)).unwrap_or(0), depth }
    }

    /// Whether the other place is this one or lies in it.
    pub fn holds(self, other: Place) -> bool {
        self.depth <= other.depth && other.ranks & self.mask() == self.ranks
    }

    /// The last place that this one holds.
    fn last(self) -> u64 {
        self.ranks | !self.mask()
    }

    fn mask(self) -> u64 {
        !u64::MAX.checked_shr(8 * self.depth).unwrap_or(0)
    }

    /// The place of a path.
    pub fn of(path: &str) -> Place {
        let mut place = Place::ROOT;
        let mut level = Level::Fields(Draft::FIELDS);
        for step in path.split('/').skip(1) {
            let (rank, next) = level.step(step);
            place = place.step(rank);
            level = next;
        }
        place
    }
}

/// Sorts by the form's order, what was found first before the other, and leaves one issue of a kind
/// at each path.
pub fn sort(found: Vec<Issue>) -> Vec<Issue> {
    let mut found = in_order(found);
    let again = |(index, issue): (usize, &Issue)| {
        let before = found.get(..index).unwrap_or_default().iter().rev();
        before
            .take_while(|other| other.place == issue.place && other.path == issue.path)
            .any(|other| other.code == issue.code)
    };
    let again: Vec<bool> = found.iter().enumerate().map(again).collect();
    let mut again = again.into_iter();
    found.retain(|_| again.next() != Some(true));
    found
}

fn in_order(found: Vec<Issue>) -> Vec<Issue> {
    if found.is_sorted_by_key(|issue| issue.place.ranks) {
        return found;
    }
    let order = sorted(found.iter().zip(0..).map(|(issue, index)| (issue.place.ranks, index)).collect());
    let mut found: Vec<Option<Issue>> = found.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, index): (u64, usize)| found.get_mut(index).and_then(Option::take)).collect()
}

/// How many rows are sorted in place before such runs are merged: an object's keys are one or two runs.
const RUN: usize = 8;

/// Sorts by merging runs of eight, sixteen and so on: never the square of the length, and in the module a tenth of
/// the code of `sort`.
pub fn sorted<T: Copy + Ord>(mut rows: Vec<T>) -> Vec<T> {
    for run in rows.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut at = end;
            // At the run's beginning there is no pair.
            while let Some([before, this]) = run.get_mut(at.saturating_sub(1)..=at)
                && this < before
            {
                std::mem::swap(before, this);
                at -= 1;
            }
        }
    }
    let mut width = RUN;
    while width < rows.len() {
        let mut merged = Vec::with_capacity(rows.len());
        for pair in rows.chunks(2 * width) {
            let (left, right) = pair.split_at_checked(width).unwrap_or((pair, &[]));
            let (mut left, mut right) = (left.iter(), right.iter());
            while let (Some(first), Some(other)) = (left.as_slice().first(), right.as_slice().first()) {
                let next = if other < first { right.next() } else { left.next() };
                merged.extend(next);
            }
            merged.extend(left.chain(right));
        }
        rows = merged;
        width *= 2;
    }
    rows
}

/// Those of the sorted issues that speak of a place or of what is in it.
pub fn within(issues: &[Issue], place: Place) -> &[Issue] {
    let from = issues.partition_point(|issue| issue.place.ranks < place.ranks);
    let behind = issues.get(from..).unwrap_or_default();
    behind.get(..behind.partition_point(|issue| issue.place.ranks <= place.last())).unwrap_or_default()
}

/// The index that a step of a path is; a list has far fewer entries than four digits count.
fn index(step: &str) -> Option<usize> {
    up_to_four_digits(step).map(usize::from)
}

enum Level {
    Fields(&'static [Field]),
    List(&'static [Field]),
    /// A moment's own keys.
    Keys(&'static [&'static str]),
    Leaf,
}

impl Level {
    fn step(&self, step: &str) -> (Option<usize>, Level) {
        match self {
            Level::Fields(fields) => {
                let found = fields.iter().zip(0..).find(|(field, _)| field.name == step);
                found.map_or((None, Level::Leaf), |(field, rank)| (Some(rank), Level::below(field.shape)))
            }
            Level::List(fields) => (index(step), Level::Fields(fields)),
            Level::Keys(keys) => {
                let next = if step == "at" { Level::Keys(&PART_KEYS) } else { Level::Leaf };
                (keys.iter().position(|key| *key == step), next)
            }
            Level::Leaf => (index(step), Level::Leaf),
        }
    }

    fn below(shape: Shape) -> Level {
        match shape {
            Shape::Section(fields) | Shape::Record(fields) => Level::Fields(fields),
            Shape::List(_, fields) => Level::List(fields),
            Shape::Document => Level::Fields(AgreedDocument::FIELDS),
            Shape::Moment => Level::Keys(&WHEN_KEYS),
            _ => Level::Leaf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::issue::Params;

    fn sorted(paths: &[&str]) -> Vec<String> {
        let found = paths.iter().map(|path| Issue::new((*path).to_owned(), Code::TypeText, Params::none())).collect();
        sort(found).into_iter().map(|issue| issue.path).collect()
    }

    #[test]
    fn the_order_is_the_forms_and_lists_count_by_number() {
        let paths =
            ["/zzz", "/devices/10/os", "/devices/2/os", "/contact/fax", "/contact/phone", "", "/consent", "/devices/2"];
        assert_eq!(
            sorted(&paths),
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
        assert_eq!(
            sorted(&paths),
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
        let row = |path: &str, code| Issue::new(path.to_owned(), code, Params::none());
        let found = vec![row("/a", Code::TypeNull), row("/a", Code::KeyUnknown), row("/a", Code::TypeNull)];
        assert_eq!(sort(found).len(), 2);
    }

    #[test]
    fn merging_sorts() {
        for length in 0..70_u64 {
            let rows: Vec<u64> = (0..length).map(|row| row * 7919 % 31).collect();
            let mut expected = rows.clone();
            expected.sort_unstable();
            assert_eq!(super::sorted(rows), expected);
        }
    }

    #[test]
    fn a_place_holds_itself_and_what_is_in_it() {
        let [whole, contact, phone, incident] = ["", "/contact", "/contact/phone", "/incident"].map(Place::of);
        assert!(whole.holds(phone) && contact.holds(phone) && contact.holds(contact));
        assert!(!phone.holds(contact) && !contact.holds(incident) && !contact.holds(whole));
        let issues = sort(vec![
            Issue::new("/incident".to_owned(), Code::TypeNull, Params::none()),
            Issue::new("/contact/phone".to_owned(), Code::PhoneInvalid, Params::none()),
            Issue::new("/contact".to_owned(), Code::KeyUnknown, Params::none()),
        ]);
        assert_eq!(within(&issues, contact).len(), 2);
        assert_eq!(within(&issues, phone).len(), 1);
        assert_eq!(within(&issues, whole).len(), 3);
        assert_eq!(within(&issues, Place::of("/consent")).len(), 0);
    }

    #[test]
    fn more_steps_than_a_form_has_are_no_danger() {
        let deep = Place::of(&"/9999999999".repeat(40));
        assert!(Place::ROOT.holds(deep) && deep.holds(deep));
    }
}
