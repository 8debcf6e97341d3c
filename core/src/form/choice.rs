//! One of a few words, or several of them in the applicant's order.
//!
//! `"ransomware"` → `Kind::Ransomware` · `"virus"` → `choice.unknown`.

use garde::Validate;

use super::answer::Answer;
use super::field::FieldKind;
use super::list::items;
use super::slot::Value;
use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::path::PathCursor;
use crate::rules::{self, code_error};

/// A value that is one of a list of words.
pub trait Choice: Copy + PartialEq + 'static {
    /// The choices, in the order in which they are offered.
    const ALL: &'static [Self];

    /// The words, in the same order.
    const WORDS: &'static [&'static str];

    /// The word of this choice.
    fn word(self) -> &'static str;
}

/// Declares a choice: an enum and its words.
macro_rules! choice {
    ($(#[$about:meta])* pub enum $name:ident { $( $(#[$what:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $(
            #[doc = concat!("`", $word, "`")]
            ///
            $(#[$what])*
            $variant,
        )+ }

        impl $crate::form::choice::Choice for $name {
            const ALL: &'static [Self] = &[ $( $name::$variant, )+ ];
            const WORDS: &'static [&'static str] = &[ $( $word, )+ ];

            fn word(self) -> &'static str {
                match self { $( $name::$variant => $word, )+ }
            }
        }
    };
}

pub(crate) use choice;

impl<C: Choice> Value for C {
    const KIND: FieldKind = FieldKind::Choice(C::WORDS);

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<C> {
        match word(node, at, diagnostics, C::WORDS) {
            Answer::Given(row) => C::ALL.get(row).map_or(Answer::Invalid, |choice| Answer::Given(*choice)),
            Answer::Absent => Answer::Absent,
            _ => Answer::Invalid,
        }
    }

    fn write(&self, out: &mut Writer) {
        out.text(self.word());
    }
}

/// Reads the row of a word. An empty word is not answered: a page sends it for an empty list entry.
fn word(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics, words: &[&str]) -> Answer<usize> {
    let Node::Text { text, .. } = node else {
        diagnostics.type_mismatch(at, &node, Code::TypeText);
        return Answer::Invalid;
    };
    if text.is_empty() {
        return Answer::Absent;
    }
    let row = words.iter().position(|word| *word == text);
    if row.is_none() {
        diagnostics.add(at, Code::ChoiceUnknown, Params::none());
    }
    row.map_or(Answer::Invalid, Answer::Given)
}

/// Several choices, each once, the most important first.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Ordered<C: Choice>(
    /// The choices.
    #[garde(custom(each_once))]
    pub Vec<C>,
);

impl<C: Choice> Value for Ordered<C> {
    const KIND: FieldKind = FieldKind::Ordered(C::WORDS);

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        let Some(nodes) = items(node, C::WORDS.len(), at, diagnostics) else { return Answer::Invalid };
        let mut choices = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            if let Answer::Given(choice) = C::read(node, &at.item(index), diagnostics) {
                choices.push(choice);
            }
        }
        if choices.is_empty() { Answer::Absent } else { Answer::Given(Ordered(choices)) }
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        rules::validate(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        out.list();
        for choice in &self.0 {
            out.text(choice.word());
        }
        out.end_list();
    }
}

fn each_once<C: PartialEq>(choices: &[C], _: &Context) -> garde::Result {
    let repeated =
        choices.iter().enumerate().any(|(index, choice)| choices.iter().take(index).any(|other| other == choice));
    if repeated { Err(code_error(Code::ListRepeated, &[])) } else { Ok(()) }
}
