//! `kakekomi recheck`: every stored draft judged anew, by a chosen module, in the very context of its report.
//!
//! ```text
//! store, a page at a time → all cores → differences, in the store's order → text, JSON, CSV
//! ```
//!
//! Time and documents are those of the stored report, so only the module can cause a difference: the module that judged
//! a case must give the stored report's bytes again, else the case is a mismatch. **The store is only read**: an accepted
//! case stays accepted, whatever later rules say.
//!
//! Each case is opened with the desk's identity. No text or value is printed, only codes and counts: no person reads the
//! contents, so no event is written. Erased cases are passed over and counted.
//!
//! Memory does not grow with the number of cases: a few pages are under way at any time, and the differences are printed
//! in the store's order.

mod judge;
mod printer;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded};
use kakekomi_sandbox::{Digest, Sandbox, SandboxConfig};
use kakekomi_service::embedded_module::sandbox_config_of;
use kakekomi_service::module_archive::{ArchivedModule, ModuleArchive};
use kakekomi_service::sealed_case::CaseReader;
use kakekomi_store::{self as store, CASES_A_PAGE, Case, Filter, Read, seq_of};

use self::judge::{Comparison, judge};
use self::printer::{Format, Printer};
use super::args::StorageArgs;
use super::block_on::block_on;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Pages under way for each check thread.
const PAGES_PER_THREAD: usize = 2;

/// Flags of `recheck`.
#[derive(Debug, Args)]
pub struct RecheckArgs {
    /// The module to judge by: its digest, or a file [default: the one in this program]
    #[arg(long, value_name = "DIGEST|FILE")]
    module: Option<String>,
    /// Begin after this position in the store's sequence, where an earlier run stopped
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
    storage: StorageArgs,
}

/// Judges the stored drafts anew. Exit 0: no verdict differs; 1: one does; 4: a check failed, or a
/// module gave other bytes than it gave before; 5: a case is not as it was stored.
pub fn run(args: RecheckArgs, file: Settings) -> Result<Exit, CliError> {
    let settings = args.storage.settings(Settings { modules: args.modules.or(file.modules), ..file });
    let wasm = module(args.module.as_deref(), &settings)?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let sandbox = Sandbox::new(SandboxConfig { threads, ..sandbox_config_of(&wasm) })?;
    let format = match (args.json, args.ndjson, args.csv) {
        (true, ..) => Format::Json,
        (_, true, _) => Format::Lines,
        (.., true) => Format::Csv,
        _ => Format::Text,
    };
    let reading = Reading { url: settings.database_url(), after: args.after, limit: args.limit.unwrap_or(u64::MAX) };
    let reader = settings.reader()?;
    let total = block_on(count(&reading.url, reader.is_some()))??;
    let mut printer = Printer::begin(format, sandbox.current(), args.after, total.min(reading.limit))?;
    let stopped = all(&Judge { sandbox, reader }, threads, &reading, &mut printer)?;
    printer.end(stopped)
}

/// Counts the cases. Without an identity there must be no sealed one among them.
async fn count(url: &str, can_open: bool) -> Result<u64, CliError> {
    let store = store::open_existing(url).await?;
    let total = store.count(&Filter::default()).await?;
    if !can_open && total > store.count(&Filter { status: Some("erased".to_owned()), ..Filter::default() }).await? {
        return Err(CliError::NoIdentity);
    }
    Ok(total)
}

/// Reads the bytes of a module: of a file, of the folder of modules, or this program's own.
fn module(named: Option<&str>, settings: &Settings) -> Result<Vec<u8>, CliError> {
    let Some(named) = named else { return Ok(ArchivedModule::own().wasm) };
    let Ok(digest) = named.parse::<Digest>() else {
        return fs::read(named).map_err(CliError::io(format!("--module {named}")));
    };
    let kept = ModuleArchive::read(&settings.modules())?.kept.into_iter().chain([ArchivedModule::own()]);
    let found = kept.into_iter().find(|kept| kept.digest == digest);
    found.map(|kept| kept.wasm).ok_or_else(|| {
        let folder = settings.modules().display().to_string();
        CliError::Usage(format!("--module {digest}: neither this program's nor in {folder}"))
    })
}

