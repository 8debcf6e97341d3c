//! The check threads and the ticker: checks never run on the threads that serve connections.
//!
//! ```text
//! submit → a pool's fair queue (fair_queue.rs) → a check thread of that pool → the reply
//!
//! ordinary   drafts up to LONG_DRAFT_BYTES   as many threads as cores
//! long       longer drafts                   half as many
//! ```
//!
//! The kernel shares the cores among all threads, so long drafts delay one another and block neither ordinary ones nor a
//! socket. The threads end when the last clone of the sandbox is dropped.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use bytes::Bytes;
use tokio::sync::oneshot;
use wasmtime::Engine;

use super::check::check;
use super::error::SandboxError;
use super::fair_queue::FairQueue;
use super::limits::{LONG_DRAFT_BYTES, TICK};
use super::module::Module;

/// A check thread's stack, in bytes, which includes the engine's.
const THREAD_STACK: usize = 2 << 20;

/// One check.
struct Job {
    module: Module,
    text: Bytes,
    context: Arc<[u8]>,
    reply: oneshot::Sender<Result<Vec<u8>, SandboxError>>,
}

/// The check threads.
pub(super) struct WorkerPools {
    ordinary: WorkerPool,
    long: WorkerPool,
    /// Its drop ends the ticker.
    _ticking: Sender<()>,
}

impl WorkerPools {
    /// Starts the ticker, this number of threads for ordinary drafts, and those for long ones; both pools have a queue of
    /// this length.
    pub(super) fn start(engine: &Engine, threads: usize, queue: usize) -> Result<WorkerPools, SandboxError> {
        let long = WorkerPool::start("long", long_threads(threads), queue)?;
        let ordinary = WorkerPool::start("check", threads, queue)?;
        Ok(WorkerPools { ordinary, long, _ticking: ticker(engine)? })
    }

    /// Counts all threads for this number of threads for ordinary drafts.
    pub(super) fn threads_of_all(threads: usize) -> usize {
        threads.saturating_add(long_threads(threads))
    }

    /// Counts the checks that wait for a thread.
    pub(super) fn queued(&self) -> usize {
        [&self.ordinary, &self.long].map(|pool| pool.0.lock().queue.len()).iter().sum()
    }

    /// Queues a client's check and waits for its report; [`SandboxError::Busy`] when the queue is full, or when the check
    /// is evicted for another client's.
    pub(super) async fn submit(
        &self,
        client: Option<IpAddr>,
        module: Module,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let pool = if text.len() > LONG_DRAFT_BYTES { &self.long } else { &self.ordinary };
        let (reply, report) = oneshot::channel();
        if let Some(rejected) = pool.push(client, Job { module, text, context, reply }) {
            // The caller may have gone.
            let _ = rejected.reply.send(Err(SandboxError::Busy));
        }
        report.await.map_err(|_| SandboxError::Stopped)?
    }
}

/// Counts the threads for long drafts.
fn long_threads(threads: usize) -> usize {
    (threads / 2).max(1)
}

/// Runs a check, unless its caller has gone.
fn run(job: Job) {
    let Job { module, text, context, reply } = job;
    if reply.is_closed() {
        return;
    }
    // A panic in the engine drops the reply, which is `Stopped` for the caller; the thread goes on.
    if let Ok(report) = catch_unwind(AssertUnwindSafe(|| check(&module, &text, &context))) {
        let _ = reply.send(report);
    }
}

/// Starts the thread that increments the epoch at every tick.
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

/// Starts a detached thread.
fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), SandboxError> {
    let started = thread::Builder::new().name(name).stack_size(THREAD_STACK).spawn(work);
    started.map(drop).map_err(|_| SandboxError::Stopped)
}

/// Check threads with a fair queue. Its drop ends the threads after the queued jobs.
struct WorkerPool(Arc<Queue>);

struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

struct Waiting {
    queue: FairQueue<Job>,
    /// True while the pool is alive.
    open: bool,
}

impl WorkerPool {
    /// Starts this number of threads, with a queue of this length.
    fn start(name: &str, threads: usize, room: usize) -> Result<WorkerPool, SandboxError> {
        let waiting = Mutex::new(Waiting { queue: FairQueue::new(room), open: true });
        // Created first, so that its drop ends the threads of an incomplete start.
        let pool = WorkerPool(Arc::new(Queue { waiting, more: Condvar::new() }));
        for number in 1..=threads {
            let queue = Arc::clone(&pool.0);
            spawn(format!("{name}-{number}"), move || std::iter::from_fn(|| queue.next()).for_each(run))?;
        }
        Ok(pool)
    }

    /// Queues a client's job; returns the rejected one if the queue is full.
    fn push(&self, client: Option<IpAddr>, job: Job) -> Option<Job> {
        let rejected = self.0.lock().queue.push(client, job);
        self.0.more.notify_one();
        rejected
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.0.lock().open = false;
        self.0.more.notify_all();
    }
}

impl Queue {
    /// Waits for the next job; `None` after the pool's drop.
    fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.queue.pop() {
                return Some(job);
            }
            if !waiting.open {
                return None;
            }
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
