//! `kakekomi cases watch`: each case as it arrives, until it is stopped.
//!
//! The database is asked once a second, which works with both kinds. It is opened anew each time, so that it may be
//! restarted meanwhile, and a file that no desk serves is read as one that does not change. Every record has its `seq`;
//! `--after` with the last one goes on without a gap and without a repetition.

use std::time::Duration;

use clap::Args;
use kakekomi_store::{Filter, LINES_A_PAGE, seq_of};

use super::args::{FilterArgs, Source};
use super::damages::Damages;
use super::list;
use crate::cli::args::FormatArgs;
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Interval between two looks into the database.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Flags of `cases watch`.
#[derive(Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub async fn run(args: WatchArgs, file: Settings) -> Result<Exit, CliError> {
    let after = args.filter.after;
    let (source, filter) = args.filter.load(file)?;
    let json = args.format.is_json();
    // A database that cannot be opened at the start is a mistake; later it is down for a while.
    let mut after = match after {
        Some(after) => source.open().await.map(|_| after)?,
        None => source.open().await?.last().await?,
    };
    let mut down = false;
    loop {
        match arrived(&source, after, &filter, json).await {
            Ok(last) => {
                after = last;
                down = false;
            }
            Err(CliError::Store(error)) => {
                if !std::mem::replace(&mut down, true) {
                    print::words(&format!("kakekomi: {error}; going on as soon as it answers"));
                }
            }
            Err(other) => return Err(other),
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// Prints the cases after a position of the sequence; returns the last one's position.
async fn arrived(source: &Source, mut after: i64, filter: &Filter, json: bool) -> Result<i64, CliError> {
    let store = source.open().await?;
    loop {
        let page = store.lines(after, LINES_A_PAGE, filter).await?;
        let Some(last) = page.last().map(seq_of) else { break };
        for case in page.into_iter().filter_map(|line| Damages::default().line(line)) {
            if json {
                print::record(&case)?;
            } else {
                print::data(list::row(&case, &source.desk).as_bytes())?;
            }
        }
        after = last;
    }
    store.close().await?;
    Ok(after)
}
