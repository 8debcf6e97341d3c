//! Output: data to stdout, words to stderr, colour on a terminal only.
//!
//! A closed pipe ends the command quietly ([`CliError::BrokenPipe`]); the standard `println!` would panic there.
//!
//! Words may repeat an applicant's text and are made [`inert()`]; data stays as it is, except on a terminal.

use std::error::Error;
use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::inert::{inert, inert_bytes, inert_json, inert_lines};
use crate::error::CliError;
use crate::log;

/// Writes data to stdout as it is.
pub fn data(bytes: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => CliError::BrokenPipe,
        _ => CliError::io("stdout")(error),
    })
}

/// Writes JSON as it is; on a terminal with JSON's escapes for what a terminal obeys.
pub fn json(json: &[u8]) -> Result<(), CliError> {
    if io::stdout().is_terminal() { data(&inert_json(json)) } else { data(json) }
}

/// Writes JSON as [`json()`] does, and a line break.
pub fn json_line(text: &[u8]) -> Result<(), CliError> {
    json(&[text, b"\n"].concat())
}

/// Writes a record as a line of JSON.
pub fn record(record: &impl Serialize) -> Result<(), CliError> {
    json_line(&serde_json::to_vec(record)?)
}

/// Writes records as comma-separated values (RFC 4180), with a head line if there is one; on a terminal made inert.
pub fn csv(head: &[&str], records: &[impl Serialize]) -> Result<(), CliError> {
    let values = csv_bytes(head, records)?;
    if io::stdout().is_terminal() { data(inert_bytes(&values).as_bytes()) } else { data(&values) }
}

/// Makes the bytes of comma-separated values.
pub fn csv_bytes(head: &[&str], records: &[impl Serialize]) -> Result<Vec<u8>, CliError> {
    csv_of(head, records).map_err(|error| CliError::io("CSV")(io::Error::other(error)))
}

fn csv_of(head: &[&str], records: &[impl Serialize]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    if !head.is_empty() {
        writer.write_record(head)?;
    }
    records.iter().try_for_each(|record| writer.serialize(record))?;
    Ok(writer.into_inner()?)
}

/// Writes text and a line break.
pub fn line(text: impl AsRef<[u8]>) -> Result<(), CliError> {
    data(&[text.as_ref(), b"\n"].concat())
}

/// Writes words to stderr, made inert. A failure is ignored, since there is nowhere to report it.
pub fn words(text: &str) {
    log::line(&inert_lines(text));
}

/// Writes a warning to stderr.
pub fn warn(warning: &str) {
    words(&format!("kakekomi: warning: {warning}"));
}

/// Makes a progress bar on stderr, which is hidden where stderr is no terminal.
pub fn progress(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Emphasis on stdout. Emphasised text is made inert.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// Uses colour on a terminal, unless `NO_COLOR` is set to something (no-color.org).
    pub fn of_stdout() -> Style {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Style { colour: !refused && !dumb && io::stdout().is_terminal() }
    }

    /// Marks the most important text.
    pub fn strong(self, text: &str) -> String {
        self.wrapped("1", text)
    }

    /// Marks a failure.
    pub fn wrong(self, text: &str) -> String {
        self.wrapped("1;31", text)
    }

    /// Marks a success.
    pub fn right(self, text: &str) -> String {
        self.wrapped("1;32", text)
    }

    /// Marks text of little importance.
    pub fn faint(self, text: &str) -> String {
        self.wrapped("2", text)
    }

    fn wrapped(self, code: &str, text: &str) -> String {
        let text = inert(text);
        if self.colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_quotes_within_a_field_of_csv_are_quoted() {
        let records = [(7, "1,2", "a\"b", "c\nd", None::<u8>)];
        assert_eq!(csv_of(&["a"], &[(); 0]).unwrap(), b"a\n");
        assert_eq!(csv_of(&[], &records).unwrap(), b"7,\"1,2\",\"a\"\"b\",\"c\nd\",\n");
    }
}
