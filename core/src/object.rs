//! The members of a JSON object, by the rows of a table.
//!
//! `{"nickname": "…"}` with the rows of a contact → no member, and the issue `key.unknown` at `/contact/nickname`.
//!
//! Reading goes on after every issue, so that a person sees all of them at once.

use alloc::borrow::Cow;

use crate::code::Code;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::Node;
use crate::merge_sort::merge_sort;
use crate::path::PathCursor;

/// Calls `take` with the row's number and the value of each known key, once.
///
/// `find` returns the row of a key. Both are `dyn` for the module's size: one copy of this function instead of one a
/// section. Returns false if the node is not an object. Unknown keys and repeated ones become issues (the first of a
/// repeated key counts).
pub fn read_members<'n>(
    node: Node<'n>,
    at: &PathCursor<'_>,
    diagnostics: &mut Diagnostics,
    find: &dyn Fn(&str) -> Option<usize>,
    take: &mut dyn FnMut(usize, Node<'n>, &PathCursor<'_>, &mut Diagnostics),
) -> bool {
    let Node::Object(entries) = node else {
        diagnostics.type_mismatch(at, &node, Code::TypeObject);
        return false;
    };
    let occurrences = occurrences(&entries);
    for ((key, value), occurrence) in entries.into_iter().zip(occurrences) {
        let found = find(&key);
        if diagnostics.ignores_unknown_keys && found.is_none() && key != "unknown" {
            continue;
        }
        let here = at.member(&key, found);
        match occurrence {
            Occurrence::Repeated => continue,
            Occurrence::First => diagnostics.add(&here, Code::KeyDuplicate, Params::none()),
            Occurrence::Only => {}
        }
        match found {
            Some(row) => take(row, value, &here, diagnostics),
            // 分からない is an answer to a field, not to a section or an entry.
            None if key == "unknown" => diagnostics.add(at, Code::UnknownNotAllowed, Params::none()),
            None => diagnostics.add(&here, Code::KeyUnknown, Params::none()),
        }
    }
    true
}

/// The occurrence of a key among its repetitions in one object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occurrence {
    /// The key is not repeated.
    Only,
    /// The key is repeated further on.
    First,
    /// The key repeats one before it.
    Repeated,
}

/// Finds the occurrence of each key, in the order of the text. By sorting: comparing each with each would take the square of
/// a hostile text's length.
fn occurrences(entries: &[(Cow<'_, str>, Node<'_>)]) -> Vec<Occurrence> {
    let mut occurrences = vec![Occurrence::Only; entries.len()];
    let keys = entries.iter().zip(0..).map(|((key, _), index)| (&**key, index)).collect();
    for pair in merge_sort::<(&str, usize)>(keys).windows(2) {
        let &[(key, first), (other, again)] = pair else { continue };
        if key != other {
            continue;
        }
        if let Some(occurrence) = occurrences.get_mut(first).filter(|occurrence| **occurrence == Occurrence::Only) {
            *occurrence = Occurrence::First;
        }
        if let Some(occurrence) = occurrences.get_mut(again) {
            *occurrence = Occurrence::Repeated;
        }
    }
    occurrences
}
