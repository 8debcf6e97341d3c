//! `kakekomi cases`: what came in, for the operator: listed, shown, exported, watched.
//!
//! Everything goes a page at a time in the store's own order, so that a million cases take no more
//! memory than a hundred, and `--after SEQ` goes on where an earlier run stopped. What is read is verified: a case that is
//! not as it was stored is named on stderr, and the command ends with exit 5 once it has gone through the others.

mod args;
mod damages;
mod export;
mod list;
mod show;
mod watch;

use clap::{Args, Subcommand};

use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `cases`.
#[derive(Debug, Args)]
pub struct CasesArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the cases, in the order in which they came
    List(list::ListArgs),
    /// Show one case with everything that is kept of it
    Show(show::ShowArgs),
    /// Print the cases with everything that is kept of them, one JSON object a line
    Export(export::ExportArgs),
    /// Print each case as it arrives, until stopped
    Watch(watch::WatchArgs),
}

/// Lists, shows, exports or watches.
pub fn run(args: CasesArgs, file: Settings) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::Io("threads".to_owned(), error))?;
    runtime.block_on(async {
        match args.what {
            What::List(args) => list::run(args, file).await,
            What::Show(args) => show::run(args, file).await,
            What::Export(args) => export::run(args, file).await,
            What::Watch(args) => watch::run(args, file).await,
        }
    })
}
