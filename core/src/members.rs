//! Typed members of a JSON object that the caller wrote, not the applicant: the context.
//!
//! `members.integer("now")` of `{"now": "today"}` → `CheckError::Context("now")`.

use alloc::borrow::Cow;

use crate::check_error::CheckError;
use crate::json::{Node, SAFE_INTEGER_MAX};
use crate::text::parse_i64;

/// The members of an object. If a key is repeated, the last one counts, as in other JSON readers.
pub struct Members<'n>(&'n [(Cow<'n, str>, Node<'n>)]);

impl<'n> Members<'n> {
    /// Takes the members of an object; `None` for another node.
    pub fn of(node: &'n Node<'n>) -> Option<Members<'n>> {
        match node {
            Node::Object(entries) => Some(Members(entries)),
            _ => None,
        }
    }

    /// Finds the value of a key.
    pub fn find(&self, key: &str) -> Option<&'n Node<'n>> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// Reads the value of a key by a function.
    pub fn read<T>(&self, key: &'static str, read: impl FnOnce(&'n Node<'n>) -> Option<T>) -> Result<T, CheckError> {
        self.find(key).and_then(read).ok_or(CheckError::Context(key))
    }

    /// Reads an object.
    pub fn object(&self, key: &'static str) -> Result<Members<'n>, CheckError> {
        self.read(key, Members::of)
    }

    /// Reads a text.
    pub fn text(&self, key: &'static str) -> Result<&'n str, CheckError> {
        self.read(key, text)
    }

    /// Reads a whole number.
    pub fn integer(&self, key: &'static str) -> Result<i64, CheckError> {
        self.read(key, integer)
    }

    /// Reads true or false.
    pub fn boolean(&self, key: &'static str) -> Result<bool, CheckError> {
        self.read(key, |node| match node {
            Node::Bool(value) => Some(*value),
            _ => None,
        })
    }
}

/// Reads a text; `None` with half of a surrogate pair.
pub fn text<'n>(node: &'n Node<'n>) -> Option<&'n str> {
    match node {
        Node::Text { text, lone: false } => Some(text),
        _ => None,
    }
}

/// Reads a whole number that every engine holds exactly.
pub fn integer(node: &Node<'_>) -> Option<i64> {
    match node {
        Node::Number(written) => {
            parse_i64(written).filter(|number| number.unsigned_abs() <= SAFE_INTEGER_MAX.unsigned_abs())
        }
        _ => None,
    }
}
