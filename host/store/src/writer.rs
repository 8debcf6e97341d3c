//! Group commit: cases that arrive during a flush are written together, by one statement with one flush.
//!
//! `insert(case)` → `Ok(Stored)` once it is durable, [`StoreError::Busy`] at once where the queue is full. Replies are
//! sent after the flush; a lone insert is written at once. A case that the database rejects does not affect the others.

use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::case::{Inserted, NewCase};
use super::error::StoreError;

/// Cases that may wait to be written. Each holds its texts in memory, usually some 20 KB.
pub const QUEUE: usize = 256;
/// Cases that are written together at most.
pub const BATCH: usize = 64;

/// The writing side of a database.
pub trait Rows: Send + Sync + 'static {
    /// Stores cases durably, all or none; returns the outcomes in their order. After an error none is stored, unless
    /// it is [`StoreError::InDoubt`].
    fn write(&self, cases: &[Arc<NewCase>]) -> impl Future<Output = Result<Vec<Inserted>, StoreError>> + Send;

    /// Writes as many bytes as a case, durably, without storing a case: fails where a case could not be stored.
    fn probe(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Reports whether a single row caused the error, so that the others could be stored without it.
    fn is_row_error(error: &sqlx::Error) -> bool;
}

/// Handle of a store's only writer task.
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
    /// Starts the task; it ends with its last handle.
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
        // The task ended while it wrote: the outcome is unknown.
        done.await.unwrap_or_else(|_| Err(StoreError::Closed.in_doubt()))
    }
}

async fn write_all(rows: impl Rows, mut waiting: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        write(&rows, std::mem::take(&mut batch)).await;
    }
}

/// Writes cases together, or one by one where one of them is rejected.
async fn write<R: Rows>(rows: &R, jobs: Vec<Job>) {
    let cases: Vec<_> = jobs.iter().map(|job| Arc::clone(&job.case)).collect();
    match rows.write(&cases).await {
        Ok(outcomes) => {
            for (job, outcome) in jobs.into_iter().zip(outcomes) {
                // The caller may have gone; the case is stored all the same.
                let _ = job.answer.send(Ok(outcome));
            }
        }
        Err(StoreError::Database(error)) if jobs.len() > 1 && R::is_row_error(&error) => {
            for job in jobs {
                let written = rows.write(std::slice::from_ref(&job.case)).await;
                let _ =
                    job.answer.send(written.and_then(|outcomes| outcomes.first().copied().ok_or(StoreError::Closed)));
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
