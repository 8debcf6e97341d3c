//! Threads for what an upload computes, below the priority of all else.
//!
//! `run(move || hash.update(&bytes)).await` → `()`, from one of as many threads as there are cores
//!
//! Fifty uploads can occupy every core for a quarter of a second when their parts become full at once. Submissions of the form run
//! first.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::{Builder, available_parallelism};

use tokio::sync::oneshot;

use crate::form_first;

/// The nice value of the threads: a tenth of the weight of a thread of the default priority.
#[cfg(target_os = "linux")]
const PRIORITY: i32 = 10;

type Work = Box<dyn FnOnce() + Send>;

/// The queue of the threads; an error where there is no thread.
static QUEUE: LazyLock<io::Result<Sender<Work>>> = LazyLock::new(start);

/// Runs work on one of the threads.
///
/// # Errors
/// There is no thread, or the work panicked.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let queue = QUEUE.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()))?;
    let (answer, answered) = oneshot::channel();
    // A caller that has gone needs no answer.
    queue.send(Box::new(move || drop(answer.send(work())))).map_err(|_| io::Error::other("no thread"))?;
    answered.await.map_err(io::Error::other)
}

fn start() -> io::Result<Sender<Work>> {
    let (sender, receiver) = channel();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..available_parallelism()?.get() {
        let receiver = Arc::clone(&receiver);
        Builder::new().name("upload".to_owned()).spawn(move || work_all(&receiver))?;
    }
    Ok(sender)
}

fn work_all(queue: &Mutex<Receiver<Work>>) {
    lower_priority();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        form_first::give_way();
        // A panic ends its own upload, whose caller gets no answer, and not the thread.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    }
}

/// Where the system refuses it, the work takes its turn like any other.
fn lower_priority() {
    // Linux applies the value to the calling thread alone, although POSIX speaks of its process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, PRIORITY) {
        tracing::debug!(%error, "priority of an upload thread not lowered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_own_work_alone() {
        for _ in 0..2 * available_parallelism().unwrap().get() {
            assert!(run(|| panic!("a part")).await.is_err());
        }
        assert_eq!(run(|| 1).await.unwrap(), 1);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn work_runs_below_the_priority_of_its_caller() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        assert_eq!(run(priority).await.unwrap(), PRIORITY);
        assert_ne!(priority(), PRIORITY);
    }
}