/// The cases to read.
#[derive(Debug)]
struct Reading {
    url: String,
    after: i64,
    limit: u64,
}

/// A page of cases, after its index.
type Page = (u64, Vec<Read<Case>>);
/// The comparisons of a page, after its index.
type Judged = (u64, Vec<Comparison>);

/// Reads on one thread, judges on all others, and prints in the store's order. Returns `true` after Ctrl-C.
fn all(judge: &Judge, threads: usize, reading: &Reading, printer: &mut Printer) -> Result<bool, CliError> {
    let stopped = AtomicBool::new(false);
    let (pages, jobs) = bounded::<Page>(threads.saturating_mul(PAGES_PER_THREAD));
    let (done, judged) = bounded::<Judged>(threads.saturating_mul(PAGES_PER_THREAD));
    thread::scope(|scope| {
        let reader = scope.spawn(|| reading.pages(pages, &stopped));
        for _ in 0..threads {
            let (jobs, done) = (jobs.clone(), done.clone());
            scope.spawn(move || judge.pages(&jobs, &done));
        }
        drop((jobs, done));
        let output = print_in_order(&judged, printer);
        // The reading and judging threads end when their channel closes.
        drop(judged);
        let read = reader.join().unwrap_or_else(|_| Err(CliError::Usage("the reading thread ended early".to_owned())));
        output.and(read)
    })?;
    Ok(stopped.into_inner())
}

/// The module to judge by, and the identity that opens the cases.
struct Judge {
    sandbox: Sandbox,
    reader: Option<CaseReader>,
}

impl Judge {
    fn pages(&self, jobs: &Receiver<Page>, done: &Sender<Judged>) {
        for (index, cases) in jobs {
            let comparisons = cases.into_iter().map(|case| judge(&self.sandbox, self.reader.as_ref(), case)).collect();
            if done.send((index, comparisons)).is_err() {
                return;
            }
        }
    }
}

fn print_in_order(judged: &Receiver<Judged>, printer: &mut Printer) -> Result<(), CliError> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (index, comparisons) in judged {
        waiting.insert(index, comparisons);
        while let Some(comparisons) = waiting.remove(&next) {
            comparisons.into_iter().try_for_each(|comparison| printer.take(comparison))?;
            next += 1;
        }
    }
    Ok(())
}

impl Reading {
    /// Hands out pages until the last one, the limit is reached, or Ctrl-C is pressed.
    fn pages(&self, pages: Sender<Page>, stopped: &AtomicBool) -> Result<(), CliError> {
        block_on(async {
            tokio::select! {
                read = self.read(pages) => read,
                _ = tokio::signal::ctrl_c() => {
                    stopped.store(true, Ordering::Relaxed);
                    Ok(())
                }
            }
        })?
    }

    async fn read(&self, pages: Sender<Page>) -> Result<(), CliError> {
        let store = store::open_existing(&self.url).await?;
        let (mut after, mut left) = (self.after, self.limit);
        for index in 0.. {
            let wanted = u32::try_from(left).unwrap_or(u32::MAX).min(CASES_A_PAGE);
            if wanted == 0 {
                break;
            }
            let cases = store.cases(after, wanted, &Filter::default()).await?;
            let Some(last) = cases.last() else { break };
            (after, left) = (seq_of(last), left.saturating_sub(cases.len() as u64));
            // The check threads may be busy: waits in a way that Ctrl-C can interrupt.
            let mut page = (index, cases);
            while let Err(error) = pages.try_send(page) {
                if error.is_disconnected() {
                    return Ok(());
                }
                page = error.into_inner();
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        }
        Ok(())
    }
}
