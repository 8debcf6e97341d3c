//! One lane of checks: a bounded queue in which clients take turns, and the threads that work it off.
//!
//! A₁ A₂ A₃ B₁ put in → A₁ B₁ A₂ A₃ worked off; past the queue's end the last turn gives way, and is told.

use std::net::IpAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::error::SandboxError;
use super::threads::spawn;
use super::turns::Turns;

/// The way into a lane. When it is dropped, its threads end with what still waits.
pub(super) struct Lane<T>(Arc<Queue<T>>);

struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    more: Condvar,
}

struct Waiting<T> {
    turns: Turns<T>,
    /// Whether more may come.
    open: bool,
}

impl<T: Send + 'static> Lane<T> {
    /// A lane with room for so many jobs, and so many threads that do `work`.
    ///
    /// # Errors
    /// [`SandboxError::Stopped`]: a thread cannot be started.
    pub fn start(
        name: &str,
        threads: usize,
        room: usize,
        work: impl Fn(T) + Clone + Send + 'static,
    ) -> Result<Lane<T>, SandboxError> {
        let waiting = Mutex::new(Waiting { turns: Turns::new(room), open: true });
        // Made first, so that its drop ends the threads of a start that fails half-way.
        let lane = Lane(Arc::new(Queue { waiting, more: Condvar::new() }));
        for number in 1..=threads {
            let (queue, work) = (Arc::clone(&lane.0), work.clone());
            spawn(format!("{name}-{number}"), move || std::iter::from_fn(|| queue.next()).for_each(work))?;
        }
        Ok(lane)
    }
}

impl<T> Lane<T> {
    /// Lets a client's job wait for its turn; gives back the one for which there is no room, if there is one.
    pub fn put(&self, client: Option<IpAddr>, job: T) -> Option<T> {
        let refused = self.0.lock().turns.push(client, job);
        self.0.more.notify_one();
        refused
    }
}

impl<T> Drop for Lane<T> {
    fn drop(&mut self) {
        self.0.lock().open = false;
        self.0.more.notify_all();
    }
}

impl<T> Queue<T> {
    /// The next job, waited for; `None` once no more will come.
    fn next(&self) -> Option<T> {
        let mut waiting = self.lock();
        loop {
            if let Some(job) = waiting.turns.pop() {
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
