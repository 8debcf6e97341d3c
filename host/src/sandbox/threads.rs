//! The check threads and the ticker: checks never run on the threads that serve connections.
//!
//! ```text
//! submit → the queue of a lane → a check thread of that lane → the reply
//!
//! ordinary   drafts up to LONG bytes                              as many threads as there are cores
//! long       longer ones, of which the worst takes 35 ms          half as many
//! suspect    modules that ever used what no honest one uses       one
//! ```
//!
//! What may take long waits and runs apart, and the kernel shares the cores among the lanes: a hostile draft or module
//! delays others like itself, and blocks no socket. The threads end by themselves when the last clone of the sandbox is
//! dropped: the channels they wait on close.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use tokio::sync::oneshot;
use wasmtime::Engine;

use super::check::{Answer, check};
use super::engine::{Module, TICK, fuel};
use super::error::SandboxError;

/// The longest text of the ordinary lane, in bytes: ten times the example's.
pub const LONG: usize = 32 << 10;

/// A check thread's stack, in bytes: the engine's own is a part of it.
const THREAD_STACK: usize = 2 << 20;

/// What a check thread needs for one check.
struct Job {
    module: Module,
    text: Bytes,
    context: Arc<[u8]>,
    reply: oneshot::Sender<Result<Vec<u8>, SandboxError>>,
}

/// The way to the check threads.
pub(super) struct Threads {
    ordinary: Sender<Job>,
    long: Sender<Job>,
    suspect: Sender<Job>,
    /// Held for its drop alone: then the ticker ends.
    _ticking: Sender<()>,
}

impl Threads {
    /// Starts so many check threads for ordinary drafts, those of the other lanes, and the ticker; each lane has a
    /// queue of so many.
    pub(super) fn start(engine: &Engine, threads: usize, queue: usize) -> Result<Threads, SandboxError> {
        let suspect = lane("suspect", SUSPECT, queue, None)?;
        let long = lane("long", long(threads), queue, Some(&suspect))?;
        let ordinary = lane("check", threads, queue, Some(&suspect))?;
        Ok(Threads { ordinary, long, suspect, _ticking: ticker(engine)? })
    }

    /// How many threads there are, where there are so many for ordinary drafts.
    pub(super) fn of_all_lanes(threads: usize) -> usize {
        threads.saturating_add(long(threads)).saturating_add(SUSPECT)
    }

    /// Puts a check into its lane's queue and waits for its report; at once [`SandboxError::Busy`] when the queue is full.
    pub(super) async fn submit(
        &self,
        module: Module,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let lane = match (module.is_suspect(), text.len() > LONG) {
            (true, _) => &self.suspect,
            (_, true) => &self.long,
            _ => &self.ordinary,
        };
        let (reply, report) = oneshot::channel();
        put(lane, Job { module, text, context, reply });
        report.await.map_err(|_| SandboxError::Stopped)?
    }
}

/// Threads for modules that are suspect.
const SUSPECT: usize = 1;

/// Threads for long drafts.
fn long(threads: usize) -> usize {
    (threads / 2).max(1)
}

/// Starts the threads of a lane. A job whose module has become suspect meanwhile goes to the lane of those.
fn lane(name: &str, threads: usize, queue: usize, suspect: Option<&Sender<Job>>) -> Result<Sender<Job>, SandboxError> {
    let (send, receive) = bounded(queue);
    for number in 1..=threads {
        let (jobs, suspect): (Receiver<Job>, _) = (receive.clone(), suspect.cloned());
        spawn(format!("{name}-{number}"), move || {
            jobs.iter().for_each(|job| match &suspect {
                Some(lane) if job.module.is_suspect() => put(lane, job),
                _ => run(job),
            });
        })?;
    }
    Ok(send)
}

/// Moves the epoch on, tick by tick.
fn ticker(engine: &Engine) -> Result<Sender<()>, SandboxError> {
    let (ticking, stopped) = bounded(0);
    let engine = engine.weak();
    spawn("check-ticker".to_owned(), move || {
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            let Some(engine) = engine.upgrade() else { return };
            engine.increment_epoch();
        }
    })?;
    Ok(ticking)
}

/// Puts a job into a lane's queue, or says at once that there is no room.
fn put(lane: &Sender<Job>, job: Job) {
    let (job, why) = match lane.try_send(job) {
        Ok(()) => return,
        Err(TrySendError::Full(job)) => (job, SandboxError::Busy),
        Err(TrySendError::Disconnected(job)) => (job, SandboxError::Stopped),
    };
    // Whoever asked may have gone meanwhile.
    let _ = job.reply.send(Err(why));
}

/// One check; none when nobody waits for it any more.
fn run(job: Job) {
    let Job { module, text, context, reply } = job;
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

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), SandboxError> {
    let started = thread::Builder::new().name(name).stack_size(THREAD_STACK).spawn(work);
    started.map(drop).map_err(|_| SandboxError::Stopped)
}
