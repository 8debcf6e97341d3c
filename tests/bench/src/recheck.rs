//! `kakekomi recheck` over stored cases: drafts a second on all cores beside the native core over the same
//! drafts, and the most memory that it took.
//!
//! Ten thousand cases, or the number in `KAKEKOMI_BENCH_CASES`. The time of the start, in which the module is compiled, is
//! subtracted, so that the ratio does not depend on the number of cases.

use std::error::Error;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kakekomi_store::{Inserted, QUEUE, Store, open, url_in};
use kakekomi_tests::example;
use kakekomi_tests::sealed::{new_case, sealer_in};
use kakekomi_tests::server::Home;

/// Default number of cases.
const CASES: u64 = 10_000;
/// Cases that are stored at a time: as many as may wait, which the store commits together.
const AT_ONCE: usize = QUEUE;
/// Number of measurements of each; the median counts.
const ROUNDS: usize = 3;

/// Prints the figures, on PostgreSQL as well where a server is named.
///
/// # Errors
/// If the store or the command fails.
pub fn bench() -> Result<(), Box<dyn Error>> {
    of("SQLite", &Home::new())?;
    Home::on_postgres().map_or(Ok(()), |home| of("PostgreSQL", &home))
}

fn of(store: &str, home: &Home) -> Result<(), Box<dyn Error>> {
    let count = std::env::var("KAKEKOMI_BENCH_CASES").map_or(Ok(CASES), |cases| cases.parse())?;
    let (draft, context) = example()?;
    fill(home, count, &draft, &context)?;
    let (mut rounds, mut peak) = (Vec::new(), 0);
    for _ in 0..if count > CASES { 1 } else { ROUNDS } {
        let native = native(count, &draft, &context)?;
        let (start, _) = recheck(home, &["--limit", "0"])?;
        let (whole, memory) = recheck(home, &[])?;
        peak = memory.max(peak);
        rounds.push((whole.saturating_sub(start).as_secs_f64(), native.as_secs_f64()));
    }
    rounds.sort_by(|one, other| (one.1 / one.0).total_cmp(&(other.1 / other.0)));
    let (recheck, native) = rounds.get(rounds.len() / 2).copied().ok_or("no round")?;
    println!(
        "recheck of {count} cases, {store:<10} {:>8.0} a second, {:.2} × the native core on all cores (aim 0.35), {} MiB at most",
        to_f64(count) / recheck,
        native / recheck,
        peak >> 20
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of cases")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

/// Stores `count` cases of one draft.
fn fill(home: &Home, count: u64, draft: &[u8], context: &[u8]) -> Result<(), Box<dyn Error>> {
    let report = kakekomi_core::answer(draft, context)?;
    let data = home.path().join("data");
    std::fs::create_dir_all(&data)?;
    let sealer = sealer_in(&home.keys())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let store: Arc<dyn Store> = open(&home.database_url().map_or_else(|| url_in(&data), str::to_owned)).await?;
        let mut stored = 0;
        while stored < count {
            let mut waiting = tokio::task::JoinSet::new();
            for number in stored..(stored + AT_ONCE as u64).min(count) {
                let case = new_case(&sealer, &number.to_string(), draft, &report)?;
                let (store, case) = (Arc::clone(&store), Arc::new(case));
                waiting.spawn(async move { store.insert(case).await });
            }
            while let Some(inserted) = waiting.join_next().await {
                stored += u64::from(matches!(inserted??, Inserted::Stored(_)));
            }
        }
        store.close().await?;
        Ok(())
    })
}

/// Measures the native core's time for `count` drafts on all cores.
fn native(count: u64, draft: &[u8], context: &[u8]) -> Result<Duration, Box<dyn Error>> {
    let (start, next) = (Instant::now(), AtomicU64::new(0));
    let judge = || {
        while next.fetch_add(1, Ordering::Relaxed) < count {
            kakekomi_core::answer(draft, context)?;
        }
        Ok::<(), kakekomi_core::CheckError>(())
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(judge)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?.map_err(|_| "no report"))
    })?;
    Ok(start.elapsed())
}

/// Measures the command's duration, and its peak of resident memory in bytes (Linux: `VmHWM`).
fn recheck(home: &Home, more: &[&str]) -> Result<(Duration, u64), Box<dyn Error>> {
    let start = Instant::now();
    let mut command: Command = home.command(&[&["recheck", "--csv"], more].concat());
    let mut process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak = 0;
    let status = loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        peak = line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0).max(peak);
        if let Some(status) = process.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    if !status.success() {
        return Err(format!("recheck ended with {status}").into());
    }
    Ok((start.elapsed(), peak * 1024))
}
