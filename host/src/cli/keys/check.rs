//! `kakekomi keys check`: the findings of `kakekomi doctor` on the keys, and all cases that are sealed to others.
//!
//! ```text
//! ok       keys       data.keys: a probe was sealed to 2 recipients, and opened with data.keys/desk.identity
//! error    keys       7 cases are sealed to other recipients: kakekomi keys rotate
//! ```

use std::path::PathBuf;

use clap::Args;
use kakekomi_store::{self as store, StoreError};

use crate::cli::args::{FormatArgs, StorageArgs};
use crate::cli::doctor::{self, keys};
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `keys check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// The age recipients that cases are sealed to [default: the file recipients in the key folder]
    #[arg(long, value_name = "FILE", env = "KAKEKOMI_RECIPIENTS")]
    recipients: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Checks the keys; exit 5 where one is wrong.
pub async fn run(args: CheckArgs, file: Settings) -> Result<Exit, CliError> {
    let settings = Settings { recipients: args.recipients, ..Settings::default() }.or(args.storage.settings(file));
    let mut found = keys::look(&settings);
    match store::open_existing(&settings.database_url()).await {
        Ok(store) => {
            found.extend(keys::compare(&settings, &*store).await);
            store.close().await?;
        }
        // The keys come before the first case.
        Err(StoreError::Missing(_)) => {}
        Err(error) => return Err(error.into()),
    }
    doctor::print(&found, &args.format)
}
