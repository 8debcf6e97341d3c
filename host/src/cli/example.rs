//! `kakekomi example`: a draft to try the desk with, carrying the desk's consent documents.

use clap::Args;
use clap::builder::PossibleValuesParser;
use kakekomi_service::desk::Desk;
use kakekomi_service::example;

use super::args::DeskArgs;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `example`.
#[derive(Debug, Args)]
pub struct ExampleArgs {
    /// Of which kind of incident
    #[arg(long, default_value = "ransomware", value_parser = PossibleValuesParser::new(example::kinds()))]
    kind: String,
    /// A draft that is not accepted instead
    #[arg(long, conflicts_with = "kind")]
    incomplete: bool,
    #[command(flatten)]
    desk: DeskArgs,
}

/// Prints a draft.
pub fn run(args: ExampleArgs, file: Settings) -> Result<Exit, CliError> {
    let desk = Desk::load(args.desk.desk.or(file.desk).as_deref())?;
    let draft = if args.incomplete { Some(example::incomplete(&desk)) } else { example::example(&args.kind, &desk) };
    let draft = draft.ok_or_else(|| CliError::Usage(format!("there is no example of {:?}", args.kind)))?;
    print::data(draft.as_bytes())?;
    Ok(Exit::Accepted)
}
