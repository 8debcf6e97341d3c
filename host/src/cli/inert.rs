//! Text that is safe to print on a terminal.
//!
//! `inert("a\u{1b}[2J\u{202e}b")` → `a\u{1b}[2J\u{202e}b` in visible characters. A terminal obeys control characters, and reorders
//! text at bidirectional ones, so that an applicant's text could rewrite the operator's screen.
//! All text for people passes this module, also in a pipe, since it may be shown later.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Escapes a text on one line: control characters, also line breaks, become visible.
pub fn inert(text: &str) -> Cow<'_, str> {
    escaped(text, is_dangerous)
}

/// Escapes a text over several lines as [`inert`] does, except line breaks and tabs.
pub fn inert_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |character| is_dangerous(character) && !matches!(character, '\n' | '\t'))
}

/// Escapes bytes that should be text, over several lines: invalid UTF-8 becomes visible byte by byte.
pub fn inert_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        // Line ends of Windows would all be escaped.
        text.push_str(&inert_lines(&chunk.valid().replace("\r\n", "\n")));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{{{byte:02x}}}");
        }
    }
    text
}

/// Escapes JSON for a terminal: the same value, with JSON's own escapes for characters that a terminal would obey.
///
/// Such characters occur within strings only; line breaks between the members stay.
pub fn inert_json(json: &[u8]) -> Vec<u8> {
    let mut text = String::with_capacity(json.len());
    for character in String::from_utf8_lossy(json).chars() {
        if is_dangerous(character) && !matches!(character, '\n' | '\t' | '\r') {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    text.into_bytes()
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_escaped(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Recognizes controls (C0, DEL, C1), bidirectional controls, line and paragraph separators, and invisible characters
/// (Unicode tags, byte order marks).
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_becomes_visible() {
        let controls = (0..=0x1f).chain(0x7f..=0x9f).chain([0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff]);
        let controls = controls.chain(0x202a..=0x202e).chain(0x2066..=0x2069).chain([0xe0001, 0xe007f]);
        for code in controls {
            let character = char::from_u32(code).unwrap();
            assert_eq!(inert(&format!("a{character}b")), format!("a\\u{{{code:x}}}b"));
            let json = String::from_utf8(inert_json(serde_json::to_string(&character).unwrap().as_bytes())).unwrap();
            assert!(!json.contains(character) && serde_json::from_str::<char>(&json).unwrap() == character, "{json}");
        }
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        let text = "株式会社れい ﾃｽﾄ (é, e\u{301}), 👩\u{200d}💻 \u{a0}ab";
        assert!(matches!(inert(text), Cow::Borrowed(same) if same == text));
        assert_eq!(inert_lines("a\n\tb"), "a\n\tb");
        assert_eq!(inert("a\nb"), "a\\u{a}b");
    }

    #[test]
    fn invalid_utf8_becomes_visible() {
        assert_eq!(inert_bytes(b"a\xffb\xed\xa0\x80"), "a\\x{ff}b\\x{ed}\\x{a0}\\x{80}");
        assert_eq!(inert_bytes(b"a\r\nb\rc"), "a\nb\\u{d}c");
    }
}
