//! `kakekomi recheck`: every stored draft judged anew, by a chosen module, in the very context of its report.
//!
//! ```text
//! store, a page at a time → all cores → what differs, in the store's order → text, JSON, CSV
//! ```
//!
//! Time and documents are those that were judged in then, so what differs is the module's doing alone:
//! the module that judged a case gives the stored report's bytes again, and anything else is a
//! mismatch that is named. **It reads and reports; it changes nothing in the store**: a case that was
//! taken stays taken, whatever later rules would say.
//!
//! Memory does not grow with the number of cases: a few pages are under way at any time, and a line is
//! printed once its case's turn has come.

mod judge;
mod report;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded};
use kakekomi_sandbox::{Digest, Sandbox, SandboxConfig};
use kakekomi_service::module_archive::{ArchivedModule, ModuleArchive};
use kakekomi_store::{self as store, CASES_A_PAGE, Case, Filter, Read, Store};

use super::args::StorageArgs;
use crate::config::Settings;
use crate::error::{CliError, Exit};
use judge::{Finding, judge};
use report::{Report, Shape};

/// Pages under way for each check thread.
const PAGES_PER_THREAD: usize = 2;

/// Flags of `recheck`.
#[derive(Debug, Args)]
pub struct RecheckArgs {
    /// The module to judge by: its digest, or a file [default: the one in this program]
    #[arg(long, value_name = "DIGEST|FILE")]
    module: Option<String>,
    /// Begin behind this place in the store's sequence, where an earlier run stopped
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: i64,
    /// At most so many cases
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Print one JSON object: the cases that differ, and the counts
    #[arg(long)]
    json: bool,
    /// Print a JSON object a line for each case that differs
    #[arg(long, conflicts_with = "json")]
    ndjson: bool,
    /// Print a line of comma-separated values for each case that differs
    #[arg(long, conflicts_with_all = ["json", "ndjson"])]
    csv: bool,
    /// The folder of modules [default: modules in the data folder]
    #[arg(long, value_name = "DIR", env = "KAKEKOMI_MODULES")]
    modules: Option<PathBuf>,
    #[command(flatten)]
    place: StorageArgs,
}

/// Judges the stored drafts anew. Exit 0: no verdict differs; 1: one does; 4: a check failed, or a
/// module gave other bytes than it gave before; 5: a case is not as it was stored.
pub fn run(args: RecheckArgs, file: Settings) -> Result<Exit, CliError> {
    let settings = Settings { modules: args.modules, ..args.place.settings() }.or(file);
    let wasm = module(args.module.as_deref(), &settings)?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let sandbox =
        Sandbox::new(SandboxConfig { threads, ..kakekomi_service::embedded_module::sandbox_config_of(&wasm) })?;
    let shape = match (args.json, args.ndjson, args.csv) {
        (true, ..) => Shape::Json,
        (_, true, _) => Shape::Lines,
        (.., true) => Shape::Csv,
        _ => Shape::Words,
    };
    let reading = Reading { url: settings.database_url(), after: args.after, limit: args.limit.unwrap_or(u64::MAX) };
    let count = reading.count()?;
    let mut report = Report::begin(shape, sandbox.current(), args.after, count)?;
    let stopped = all(&sandbox, threads, &reading, &mut report)?;
    report.end(stopped)
}

/// The bytes of a module: of a file, of the folder of modules, or this program's own.
fn module(named: Option<&str>, settings: &Settings) -> Result<Vec<u8>, CliError> {
    let Some(named) = named else { return Ok(ArchivedModule::own().wasm) };
    let Ok(digest) = named.parse::<Digest>() else {
        return fs::read(named).map_err(|error| CliError::Io(format!("--module {named}"), error));
    };
    let kept = ModuleArchive::read(&settings.modules())?.kept.into_iter().chain([ArchivedModule::own()]);
    let found = kept.into_iter().find(|kept| kept.digest == digest);
    found.map(|kept| kept.wasm).ok_or_else(|| {
        let folder = settings.modules().display().to_string();
        CliError::Usage(format!("--module {digest}: neither this program's nor in {folder}"))
    })
}

