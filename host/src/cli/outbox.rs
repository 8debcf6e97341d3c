//! `kakekomi outbox`: the notices of events, and their targets.
//!
//! ```text
//! $ kakekomi outbox list --state failed
//! 12  webhook:siem  case.received  2609-4873-1059  2026-11-20T09:30:00Z  failed  attempts 10  answer 503
//! $ kakekomi outbox retry --failed
//! kakekomi: 1 notice is tried again
//! ```

mod target;
mod test;

use std::fmt::Write as _;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use kakekomi_delivery::{SecretError, WebhookSecret};
use kakekomi_store::{self as store, LINES_A_PAGE, NoticeState, OutboxFilter, OutboxLine, RetryChoice, clock};

use self::target::{TargetArgs, UTC, disabled, known, unknown};
use super::args::{FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::inert::inert;
use super::operators::print_records;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// The commands of `outbox`.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// List the notices, the oldest first
    List(ListArgs),
    /// Try notices again at once; a disabled target is enabled
    Retry(RetryArgs),
    /// Print a new secret for a webhook
    Secret,
    /// Send a test to a target, and print its answer; a desk must be serving
    Test(TargetArgs),
    /// Remove a target that is no longer in the settings, with its notices
    Forget(TargetArgs),
}

/// Flags of `outbox list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Notices in this state alone
    #[arg(long, value_parser = state_parser())]
    state: Option<NoticeState>,
    /// Notices of this target alone
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// Flags of `outbox retry`.
#[derive(Debug, Args)]
pub struct RetryArgs {
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    storage: StorageArgs,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct ChoiceArgs {
    /// The notices at these positions
    #[arg(value_name = "SEQ")]
    seqs: Vec<i64>,
    /// All notices that were given up
    #[arg(long)]
    failed: bool,
    /// All notices of a target, which is enabled
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

fn state_parser() -> impl TypedValueParser<Value = NoticeState> {
    PossibleValuesParser::new(NoticeState::ALL.map(NoticeState::as_str)).try_map(|word| word.parse::<NoticeState>())
}

/// Runs a command of `outbox`.
pub fn run(command: OutboxCommand, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        match command {
            OutboxCommand::List(args) => list(args, file).await,
            OutboxCommand::Retry(args) => retry(args, file).await,
            OutboxCommand::Secret => secret(),
            OutboxCommand::Test(args) => test::run(args, file).await,
            OutboxCommand::Forget(args) => forget(args, file).await,
        }
    })?
    .map(|()| Exit::Accepted)
}

async fn list(args: ListArgs, file: Settings) -> Result<(), CliError> {
    let ListArgs { state, target, storage, format } = args;
    let store = store::open_existing(&storage.settings(file).database_url()).await?;
    let filter = OutboxFilter { state, target };
    let (mut after, mut all) = (0, Vec::new());
    loop {
        let page = store.notices(after, LINES_A_PAGE, &filter).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        // A list in JSON is one record.
        if format.json { all.extend(page) } else { print_records(&format, &page, words)? }
    }
    if format.json {
        print::record(&all)?;
    }
    store.outbox_targets().await?.iter().filter_map(disabled).for_each(|text| print::words(&text));
    Ok(store.close().await?)
}

/// Formats a notice as a line for people.
fn words(line: &OutboxLine) -> String {
    let OutboxLine { seq, target, kind, case_number, at, state, attempts, next_at, answer, .. } = line;
    let (number, at) = (case_number.as_deref().unwrap_or("-"), clock::format_rfc3339(*at, UTC));
    let mut text = format!("{seq}  {target}  {kind}  {number}  {at}  {}  attempts {attempts}", state.as_str());
    if let Some(answer) = answer {
        let _ = write!(text, "  answer {answer}");
    }
    match next_at {
        Some(next_at) if *next_at > 0 => {
            let _ = write!(text, "  next {}", clock::format_rfc3339(*next_at, UTC));
        }
        None if *state == NoticeState::Pending => text.push_str("  after another one of its case"),
        _ => {}
    }
    inert(&text).into_owned()
}

async fn retry(args: RetryArgs, file: Settings) -> Result<(), CliError> {
    let store = store::open_to_write(&args.storage.settings(file).database_url()).await?;
    let mut enabled = String::new();
    let choice = match args.choice {
        ChoiceArgs { target: Some(target), .. } => {
            let target = known(&store, &target).await?;
            if target.disabled_at.is_some() {
                enabled = format!("{} is enabled, ", target.name);
            }
            RetryChoice::Target(target.name)
        }
        ChoiceArgs { failed: true, .. } => RetryChoice::Failed,
        ChoiceArgs { seqs, .. } => RetryChoice::Notices(seqs),
    };
    let retried = store.retry_notices(choice).await?;
    let are = if retried == 1 { "notice is" } else { "notices are" };
    print::words(&format!("kakekomi: {enabled}{retried} {are} tried again"));
    Ok(store.close().await?)
}

fn secret() -> Result<(), CliError> {
    let failed = |error: SecretError| CliError::io("outbox secret")(std::io::Error::other(error));
    print::line(WebhookSecret::generate().map_err(failed)?)
}

async fn forget(args: TargetArgs, file: Settings) -> Result<(), CliError> {
    let TargetArgs { target, storage } = args;
    let settings = storage.settings(file);
    if settings.targets()?.contains(&target) {
        return Err(CliError::Usage(format!("{target} is in the settings: take it out and restart the desk first")));
    }
    let store = store::open_to_write(&settings.database_url()).await?;
    if !store.forget_target(&target).await? {
        return Err(unknown(&target));
    }
    Ok(store.close().await?)
}
