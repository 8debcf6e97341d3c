//! Group commit: cases that arrive while the disk is busy with others are written together, by one
//! statement with one flush. Nobody is answered before the flush; nobody waits for company.
//!
//! `insert(case)` → `Ok(Stored)` once it is durable, [`StoreError::Busy`] at once where too many wait.
//! A case that the database will not have does not take its neighbours with it.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::{Answer, Inserted, NewCase, StoreError};

/// How many cases may wait to be written. Each holds its texts in memory, some 20 KB usually.
pub const QUEUE: usize = 256;
/// How many cases are written together.
pub const BATCH: usize = 64;

/// Where rows go: a backend's side of the writing.
pub(super) trait Rows: Send + Sync + 'static {
    /// Stores cases, all or none of them; what became of each, in their order, once it is durable. An error means that
    /// none is stored, unless it is [`StoreError::InDoubt`].
    fn write<'a>(&'a self, cases: &'a [Arc<NewCase>]) -> Answer<'a, Vec<Inserted>>;

    /// Writes as much as a usual case, durably, and nothing that is kept: fails where a case could not be stored.
    fn probe(&self) -> Answer<'_, ()>;

    /// Whether an error is one row's own fault, so that the others would be stored without it.
    fn blames_a_row(error: &sqlx::Error) -> bool;
}

/// The one writer of a store.
#[derive(Debug, Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    case: Arc<NewCase>,
    answer: oneshot::Sender<Result<Inserted, StoreError>>,
}

impl Writer {
    /// Starts it; it ends with the last handle to it.
    pub fn start(rows: impl Rows) -> Writer {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(write_all(rows, waiting));
        Writer { jobs }
    }

    /// Stores a case.
    pub async fn insert(&self, case: Arc<NewCase>) -> Result<Inserted, StoreError> {
        let (answer, done) = oneshot::channel();
        self.jobs.try_send(Job { case, answer }).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Closed(_) => StoreError::Closed,
        })?;
        // A writer that ended in the middle of its work leaves no word of what it did.
        done.await.unwrap_or_else(|_| Err(StoreError::Closed.in_doubt()))
    }
}

async fn write_all(rows: impl Rows, mut waiting: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        write(&rows, std::mem::take(&mut batch)).await;
    }
}

/// Writes some cases together; each by itself where one of them is to blame that they cannot.
async fn write<R: Rows>(rows: &R, jobs: Vec<Job>) {
    let cases: Vec<_> = jobs.iter().map(|job| Arc::clone(&job.case)).collect();
    match rows.write(&cases).await {
        Ok(fates) => {
            for (job, fate) in jobs.into_iter().zip(fates) {
                // Whoever asked may have gone; the case is there all the same.
                let _ = job.answer.send(Ok(fate));
            }
        }
        Err(StoreError::Database(error)) if jobs.len() > 1 && R::blames_a_row(&error) => {
            for job in jobs {
                let fate = rows.write(std::slice::from_ref(&job.case)).await;
                let _ = job.answer.send(fate.and_then(|fates| fates.first().copied().ok_or(StoreError::Closed)));
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for job in jobs {
                let _ = job.answer.send(Err(Arc::clone(&error).into()));
            }
        }
    }
}

/// What became of each case: stored, or which of its two unique values another case has.
///
/// Within a batch a key or a number may stand twice, so each stored row answers for one case only.
pub(super) fn fates(
    cases: &[Arc<NewCase>],
    mut stored: HashSet<(String, String)>,
    bound: &HashSet<String>,
) -> Vec<Inserted> {
    let fate = |case: &Arc<NewCase>| {
        if stored.remove(&(case.number.to_string(), case.key.clone())) {
            Inserted::Stored
        } else if bound.contains(&case.key) {
            Inserted::KeyTaken
        } else {
            Inserted::NumberTaken
        }
    };
    cases.iter().map(fate).collect()
}
