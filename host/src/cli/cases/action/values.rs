//! The arguments that all actions share: the case, the words of a list, and a text from the command line or stdin.
//!
//! `given("-")` → the text on stdin, without white space around it

use std::io::Read as _;

use clap::Args;
use kakekomi_casework::limits::TEXT_BYTES_MAX;

use super::super::args::SourceArgs;
use crate::cli::args::FormatArgs;
use crate::error::CliError;

/// The case of an action.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// The reception number
    #[arg(value_name = "NUMBER")]
    pub number: String,
    /// Refuse if the case has changed after its event of this number, which an earlier command printed
    #[arg(long, value_name = "N")]
    pub seen: Option<i64>,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

/// Takes the words of a list as the possible values of an argument.
pub fn word<T: Copy>(all: &[T], as_str: impl Fn(T) -> &'static str) -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(all.iter().map(|value| as_str(*value)))
}

pub fn trimmed(text: impl AsRef<str>) -> String {
    text.as_ref().trim().to_owned()
}

/// Returns a text of the command line, or of stdin for `-`.
pub fn given(text: String) -> Result<String, CliError> {
    Ok(trimmed(if text == "-" { stdin()? } else { text }))
}

/// Reads a text from stdin, a little more than is allowed, so that a longer one is noticed.
fn stdin() -> Result<String, CliError> {
    let mut text = String::new();
    let limit = u64::try_from(TEXT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    std::io::stdin().take(limit).read_to_string(&mut text).map_err(CliError::io("stdin"))?;
    Ok(text)
}
