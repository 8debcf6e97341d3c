//! `kakekomi audit`: the chain of all events, which needs no key.
//!
//! `kakekomi audit head` → `812:9f86…`; kept elsewhere, it proves later that the events up to 812 are unchanged:
//! `kakekomi audit verify --head 812:9f86…`

mod verify;

use clap::Subcommand;
use kakekomi_store as store;
use serde::Serialize;

use super::args::{FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Print the position and hash of the last event, to be kept outside the database
    Head(HeadArgs),
    /// Verify every event, and that the chain leads to the heads that were kept
    Verify(verify::VerifyArgs),
}

/// Flags of `audit head`.
#[derive(Debug, clap::Args)]
pub struct HeadArgs {
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// The last event.
#[derive(Debug, Serialize)]
struct Head {
    seq: i64,
    hash: String,
}

pub use verify::Verification;

/// Runs a command of `audit`.
pub fn run(command: AuditCommand, file: Settings) -> Result<Exit, CliError> {
    match command {
        AuditCommand::Head(args) => block_on(head(args, file))?.map(|()| Exit::Accepted),
        AuditCommand::Verify(args) => block_on(verify::run(args, file))?,
    }
}

async fn head(args: HeadArgs, file: Settings) -> Result<(), CliError> {
    let store = store::open_existing(&args.storage.settings(file).database_url()).await?;
    let head = store.audit_head().await?;
    store.close().await?;
    if args.format.is_json() {
        print::record(&Head { seq: head.seq, hash: head.hex() })
    } else {
        print::line(head.to_string())
    }
}
