//! `kakekomi retention run`: erases the cases whose retention period has ended.
//!
//! ```toml
//! [retention]
//! closed = 365        # days since the last event that changed the case; a state without days is kept for ever
//! ```
//!
//! The sealed bytes of ended grants and of hand-overs that were collected long ago are destroyed as well, as `serve` does every hour.
//! A case on hold is named and kept. An erased case keeps its number, its times and its events without their bodies.

use clap::{Args, Subcommand};
use kakekomi_evidence::end_packages;
use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    self as store, Appended, CaseLine, Event, EventKind, Filter, LINES_A_PAGE, Refusal, Store, clock, seq_of,
};
use serde::Serialize;
use serde_json::json;

use super::actor::actor;
use super::args::{EvidenceArgs, FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::cases::erase::remove_remains;
use super::print;
use super::rebuild::all_events;
use crate::config::{Retention, Settings};
use crate::error::{CliError, Exit};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The commands of `retention`.
#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Erase the cases whose retention period has ended
    Run(RunArgs),
}

/// Flags of `retention run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    evidence: EvidenceArgs,
    #[command(flatten)]
    days: Retention,
    /// Only name the cases
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: FormatArgs,
}

/// The result of a run.
#[derive(Debug, Default, Serialize)]
struct Run {
    /// Cases that were erased, or would be.
    erased: Vec<String>,
    /// Cases on hold whose retention period has ended.
    held: Vec<String>,
    /// Cases that changed meanwhile, or cannot be erased, and why.
    kept: Vec<String>,
    /// Packages that were destroyed: of ended grants, and collected long ago.
    packages: u64,
}

/// Runs a command of `retention`.
pub fn run(command: RetentionCommand, file: Settings) -> Result<Exit, CliError> {
    let RetentionCommand::Run(args) = command;
    let days = args.days.or(file.retention);
    if days == Retention::default() {
        return Err(CliError::Usage(
            "no state has days: set [retention] in the file of --config, or --closed DAYS".to_owned(),
        ));
    }
    block_on(async {
        let settings = args.evidence.settings(args.storage.settings(file));
        let url = settings.database_url();
        let store = if args.dry_run { store::open_existing(&url).await? } else { store::open_to_write(&url).await? };
        let ended = async {
            let now = clock::now();
            let mut ended = erase_ended(&*store, &days, args.dry_run, now).await?;
            if !args.dry_run {
                ended.packages = end_packages(&*store, now).await?;
            }
            if !ended.erased.is_empty() || ended.packages > 0 {
                remove_remains(&settings, &*store).await?;
            }
            Ok::<_, CliError>(ended)
        };
        let ended = ended.await;
        store.close().await?;
        report(&ended?, args.dry_run, args.format.is_json())
    })?
}

async fn erase_ended(store: &dyn Store, days: &Retention, dry_run: bool, now: i64) -> Result<Run, CliError> {
    let mut run = Run::default();
    for (status, days) in days.states() {
        let before = now.saturating_sub(i64::from(days.get()).saturating_mul(DAY_MS));
        // A case changes after its receipt, so that one received later cannot be due.
        let filter = Filter { status: Some(status.to_owned()), until: Some(before), ..Filter::default() };
        let mut after = 0;
        loop {
            let page = store.lines(after, LINES_A_PAGE, &filter).await?;
            let Some(last) = page.last() else { break };
            after = seq_of(last);
            for line in page {
                match line {
                    Ok(line) => one(store, &line, before, days.get(), dry_run, &mut run).await?,
                    Err(damaged) => run.kept.push(damaged.to_string()),
                }
            }
        }
    }
    Ok(run)
}

/// Erases one case if its last change was before a moment.
async fn one(
    store: &dyn Store,
    line: &CaseLine,
    before: i64,
    days: u32,
    dry_run: bool,
    run: &mut Run,
) -> Result<(), CliError> {
    let Ok(number) = Number::read(&line.number) else {
        run.kept.push(format!("seq {}: its number is no reception number", line.seq));
        return Ok(());
    };
    let Some((changed_n, changed_at)) = last_change(&all_events(store, &number).await?) else {
        run.kept.push(format!("case {number}: it has no events"));
        return Ok(());
    };
    if changed_at >= before {
        return Ok(());
    }
    if line.held {
        run.held.push(number.to_string());
        return Ok(());
    }
    if dry_run {
        run.erased.push(number.to_string());
        return Ok(());
    }
    match erase(store, &number, days, changed_n).await? {
        Ok(Appended::Stored { .. }) => run.erased.push(number.to_string()),
        Ok(Appended::Refused(Refusal::Held)) => run.held.push(number.to_string()),
        // An operator changed it meanwhile, or another run was faster.
        Ok(outcome) => run.kept.push(format!("case {number}: it changed meanwhile ({outcome:?})")),
        Err(why) => run.kept.push(format!("case {number}: {why}")),
    }
    Ok(())
}

async fn erase(
    store: &dyn Store,
    number: &Number,
    days: u32,
    changed_n: i64,
) -> Result<Result<Appended, String>, CliError> {
    let case = match store.show(number).await? {
        Some(Ok(case)) => case,
        Some(Err(damaged)) => return Ok(Err(damaged.to_string())),
        None => return Ok(Ok(Appended::NoCase)),
    };
    let (actor, body) = (actor(), json!({ "reason": "retention", "days": days }));
    let draft = EventDraft {
        at: clock::now(),
        actor: &actor,
        kind: EventKind::CaseErased,
        body: &body,
        after: Some(changed_n),
        also_to: None,
    };
    match seal_event(&case, &draft) {
        Ok(event) => Ok(Ok(store.erase(event).await?)),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// Finds the last event that is not a reading: its number in the case and its moment.
fn last_change(events: &[Event]) -> Option<(i64, i64)> {
    let is_change = |event: &&Event| !event.kind.parse::<EventKind>().is_ok_and(EventKind::is_reading);
    let last = events.iter().rev().find(is_change)?;
    Some((last.n?, last.at))
}

fn report(run: &Run, dry_run: bool, json: bool) -> Result<Exit, CliError> {
    let exit = if run.kept.is_empty() { Exit::Accepted } else { Exit::Io };
    if json {
        print::record(run)?;
        return Ok(exit);
    }
    for number in &run.held {
        print::words(&format!("kakekomi: case {number} is on hold, and is kept"));
    }
    for kept in &run.kept {
        print::words(&format!("kakekomi: {kept}"));
    }
    run.erased.iter().try_for_each(print::line)?;
    let done = if dry_run { "would be erased" } else { "were erased" };
    print::words(&format!("kakekomi: {} cases {done}", run.erased.len()));
    if run.packages > 0 {
        print::words(&format!("kakekomi: {} packages that had ended were destroyed", run.packages));
    }
    Ok(exit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_do_not_prolong_the_time() {
        let event = |n: i64, kind: &str| Event {
            seq: n,
            case_number: None,
            n: Some(n),
            at: 100 * n,
            actor: String::new(),
            kind: kind.to_owned(),
            body: None,
            commitment: Vec::new(),
            hash: Vec::new(),
        };
        let events =
            [event(1, "case.received"), event(2, "case.closed"), event(3, "case.viewed"), event(4, "case.exported")];
        assert_eq!(last_change(&events), Some((2, 200)));
        assert_eq!(last_change(&events[..1]), Some((1, 100)));
        assert_eq!(last_change(&[]), None);
    }
}
