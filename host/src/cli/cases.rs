//! `kakekomi cases`: the stored cases, listed, shown, exported, watched.
//!
//! Cases are read a page at a time in the store's own order, so that a million cases take no more
//! memory than a hundred, and `--after SEQ` goes on where an earlier run stopped. Each case is verified: a damaged one
//! is named on stderr, and the command ends with exit 5 after the others.

mod args;
mod damages;
mod export;
mod list;
mod show;
mod watch;

use clap::Subcommand;

use super::block_on::block_on;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `cases`.
#[derive(Debug, Subcommand)]
pub enum CasesCommand {
    /// List the cases, in the order in which they came
    List(list::ListArgs),
    /// Show one case with everything that is kept of it
    Show(show::ShowArgs),
    /// Print the cases with everything that is kept of them, one JSON object a line
    Export(export::ExportArgs),
    /// Print each case as it arrives, until stopped
    Watch(watch::WatchArgs),
}

/// Runs a command of `cases`.
pub fn run(command: CasesCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            CasesCommand::List(args) => list::run(args, file).await,
            CasesCommand::Show(args) => show::run(args, file).await,
            CasesCommand::Export(args) => export::run(args, file).await,
            CasesCommand::Watch(args) => watch::run(args, file).await,
        }
    })?
}
