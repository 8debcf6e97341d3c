//! One run: numbers of a stream dealt out to threads, each asking the native core and one other engine.
//!
//! `run(&stream, Which::Sandbox, &Run { from: 0, count: 1_000_000, jobs: 2 })` → [`Found`]: the counts, and
//! the first mismatches by number.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::engine::{Engine, Native, Which};
use super::tally::Tally;
use super::{Question, Stream};

/// Number of drafts that an engine checks at a time.
const BATCH: u64 = 256;

/// Number of mismatches that are kept: the first ones are enough.
const MISMATCHES_KEPT: usize = 10;

/// Range of a run.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// The first number of the stream.
    pub from: u64,
    /// Number of drafts.
    pub count: u64,
    /// Number of threads, each with its own engine.
    pub jobs: usize,
}

/// Result of a run.
#[derive(Debug, Default)]
pub struct Found {
    /// Counts of the drafts.
    pub tally: Tally,
    /// Number of drafts whose answers differ.
    pub mismatches: u64,
    /// The numbers of the first of them.
    pub first: Vec<u64>,
    /// Duration.
    pub time: Duration,
}

/// Compares every draft of a run.
///
/// # Errors
/// An engine cannot be started; in words.
pub fn run(stream: &Stream, which: Which, run: &Run) -> Result<Found, String> {
    let engines = (0..run.jobs.max(1)).map(|_| which.start()).collect::<Result<Vec<_>, _>>()?;
    Ok(run_with(stream, engines, run))
}

/// The same with engines that are at work already, one for each thread.
pub fn run_with(stream: &Stream, engines: Vec<Box<dyn Engine>>, run: &Run) -> Found {
    let (start, next) = (Instant::now(), AtomicU64::new(0));
    let found = Mutex::new(Found::default());
    thread::scope(|scope| {
        for mut engine in engines {
            let (next, found) = (&next, &found);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(BATCH, Ordering::Relaxed);
                    if at >= run.count {
                        break;
                    }
                    let numbers = run.from + at..run.from + (at + BATCH).min(run.count);
                    let (tally, differing) = batch(stream, engine.as_mut(), numbers);
                    let mut found = found.lock().expect("no thread has panicked");
                    found.tally.add(&tally);
                    found.mismatches += differing.len() as u64;
                    found.first.extend(differing);
                    found.first.sort_unstable();
                    found.first.truncate(MISMATCHES_KEPT);
                }
            });
        }
    });
    let found = found.into_inner().expect("no thread has panicked");
    Found { time: start.elapsed(), ..found }
}

/// The counts of a batch, and the numbers of the drafts that differ.
fn batch(stream: &Stream, engine: &mut dyn Engine, numbers: std::ops::Range<u64>) -> (Tally, Vec<u64>) {
    let questions: Vec<Question> = numbers.clone().map(|number| stream.question(number)).collect();
    let answers = engine.answers(&questions);
    let mut tally = Tally::default();
    let mut differing = Vec::new();
    for ((question, answer), number) in questions.iter().zip(&answers).zip(numbers) {
        let native = Native::answer(question);
        tally.count(&native);
        if native != *answer {
            differing.push(number);
        }
    }
    (tally, differing)
}
