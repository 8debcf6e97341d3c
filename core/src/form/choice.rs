//! One of a few words, or several of them in an order of one's own.
//!
//! `"ransomware"` → `Kind::Ransomware` · `"virus"` → `choice.unknown`.

use garde::{Path, Report, Validate};
use serde::Serialize;

use super::section::Shape;
use super::slot::{Answer, Value};
use crate::code::Code;
use crate::context::Context;
use crate::issue::Params;
use crate::json::Node;
use crate::parse::{At, Reading};
use crate::rules::coded;

/// Something that is one of a list of words.
pub trait Choice: Sized + Copy + PartialEq + Serialize {
    /// The words, in the order in which they are offered.
    const WORDS: &'static [&'static str];

    /// The choice of a word.
    fn of(word: &str) -> Option<Self>;
}

/// Declares a choice: an enum, its words, and how it is read and printed.
macro_rules! choice {
    ($(#[$about:meta])* pub enum $name:ident { $( $(#[$what:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, garde::Validate)]
        #[garde(context($crate::context::Context))]
        pub enum $name { $( $(#[$what])* #[serde(rename = $word)] $variant, )+ }

        impl $crate::form::choice::Choice for $name {
            const WORDS: &'static [&'static str] = &[ $( $word, )+ ];

            fn of(word: &str) -> Option<Self> {
                match word { $( $word => Some($name::$variant), )+ _ => None }
            }
        }

        impl $crate::form::slot::Value for $name {
            const SHAPE: $crate::form::Shape = $crate::form::Shape::Choice(<$name as $crate::form::choice::Choice>::WORDS);

            fn read(node: $crate::json::Node<'_>, at: &$crate::parse::At<'_>, reading: &mut $crate::parse::Reading) -> $crate::form::Answer<Self> {
                $crate::form::choice::one(node, at, reading)
            }
        }
    };
}

pub(crate) use choice;

/// Reads one choice. An empty word is not answered: a page's empty list entry.
pub fn one<C: Choice>(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<C> {
    let mut choice = None;
    match word(node, at, reading, &mut |word| {
        choice = C::of(word);
        choice.is_some()
    }) {
        Some(true) => choice.map_or(Answer::Refused, Answer::Given),
        Some(false) => Answer::Absent,
        None => Answer::Refused,
    }
}

/// Whether a word was said that `is_known`; `None` where an issue was noted.
fn word(node: Node<'_>, at: &At<'_>, reading: &mut Reading, is_known: &mut dyn FnMut(&str) -> bool) -> Option<bool> {
    let Node::Text { text, .. } = node else {
        reading.wrong(at, &node, Code::TypeText);
        return None;
    };
    if text.is_empty() || is_known(&text) {
        return Some(!text.is_empty());
    }
    reading.issue(at, Code::ChoiceUnknown, Params::none());
    None
}

/// Several choices, each once, the most important first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Ordered<C>(pub Vec<C>);

impl<C: Choice> Value for Ordered<C> {
    const SHAPE: Shape = Shape::Ordered(C::WORDS);

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        let Node::List(nodes) = node else {
            reading.wrong(at, &node, Code::TypeList);
            return Answer::Refused;
        };
        let max = C::WORDS.len();
        if nodes.len() > max {
            reading.issue(at, Code::ListTooLong, Params::count("max", max));
        }
        let mut choices = Vec::new();
        for (index, node) in nodes.into_iter().take(max).enumerate() {
            if let Answer::Given(choice) = one(node, &at.index(index), reading) {
                choices.push(choice);
            }
        }
        if choices.is_empty() { Answer::Absent } else { Answer::Given(Ordered(choices)) }
    }
}

impl<C: Choice> Validate for Ordered<C> {
    type Context = Context;

    fn validate_into(&self, _: &Context, parent: &mut dyn FnMut() -> Path, report: &mut Report) {
        let repeated =
            self.0.iter().enumerate().any(|(index, choice)| self.0.iter().take(index).any(|other| other == choice));
        if repeated {
            report.append(parent(), coded(Code::ListRepeated));
        }
    }
}
