//! The check threads and the ticker: checks never run on the threads that serve connections.
//!
//! ```text
//! submit → a lane's fair queue (fair_queue.rs) → a check thread of that lane → the reply
//!
//! ordinary   drafts up to LONG_DRAFT_BYTES                    as many threads as cores
//! long       longer drafts, of which the worst takes 35 ms    half as many
//! suspect    modules that exceeded the expected cost once     one
//! ```
//!
//! Slow checks have threads of their own, and the kernel shares the cores among the lanes: a hostile draft or module delays
//! only others of its lane, and blocks no socket. The threads end when the last clone of the sandbox is dropped.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use bytes::Bytes;
use tokio::sync::oneshot;
use wasmtime::Engine;

use super::check::{Answer, check};
use super::error::SandboxError;
use super::fair_queue::FairQueue;
use super::limits::{LONG_DRAFT_BYTES, TICK, fuel};
use super::module::Module;

/// Threads for suspect modules.
const SUSPECT: usize = 1;

/// A check thread's stack, in bytes, which includes the engine's.
const THREAD_STACK: usize = 2 << 20;

/// One check.
struct Job {
    client: Option<IpAddr>,
    module: Module,
    text: Bytes,
    context: Arc<[u8]>,
    reply: oneshot::Sender<Result<Vec<u8>, SandboxError>>,
}

/// The check threads of all lanes.
pub(super) struct Lanes {
    ordinary: WorkerPool<Job>,
    long: WorkerPool<Job>,
    suspect: Arc<WorkerPool<Job>>,
    /// Its drop ends the ticker.
    _ticking: Sender<()>,
}

impl Lanes {
    /// Starts the ticker, this number of threads for ordinary drafts, and those of the other lanes; each lane has its own
    /// queue of this length.
    pub(super) fn start(engine: &Engine, threads: usize, queue: usize) -> Result<Lanes, SandboxError> {
        let suspect = Arc::new(WorkerPool::start("suspect", SUSPECT, queue, run)?);
        // The module may have become suspect while the job waited.
        let sort = {
            let suspect = Arc::clone(&suspect);
            move |job: Job| if job.module.is_suspect() { put(&suspect, job) } else { run(job) }
        };
        let long = WorkerPool::start("long", long(threads), queue, sort.clone())?;
        let ordinary = WorkerPool::start("check", threads, queue, sort)?;
        Ok(Lanes { ordinary, long, suspect, _ticking: ticker(engine)? })
    }

    /// Counts the threads of all lanes for this number of threads for ordinary drafts.
    pub(super) fn threads_of_all(threads: usize) -> usize {
        threads.saturating_add(long(threads)).saturating_add(SUSPECT)
    }

    /// Queues a client's check and waits for its report; [`SandboxError::Busy`] when the lane is full, or when the check is
    /// evicted for another client's.
    pub(super) async fn submit(
        &self,
        client: Option<IpAddr>,
        module: Module,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let lane = match (module.is_suspect(), text.len() > LONG_DRAFT_BYTES) {
            (true, _) => &*self.suspect,
            (_, true) => &self.long,
            _ => &self.ordinary,
        };
        let (reply, report) = oneshot::channel();
        put(lane, Job { client, module, text, context, reply });
        report.await.map_err(|_| SandboxError::Stopped)?
    }
}

/// Counts the threads for long drafts.
fn long(threads: usize) -> usize {
    (threads / 2).max(1)
}

/// Queues a job, and replies to a rejected one.
fn put(lane: &WorkerPool<Job>, job: Job) {
    if let Some(refused) = lane.put(job.client, job) {
        // The caller may have gone.
        let _ = refused.reply.send(Err(SandboxError::Busy));
    }
}

/// Runs a check, unless its caller has gone.
fn run(job: Job) {
    let Job { module, text, context, reply, .. } = job;
    if reply.is_closed() {
        return;
    }
    let most = fuel(text.len(), context.len());
    // A panic in the engine drops the reply, which is `Stopped` for the caller; the thread goes on.
    let checked = catch_unwind(AssertUnwindSafe(|| check(&module, &text, &context, most)));
    if let Ok(result) = checked {
        if exceeds_expected_cost(&result, most) && module.suspect() {
            tracing::warn!("a module used more than an honest one can: from now on its checks wait for one another");
        }
        let _ = reply.send(result.map(|answer| answer.report));
    }
}

/// Reports whether a check used more than half of its fuel, or all of its time.
fn exceeds_expected_cost(result: &Result<Answer, SandboxError>, most: u64) -> bool {
    match result {
        Ok(answer) => answer.fuel > most / 2,
        Err(error) => matches!(error, SandboxError::OutOfFuel | SandboxError::Deadline),
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

/// Threads with a fair queue. Its drop ends the threads after the queued jobs.
struct WorkerPool<T>(Arc<Queue<T>>);

struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    more: Condvar,
}

struct Waiting<T> {
    queue: FairQueue<T>,
    /// Whether the pool is alive.
    open: bool,
}

impl<T: Send + 'static> WorkerPool<T> {
    /// Starts threads that do `work`, with a queue of this length.
    ///
    /// # Errors
    /// [`SandboxError::Stopped`]: a thread cannot be started.
    fn start(
        name: &str,
        threads: usize,
        room: usize,
        work: impl Fn(T) + Clone + Send + 'static,
    ) -> Result<WorkerPool<T>, SandboxError> {
        let waiting = Mutex::new(Waiting { queue: FairQueue::new(room), open: true });
        // Created first, so that its drop ends the threads of an incomplete start.
        let pool = WorkerPool(Arc::new(Queue { waiting, more: Condvar::new() }));
        for number in 1..=threads {
            let (queue, work) = (Arc::clone(&pool.0), work.clone());
            spawn(format!("{name}-{number}"), move || std::iter::from_fn(|| queue.next()).for_each(work))?;
        }
        Ok(pool)
    }
}

impl<T> WorkerPool<T> {
    /// Queues a client's job; returns the rejected one if the queue is full.
    fn put(&self, client: Option<IpAddr>, job: T) -> Option<T> {
        let refused = self.0.lock().queue.push(client, job);
        self.0.more.notify_one();
        refused
    }
}

impl<T> Drop for WorkerPool<T> {
    fn drop(&mut self) {
        self.0.lock().open = false;
        self.0.more.notify_all();
    }
}

impl<T> Queue<T> {
    /// Waits for the next job; `None` after the pool's drop.
    fn next(&self) -> Option<T> {
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

    fn lock(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
