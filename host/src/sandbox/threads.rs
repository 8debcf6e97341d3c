//! The check threads and the ticker: checks never run on the threads that serve connections.
//!
//! `submit` → bounded queue, in fair turns → a check thread → the reply
//!
//! A hostile draft keeps one check thread busy for as long as its fuel lasts, and blocks no socket; many of them from one
//! client make no other client wait for more than the one that is under way (`turns`).
//! The threads end by themselves when the last clone of the sandbox is dropped.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use bytes::Bytes;
use tokio::sync::oneshot;
use wasmtime::Engine;

use super::check::check;
use super::engine::{Budget, Module, TICK};
use super::error::SandboxError;
use super::turns::Turns;

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
    queue: Arc<Queue>,
    /// Held for its drop alone: then the ticker ends.
    _ticking: Sender<()>,
}

/// What waits, and whether more may come.
struct Queue {
    waiting: Mutex<(Turns<Job>, bool)>,
    more: Condvar,
}

impl Threads {
    /// Starts so many check threads over a queue of so many, and the ticker.
    pub(super) fn start(engine: &Engine, threads: usize, queue: usize) -> Result<Threads, SandboxError> {
        let (ticking, stopped) = channel();
        let waiting = Mutex::new((Turns::new(queue), true));
        // Made first, so that its drop ends the threads of a start that fails half-way.
        let started = Threads { queue: Arc::new(Queue { waiting, more: Condvar::new() }), _ticking: ticking };
        for number in 1..=threads {
            let queue = Arc::clone(&started.queue);
            spawn(format!("check-{number}"), move || std::iter::from_fn(|| queue.next()).for_each(run))?;
        }
        let engine = engine.weak();
        spawn("check-ticker".to_owned(), move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(started)
    }

    /// Puts a client's check into the queue and waits for its report; [`SandboxError::Busy`] at once when the queue is full,
    /// or later when the client's last check has to give way to another client's first.
    pub(super) async fn submit(
        &self,
        client: Option<IpAddr>,
        module: Module,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let (reply, report) = oneshot::channel();
        let refused = self.queue.lock().0.push(client, Job { module, text, context, reply });
        self.queue.more.notify_one();
        if let Some(refused) = refused {
            let _ = refused.reply.send(Err(SandboxError::Busy));
        }
        report.await.map_err(|_| SandboxError::Stopped)?
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.queue.lock().1 = false;
        self.queue.more.notify_all();
    }
}

impl Queue {
    /// The next check, waited for; `None` once no more will come.
    fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.0.pop() {
                return Some(job);
            }
            if !waiting.1 {
                return None;
            }
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Turns<Job>, bool)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One check; none when nobody waits for it any more.
fn run(job: Job) {
    let Job { module, text, context, reply } = job;
    if reply.is_closed() {
        return;
    }
    // A panic in the engine costs this one check, not the thread: the reply is dropped, and that says Stopped.
    let checked = catch_unwind(AssertUnwindSafe(|| check(&module, &text, &context, Budget::of(&text, &context))));
    if let Ok(result) = checked {
        // Whoever asked may have gone meanwhile.
        let _ = reply.send(result.map(|answer| answer.report));
    }
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> Result<(), SandboxError> {
    let started = thread::Builder::new().name(name).stack_size(THREAD_STACK).spawn(work);
    started.map(drop).map_err(|_| SandboxError::Stopped)
}
