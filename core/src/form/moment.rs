//! Moments: the typed text, and the interval that it means.
//!
//! `{"at": {"year": "令和8", "month": "１１", "day": "20", "time": "9時半"}}` → 2026-11-20T09:30,
//! precision minute, offset +09:00. A text that cannot be read stays as typed in `values`.

use garde::Validate;

use super::answer::Answer;
use super::field::FieldKind;
use super::line::read_text;
use super::slot::Value;
use crate::code::Code;
use crate::context::Context;
use crate::diagnostics::Diagnostics;
use crate::issue::Params;
use crate::json::{Node, Writer};
use crate::object::read_members;
use crate::path::PathCursor;
use crate::rules::moment::{self, Moment, Precision, Typed, YEAR_MAX, YEAR_MIN};
use crate::rules::{self, characters, code_error};

/// The most that a clock may be ahead before a moment counts as future (requirements: 5 minutes).
pub const AHEAD_MAX_MS: i64 = 5 * 60 * 1000;

/// A moment of the form.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct MomentField(#[garde(custom(is_readable), custom(not_in_the_future))] ParsedMoment);

/// The typed moment and its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ParsedMoment {
    typed: RawMoment,
    read: Result<Moment, Code>,
}

/// A moment's keys, in the form's order.
pub const MOMENT_KEYS: [&str; 3] = ["at", "precision", "offset"];
/// The keys of a moment that was typed in parts.
pub const PART_KEYS: [&str; 4] = ["year", "month", "day", "time"];

/// The members as typed; they are written unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct RawMoment {
    at: Option<Typed>,
    precision: Option<String>,
    offset: Option<String>,
}

impl MomentField {
    /// The moment, if the typed text is readable.
    pub fn moment(&self) -> Option<&Moment> {
        self.0.read.as_ref().ok()
    }
}

impl Value for MomentField {
    const KIND: FieldKind = FieldKind::Moment;

    fn read(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Answer<Self> {
        let mut typed = RawMoment::default();
        let before = diagnostics.issues.len();
        let find = |key: &str| MOMENT_KEYS.iter().position(|known| *known == key);
        let whole = read_members(node, at, diagnostics, &find, &mut |row, node, at, diagnostics| match row {
            0 => typed.at = read_at(node, at, diagnostics),
            1 => typed.precision = text(node, at, diagnostics),
            _ => typed.offset = text(node, at, diagnostics),
        });
        if !whole || diagnostics.issues.len() > before {
            return Answer::Invalid;
        }
        let precision = match typed.precision.as_deref().map(Precision::read) {
            Some(None) => {
                diagnostics.add(&at.member("precision", find("precision")), Code::ChoiceUnknown, Params::none());
                return Answer::Invalid;
            }
            known => known.flatten(),
        };
        let read = match &typed.at {
            Some(at) => moment::read(at, precision, typed.offset.as_deref()),
            // だいたい, or an offset, without a date: an issue, so it is not dropped in silence.
            None if typed != RawMoment::default() => Err(Code::MomentYear),
            None => return Answer::Absent,
        };
        Answer::Given(MomentField(ParsedMoment { typed, read }))
    }

    fn check(&self, at: &PathCursor<'_>, context: &Context, diagnostics: &mut Diagnostics) {
        rules::validate(self, at, context, diagnostics);
    }

    fn write(&self, out: &mut Writer) {
        out.object();
        if let Ok(moment) = &self.0.read {
            out.text_member("at", &moment.at());
            out.text_member("precision", moment.precision().as_str());
            out.text_member("offset", &moment.offset());
        } else {
            self.0.typed.write(out);
        }
        out.end_object();
    }
}

fn is_readable(parsed: &ParsedMoment, _: &Context) -> garde::Result {
    match &parsed.read {
        Ok(_) => Ok(()),
        Err(Code::MomentRange) => Err(code_error(Code::MomentRange, &[YEAR_MAX.into(), YEAR_MIN.into()])),
        Err(code) => Err(code_error(*code, &[])),
    }
}

fn not_in_the_future(parsed: &ParsedMoment, context: &Context) -> garde::Result {
    match &parsed.read {
        // The desk may ask for an appointment.
        Ok(moment) if context.questions.is_empty() && moment.wholly_after(context.now.saturating_add(AHEAD_MAX_MS)) => {
            Err(code_error(Code::MomentFuture, &[]))
        }
        _ => Ok(()),
    }
}

impl RawMoment {
    fn write(&self, out: &mut Writer) {
        match &self.at {
            Some(Typed::Text(text)) => out.text_member("at", text),
            Some(Typed::Parts(parts)) => {
                out.key("at");
                out.object();
                write_given(PART_KEYS.iter().zip(parts), out);
                out.end_object();
            }
            None => {}
        }
        write_given([(&"precision", &self.precision), (&"offset", &self.offset)], out);
    }
}

/// Writes the members that were given.
fn write_given<'t>(members: impl IntoIterator<Item = (&'t &'t str, &'t Option<String>)>, out: &mut Writer) {
    for (key, text) in members {
        if let Some(text) = text {
            out.text_member(key, text);
        }
    }
}

/// Reads a text, or its parts; `None` if all of it is blank.
fn read_at(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Option<Typed> {
    if !matches!(node, Node::Object(_)) {
        return text(node, at, diagnostics).map(Typed::Text);
    }
    let mut parts = <[Option<String>; 4]>::default();
    let find = |key: &str| PART_KEYS.iter().position(|known| *known == key);
    read_members(node, at, diagnostics, &find, &mut |row, node, at, diagnostics| {
        if let Some(part) = parts.get_mut(row) {
            *part = text(node, at, diagnostics);
        }
    });
    parts.iter().any(Option::is_some).then_some(Typed::Parts(parts))
}

/// Reads a string that is not blank.
fn text(node: Node<'_>, at: &PathCursor<'_>, diagnostics: &mut Diagnostics) -> Option<String> {
    match read_text(characters::shows_nothing, node, at, diagnostics) {
        Answer::Given(text) => Some(text),
        _ => None,
    }
}
