//! `kakekomi cases`: the stored cases, listed, found, shown, exported, watched, worked on and erased.
//!
//! Cases are read a page at a time in the store's own order, so that a million cases take no more
//! memory than a hundred, and `--after SEQ` goes on where an earlier run stopped. Each case is verified: a damaged one
//! is named on stderr, and the command ends with exit 5 after the others.
//!
//! Contents are sealed. `list`, `watch` and `find` read clear columns and need no identity; `show`, `export` and `timeline`
//! open contents with an identity, and record each reading before they print.

mod action;
mod args;
mod copy;
mod damages;
pub mod erase;
mod export;
mod find;
mod list;
mod purpose;
mod queue;
mod reading;
mod record;
mod show;
mod timeline;
mod watch;
mod work;

use clap::Subcommand;

pub use args::{Source, SourceArgs, parse_number};
pub use damages::Damages;
pub use reading::{open_and_compare, search_fault};
pub use work::work_error;

use super::block_on::block_on;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `cases`.
#[derive(Debug, Subcommand)]
pub enum CasesCommand {
    /// List the cases, in the order in which they came
    List(list::ListArgs),
    /// List the cases that the desk has to work on, in their order
    Queue(queue::QueueArgs),
    /// Find cases by telephone number, e-mail address, company or number
    Find(find::FindArgs),
    /// Show one case with everything that is kept of it
    Show(show::ShowArgs),
    /// List the events of one case
    Timeline(timeline::TimelineArgs),
    /// Print the cases with everything that is kept of them, one JSON object a line
    Export(export::ExportArgs),
    /// Print each case as it arrives, until stopped
    Watch(watch::WatchArgs),
    #[command(flatten)]
    Action(action::ActionCommand),
    /// Remove the contents of cases for good
    Erase(erase::EraseArgs),
}

/// Runs a command of `cases`.
pub fn run(command: CasesCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            CasesCommand::List(args) => list::run(args, file).await,
            CasesCommand::Queue(args) => queue::run(args, file).await,
            CasesCommand::Find(args) => find::run(args, file).await,
            CasesCommand::Show(args) => show::run(args, file).await,
            CasesCommand::Timeline(args) => timeline::run(args, file).await,
            CasesCommand::Export(args) => export::run(args, file).await,
            CasesCommand::Watch(args) => watch::run(args, file).await,
            CasesCommand::Action(action) => action::run(action, file).await,
            CasesCommand::Erase(args) => erase::run(args, file).await,
        }
    })?
}
