//! An offset from UTC that is written with a time: `9:30jst` → `9:30`, +09:00.

use super::clock::minute;
use crate::civil::{JAPAN, signed_offset};
use crate::code::Code;
use crate::text::parse_u16;

/// Names of offsets, as folding leaves them, in minutes east of UTC.
const NAMES: [(&str, i16); 7] =
    [("z", 0), ("utc", 0), ("gmt", 0), ("jst", JAPAN), ("日本時間", JAPAN), ("日本標準時", JAPAN), ("協定世界時", 0)];

/// Splits a text without spaces into the time and its offset; `None` without an offset. The offset is the error
/// [`Code::MomentOffset`] if it is invalid or may be the end of a span: `9:30-05:00`. `9:30-10:00` is a span, so it has no offset.
pub(super) fn split(text: &str, is_iso: bool) -> Option<(&str, Result<i16, Code>)> {
    let signed = text.bytes().rposition(|byte| matches!(byte, b'+' | b'-')).and_then(|at| text.split_at_checked(at));
    let (time, size) = signed.map_or((text, None), |(time, size)| (time, Some(size)));
    let (time, name) = named(time);
    // A hyphen before a word is none: `9:30-pm`.
    if size.is_some_and(|size| size.get(1..).is_some_and(|size| size.starts_with(|sign: char| !sign.is_ascii_digit())))
    {
        return None;
    }
    let Some(size) = size else { return name.map(|offset| (time, Ok(offset))) };
    let is_span =
        size.starts_with('-') && name.is_none() && !is_iso && time.bytes().filter(|byte| *byte == b':').count() < 2;
    if is_span && minute(size.get(1..)?) > minute(time) {
        return None;
    }
    let offset = match (minutes(size), name) {
        (Some(minutes), None) if !is_span => Ok(minutes),
        (Some(minutes), Some(0)) => Ok(minutes),
        (Some(JAPAN), Some(JAPAN)) => Ok(JAPAN),
        _ => Err(Code::MomentOffset),
    };
    Some((time, offset))
}

/// A time without the name of its offset before or behind it.
fn named(text: &str) -> (&str, Option<i16>) {
    let found = NAMES.iter().find_map(|(name, offset)| {
        let time = text.strip_suffix(name).or_else(|| text.strip_prefix(name))?;
        Some((time, Some(*offset)))
    });
    found.unwrap_or((text, None))
}

/// `+9`, `+09`, `+0900`, `+9:00`, `-05:30`: from −12:00 to +14:00.
fn minutes(size: &str) -> Option<i16> {
    let (sign, size) = size.split_at_checked(1)?;
    let (hours, minutes) = match size.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if size.len() == 4 => size.split_at_checked(2)?,
        None => (size, "0"),
    };
    let hours = parse_u16(hours).filter(|_| hours.len() <= 2)?;
    let minutes = parse_u16(minutes).filter(|minutes| *minutes < 60)?;
    signed_offset(sign, hours * 60 + minutes)
}
