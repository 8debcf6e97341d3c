//! Characters that a text may hold.
//!
//! Accepted: `髙橋㈱`, emoji, variation selectors, combining marks, half-width katakana.
//! Refused: U+0000–001F and other controls (a text takes line breaks and tabs), the twelve
//! characters of Unicode's `Bidi_Control`, line breaks in a line.

use super::code_error;
use crate::code::Code;
use crate::context::Context;
use crate::issue::whole;
use crate::swar::{any, bytes_below, bytes_equal, lead_bytes_below};
use crate::text::{code_points, is_in_ranges};

/// Checks if a text shows nothing: white space and ignorable characters alone. Such a text is empty in every field.
pub fn shows_nothing(text: &str) -> bool {
    text.chars().all(|char| char.is_whitespace() || is_ignorable(char) || char == BRAILLE_BLANK)
}

/// Checks if a name or a narrative is empty. A control of direction is an answer there, since it is kept and refused as such.
pub fn blank(text: &str) -> bool {
    shows_nothing(text) && !text.chars().any(is_bidi)
}

/// The pattern of Braille without a dot: it shows nothing, but Unicode does not count it as white space.
const BRAILLE_BLANK: char = '\u{2800}';

/// Checks if a character has Unicode's property `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt, 17.0).
pub fn is_ignorable(char: char) -> bool {
    const RANGES: &str = "\u{AD}\u{AD}\u{34F}\u{34F}\u{61C}\u{61C}\u{115F}\u{1160}\u{17B4}\u{17B5}\u{180B}\u{180F}\u{200B}\u{200F}\u{202A}\u{202E}\u{2060}\u{206F}\
                          \u{3164}\u{3164}\u{FE00}\u{FE0F}\u{FEFF}\u{FEFF}\u{FFA0}\u{FFA0}\u{FFF0}\u{FFF8}\u{1BCA0}\u{1BCA3}\u{1D173}\u{1D17A}\u{E0000}\u{E0FFF}";
    !char.is_ascii() && is_in_ranges(char, RANGES)
}

/// Refuses more than `MAX` code points: `length.too_long`.
pub(crate) fn at_most<const MAX: usize>(text: &str, _: &Context) -> garde::Result {
    // A code point takes a byte or more.
    if text.len() <= MAX || code_points(text) <= MAX {
        return Ok(());
    }
    Err(code_error(Code::LengthTooLong, &[whole(MAX)]))
}

/// Refuses control characters except line breaks, which [`no_line_break`] refuses: `chars.control`.
pub(crate) fn no_control(text: &str, _: &Context) -> garde::Result {
    refuse(text, |char| char.is_control() && !is_break(char), Code::CharsControl)
}

/// Refuses control characters except line breaks and tabs: `chars.control`.
pub(crate) fn no_control_but_breaks(text: &str, _: &Context) -> garde::Result {
    refuse(text, |char| char.is_control() && !matches!(char, '\n' | '\r' | '\t'), Code::CharsControl)
}

/// Refuses line breaks: `chars.line_break`.
pub(crate) fn no_line_break(text: &str, _: &Context) -> garde::Result {
    refuse(text, is_break, Code::CharsLineBreak)
}

/// Refuses characters of Unicode's property `Bidi_Control`, which can make a text read as another one: `chars.bidi`.
pub(crate) fn no_bidi(text: &str, _: &Context) -> garde::Result {
    refuse(text, is_bidi, Code::CharsBidi)
}

fn refuse(text: &str, is_wrong: fn(char) -> bool, code: Code) -> garde::Result {
    // Printable ASCII, kana and kanji are never wrong, which the bytes show; texts of these alone are not looked at further.
    let (eights, rest) = text.as_bytes().as_chunks::<8>();
    if eights.iter().all(|eight| are_plain(*eight)) && rest.iter().all(|byte| is_plain(*byte)) {
        return Ok(());
    }
    let may_be_wrong = |char: char| char < '\u{2070}' && !(' '..='~').contains(&char);
    let Some((at, _)) = text.char_indices().find(|(_, char)| may_be_wrong(*char) && is_wrong(*char)) else {
        return Ok(());
    };
    let (line, column) = position(text.get(..at).unwrap_or_default());
    Err(code_error(code, &[column, line]))
}

/// Line and column, from 1, of the character behind a text: columns in code points, CR LF one break.
fn position(before: &str) -> (i64, i64) {
    let (mut line, mut column, mut last) = (1, 1, ' ');
    for char in before.chars() {
        match (last, char) {
            ('\r', '\n') => {}
            _ if is_break(char) => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
        last = char;
    }
    (line, column)
}

/// [`is_plain`] of eight bytes at once.
fn are_plain(eight: [u8; 8]) -> bool {
    let bytes = u64::from_le_bytes(eight);
    !any(bytes_below(bytes, b' ') | bytes_equal(bytes, 0x7F) | lead_bytes_below(bytes, 0xE3))
}

/// Checks if a byte of UTF-8 is printable ASCII, or begins a character from U+3000 on, or continues one. A text of such bytes
/// alone holds no character that a rule refuses: those begin with a control character, DEL, or a byte from 0xC2 to 0xE2.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | 0x80..=0xBF | 0xE3..)
}

/// Removes the ignorable characters: a telephone puts marks of direction round a number that is copied from its contacts, a
/// chat puts a zero-width space behind one. For phone, mail, digest, numbers and moments; names and narrative keep them.
pub fn visible(text: &str) -> String {
    without(text, is_ignorable)
}

/// A text without some of its characters.
#[inline(never)]
pub fn without(text: &str, is_dropped: fn(char) -> bool) -> String {
    text.chars().filter(|char| !is_dropped(*char)).collect()
}

const fn is_bidi(char: char) -> bool {
    matches!(char, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::{are_plain, blank, is_ignorable, is_plain, shows_nothing, visible};

    #[test]
    fn eight_bytes_at_once_are_eight_times_one_byte() {
        for first in 0..=0xFF {
            for second in 0..=0xFF {
                for index in 0..7 {
                    let mut eight = *b"abcdefgh";
                    eight[index] = first;
                    eight[index + 1] = second;
                    assert_eq!(are_plain(eight), eight.into_iter().all(is_plain), "{eight:x?}");
                }
            }
        }
    }

    #[test]
    fn only_invisible_characters_are_removed() {
        assert_eq!(visible("\u{202D}03-3211-9999\u{202C}\u{200B}"), "03-3211-9999");
        assert_eq!(visible("☎\u{FE0F}03\u{2064}-3211\u{1D173}\u{FFF0}"), "☎03-3211");
        assert_eq!(visible("㈱ ｶﾞ\u{2800}"), "㈱ ｶﾞ\u{2800}");
    }

    #[test]
    fn white_space_of_every_kind_is_blank() {
        for text in [
            "",
            " ",
            "\u{3000}\t\n",
            "\u{200B}",
            "\u{FEFF} \u{00A0}",
            "\u{3164}",
            "\u{2800}\u{200D}",
            "\u{FE0F}",
            "\u{1D173}",
        ] {
            assert!(blank(text), "{text:?}");
        }
        for text in ["。", "ー", "\u{0}", "\u{202E}", "髙\u{E0100}", "\u{FFF9}", "\u{1D172}", "\u{E1000}"] {
            assert!(!blank(text), "{text:?}");
        }
        assert!(shows_nothing("\u{202E} \u{200F}") && !shows_nothing("\u{202E}a"));
    }

    #[test]
    fn ignorable_characters_are_those_of_unicode() {
        assert_eq!(('\0'..=char::MAX).filter(|char| is_ignorable(*char)).count(), 4174);
    }
}
