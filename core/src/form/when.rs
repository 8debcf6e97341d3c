//! A point in time as far as it is known: what was typed, and the interval it means.
//!
//! `{"at": {"year": "令和8", "month": "１１", "day": "20", "time": "9時半"}}` → 2026-11-20T09:30,
//! precision minute, offset +09:00. What cannot be read stays as typed in `values`.

use std::borrow::Cow;

use garde::Validate;
use serde::{Serialize, Serializer};

use super::section::Shape;
use super::slot::{Answer, Value};
use crate::code::Code;
use crate::context::Context;
use crate::issue::Params;
use crate::json::Node;
use crate::parse::{At, Reading, object};
use crate::rules::moment::{Moment, Parts, Precision, Typed, YEAR_MAX, YEAR_MIN};
use crate::rules::{characters, coded, coded_range};

/// How far a clock may be ahead before a moment counts as future (requirements: 5 minutes).
pub const AHEAD_MAX_MS: i64 = 5 * 60 * 1000;

/// A moment of the form.
#[derive(Debug, Clone, PartialEq, Eq, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct When(#[garde(custom(understood), custom(not_in_the_future))] Written);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    typed: Typing,
    read: Result<Moment, Code>,
}

/// The members as typed; they print as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
struct Typing {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<TypedAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum TypedAt {
    Text(String),
    Parts(TypedParts),
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
struct TypedParts {
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
}

impl When {
    /// The moment, if what was typed could be read.
    pub fn moment(&self) -> Option<&Moment> {
        self.0.read.as_ref().ok()
    }
}

fn understood(written: &Written, _: &Context) -> garde::Result {
    match &written.read {
        Ok(_) => Ok(()),
        Err(Code::MomentRange) => Err(coded_range(Code::MomentRange, i64::from(YEAR_MIN), i64::from(YEAR_MAX))),
        Err(code) => Err(coded(*code)),
    }
}

fn not_in_the_future(written: &Written, context: &Context) -> garde::Result {
    match &written.read {
        Ok(moment) if moment.wholly_after(context.now.saturating_add(AHEAD_MAX_MS)) => Err(coded(Code::MomentFuture)),
        _ => Ok(()),
    }
}

impl Value for When {
    const SHAPE: Shape = Shape::Moment;

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        let mut typed = Typing::default();
        let before = reading.found.len();
        let whole = object(node, at, reading, &mut |key, node, at, reading| {
            match key {
                "at" => typed.at = read_at(node, at, reading),
                "precision" => typed.precision = text(&node, at, reading),
                "offset" => typed.offset = text(&node, at, reading),
                _ => return false,
            }
            true
        });
        if !whole || reading.found.len() > before {
            return Answer::Refused;
        }
        let precision = match typed.precision.as_deref().map(Precision::read) {
            Some(None) => {
                reading.issue(&at.key("precision"), Code::ChoiceUnknown, Params::none());
                return Answer::Refused;
            }
            known => known.flatten(),
        };
        let read = match &typed.at {
            Some(at) => Moment::read(at.borrowed(), precision, typed.offset.as_deref()),
            // だいたい, or an offset, of no date: said, so it is not dropped in silence.
            None if typed != Typing::default() => Err(Code::MomentYear),
            None => return Answer::Absent,
        };
        Answer::Given(When(Written { typed, read }))
    }
}

impl TypedAt {
    fn borrowed(&self) -> Typed<'_> {
        match self {
            TypedAt::Text(text) => Typed::Text(text),
            TypedAt::Parts(parts) => Typed::Parts(Parts {
                year: parts.year.as_deref(),
                month: parts.month.as_deref(),
                day: parts.day.as_deref(),
                time: parts.time.as_deref(),
            }),
        }
    }
}

/// A text, or its parts; `None` where all of it is blank.
fn read_at(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Option<TypedAt> {
    if !matches!(node, Node::Object(_)) {
        return text(&node, at, reading).map(TypedAt::Text);
    }
    let mut parts = TypedParts::default();
    object(node, at, reading, &mut |key, node, at, reading| {
        let part = match key {
            "year" => &mut parts.year,
            "month" => &mut parts.month,
            "day" => &mut parts.day,
            "time" => &mut parts.time,
            _ => return false,
        };
        *part = text(&node, at, reading);
        true
    });
    (parts != TypedParts::default()).then_some(TypedAt::Parts(parts))
}

/// A string that is not blank.
fn text(node: &Node<'_>, at: &At<'_>, reading: &mut Reading) -> Option<String> {
    match node {
        Node::Text { text, lone: false } => (!characters::blank(text)).then(|| Cow::clone(text).into_owned()),
        Node::Text { .. } => {
            reading.issue(at, Code::CharsSurrogate, Params::none());
            None
        }
        other => {
            reading.wrong(at, other, Code::TypeText);
            None
        }
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Ok(moment) = &self.0.read else { return self.0.typed.serialize(serializer) };
        Typing {
            at: Some(TypedAt::Text(moment.at())),
            precision: Some(moment.precision().as_str().to_owned()),
            offset: Some(moment.offset()),
        }
        .serialize(serializer)
    }
}
