//! Patterns of texts that every engine of regular expressions reads alike.
//!
//! `line(200, true)` → `{"type": "string", "maxLength": 200, "pattern": "^[^…]*$", "allOf": […]}`

use serde_json::{Value, json};

/// Characters that no text may hold: controls and `Bidi_Control`.
const NEVER: &str = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069";
/// Line breaks and tabs, which a line may not hold either.
const BREAKS: &str = r"\t\n\r\u2028\u2029";
/// Unicode's `White_Space`.
const WHITE: &str = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
/// Unicode's `Default_Ignorable_Code_Point` and the blank of Braille: a text of these alone is empty. Those beyond the basic
/// plane are left out: not every engine reads a range of them.
const THIN: &str = r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8";
/// The dashes of a keyboard, the sign of a long vowel among them.
const DASHES: &str = r"\-\u2010-\u2015\u2212\u2500\u30fc\ufe63\uff0d\uff70";
/// Signs round an address that are dropped, beside those that a local part may have.
const AROUND: &str = "<>＜＞〈〉;；,，、:：「」()（）";
/// A digit, full-width too.
pub const DIGIT: &str = "0-9０-９";

/// One line (`line` of the field table).
pub fn line(max: usize, required: bool) -> Value {
    text_schema(&format!("^[^{NEVER}{BREAKS}]*$"), max, required)
}

/// Several lines (`text` of the field table).
pub fn text(max: usize, required: bool) -> Value {
    text_schema(&format!("^[^{NEVER}]*$"), max, required)
}

/// White space alone is not answered: a required text holds something else, an optional one may be
/// white space of any kind and length.
fn text_schema(pattern: &str, max: usize, required: bool) -> Value {
    if required {
        json!({"type": "string", "maxLength": max, "pattern": pattern, "allOf": [not_blank()]})
    } else {
        or_blank(&json!({"type": "string", "maxLength": max, "pattern": pattern}))
    }
}

/// A text that is not blank.
pub fn not_blank() -> Value {
    json!({"pattern": format!("[^{WHITE}{THIN}]")})
}

/// A schema, or white space.
pub fn or_blank(schema: &Value) -> Value {
    json!({"anyOf": [schema, blank()]})
}

/// White space alone, which is not answered.
pub fn blank() -> Value {
    json!({"type": "string", "pattern": format!("^[{WHITE}{THIN}]*$")})
}

/// A number of Japan: ten digits or more, of which the first is 0 or the country code is 81.
pub fn phone() -> String {
    let between = format!("[^{DIGIT}]*");
    format!("^{between}(?:[0０]|[8８]{between}[1１])(?:{between}[{DIGIT}]){{9}}")
}

/// An address with an ASCII local part, one @ and a dot behind it, full-width forms too.
pub fn email() -> String {
    let local = format!("[!#-'*+./0-9=?A-Z^_`a-z{{|}}~！＃-＇＊＋．／０-９＝？Ａ-Ｚ＾＿｀ａ-ｚ｛｜｝～{DASHES}{THIN}]");
    format!("^[{WHITE}{THIN}{AROUND}]*{local}+[@＠][^@＠]+[.．。｡][^@＠]+$")
}

/// The digits of a SHA-256, in either case and either width, in one piece or in groups, with a tool's words around them.
pub fn digest() -> String {
    format!("(?:[0-9A-Fa-f０-９Ａ-Ｆａ-ｆ][{WHITE}{THIN}{DASHES}:：]*){{64}}")
}

/// A whole number as a person types it: with a sign, and with commas at the thousands.
pub fn integer() -> String {
    let digit = format!("[{DIGIT}][{THIN}]*");
    let digits = format!("(?:(?:{digit})+|(?:{digit}){{1,3}}(?:[,，][{THIN}]*(?:{digit}){{3}})+)");
    format!("^[{WHITE}{THIN}]*(?:[+＋{DASHES}][{THIN}]*)?{digits}[{WHITE}{THIN}]*$")
}

/// An offset from UTC, or Z.
pub fn offset() -> String {
    let digit = format!("[{DIGIT}][{THIN}]*");
    let size = format!("(?:{digit}){{2}}[:：][{THIN}]*[0-5０-５][{THIN}]*{digit}");
    format!("^[{WHITE}{THIN}]*(?:[zZｚＺ]|[+＋{DASHES}][{THIN}]*{size})[{WHITE}{THIN}]*$")
}
