//! Whole numbers, true and false, and digests.
//!
//! `-86400` → a number · `"１２"` → 12 (full-width forms are folded) · `1.0` → `number.form` ·
//! `-0` → `number.negative_zero` · `"ABC…"` → a digest in small letters.

use garde::Validate;
use serde::Serialize;

use super::section::Shape;
use super::slot::{Answer, Value};
use crate::code::Code;
use crate::context::Context;
use crate::issue::Params;
use crate::json::Node;
use crate::parse::{At, Reading};
use crate::rules::{characters, coded, width};

/// A whole number from `MIN` to `MAX`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Validate)]
#[garde(context(Context))]
pub struct Whole<const MIN: i64, const MAX: i64>(
    /// The number.
    #[garde(skip)]
    pub i64,
);

impl<const MIN: i64, const MAX: i64> Value for Whole<MIN, MAX> {
    const SHAPE: Shape = Shape::Integer(MIN, MAX);

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        let read = match &node {
            Node::Number(written) => integer(written),
            Node::Text { text, .. } if characters::blank(text) => return Answer::Absent,
            Node::Text { text, .. } => integer(width::fold(text).trim()).map_err(|code| match code {
                Code::NumberRange => code,
                _ => Code::TypeInteger,
            }),
            _ => {
                reading.wrong(at, &node, Code::TypeInteger);
                return Answer::Refused;
            }
        };
        match read {
            Ok(number) if (MIN..=MAX).contains(&number) => Answer::Given(Whole(number)),
            Ok(_) | Err(Code::NumberRange) => {
                reading.issue(at, Code::NumberRange, Params::two("max", MAX, "min", MIN));
                Answer::Refused
            }
            Err(code) => {
                reading.issue(at, code, Params::none());
                Answer::Refused
            }
        }
    }
}

/// A whole number as it is written: an optional minus and digits.
fn integer(written: &str) -> Result<i64, Code> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Code::NumberForm);
    }
    if written.starts_with('-') && digits.bytes().all(|byte| byte == b'0') {
        return Err(Code::NumberNegativeZero);
    }
    written.parse().map_err(|_| Code::NumberRange)
}

/// True or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Validate)]
#[garde(context(Context))]
pub struct Flag(
    /// The answer.
    #[garde(skip)]
    pub bool,
);

/// True: a notice that was read and acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Agree(
    /// Whether it was acknowledged.
    #[garde(custom(agreed))]
    pub bool,
);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde hands fields over by reference")]
fn agreed(agreed: &bool, _: &Context) -> garde::Result {
    if *agreed { Ok(()) } else { Err(coded(Code::AgreeNeeded)) }
}

impl Value for Flag {
    const SHAPE: Shape = Shape::Flag;

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        boolean(&node, at, reading, Flag)
    }
}

impl Value for Agree {
    const SHAPE: Shape = Shape::Agree;

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        boolean(&node, at, reading, Agree)
    }
}

fn boolean<T>(node: &Node<'_>, at: &At<'_>, reading: &mut Reading, make: impl FnOnce(bool) -> T) -> Answer<T> {
    if let Node::Bool(value) = node {
        return Answer::Given(make(*value));
    }
    reading.wrong(at, node, Code::TypeBoolean);
    Answer::Refused
}

/// A SHA-256 (FIPS 180-4): 64 hexadecimal digits, stored in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Validate)]
#[garde(context(Context))]
#[garde(transparent)]
pub struct Digest(
    /// The digits.
    #[garde(custom(sha256))]
    pub String,
);

/// The hexadecimal digits of a SHA-256.
const DIGEST_DIGITS: usize = 64;

fn sha256(digits: &str, _: &Context) -> garde::Result {
    let right = digits.len() == DIGEST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if right { Ok(()) } else { Err(coded(Code::DigestInvalid)) }
}

impl Value for Digest {
    const SHAPE: Shape = Shape::Digest;

    fn read(node: Node<'_>, at: &At<'_>, reading: &mut Reading) -> Answer<Self> {
        super::line::string(node, at, reading, |typed| Digest(width::fold(&typed).trim().to_ascii_lowercase()))
    }
}
