//! Which characters a text may hold.
//!
//! Accepted: `髙橋㈱`, emoji, variation selectors, combining marks, half-width katakana.
//! Refused: U+0000–001F and other controls (a text takes line breaks and tabs), the twelve
//! characters of Unicode's `Bidi_Control`, line breaks in a line.

use super::{coded, coded_most};
use crate::code::Code;
use crate::context::Context;
use crate::json::code_points;

/// Whether a text says nothing: white space, or characters that show nothing, alone. A control of direction or of
/// a terminal is something all the same: it is told as such.
pub fn blank(text: &str) -> bool {
    text.chars().all(|char| char.is_whitespace() || is_unseen(char))
}

/// Characters without any ink (Unicode's `Default_Ignorable_Code_Point`, the blank of Braille), those of direction aside.
const fn is_unseen(char: char) -> bool {
    matches!(char,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// At most so many code points.
///
/// # Errors
/// `length.too_long`
pub(crate) fn at_most<const MAX: usize>(text: &str, _: &Context) -> garde::Result {
    // A code point takes a byte or more.
    if text.len() <= MAX || code_points(text) <= MAX { Ok(()) } else { Err(coded_most(Code::LengthTooLong, MAX)) }
}

/// No control character; line breaks are [`no_line_break`]'s.
///
/// # Errors
/// `chars.control`
pub(crate) fn no_control(text: &str, _: &Context) -> garde::Result {
    refuse(text, |char| char.is_control() && !is_break(char), Code::CharsControl)
}

/// No control character but line breaks and tabs.
///
/// # Errors
/// `chars.control`
pub(crate) fn no_control_but_breaks(text: &str, _: &Context) -> garde::Result {
    refuse(text, |char| char.is_control() && !matches!(char, '\n' | '\r' | '\t'), Code::CharsControl)
}

/// No line break.
///
/// # Errors
/// `chars.line_break`
pub(crate) fn no_line_break(text: &str, _: &Context) -> garde::Result {
    refuse(text, is_break, Code::CharsLineBreak)
}

/// No character of Unicode's property `Bidi_Control`: they can make a text read as what it is not.
///
/// # Errors
/// `chars.bidi`
pub(crate) fn no_bidi(text: &str, _: &Context) -> garde::Result {
    refuse(text, is_bidi, Code::CharsBidi)
}

fn refuse(text: &str, is_wrong: fn(char) -> bool, code: Code) -> garde::Result {
    // Printable ASCII, kana and kanji are never wrong: nobody is asked about them.
    let wrong = text.chars().filter(|char| *char < '\u{2070}' && !(' '..='~').contains(char)).any(is_wrong);
    if wrong { Err(coded(code)) } else { Ok(()) }
}

/// The text without characters that have no width: a telephone puts marks of direction round a number
/// that is copied from its contacts, a chat puts a zero-width space behind one.
pub fn visible(text: &str) -> String {
    let unseen = |char| is_bidi(char) || matches!(char, '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}');
    text.chars().filter(|char| !unseen(*char)).collect()
}

/// Whether a text holds another. `str::contains` would bring two kilobytes of its search into the module.
pub fn holds(text: &str, part: &str) -> bool {
    text.char_indices().any(|(at, _)| text.get(at..).is_some_and(|rest| rest.starts_with(part)))
}

const fn is_bidi(char: char) -> bool {
    matches!(char, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::{blank, visible};

    #[test]
    fn what_has_no_width_goes_and_all_else_stays() {
        assert_eq!(visible("\u{202D}03-3211-9999\u{202C}\u{200B}"), "03-3211-9999");
        assert_eq!(visible("髙\u{E0100}㈱ ｶﾞ"), "髙\u{E0100}㈱ ｶﾞ");
    }

    #[test]
    fn blank_is_white_space_of_every_kind() {
        for text in
            ["", " ", "\u{3000}\t\n", "\u{200B}", "\u{FEFF} \u{00A0}", "\u{3164}", "\u{2800}\u{200D}", "\u{FE0F}"]
        {
            assert!(blank(text), "{text:?}");
        }
        for text in ["。", "ー", "\u{0}", "\u{202E}", "\u{200F}", "髙\u{E0100}"] {
            assert!(!blank(text), "{text:?}");
        }
    }
}
