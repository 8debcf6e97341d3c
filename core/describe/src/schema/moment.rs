//! The schema of a typed moment: in one text or in parts, or blank.
//!
//! `moment()` accepts `{"at": {"year": "令和8", "month": "１１"}}` and `{}`; `answered()` requires an `at`.
//! Only the rules read dates: the schema requires a digit (or a numeral in kanji, 元, the letters of a month)
//! where a date must have one.

use serde_json::{Value, json};

use super::text::{DIGIT, blank, offset, or_blank};
use kakekomi_core::rules::{moment::TYPED_MAX, time_of_day};

/// Numbers in kanji, and their radicals.
const NUMERALS: &str = "〇一二三四五六七八九十⼀⼆⼋⼗";

/// A moment that may be blank; a precision or an offset alone is not a moment.
pub fn moment() -> Value {
    let nothing = json!({
        "type": "object", "additionalProperties": false,
        "properties": {"at": or_blank_parts(), "precision": blank(), "offset": blank()},
    });
    json!({"anyOf": [answered(), nothing]})
}

/// A moment that is answered.
pub fn answered() -> Value {
    let precision = or_blank(&json!({"enum": ["minute", "day", "month", "year", "about"]}));
    let offset = or_blank(&json!({"type": "string", "maxLength": TYPED_MAX, "pattern": offset()}));
    json!({
        "title": "A moment", "type": "object", "additionalProperties": false, "required": ["at"],
        "properties": {"at": answered_at(), "precision": precision, "offset": offset},
    })
}

/// A date in one text, or in parts of which the year is there.
fn answered_at() -> Value {
    let part = |more: &str| or_blank(&with_digit(&format!("[{DIGIT}{NUMERALS}{more}]")));
    let year = with_digit(&format!("[{DIGIT}{NUMERALS}元]"));
    json!({"anyOf": [
        year,
        {
            "type": "object", "additionalProperties": false, "required": ["year"],
            "properties": {
                "year": year, "month": part("A-Za-zＡ-Ｚａ-ｚ"), "day": part(""),
                "time": or_blank(&json!({"type": "string", "maxLength": time_of_day::TYPED_MAX})),
            },
        },
    ]})
}

/// A blank moment, in one text or in parts.
fn or_blank_parts() -> Value {
    let part = blank();
    json!({"anyOf": [part, {
        "type": "object", "additionalProperties": false,
        "properties": {"year": part, "month": part, "day": part, "time": part},
    }]})
}

fn with_digit(pattern: &str) -> Value {
    json!({"type": "string", "maxLength": TYPED_MAX, "pattern": pattern})
}
