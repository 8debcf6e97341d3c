//! Positions in a draft: the JSON Pointer of a value, and its rank in the form's order.
//!
//! `PathCursor::ROOT.member("devices", Some(2))`, then `.item(0)` → `/devices/0`, sorted behind all of `/incident`.
//!
//! The caller gives the rank of each step, so this file knows nothing of the form.

/// The position of a value in the form's order: the row's number in each table on the way to it, or the index in a list,
/// a byte a step.
///
/// One number, because a hostile draft has tens of thousands of issues to be sorted. A form has at most six steps, a table
/// or list at most fifty rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    ranks: u64,
    depth: u32,
}

/// The rank of a key that no table has. Such keys sort last, in the order of the text.
pub const UNKNOWN_RANK: usize = 0xFE;

impl SortKey {
    /// The whole draft.
    pub const ROOT: SortKey = SortKey { ranks: 0, depth: 0 };

    /// The sort key of a row or an entry below this one; [`UNKNOWN_RANK`] without a rank.
    #[must_use]
    pub fn child(self, rank: Option<usize>) -> SortKey {
        let byte = u64::try_from(rank.unwrap_or(UNKNOWN_RANK).min(UNKNOWN_RANK) + 1).unwrap_or_default();
        let depth = self.depth + 1;
        SortKey { ranks: self.ranks | byte.checked_shl(64_u32.saturating_sub(8 * depth)).unwrap_or(0), depth }
    }

    /// Checks if the other position is this one or lies below it.
    pub fn contains(self, other: SortKey) -> bool {
        self.depth <= other.depth && other.ranks & self.mask() == self.ranks
    }

    /// The number that positions are compared by.
    pub const fn first(self) -> u64 {
        self.ranks
    }

    /// The largest number of a position below this one.
    pub fn last(self) -> u64 {
        self.ranks | !self.mask()
    }

    fn mask(self) -> u64 {
        !u64::MAX.checked_shr(8 * self.depth).unwrap_or(0)
    }
}

/// Lazy JSON Pointer: the string is built on demand.
#[derive(Debug, Clone, Copy)]
pub struct PathCursor<'p> {
    parent: Option<&'p PathCursor<'p>>,
    step: Step<'p>,
    /// The position in the form's order.
    pub sort_key: SortKey,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// The first capacity of a path, in bytes: enough for most issues.
const PATH_CAPACITY: usize = 48;

impl PathCursor<'static> {
    /// The whole draft.
    pub const ROOT: PathCursor<'static> = PathCursor { parent: None, step: Step::Index(0), sort_key: SortKey::ROOT };
}

impl PathCursor<'_> {
    /// The member `key` of this object; `rank` is the row's number in its table, if it has a row.
    pub fn member<'p>(&'p self, key: &'p str, rank: Option<usize>) -> PathCursor<'p> {
        PathCursor { parent: Some(self), step: Step::Key(key), sort_key: self.sort_key.child(rank) }
    }

    /// An item of this list.
    pub fn item(&self, index: usize) -> PathCursor<'_> {
        PathCursor { parent: Some(self), step: Step::Index(index), sort_key: self.sort_key.child(Some(index)) }
    }

    /// The key of this member; empty for an item of a list.
    pub fn key(&self) -> &str {
        match self.step {
            Step::Key(key) => key,
            Step::Index(_) => "",
        }
    }

    /// The JSON Pointer (RFC 6901): `/devices/0/os`.
    pub fn path(&self) -> String {
        let mut path = String::with_capacity(PATH_CAPACITY);
        self.write(&mut path);
        path
    }

    fn write(&self, path: &mut String) {
        let Some(parent) = self.parent else { return };
        parent.write(path);
        path.push('/');
        match self.step {
            Step::Key(key) if !key.bytes().any(|byte| matches!(byte, b'~' | b'/')) => path.push_str(key),
            // RFC 6901 escapes two signs.
            Step::Key(key) => key.chars().for_each(|char| match char {
                '~' => path.push_str("~0"),
                '/' => path.push_str("~1"),
                other => path.push(other),
            }),
            Step::Index(index) => path.push_str(&index.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_contains_itself_and_positions_below_it() {
        let whole = PathCursor::ROOT;
        let (contact, incident) = (whole.member("contact", Some(0)), whole.member("incident", Some(1)));
        let phone = contact.member("phone", Some(3));
        let contains = |outer: &PathCursor<'_>, inner: &PathCursor<'_>| outer.sort_key.contains(inner.sort_key);
        assert!(contains(&whole, &phone) && contains(&contact, &phone) && contains(&contact, &contact));
        assert!(!contains(&phone, &contact) && !contains(&contact, &incident) && !contains(&contact, &whole));
    }

    #[test]
    fn more_steps_than_a_form_has_do_no_harm() {
        let deep = (0..40).fold(SortKey::ROOT, |key, _| key.child(Some(9_999_999_999)));
        assert!(SortKey::ROOT.contains(deep) && deep.contains(deep));
    }

    #[test]
    fn the_two_signs_of_a_pointer_are_escaped() {
        assert_eq!(PathCursor::ROOT.member("a/b~", None).item(3).path(), "/a~1b~0/3");
        assert_eq!(PathCursor::ROOT.path(), "");
    }
}
