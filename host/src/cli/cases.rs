//! `kakekomi cases`: the stored cases, listed, shown, exported, watched.
//!
//! Cases are read a page at a time in the store's own order, so that a million cases take no more
//! memory than a hundred, and `--after SEQ` goes on where an earlier run stopped. Each case is verified: a damaged one
//! is named on stderr, and the command ends with exit 5 after the others.

mod args;
mod export;
mod list;
mod show;
mod watch;

use clap::Subcommand;
use kakekomi_store::{Case, CaseLine, Damaged, Read};

use super::block_on::block_on;
use super::print;
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

/// The number of damaged cases that a command has read.
#[derive(Debug, Default)]
struct Damages(u64);

impl Damages {
    /// Names a damaged line of a list on stderr; returns it unless it is unreadable.
    fn line(&mut self, read: Read<CaseLine>) -> Option<CaseLine> {
        let line = read.map_err(|damaged| self.name(&damaged)).ok()?;
        self.name_faults(&line, &line.faults());
        Some(line)
    }

    /// Names a damaged case on stderr; returns it and its faults unless it is unreadable.
    fn case(&mut self, read: Read<Case>) -> Option<(Case, Vec<String>)> {
        let case = read.map_err(|damaged| self.name(&damaged)).ok()?;
        let faults = case.faults();
        self.name_faults(&case.line, &faults);
        Some((case, faults))
    }

    /// Returns the exit code of the command.
    fn exit(&self) -> Exit {
        if self.0 == 0 { Exit::Accepted } else { Exit::Io }
    }

    fn name_faults(&mut self, line: &CaseLine, faults: &[String]) {
        if !faults.is_empty() {
            self.name(&Damaged { seq: line.seq, number: Some(line.number.clone()), why: faults.join("; ") });
        }
    }

    fn name(&mut self, damaged: &Damaged) {
        self.0 += 1;
        print::words(&format!("kakekomi: {damaged}"));
    }
}
