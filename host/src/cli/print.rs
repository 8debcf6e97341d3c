//! Writing: data to stdout, words to stderr, colour only where somebody looks.
//!
//! A reader that closes the pipe ends the command quietly ([`CliError::BrokenPipe`]); the standard
//! `println!` would panic there.
//!
//! Words may repeat what applicants wrote and are made [`inert`]; data stays as it is, but for JSON on a terminal.

use std::io::{self, IsTerminal, Write};

use super::inert::{inert, inert_bytes, inert_json, inert_lines};
use crate::error::CliError;
use crate::log;

/// Writes data to stdout as it is.
pub fn data(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(lost)
}

/// Writes JSON as it is; on a terminal with a line break behind it, and with JSON's escapes for what a terminal obeys.
pub fn bytes(json: &[u8]) -> Result<(), CliError> {
    if io::stdout().is_terminal() { json_line(json) } else { data(json) }
}

/// Writes JSON as it is; on a terminal with JSON's escapes for what a terminal obeys.
pub fn json(json: &[u8]) -> Result<(), CliError> {
    if io::stdout().is_terminal() { data(&inert_json(json)) } else { data(json) }
}

/// Writes comma-separated values as they are; on a terminal made inert.
pub fn csv(values: &[u8]) -> Result<(), CliError> {
    if io::stdout().is_terminal() { data(inert_bytes(values).as_bytes()) } else { data(values) }
}

/// Writes JSON and a line break: byte for byte, but on a terminal with JSON's escapes for what a terminal obeys.
pub fn json_line(json: &[u8]) -> Result<(), CliError> {
    if io::stdout().is_terminal() { line(&inert_json(json)) } else { line(json) }
}

/// Writes data and a line break.
pub fn line(bytes: &[u8]) -> Result<(), CliError> {
    let mut whole = bytes.to_vec();
    whole.push(b'\n');
    data(&whole)
}

/// Writes words to stderr, whatever they repeat made inert; if nobody reads them there is nobody to tell.
pub fn words(text: &str) {
    log::line(&inert_lines(text));
}

fn lost(error: io::Error) -> CliError {
    if error.kind() == io::ErrorKind::BrokenPipe {
        CliError::BrokenPipe
    } else {
        CliError::Io("stdout".to_owned(), error)
    }
}

/// Whether somebody looks at stderr while stdout goes elsewhere: the place for a progress bar.
pub fn is_watched_from_the_side() -> bool {
    io::stderr().is_terminal() && !io::stdout().is_terminal()
}

/// How emphasis is written on stdout. What is emphasised is made inert.
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
        let text = inert(text);
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.into_owned() }
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
