//! `kakekomi migrate`: brings the database's tables up to date, and says what was done.
//!
//! `kakekomi migrate --check` changes nothing; exit 1 where a step is still to be taken. `serve` takes
//! the same steps when it starts; the command is for those who want to take them before.

use std::path::Path;

use clap::Args;
use kakekomi_store::{self as store, Step, StoreError};

use super::args::StorageArgs;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    place: StorageArgs,
    /// Only say what is to be done; exit 1 if anything is
    #[arg(long)]
    check: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Looks, and migrates unless only asked to look.
pub fn run(args: MigrateArgs, file: Settings) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::Io("threads".to_owned(), error))?;
    let (check, json) = (args.check, args.json);
    let settings = args.place.settings().or(file);
    let url = settings.database_url();
    runtime.block_on(async {
        let before = match store::migrations(&url).await {
            Err(StoreError::Missing(_)) if !check => Vec::new(),
            steps => steps?,
        };
        if check {
            say(&before, |_| false, json)?;
            let pending = before.iter().any(|step| !step.done);
            return Ok(if pending { Exit::Issues } else { Exit::Accepted });
        }
        // A desk that serves holds the lock of its file; where nothing is to be done, nothing needs it.
        if !before.is_empty() && before.iter().all(|step| step.done) {
            say(&before, |_| false, json)?;
            return Ok(Exit::Accepted);
        }
        if store::file_of(&url).is_some() {
            let data = settings.data().display().to_string();
            let is_new = !settings.data().exists();
            settings.make_data_folder().map_err(|error| CliError::Io(data, error))?;
            if is_new {
                warn_of_root(settings.data());
            }
        }
        store::open(&url).await?.close().await?;
        let was_done = |version| before.iter().any(|step| step.version == version && step.done);
        say(&store::migrations(&url).await?, |step| step.done && !was_done(step.version), json)?;
        Ok(Exit::Accepted)
    })
}

/// Says so where root has made a data folder for itself: nobody knows yet who will serve from it.
fn warn_of_root(data: &Path) {
    #[cfg(unix)]
    if std::fs::metadata(data).is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0) {
        let data = data.display();
        print::words(&format!(
            "kakekomi: warning: {data} was made for root: if serve runs as somebody else, chown -R it to that user"
        ));
    }
}

/// A line a step: `0001 cases  done now`.
fn say(steps: &[Step], is_new: impl Fn(&Step) -> bool, json: bool) -> Result<(), CliError> {
    if json {
        return print::line(&serde_json::to_vec(steps)?);
    }
    for step in steps {
        let state = match (step.done, is_new(step)) {
            (true, true) => "done now",
            (true, false) => "up to date",
            (false, _) => "to be done",
        };
        print::line(format!("{:04} {}  {state}", step.version, step.name).as_bytes())?;
    }
    Ok(())
}
