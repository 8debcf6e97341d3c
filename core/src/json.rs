//! JSON reader: bytes → a tree, or a [`SyntaxError`].
//!
//! `{"a": [1, -0, "\ud800"]}` → `Object([("a", List([Number("1"), Number("-0"), Text { lone: true, … }]))])`.
//!
//! A reader of our own and not `serde_json`'s, because the rules must see what that one hides: keys
//! that are repeated, numbers as they were written (`1.0`, `1e0`, `-0`), halves of surrogate pairs,
//! and the position where the text stops being JSON. It also keeps the module's verdict free of the features
//! that other crates may switch on in `serde_json`. The grammar is RFC 8259, to the letter.

mod write;

use alloc::borrow::Cow;

use crate::text::{code_points, rsplit_once};

use write::until_escape;

pub use write::Writer;

/// The deepest nesting of objects and lists (contract: 32).
pub const DEPTH_MAX: usize = 32;
/// The largest whole number that every engine holds exactly: 2^53 − 1 (RFC 7493).
pub const SAFE_INTEGER_MAX: i64 = (1 << 53) - 1;

/// One value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number's own letters, such as `-1.50e3`.
    Number(&'a str),
    /// A string with its escapes resolved.
    Text {
        /// The characters; U+FFFD replaces a lone half of a surrogate pair.
        text: Cow<'a, str>,
        /// True if there was such a half.
        lone: bool,
    },
    /// `[…]`
    List(Vec<Node<'a>>),
    /// `{…}`: every key in the order of the text, repeated ones too.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// The reason why a text cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxError {
    /// The text has more bytes than the caller allows.
    TooLong,
    /// The text begins with a byte order mark.
    ByteOrderMark,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// Objects and lists nest deeper than [`DEPTH_MAX`].
    TooDeep,
    /// The text breaks the grammar.
    NotJson {
        /// The line where reading stopped, from 1.
        line: usize,
        /// The code point in that line, from 1.
        column: usize,
    },
}

/// Reads one JSON text, at most `max` bytes long.
///
/// # Errors
/// The [`SyntaxError`] that ended the reading.
pub fn read(bytes: &[u8], max: usize) -> Result<Node<'_>, SyntaxError> {
    if bytes.len() > max {
        return Err(SyntaxError::TooLong);
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(SyntaxError::ByteOrderMark);
    }
    let text = core::str::from_utf8(bytes).map_err(|_| SyntaxError::NotUtf8)?;
    let mut reader = Reader { text, at: 0 };
    reader.whole().map_err(|stop| match stop {
        Stop::Deep => SyntaxError::TooDeep,
        Stop::NotJson => reader.not_json(),
    })
}

/// The reason why reading stopped.
enum Stop {
    Deep,
    NotJson,
}

struct Reader<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
}

impl<'a> Reader<'a> {
    fn whole(&mut self) -> Result<Node<'a>, Stop> {
        self.space();
        let node = self.value(0)?;
        self.space();
        if self.at == self.text.len() { Ok(node) } else { Err(Stop::NotJson) }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'a>, Stop> {
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(depth + 1),
            Some(b'"') => self.string().map(|(text, lone)| Node::Text { text, lone }),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => self.word("null", Node::Null),
            _ => Err(Stop::NotJson),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node<'a>, Stop> {
        let mut entries = Vec::new();
        self.each(depth, b'}', |reader| {
            if reader.peek() != Some(b'"') {
                return Err(Stop::NotJson);
            }
            let (key, _lone) = reader.string()?; // a broken key has U+FFFD, so the form does not know it
            reader.space();
            reader.need(b':')?;
            reader.space();
            entries.push((key, reader.value(depth)?));
            Ok(())
        })?;
        Ok(Node::Object(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Node<'a>, Stop> {
        let mut items = Vec::new();
        self.each(depth, b']', |reader| {
            items.push(reader.value(depth)?);
            Ok(())
        })?;
        Ok(Node::List(items))
    }

    /// Reads the entries between two brackets, each by `read`.
    fn each(&mut self, depth: usize, end: u8, mut read: impl FnMut(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if depth > DEPTH_MAX {
            return Err(Stop::Deep);
        }
        self.at += 1;
        self.space();
        if self.eat(end) {
            return Ok(());
        }
        loop {
            self.space();
            read(self)?;
            self.space();
            if self.eat(end) {
                return Ok(());
            }
            self.need(b',')?;
        }
    }

    /// Reads a string, which is borrowed if it has no escape.
    fn string(&mut self) -> Result<(Cow<'a, str>, bool), Stop> {
        self.at += 1;
        let mut whole: Option<String> = None;
        let mut lone = false;
        loop {
            let plain = self.plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    let text = match whole {
                        None => Cow::Borrowed(plain),
                        Some(mut text) => {
                            text.push_str(plain);
                            Cow::Owned(text)
                        }
                    };
                    return Ok((text, lone));
                }
                Some(b'\\') => {
                    let text = whole.get_or_insert_default();
                    text.push_str(plain);
                    self.at += 1;
                    let read = self.escape()?;
                    lone |= read.is_none();
                    text.push(read.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                _ => return Err(Stop::NotJson),
            }
        }
    }

    /// Reads the characters up to a quote, a backslash or a control character.
    fn plain(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = until_escape(rest.as_bytes()).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Reads an escape behind the backslash; `None` is half of a surrogate pair.
    fn escape(&mut self) -> Result<Option<char>, Stop> {
        let byte = self.peek().ok_or(Stop::NotJson)?;
        let read = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(Stop::NotJson),
        };
        self.at += 1;
        Ok(Some(read))
    }

    /// Reads four digits behind `\u`, and the second half of a pair if one follows.
    fn unicode(&mut self) -> Result<Option<char>, Stop> {
        let first = self.four()?;
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(char::from_u32(first)); // None for a second half alone
        }
        let after_first = self.at;
        if self.eat(b'\\') && self.eat(b'u') {
            let second = self.four()?;
            if (0xDC00..0xE000).contains(&second) {
                return Ok(char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)));
            }
        }
        self.at = after_first; // whatever follows is read as itself
        Ok(None)
    }

    fn four(&mut self) -> Result<u32, Stop> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Stop::NotJson)?;
        let mut value = 0;
        for digit in digits.chars() {
            value = value << 4 | digit.to_digit(16).ok_or(Stop::NotJson)?;
        }
        self.at += 4;
        Ok(value)
    }

    fn number(&mut self) -> Result<Node<'a>, Stop> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        self.text.get(start..self.at).map(Node::Number).ok_or(Stop::NotJson)
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<(), Stop> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Stop::NotJson) }
    }

    fn word(&mut self, word: &str, node: Node<'a>) -> Result<Node<'a>, Stop> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(Stop::NotJson);
        }
        self.at += word.len();
        Ok(node)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn need(&mut self, byte: u8) -> Result<(), Stop> {
        if self.eat(byte) { Ok(()) } else { Err(Stop::NotJson) }
    }

    /// The error with the line and column of the character that could not be read.
    fn not_json(&self) -> SyntaxError {
        let before = self.text.get(..self.at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = code_points(rsplit_once(before, b'\n').map_or(before, |(_, line)| line)) + 1;
        SyntaxError::NotJson { line, column }
    }
}

#[cfg(test)]
mod tests;
