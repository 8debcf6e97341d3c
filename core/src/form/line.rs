//! Text as a person types it: one line, or several.
//!
//! `"株式会社髙橋"` → the same characters, never rewritten · `"　 "` → not answered · 201 code points
//! in a line → `length.too_long`. Names and narrative keep the applicant's own characters.

use super::section::Shape;
use super::slot::{Answer, Value};
use crate::code::Code;
use crate::context::Context;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::parse::{At, Reading};
use crate::rules::characters::{self, Breaks};

/// The most code points in a [`Line`], as typed (Annex 1.2's `line`).
pub const LINE_MAX: usize = 200;
/// The most code points in a [`Text`], as typed (Annex 1.2's `text`).
pub const TEXT_MAX: usize = 4_000;

/// One line: at most [`LINE_MAX`] code points, no line break, no control or bidi-control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(
    /// As typed.
    pub String,
);

/// Several lines: at most [`TEXT_MAX`] code points; line breaks and tabs are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(
    /// As typed.
    pub String,
);

impl Value for Line {
    const SHAPE: Shape = Shape::Line;

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        string(node, at, reading, Line)
    }

    fn check(&self, at: &At<'_>, _: &Context, reading: &mut Reading) {
        length(&self.0, LINE_MAX, at, reading);
        characters::check(&self.0, Breaks::Refused, at, reading);
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.0);
    }
}

impl Value for Text {
    const SHAPE: Shape = Shape::Text;

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        string(node, at, reading, Text)
    }

    fn check(&self, at: &At<'_>, _: &Context, reading: &mut Reading) {
        length(&self.0, TEXT_MAX, at, reading);
        characters::check(&self.0, Breaks::Allowed, at, reading);
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.0);
    }
}

/// Reads a string into `make`: blank is not answered, half of a surrogate pair an issue.
pub fn string<T>(node: Node<'_>, at: &At<'_>, reading: &mut Reading, make: impl FnOnce(String) -> T) -> Answer<T> {
    let Node::Text { text, lone } = node else {
        reading.wrong(at, &node, Code::TypeText);
        return Answer::Refused;
    };
    if lone {
        reading.issue(at, Code::CharsSurrogate, Params::none());
    }
    if characters::blank(&text) { Answer::Absent } else { Answer::Given(make(text.into_owned())) }
}

/// At most `max` code points, as typed.
fn length(text: &str, max: usize, at: &At<'_>, reading: &mut Reading) {
    // A code point takes a byte at the least, so most texts need no counting.
    if text.len() > max && text.chars().count() > max {
        reading.issue(at, Code::LengthTooLong, Params::most(max));
    }
}
