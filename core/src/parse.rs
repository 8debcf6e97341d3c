//! A tree → the typed draft, and every issue of its shape; it never fails.
//!
//! `{"contact": {"fax": "…"}}` → an empty draft and the issue `key.unknown` at `/contact/fax`.
//!
//! Reading goes on after every issue, so that a person sees all of them at once. A value of the
//! wrong kind becomes [`crate::form::Answer::Refused`], which no later rule speaks about again.

use std::borrow::Cow;
use std::fmt::Write;

use crate::code::Code;
use crate::form::{Draft, Slot};
use crate::issue::Params;
use crate::json::Node;

/// The draft in a tree, and what was found while reading it.
pub fn draft(node: Node<'_>) -> (Draft, Reading) {
    let mut reading = Reading::default();
    let draft = Draft::read(node, &At::ROOT, &mut reading);
    (draft, reading)
}

/// What reading has found so far.
#[derive(Debug, Default)]
pub struct Reading {
    /// Path, code and numbers of each issue, in the order of the text.
    pub found: Vec<(String, Code, Params)>,
    /// Paths of sections that were no objects: nothing below them is asked for again.
    pub refused: Vec<String>,
}

impl Reading {
    /// Notes an issue at a place.
    pub fn issue(&mut self, at: &At<'_>, code: Code, params: Params) {
        self.found.push((at.path(), code, params));
    }

    /// Notes that another kind of value stands where `code` says what belongs there.
    pub fn wrong(&mut self, at: &At<'_>, node: &Node<'_>, code: Code) {
        let code = if *node == Node::Null { Code::TypeNull } else { code };
        self.issue(at, code, Params::none());
    }
}

/// A place in the draft; it costs nothing until its path is asked for.
#[derive(Debug, Clone, Copy)]
pub struct At<'p> {
    parent: Option<&'p At<'p>>,
    step: Step<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl At<'static> {
    /// The whole draft.
    pub const ROOT: At<'static> = At { parent: None, step: Step::Index(0) };
}

impl At<'_> {
    /// The place of a key in this object.
    pub fn key<'p>(&'p self, key: &'p str) -> At<'p> {
        At { parent: Some(self), step: Step::Key(key) }
    }

    /// The place of an entry in this list.
    pub fn index(&self, index: usize) -> At<'_> {
        At { parent: Some(self), step: Step::Index(index) }
    }

    /// The JSON Pointer (RFC 6901) of the place: `/devices/0/os`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        self.write(&mut path);
        path
    }

    fn write(&self, path: &mut String) {
        let Some(parent) = self.parent else { return };
        parent.write(path);
        path.push('/');
        match self.step {
            Step::Key(key) if !key.contains(['~', '/']) => path.push_str(key),
            Step::Key(key) => path.extend(key.chars().flat_map(escaped)),
            Step::Index(index) => _ = write!(path, "{index}"),
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

/// Walks an object: `take` gets each known key once and says whether it knows it.
///
/// `take` is `dyn` for the module's size: one copy of this walk instead of one a section.
/// Gives false where the node is no object. Unknown keys and repeated ones become issues (the first
/// of a repeated key counts).
pub fn object<'n>(
    node: Node<'n>,
    at: &At<'_>,
    reading: &mut Reading,
    take: &mut dyn FnMut(&str, Node<'n>, &At<'_>, &mut Reading) -> bool,
) -> bool {
    let Node::Object(entries) = node else {
        reading.wrong(at, &node, Code::TypeObject);
        return false;
    };
    let marks = marks(&entries);
    for ((key, value), mark) in entries.into_iter().zip(marks) {
        let here = at.key(&key);
        match mark {
            Mark::Again => continue,
            Mark::First => reading.issue(&here, Code::KeyDuplicate, Params::none()),
            Mark::Once => {}
        }
        if take(&key, value, &here, reading) {
            continue;
        }
        if key == "unknown" {
            // 分からない, said of a whole section or entry, which only fields can be.
            reading.issue(at, Code::UnknownNotAllowed, Params::none());
        } else {
            reading.issue(&here, Code::KeyUnknown, Params::none());
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
/// the square of a hostile text's length, and a tree of keys several times as long as this.
fn marks(entries: &[(Cow<'_, str>, Node<'_>)]) -> Vec<Mark> {
    let mut marks = vec![Mark::Once; entries.len()];
    let mut keys: Vec<(&str, usize)> = entries.iter().zip(0..).map(|((key, _), index)| (key.as_ref(), index)).collect();
    keys.sort_unstable();
    for pair in keys.windows(2) {
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
