//! `kakekomi migrate`: brings the database's tables up to date, and lists the steps.
//!
//! `kakekomi migrate --check` changes nothing; exit 1 where a step is pending. `serve` takes the same steps when it
//! starts; the command takes them beforehand.

use std::path::Path;

use clap::Args;
use kakekomi_store::{self as store, Step, StoreError};

use super::args::{FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::keys_at_start::seal_store;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// Only say what is to be done; exit 1 if anything is
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    format: FormatArgs,
}

/// Lists the steps, and takes them unless `--check` is set.
pub fn run(args: MigrateArgs, file: Settings) -> Result<Exit, CliError> {
    block_on(migrate(args.check, &args.format, args.storage.settings(file)))?
}

async fn migrate(check: bool, format: &FormatArgs, settings: Settings) -> Result<Exit, CliError> {
    let url = settings.database_url();
    let before = match store::migrations(&url).await {
        Err(StoreError::Missing(_)) if !check => Vec::new(),
        steps => steps?,
    };
    let is_pending = before.iter().any(|step| !step.done) || !is_converted(&url).await;
    // A serving desk holds the lock of its file, so the database is opened only where a step is pending.
    if check || (!before.is_empty() && !is_pending) {
        print_steps(&before, |_| false, format)?;
        return Ok(if is_pending { Exit::Issues } else { Exit::Accepted });
    }
    if store::file_of(&url).is_some() {
        let is_new = !settings.data().exists();
        settings.create_data_folder()?;
        if is_new {
            warn_of_root(settings.data());
        }
    }
    let (store, _) = seal_store(&settings).await?;
    store.close().await?;
    let was_done = |version| before.iter().any(|step| step.version == version && step.done);
    print_steps(&store::migrations(&url).await?, |step| step.done && !was_done(step.version), format)?;
    Ok(Exit::Accepted)
}

/// Reports whether no case of an earlier version is left to be sealed. A database that cannot be opened has other errors.
async fn is_converted(url: &str) -> bool {
    match store::open_existing(url).await {
        Err(StoreError::Unconverted(_)) => false,
        Ok(store) => store.close().await.is_ok(),
        Err(_) => true,
    }
}

/// Warns of a data folder that root has created for itself: the desk may serve as another user.
fn warn_of_root(data: &Path) {
    if std::fs::metadata(data).is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0) {
        let data = data.display();
        print::warn(&format!("{data} was made for root: if serve runs as somebody else, chown -R it to that user"));
    }
}

/// Prints a line a step: `0001 cases  done now`.
fn print_steps(steps: &[Step], is_new: impl Fn(&Step) -> bool, format: &FormatArgs) -> Result<(), CliError> {
    if format.json {
        return print::record(&steps);
    }
    if format.ndjson {
        return steps.iter().try_for_each(print::record);
    }
    for step in steps {
        let state = match (step.done, is_new(step)) {
            (true, true) => "done now",
            (true, false) => "up to date",
            (false, _) => "to be done",
        };
        print::line(format!("{:04} {}  {state}", step.version, step.name))?;
    }
    Ok(())
}
