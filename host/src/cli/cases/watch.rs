//! `kakekomi cases watch`: each case as it arrives, until it is stopped.
//!
//! It asks the database once a second, which is the same for both kinds and needs nothing of them. The
//! database is opened anew each time: so it may be restarted meanwhile, and a file that nobody
//! serves just now is read as one that does not change. Every record has its `seq`; `--after` with
//! the last one that was seen misses none and repeats none.

use std::time::Duration;

use clap::Args;
use kakekomi_store::{Filter, LINES_A_PAGE};

use super::args::{Desked, FromArgs, HowArgs, WhichArgs, seq_of};
use super::damages::Damages;
use super::list;
use crate::cli::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// How often the database is asked.
const EVERY: Duration = Duration::from_secs(1);

/// Flags of `cases watch`.
#[derive(Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    from: FromArgs,
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    how: HowArgs,
}

pub async fn run(args: WatchArgs, file: Settings) -> Result<Exit, CliError> {
    let desked = args.from.load(file)?;
    let filter = args.which.filter(&desked.desk)?;
    let json = args.how.json || args.how.ndjson;
    // A database that cannot be opened at the start is a mistake; later it is down for a while.
    let mut after = match args.which.after {
        Some(after) => desked.open().await.map(|_| after)?,
        None => desked.open().await?.last().await?,
    };
    let mut down = false;
    loop {
        match arrived(&desked, after, &filter, json).await {
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
        tokio::time::sleep(EVERY).await;
    }
}

/// Prints what has come since; gives the place of the last one.
async fn arrived(desked: &Desked, mut after: i64, filter: &Filter, json: bool) -> Result<i64, CliError> {
    let store = desked.open().await?;
    loop {
        let page = store.lines(after, LINES_A_PAGE, filter).await?;
        let Some(last) = page.last().map(seq_of) else { break };
        for case in page.into_iter().filter_map(|line| Damages::default().line(line)) {
            if json {
                print::json_line(&serde_json::to_vec(&case)?)?;
            } else {
                print::data(list::row(&case, &desked.desk).as_bytes())?;
            }
        }
        after = last;
    }
    store.close().await?;
    Ok(after)
}
