//! Group commit of evidence files: parts that arrive during a commit are written together, in one transaction.
//!
//! `add(part)` → `Ok(Stored)` once it is durable
//!
//! One transaction of parts at a time waits for the write lock, so that fifty uploads delay a case by no more than one.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::backend::Backend;
use super::error::StoreError;
use super::file_queries::add_part;
use super::files::{FileEnd, NewPart, PartAdded};
use super::session::Session as _;

/// Parts that may wait for their turn in the queue; more wait outside.
const QUEUE: usize = 64;
/// Parts that are written together at most: each takes some statements under the write lock.
const BATCH: usize = 8;

/// Handle of the only task that writes parts.
#[derive(Debug, Clone)]
pub(super) struct PartWriter {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    part: NewPart,
    end: Option<FileEnd>,
    answer: oneshot::Sender<Result<PartAdded, StoreError>>,
}

impl PartWriter {
    /// Starts the task; it ends with its last handle.
    pub fn start(backend: impl Backend) -> PartWriter {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(write_all(backend, waiting));
        PartWriter { jobs }
    }

    /// Stores a part.
    pub async fn add(&self, part: NewPart, end: Option<FileEnd>) -> Result<PartAdded, StoreError> {
        let (answer, done) = oneshot::channel();
        self.jobs.send(Job { part, end, answer }).await.map_err(|_| StoreError::Closed)?;
        // The task ended while it wrote: the outcome is unknown.
        done.await.unwrap_or_else(|_| Err(StoreError::Closed.in_doubt()))
    }
}

async fn write_all(backend: impl Backend, mut waiting: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        write(&backend, std::mem::take(&mut batch)).await;
    }
}

/// Writes parts together, or one by one where the database rejects one of them.
async fn write<B: Backend>(backend: &B, jobs: Vec<Job>) {
    match store(backend, &jobs).await {
        Ok(outcomes) => {
            for (job, outcome) in jobs.into_iter().zip(outcomes) {
                // The caller may have gone; the part is stored all the same.
                let _ = job.answer.send(Ok(outcome));
            }
        }
        Err(StoreError::Database(error)) if jobs.len() > 1 && B::is_row_error(&error) => {
            for job in jobs {
                let stored = store(backend, std::slice::from_ref(&job)).await;
                let first = |outcomes: Vec<PartAdded>| outcomes.into_iter().next().ok_or(StoreError::Closed);
                let _ = job.answer.send(stored.and_then(first));
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

/// Stores parts durably; returns the outcomes in their order. A part that is not stored leaves nothing behind.
async fn store<B: Backend>(backend: &B, jobs: &[Job]) -> Result<Vec<PartAdded>, StoreError> {
    let mut session = backend.begin().await?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        outcomes.push(add_part(&mut session, job.part.clone(), job.end.clone()).await?);
    }
    if outcomes.contains(&PartAdded::Stored) {
        session.commit().await?;
    }
    Ok(outcomes)
}
