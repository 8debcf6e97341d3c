//! `kakekomi evidence`: the evidence files of cases, listed, saved sealed or opened, and verified.
//!
//! ```text
//! kakekomi evidence list 2609-4873-1059    → 0f1e2d3c  arrived  log  20971520 bytes  sha256:…  fw.log
//! kakekomi evidence open 2609-4873-1059    → ./fw.log, after the event file.downloaded
//! ```
//!
//! Without an identity the names stay sealed, and `get` saves the sealed parts, which are opened elsewhere.

mod chosen;
mod list;
mod output;
mod save;
mod verify;

use clap::Subcommand;

use super::block_on::block_on;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `evidence`.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// List the files of cases with their custody
    List(list::ListArgs),
    /// Save files sealed, as a tar of age files each
    Get(save::SaveArgs),
    /// Save files opened
    Open(save::SaveArgs),
    /// Compare the stored bytes with their digests: the sealed parts, and with an identity the files
    Verify(verify::VerifyArgs),
}

/// Runs a command of `evidence`.
pub fn run(command: EvidenceCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            EvidenceCommand::List(args) => list::run(args, file).await,
            EvidenceCommand::Get(args) => Box::pin(save::get(args, file)).await,
            EvidenceCommand::Open(args) => Box::pin(save::open(args, file)).await,
            EvidenceCommand::Verify(args) => Box::pin(verify::run(args, file)).await,
        }
    })?
}
