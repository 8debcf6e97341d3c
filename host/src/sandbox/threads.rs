//! The check threads and the ticker: checks never run on the threads that serve connections.
//!
//! `submit` → bounded queue → a check thread → the reply
//!
//! A hostile draft keeps one check thread busy for as long as its fuel lasts, and blocks no socket.
//! The threads end by themselves when the last clone of the sandbox is dropped: the channels they wait on close.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use bytes::Bytes;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use tokio::sync::oneshot;
use wasmtime::Engine;

use super::check::check;
use super::engine::{Budget, Module, TICK};
use super::error::SandboxError;

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
    queue: Sender<Job>,
    /// Held for its drop alone: then the ticker ends.
    _ticking: Sender<()>,
}

impl Threads {
    /// Starts so many check threads over a queue of so many, and the ticker.
    pub(super) fn start(engine: &Engine, threads: usize, queue: usize) -> Result<Threads, SandboxError> {
        let (send, receive) = bounded(queue);
        for number in 1..=threads {
            let jobs: Receiver<Job> = receive.clone();
            spawn(format!("check-{number}"), move || jobs.iter().for_each(run))?;
        }
        let (ticking, stopped) = bounded(0);
        let engine = engine.weak();
        spawn("check-ticker".to_owned(), move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Threads { queue: send, _ticking: ticking })
    }

    /// Puts a check into the queue and waits for its report; at once [`SandboxError::Busy`] when the queue is full.
    pub(super) async fn submit(
        &self,
        module: Module,
        text: Bytes,
        context: Arc<[u8]>,
    ) -> Result<Vec<u8>, SandboxError> {
        let (reply, report) = oneshot::channel();
        self.queue.try_send(Job { module, text, context, reply }).map_err(|refused| match refused {
            TrySendError::Full(_) => SandboxError::Busy,
            TrySendError::Disconnected(_) => SandboxError::Stopped,
        })?;
        report.await.map_err(|_| SandboxError::Stopped)?
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
