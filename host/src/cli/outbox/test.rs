//! `kakekomi outbox test TARGET`: a notice of no event, which a serving host delivers as it delivers every other one.
//!
//! ```text
//! $ kakekomi outbox test webhook:siem
//! webhook:siem  delivered  204
//! ```

use std::time::Duration;

use kakekomi_store::{self as store, Announcement, NoticeState, OutboxFilter, TEST_KIND, clock};
use tokio::time::{Instant, sleep};

use super::target::{TargetArgs, disabled, known, unknown};
use crate::cli::print;
use crate::config::Settings;
use crate::error::CliError;

/// The longest wait for the answer: that of a delivery, and that for the end of an earlier one.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// The time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);

pub(super) async fn run(args: TargetArgs, file: Settings) -> Result<(), CliError> {
    let TargetArgs { target, storage } = args;
    let store = store::open_to_write(&storage.settings(file).database_url()).await?;
    if let Some(text) = disabled(&known(&store, &target).await?) {
        print::words(&text);
    }
    let test = Announcement { target: target.clone(), kind: TEST_KIND.to_owned(), at: clock::now(), once_in: None };
    let seq = store.announce(test).await?.ok_or_else(|| unknown(&target))?;
    let deadline = Instant::now() + ANSWER_TIMEOUT;
    while Instant::now() < deadline {
        sleep(LOOK_EVERY).await;
        let lines = store.notices(seq - 1, 1, &OutboxFilter::default()).await?;
        let Some(line) = lines.first().filter(|line| line.seq == seq) else {
            return Err(CliError::Remote(format!("{target}: another test has replaced this one")));
        };
        if line.state == NoticeState::Pending {
            continue;
        }
        let answer = line.answer.as_deref().unwrap_or("-");
        store.close().await?;
        return match line.state {
            NoticeState::Delivered => print::line(format!("{target}  delivered  {answer}")),
            _ => Err(CliError::Remote(format!("{target}: {answer}"))),
        };
    }
    Err(CliError::Remote(format!("{target}: no host has sent the test: does a desk serve with this target?")))
}
