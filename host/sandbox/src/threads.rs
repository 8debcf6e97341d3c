//! The check threads and the ticker: checks never run on the threads that serve connections.
//!
//! ```text
//! submit → a lane, in fair turns (lane.rs, turns.rs) → a check thread of that lane → the reply
//!
//! ordinary   drafts up to LONG bytes                              as many threads as there are cores
//! long       longer ones, of which the worst takes 35 ms          half as many
//! suspect    modules that ever used what no honest one uses       one
//! ```
//!
//! What may take long waits and runs apart, and the kernel shares the cores among the lanes: a hostile draft or module
//! delays others like itself, and blocks no socket. The threads end by themselves when the last clone of the sandbox is
//! dropped.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;

use bytes::Bytes;
use tokio::sync::oneshot;
use wasmtime::Engine;

use super::check::{Answer, check};
use super::engine::{Module, TICK, fuel};
use super::error::SandboxError;
use super::lane::Lane;

/// The longest text of the ordinary lane, in bytes: ten times the example's.
pub const LONG: usize = 32 << 10;

/// Threads for modules that are suspect.
const SUSPECT: usize = 1;

/// A check thread's stack, in bytes: the engine's own is a part of it.
const THREAD_STACK: usize = 2 << 20;

/// What a check thread needs for one check.
struct Job {
    client: Option<IpAddr>,
    module: Module,
    text: Bytes,
    context: Arc<[u8]>,
    reply: oneshot::Sender<Result<Vec<u8>, SandboxError>>,
}

/// The way to the check threads.
pub(super) struct Threads {
    ordinary: Lane<Job>,
    long: Lane<Job>,
    suspect: Arc<Lane<Job>>,
    /// Held for its drop alone: then the ticker ends.
    _ticking: Sender<()>,
}

impl Threads {
    /// Starts so many check threads for ordinary drafts, those of the other lanes, and the ticker; each lane has a
    /// queue of so many.
    pub(super) fn start(engine: &Engine, threads: usize, queue: usize) -> Result<Threads, SandboxError> {
        let suspect = Arc::new(Lane::start("suspect", SUSPECT, queue, run)?);
        // A job whose module has become suspect meanwhile goes to the lane of those.
        let sort = {
            let suspect = Arc::clone(&suspect);
            move |job: Job| if job.module.is_suspect() { put(&suspect, job) } else { run(job) }
        };
        let long = Lane::start("long", long(threads), queue, sort.clone())?;
        let ordinary = Lane::start("check", threads, queue, sort)?;
        Ok(Threads { ordinary, long, suspect, _ticking: ticker(engine)? })
    }

    /// How many threads there are, where there are so many for ordinary drafts.
    pub(super) fn of_all_lanes(threads: usize) -> usize {
        threads.saturating_add(long(threads)).saturating_add(SUSPECT)
    }

    /// Puts a client's check into its lane and waits for its report; [`SandboxError::Busy`] at once when the lane is full,
    /// or later when the client's last check has to give way to another client's first.
    pub(super) async fn submit(
        &self,
        client: Option<IpAddr>,
        module: Module,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let lane = match (module.is_suspect(), text.len() > LONG) {
            (true, _) => &*self.suspect,
            (_, true) => &self.long,
            _ => &self.ordinary,
        };
        let (reply, report) = oneshot::channel();
        put(lane, Job { client, module, text, context, reply });
        report.await.map_err(|_| SandboxError::Stopped)?
    }
}

/// Threads for long drafts.
fn long(threads: usize) -> usize {
    (threads / 2).max(1)
}

/// Puts a job into a lane, and says so to whom there is no room for.
fn put(lane: &Lane<Job>, job: Job) {
    if let Some(refused) = lane.put(job.client, job) {
        // Whoever asked may have gone meanwhile.
        let _ = refused.reply.send(Err(SandboxError::Busy));
    }
}

/// One check; none when nobody waits for it any more.
fn run(job: Job) {
    let Job { module, text, context, reply, .. } = job;
    if reply.is_closed() {
        return;
    }
    let most = fuel(text.len(), context.len());
    // A panic in the engine costs this one check, not the thread: the reply is dropped, and that says Stopped.
    let checked = catch_unwind(AssertUnwindSafe(|| check(&module, &text, &context, most)));
    if let Ok(result) = checked {
        if is_beyond_honest(&result, most) && module.suspect() {
            tracing::warn!("a module used more than an honest one can: from now on its checks wait for one another");
        }
        let _ = reply.send(result.map(|answer| answer.report));
    }
}

/// Whether a check used more than half of its fuel, or all of its time.
fn is_beyond_honest(result: &Result<Answer, SandboxError>, most: u64) -> bool {
    match result {
        Ok(answer) => answer.fuel > most / 2,
        Err(error) => matches!(error, SandboxError::OutOfFuel | SandboxError::Deadline),
    }
}

/// Moves the epoch on, tick by tick.
fn ticker(engine: &Engine) -> Result<Sender<()>, SandboxError> {
    let (ticking, stopped) = channel();
    let engine = engine.weak();
    spawn("check-ticker".to_owned(), move || {
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            let Some(engine) = engine.upgrade() else { return };
            engine.increment_epoch();
        }
    })?;
    Ok(ticking)
}

/// Starts a thread that nobody waits for.
pub(super) fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), SandboxError> {
    let started = thread::Builder::new().name(name).stack_size(THREAD_STACK).spawn(work);
    started.map(drop).map_err(|_| SandboxError::Stopped)
}