/// Which cases are read.
#[derive(Debug)]
struct Reading {
    url: String,
    after: i64,
    limit: u64,
}

/// A page of cases, by its place among the pages.
type Page = (u64, Vec<Read<Case>>);
/// What came of a page.
type Judged = (u64, Vec<Finding>);

/// Reads on one thread, judges on all others, and reports in the store's order. Whether it was stopped.
fn all(sandbox: &Sandbox, threads: usize, reading: &Reading, report: &mut Report) -> Result<bool, CliError> {
    let stopped = AtomicBool::new(false);
    let (pages, jobs) = bounded::<Page>(threads.saturating_mul(PAGES_PER_THREAD));
    let (done, judged) = bounded::<Judged>(threads.saturating_mul(PAGES_PER_THREAD));
    thread::scope(|scope| {
        let reader = scope.spawn(|| reading.pages(pages, &stopped));
        for _ in 0..threads {
            let (jobs, done) = (jobs.clone(), done.clone());
            scope.spawn(move || judge_pages(sandbox, &jobs, &done));
        }
        drop((jobs, done));
        let reported = in_order(&judged, report);
        // The reading and judging threads end when their channel closes.
        drop(judged);
        let read = reader.join().unwrap_or_else(|_| Err(CliError::Usage("the reading thread ended early".to_owned())));
        reported.and(read)
    })?;
    Ok(stopped.into_inner())
}

fn judge_pages(sandbox: &Sandbox, jobs: &Receiver<Page>, done: &Sender<Judged>) {
    for (place, cases) in jobs {
        let findings = cases.iter().map(|case| judge(sandbox, case)).collect();
        if done.send((place, findings)).is_err() {
            return;
        }
    }
}

fn in_order(judged: &Receiver<Judged>, report: &mut Report) -> Result<(), CliError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (place, findings) in judged {
        waiting.insert(place, findings);
        while let Some(findings) = waiting.remove(&next) {
            findings.iter().try_for_each(|finding| report.take(finding))?;
            next += 1;
        }
    }
    Ok(())
}

impl Reading {
    fn count(&self) -> Result<u64, CliError> {
        runtime()?.block_on(async {
            let store = store::open_existing(&self.url).await?;
            Ok(store.count(&Filter::default()).await?.min(self.limit))
        })
    }

    /// Hands out pages until the last one, the limit is reached, or Ctrl-C is pressed.
    fn pages(&self, pages: Sender<Page>, stopped: &AtomicBool) -> Result<(), CliError> {
        runtime()?.block_on(async {
            let store: Arc<dyn Store> = store::open_existing(&self.url).await?;
            tokio::select! {
                read = self.read(store.as_ref(), pages) => read,
                _ = tokio::signal::ctrl_c() => {
                    stopped.store(true, Ordering::Relaxed);
                    Ok(())
                }
            }
        })
    }

    async fn read(&self, store: &dyn Store, pages: Sender<Page>) -> Result<(), CliError> {
        let (mut after, mut left) = (self.after, self.limit);
        for place in 0.. {
            let wanted = u32::try_from(left).unwrap_or(u32::MAX).min(CASES_A_PAGE);
            if wanted == 0 {
                break;
            }
            let cases = store.cases(after, wanted, &Filter::default()).await?;
            let Some(last) = cases.last() else { break };
            let seq = last.as_ref().map_or_else(|damaged| damaged.seq, |case| case.line.seq);
            (after, left) = (seq, left.saturating_sub(cases.len() as u64));
            // The check threads may be busy: wait where Ctrl-C is still heard.
            let mut page = (place, cases);
            while let Err(error) = pages.try_send(page) {
                if error.is_disconnected() {
                    return Ok(());
                }
                page = error.into_inner();
                tokio::time::sleep(std::time::Duration::from_micros(200)).await;
            }
        }
        Ok(())
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CliError::Io("threads".to_owned(), error))
}
