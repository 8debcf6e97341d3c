//! Canonical JSON, straight into one buffer.
//!
//! `object`, `key("path")`, `text("/a\n")`, `end_object` → `{"path":"/a\n"}`: no white space, strings as
//! in RFC 8785, whole numbers only. The writer sets the commas.
//!
//! A writer of our own, for the module's size: a serialiser is compiled for every type, this one once.

use crate::swar::{any, bytes_below, bytes_equal};

/// A writer of one JSON text.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A writer with a capacity in bytes.
    pub fn with_room(bytes: usize) -> Writer {
        Writer { bytes: Vec::with_capacity(bytes) }
    }

    /// Returns the bytes that were written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Begins an object; each member is a [`Writer::key`] and a value.
    pub fn object(&mut self) {
        self.begin(b'{');
    }

    /// An object of which every member is a string.
    pub fn text_object(&mut self, members: &[(&str, &str)]) {
        self.object();
        for (key, text) in members {
            self.text_member(key, text);
        }
        self.end_object();
    }

    /// Ends the object that was begun last.
    pub fn end_object(&mut self) {
        self.bytes.push(b'}');
    }

    /// Begins a list.
    pub fn list(&mut self) {
        self.begin(b'[');
    }

    /// Ends the list that was begun last.
    pub fn end_list(&mut self) {
        self.bytes.push(b']');
    }

    /// The key of a member: one of our words.
    pub fn key(&mut self, key: &str) {
        self.quoted(key.as_bytes(), b"\":");
    }

    /// A string of our own ASCII characters, in which nothing needs an escape.
    pub fn ascii(&mut self, word: &[u8]) {
        self.quoted(word, b"\"");
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        self.pieces(&[text]);
    }

    /// A string that is given in pieces.
    pub fn pieces(&mut self, pieces: &[&str]) {
        self.begin(b'"');
        for piece in pieces {
            self.escaped(piece.as_bytes());
        }
        self.bytes.push(b'"');
    }

    /// A whole number.
    pub fn number(&mut self, number: i64) {
        self.plain(&number.to_string());
    }

    /// A whole number, or null.
    pub fn number_or_null(&mut self, number: Option<i64>) {
        match number {
            Some(number) => self.number(number),
            None => self.plain("null"),
        }
    }

    /// True or false.
    pub fn boolean(&mut self, value: bool) {
        self.plain(if value { "true" } else { "false" });
    }

    /// A member that is a string.
    pub fn text_member(&mut self, key: &str, text: &str) {
        self.key(key);
        self.text(text);
    }

    /// A member that is a whole number.
    pub fn number_member(&mut self, key: &str, number: i64) {
        self.key(key);
        self.number(number);
    }

    /// A quote, one of our words, and what ends it.
    fn quoted(&mut self, word: &[u8], end: &[u8]) {
        self.begin(b'"');
        self.bytes.extend_from_slice(word);
        self.bytes.extend_from_slice(end);
    }

    /// A value that is printed as these letters.
    fn plain(&mut self, letters: &str) {
        self.comma();
        self.bytes.extend_from_slice(letters.as_bytes());
    }

    fn begin(&mut self, sign: u8) {
        self.comma();
        self.bytes.push(sign);
    }

    /// Writes a comma, except before the first entry of an object or list, the value behind a key, and the whole.
    fn comma(&mut self) {
        if !matches!(self.bytes.last(), None | Some(b'{' | b'[' | b':')) {
            self.bytes.push(b',');
        }
    }

    /// RFC 8785, 3.2.2.2: the short escapes where there are any, `\u00xx` for other controls.
    fn escaped(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some(plain) = until_escape(rest) {
            let Some((plain, [byte, behind @ ..])) = rest.split_at_checked(plain) else { return };
            self.bytes.extend_from_slice(plain);
            self.escape(*byte);
            rest = behind;
        }
        self.bytes.extend_from_slice(rest);
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0C => b'f',
            b'\r' => b'r',
            _ => {
                let low = match byte & 15 {
                    digit @ 0..=9 => b'0' + digit,
                    letter => b'a' + letter - 10,
                };
                self.bytes.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), low]);
                return;
            }
        };
        self.bytes.extend_from_slice(&[b'\\', short]);
    }
}

/// Counts the bytes before the first control character, quote or backslash; `None` without one. Writing escapes them, reading
/// stops at them: the module has the loop over a text's bytes once.
#[inline(never)]
pub(super) fn until_escape(text: &[u8]) -> Option<usize> {
    let needs = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    let (eights, rest) = text.as_chunks::<8>();
    let Some(eight) = eights.iter().copied().position(any_needs) else {
        return rest.iter().position(needs).map(|at| text.len() - rest.len() + at);
    };
    text.iter().skip(8 * eight).position(needs).map(|at| 8 * eight + at)
}

/// Checks if one of eight bytes needs an escape.
fn any_needs(eight: [u8; 8]) -> bool {
    let bytes = u64::from_le_bytes(eight);
    any(bytes_below(bytes, b' ') | bytes_equal(bytes, b'"') | bytes_equal(bytes, b'\\'))
}

#[cfg(test)]
mod tests {
    use super::Writer;

    #[test]
    fn it_writes_strings_as_serde_json_does() {
        let all: String = (0..0x500).filter_map(char::from_u32).chain("髙😀\u{2028}\u{10FFFF}".chars()).collect();
        let mut writer = Writer::default();
        writer.text(&all);
        assert_eq!(writer.into_bytes(), serde_json::to_vec(&all).unwrap());
    }

    #[test]
    fn an_escape_is_found_at_every_position() {
        for sign in (0..=0xFF_u8).filter(u8::is_ascii) {
            for index in 0..20 {
                let text: String = (0..20).map(|at| if at == index { char::from(sign) } else { 'é' }).collect();
                let mut writer = Writer::default();
                writer.text(&text);
                assert_eq!(writer.into_bytes(), serde_json::to_vec(&text).unwrap(), "{sign} {index}");
            }
        }
    }

    #[test]
    fn commas_are_written_where_they_belong() {
        let mut writer = Writer::with_room(8);
        writer.object();
        writer.text_member("a", "{");
        writer.number_member("b", i64::MIN);
        writer.key("c");
        writer.list();
        writer.pieces(&["x:", "\u{1f}\"["]);
        writer.list();
        writer.end_list();
        writer.object();
        writer.end_object();
        writer.boolean(true);
        writer.end_list();
        writer.end_object();
        let written = String::from_utf8(writer.into_bytes()).unwrap();
        assert_eq!(written, r#"{"a":"{","b":-9223372036854775808,"c":["x:\u001f\"[",[],{},true]}"#);
    }
}
