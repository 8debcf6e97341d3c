//! A tree → the typed draft, and every issue of its shape; it never fails.
//!
//! `{"contact": {"fax": "…"}}` → an empty draft and the issue `key.unknown` at `/contact/fax`.
//!
//! Reading goes on after every issue, so that a person sees all of them at once. A value of the
//! wrong kind becomes [`crate::form::Answer::Refused`], which no later rule speaks about again.

use std::borrow::Cow;

use crate::code::Code;
use crate::form::{Draft, section};
use crate::issue::{Issue, Params};
use crate::json::Node;
use crate::order::{self, Place};

/// The draft in a tree, and what was found while reading it; of a draft that is too long, in its fields alone.
pub fn draft(node: Node<'_>, fields_alone: bool) -> (Draft, Reading) {
    let mut reading = Reading { fields_alone, ..Reading::default() };
    let mut draft = Draft::default();
    section::read(&mut draft, node, &At::ROOT, &mut reading);
    (draft, reading)
}

/// What reading and the rules have found so far.
#[derive(Debug, Default)]
pub struct Reading {
    /// Each issue, in the order in which it was found.
    pub found: Vec<Issue>,
    /// Places of sections that were no objects: nothing below them is asked for again.
    pub refused: Vec<Place>,
    /// Whether keys that the form does not have are passed over: a text of them alone would take twice the time of the
    /// longest draft.
    pub fields_alone: bool,
}

impl Reading {
    /// Notes an issue at a place. Not inlined, for the module's size: every rule ends here.
    #[inline(never)]
    pub fn issue(&mut self, at: &At<'_>, code: Code, params: Params) {
        self.found.push(Issue { path: at.path(), code, params, place: at.place, largest: None });
    }

    /// Notes that another kind of value stands where `code` says what belongs there.
    #[inline(never)]
    pub fn wrong(&mut self, at: &At<'_>, node: &Node<'_>, code: Code) {
        let code = if matches!(node, Node::Null) { Code::TypeNull } else { code };
        self.issue(at, code, Params::none());
    }
}

/// A place in the draft; its path costs nothing until it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct At<'p> {
    parent: Option<&'p At<'p>>,
    step: Step<'p>,
    /// Where it stands in the form's order.
    pub place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// Room for the path of most issues, in bytes.
const PATH_ROOM: usize = 48;

impl At<'static> {
    /// The whole draft.
    pub const ROOT: At<'static> = At { parent: None, step: Step::Index(0), place: Place::ROOT };
}

impl At<'_> {
    /// The place of a key in this object, which is the row `rank` of its table, if it is in there.
    pub fn key<'p>(&'p self, key: &'p str, rank: Option<usize>) -> At<'p> {
        At { parent: Some(self), step: Step::Key(key), place: self.place.step(rank) }
    }

    /// The place of an entry in this list.
    pub fn index(&self, index: usize) -> At<'_> {
        At { parent: Some(self), step: Step::Index(index), place: self.place.step(Some(index)) }
    }

    /// The JSON Pointer (RFC 6901) of the place: `/devices/0/os`.
    pub fn path(&self) -> String {
        let mut path = String::with_capacity(PATH_ROOM);
        self.write(&mut path);
        path
    }

    fn write(&self, path: &mut String) {
        let Some(parent) = self.parent else { return };
        parent.write(path);
        path.push('/');
        match self.step {
            Step::Key(key) if !key.bytes().any(|byte| matches!(byte, b'~' | b'/')) => path.push_str(key),
            Step::Key(key) => path.extend(key.chars().flat_map(escaped)),
            Step::Index(index) => path.push_str(&index.to_string()),
        }
    }
}

/// RFC 6901: `~` is `~0` and `/` is `~1`.
fn escaped(char: char) -> impl Iterator<Item = char> {
    let (first, second) = match char {
        '~' => ('~', Some('0')),
        '/' => ('~', Some('1')),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

/// Walks an object: `take` gets the row's number in its table and the value of each known key, once.
///
/// `find` gives the row of a key. Both are `dyn` for the module's size: one copy of this walk instead
/// of one a section. Gives false where the node is no object. Unknown keys and repeated ones become
/// issues (the first of a repeated key counts).
pub fn object<'n>(
    node: Node<'n>,
    at: &At<'_>,
    reading: &mut Reading,
    find: &dyn Fn(&str) -> Option<usize>,
    take: &mut dyn FnMut(usize, Node<'n>, &At<'_>, &mut Reading),
) -> bool {
    let Node::Object(entries) = node else {
        reading.wrong(at, &node, Code::TypeObject);
        return false;
    };
    let marks = marks(&entries);
    for ((key, value), mark) in entries.into_iter().zip(marks) {
        let found = find(&key);
        if reading.fields_alone && found.is_none() && key != "unknown" {
            continue;
        }
        let here = at.key(&key, found);
        match mark {
            Mark::Again => continue,
            Mark::First => reading.issue(&here, Code::KeyDuplicate, Params::none()),
            Mark::Once => {}
        }
        match found {
            Some(row) => take(row, value, &here, reading),
            // 分からない, said of a whole section or entry, which only fields can be.
            None if key == "unknown" => reading.issue(at, Code::UnknownNotAllowed, Params::none()),
            None => reading.issue(&here, Code::KeyUnknown, Params::none()),
        }
    }
    true
}

/// How a key stands in its object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// It stands there once.
    Once,
    /// It stands there again further on.
    First,
    /// It stood there before.
    Again,
}

/// The mark of each key, in the order of the text. By sorting: comparing each with each would take
/// the square of a hostile text's length.
fn marks(entries: &[(Cow<'_, str>, Node<'_>)]) -> Vec<Mark> {
    let mut marks = vec![Mark::Once; entries.len()];
    let keys = entries.iter().zip(0..).map(|((key, _), index)| (Key::of(key), index)).collect();
    for pair in order::sorted::<(Key<'_>, usize)>(keys).windows(2) {
        let &[(key, first), (other, again)] = pair else { continue };
        if key != other {
            continue;
        }
        if let Some(mark) = marks.get_mut(first).filter(|mark| **mark == Mark::Once) {
            *mark = Mark::First;
        }
        if let Some(mark) = marks.get_mut(again) {
            *mark = Mark::Again;
        }
    }
    marks
}

/// A key that is quick to compare: its first eight bytes as a number, its length, and what is left of it. The
/// number settles nearly everything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'k> {
    beginning: u64,
    length: usize,
    rest: &'k [u8],
}

impl Key<'_> {
    fn of(key: &str) -> Key<'_> {
        let mut beginning = [0; 8];
        for (to, byte) in beginning.iter_mut().zip(key.bytes()) {
            *to = byte;
        }
        Key {
            beginning: u64::from_be_bytes(beginning),
            length: key.len(),
            rest: key.as_bytes().get(8..).unwrap_or_default(),
        }
    }
}
