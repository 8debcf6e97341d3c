//! `kakekomi rebuild`: computes the states of the cases again from their events.
//!
//! `kakekomi rebuild --dry-run` → `case 2609-4873-1059: status "closed", by its events "waiting"`, `1 of 120 cases differ`
//!
//! The bodies of the events say which state a case went to, so an identity is needed, unless no case has such events.

mod state;

use std::collections::BTreeMap;

use clap::Args;
use kakekomi_service::sealed_case::CaseReader;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{self as store, CASES_A_PAGE, Case, Filter, Read, Store, seq_of};
use serde::Serialize;

use super::args::{FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

pub use state::{differences, provisional, state_of, stored};

/// Number of attempts for a case that gets further events meanwhile.
const ATTEMPTS: u32 = 5;

/// Flags of `rebuild`.
#[derive(Debug, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// Only name the cases that differ
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: FormatArgs,
}

/// The result of a rebuild.
#[derive(Debug, Default, Serialize)]
struct Rebuilt {
    cases: u64,
    /// The differences of each case, by its number.
    differing: BTreeMap<String, Vec<String>>,
    /// Cases whose state cannot be made, and why.
    failed: Vec<String>,
}

/// Runs the command; exit 5 where a state cannot be made.
pub fn run(args: RebuildArgs, file: Settings) -> Result<Exit, CliError> {
    block_on(async {
        let settings = args.storage.settings(file);
        let reader = settings.reader()?;
        let url = settings.database_url();
        let store = if args.dry_run { store::open_existing(&url).await? } else { store::open_to_write(&url).await? };
        let rebuilt = Rebuild { store: &*store, reader: reader.as_ref(), dry_run: args.dry_run }.run().await;
        store.close().await?;
        report(&rebuilt?, args.dry_run, args.format.is_json())
    })?
}

/// A running rebuild.
struct Rebuild<'a> {
    store: &'a dyn Store,
    reader: Option<&'a CaseReader>,
    dry_run: bool,
}

impl Rebuild<'_> {
    async fn run(&self) -> Result<Rebuilt, CliError> {
        let (mut rebuilt, mut after, filter) = (Rebuilt::default(), 0, Filter::default());
        let progress = print::progress(self.store.count(&filter).await?, "{wide_bar} {pos}/{len}");
        loop {
            let page = self.store.cases(after, CASES_A_PAGE, &filter).await?;
            let Some(last) = page.last() else { break };
            after = seq_of(last);
            for case in page {
                rebuilt.cases += 1;
                progress.inc(1);
                match self.case(case).await? {
                    Ok(differing) => rebuilt.differing.extend(differing),
                    Err(fault) => rebuilt.failed.push(fault),
                }
            }
        }
        progress.finish_and_clear();
        Ok(rebuilt)
    }

    /// Rebuilds one case; returns its number and differences, if there are any, or the reason why it was not rebuilt.
    async fn case(&self, case: Read<Case>) -> Result<Result<Option<(String, Vec<String>)>, String>, CliError> {
        let mut found = Vec::new();
        let mut case = match case {
            Ok(case) => case,
            Err(damaged) => {
                let Some(number) = damaged.number.as_deref().and_then(|number| Number::read(number).ok()) else {
                    return Ok(Err(damaged.to_string()));
                };
                found.push(format!("its state cannot be read: {}", damaged.why));
                match self.with_some_state(damaged.seq, &number).await? {
                    Some(case) => case,
                    None if self.dry_run => return Ok(Ok(Some((number.to_string(), found)))),
                    None => return Ok(Err(damaged.to_string())),
                }
            }
        };
        for _ in 0..ATTEMPTS {
            let Ok(number) = Number::read(&case.line.number) else {
                return Ok(Err(format!("seq {}: its number is no reception number", case.line.seq)));
            };
            let events = all_events(self.store, &number).await?;
            let state = match state_of(self.reader, &case, &events) {
                Ok(state) => state,
                Err(why) => return Ok(Err(format!("case {number}: {why}"))),
            };
            let differing = differences(&stored(&case), &state);
            if differing.is_empty() {
                return Ok(Ok((!found.is_empty()).then(|| (number.to_string(), found))));
            }
            if self.dry_run || self.store.rebuild(vec![(case.line.seq, state)]).await?.is_empty() {
                found.extend(differing);
                return Ok(Ok(Some((number.to_string(), found))));
            }
            // The case got another event between reading and writing.
            match self.store.show(&number).await? {
                Some(Ok(again)) => case = again,
                _ => break,
            }
        }
        Ok(Err(format!("case {}: it got new events during each attempt: run the command again", case.line.number)))
    }

    /// Writes a provisional state for a case whose state is missing or damaged, so that it can be read.
    async fn with_some_state(&self, seq: i64, number: &Number) -> Result<Option<Case>, CliError> {
        if self.dry_run {
            return Ok(None);
        }
        let events = all_events(self.store, number).await?;
        self.store.rebuild(vec![(seq, provisional(&events))]).await?;
        Ok(self.store.show(number).await?.and_then(Result::ok))
    }
}

/// Reads all events of a case.
pub async fn all_events(store: &dyn Store, number: &Number) -> Result<Vec<store::Event>, store::StoreError> {
    let mut events: Vec<store::Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.seq);
        let page = store.events(after, store::LINES_A_PAGE, Some(number)).await?;
        if page.is_empty() {
            return Ok(events);
        }
        events.extend(page);
    }
}

fn report(rebuilt: &Rebuilt, dry_run: bool, json: bool) -> Result<Exit, CliError> {
    let exit = if rebuilt.failed.is_empty() { Exit::Accepted } else { Exit::Io };
    if json {
        print::record(rebuilt)?;
        return Ok(exit);
    }
    for (number, differences) in &rebuilt.differing {
        print::line(format!("case {number}: {}", differences.join("; ")))?;
    }
    for fault in &rebuilt.failed {
        print::words(&format!("kakekomi: {fault}"));
    }
    let done = if dry_run { "differ" } else { "had another state, and were corrected" };
    print::line(format!("{} of {} cases {done}", rebuilt.differing.len(), rebuilt.cases))?;
    Ok(exit)
}
