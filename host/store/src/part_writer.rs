//! Group commit of evidence files: parts that arrive during a commit are written together, in one transaction.
//!
//! `add(part)` → `Ok(Stored)` once it is durable
//!
//! One transaction of parts at a time waits for the write lock, so that fifty uploads delay a case by no more than one.

use std::sync::Arc;

use sqlx::QueryBuilder;
use tokio::sync::{mpsc, oneshot};

use super::append::append;
use super::error::StoreError;
use super::event::Appended;
use super::files::{FileEnd, FileLine, FileState, NewPart, PartAdded};
use super::query::{self, Bind as _, TableRows, Value};
use super::session::{Session, Sessions};
use super::writer::Rows;

/// Parts that may wait for their turn in the queue; more wait outside.
const QUEUE: usize = 64;
/// Parts that are written together at most: each takes some statements under the write lock.
const BATCH: usize = 8;

const FILE_PARTS: &str = "file_parts (file_seq, start, length, sealed_length, sealed_sha256, object, hash_state)";

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
    pub fn start(backend: impl Rows + Sessions) -> PartWriter {
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

async fn write_all(backend: impl Rows + Sessions, mut waiting: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        write(&backend, std::mem::take(&mut batch)).await;
    }
}

/// Writes parts together, or one by one where the database rejects one of them.
async fn write<B: Rows + Sessions>(backend: &B, jobs: Vec<Job>) {
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
async fn store<B: Sessions>(backend: &B, jobs: &[Job]) -> Result<Vec<PartAdded>, StoreError> {
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

/// Writes the row of a part, and the event of the file's end.
async fn add_part<S: Session>(session: &mut S, new: NewPart, end: Option<FileEnd>) -> Result<PartAdded, StoreError> {
    let mut query = QueryBuilder::new(query::FILE);
    S::Database::bind(query.push("files.seq = "), new.file_seq);
    let found: Vec<FileLine> = session.fetch(query).await?;
    let Some(file) = found.first().filter(|file| file.state == FileState::Receiving) else {
        return Ok(PartAdded::Gone);
    };
    if file.offset != new.part.start {
        return Ok(PartAdded::Conflict { offset: file.offset });
    }
    let mut update = QueryBuilder::new("UPDATE files SET changed_at = ");
    S::Database::bind(&mut update, new.at);
    S::Database::bind(update.push(", expires_at = "), new.expires_at);
    if let Some(end) = end {
        if !matches!(append(session, &[end.event]).await?.first(), Some(Appended::Stored { .. })) {
            return Ok(PartAdded::Gone);
        }
        S::Database::bind(update.push(", sha256 = "), end.sha256.to_vec());
        S::Database::bind(update.push(", state = "), end.state.as_str().to_owned());
    }
    S::Database::bind(update.push(" WHERE seq = "), new.file_seq);
    session.insert(TableRows::new(FILE_PARTS, [part_row(new)])).await?;
    session.execute(update).await?;
    Ok(PartAdded::Stored)
}

fn part_row(NewPart { file_seq, part, .. }: NewPart) -> [Value; 7] {
    [
        Value::Integer(file_seq),
        Value::Integer(part.start.cast_signed()),
        Value::Integer(part.length.cast_signed()),
        Value::Integer(part.sealed_length.cast_signed()),
        Value::Bytes(part.sealed_sha256),
        Value::Text(part.object),
        Value::Bytes(part.hash_state),
    ]
}
