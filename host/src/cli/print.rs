//! Writing: data to stdout, words to stderr, colour only where somebody looks.
//!
//! A reader that closes the pipe ends the command quietly ([`Failed::ReaderGone`]); the standard
//! `println!` would panic there.

use std::io::{self, IsTerminal, Write};

use crate::error::Failed;
use crate::log;

/// Writes data to stdout as it is.
pub fn data(bytes: &[u8]) -> Result<(), Failed> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(lost)
}

/// Writes data as it is, and a line break where a person would see the prompt behind it.
pub fn bytes(bytes: &[u8]) -> Result<(), Failed> {
    if io::stdout().is_terminal() { line(bytes) } else { data(bytes) }
}

/// Writes data and a line break.
pub fn line(bytes: &[u8]) -> Result<(), Failed> {
    let mut whole = bytes.to_vec();
    whole.push(b'\n');
    data(&whole)
}

/// Writes words to stderr; if nobody reads them there is nobody to tell.
pub fn words(text: &str) {
    log::line(text);
}

fn lost(error: io::Error) -> Failed {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failed::ReaderGone
    } else {
        Failed::Outside("stdout".to_owned(), error)
    }
}

/// Whether somebody looks at stderr while stdout goes elsewhere: the place for a progress bar.
pub fn is_watched_from_the_side() -> bool {
    io::stderr().is_terminal() && !io::stdout().is_terminal()
}

/// How emphasis is written on stdout.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// Colour on a terminal, unless `NO_COLOR` is set to something (no-color.org).
    pub fn of_stdout() -> Style {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Style { colour: !refused && !dumb && io::stdout().is_terminal() }
    }

    /// What matters most.
    pub fn strong(self, text: &str) -> String {
        self.wrapped("1", text)
    }

    /// What went wrong.
    pub fn wrong(self, text: &str) -> String {
        self.wrapped("1;31", text)
    }

    /// What went right.
    pub fn right(self, text: &str) -> String {
        self.wrapped("1;32", text)
    }

    /// What can be read past.
    pub fn faint(self, text: &str) -> String {
        self.wrapped("2", text)
    }

    fn wrapped(self, code: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// JSON members with values that are JSON already, kept byte for byte: `{"a":1}` and `("b", "[2]")` → `{"a":1,"b":[2]}`.
pub fn with_members(mut object: Vec<u8>, members: &[(&str, &[u8])]) -> Vec<u8> {
    object.pop();
    for (name, value) in members {
        if object.last() != Some(&b'{') {
            object.push(b',');
        }
        object.extend_from_slice(format!("\"{name}\":").as_bytes());
        object.extend_from_slice(value);
    }
    object.push(b'}');
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_added_byte_for_byte() {
        assert_eq!(with_members(b"{\"a\":1}".to_vec(), &[("b", b"[2]")]), b"{\"a\":1,\"b\":[2]}");
        assert_eq!(with_members(b"{}".to_vec(), &[("b", b"[2]"), ("c", b"3")]), b"{\"b\":[2],\"c\":3}");
    }
}
