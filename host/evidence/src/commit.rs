//! The storing side of an upload: seals what comes, and commits parts while the next one is sealed.
//!
//! ```text
//! chunks → sealer → part 1 → object, row
//!        → hash     part 2 → object, row, event of the end
//! ```
//!
//! It runs on when the upload is dropped, until what came is stored.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use kakekomi_store::{FileEnd, FileLine, NewPart, Part, PartAdded};
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use crate::event::EventCase;
use crate::object_name::ObjectName;
use crate::runs::{self, Splitter};
use crate::sealer::{FileSealer, SealedPart};
use crate::spool::Spool;
use crate::storage::PartStorage;
use crate::{Evidence, UploadRefusal, blocking, hash_state, low_priority};

/// Chunks of a body that wait to be sealed.
pub const CHUNKS: usize = 8;
/// Parts of an upload that are made objects at a time. Their rows are written in their order.
const COMMITS: usize = 2;

/// An upload under way.
pub struct Upload {
    pub evidence: Evidence,
    pub line: FileLine,
    pub case: EventCase,
    pub clock: fn() -> i64,
}

type Commit = JoinHandle<Result<(), UploadRefusal>>;

/// Stores all chunks that come, after the bytes of a file whose hash this is.
///
/// # Errors
/// [`UploadRefusal`]: the parts before are stored.
pub async fn store_all(upload: Arc<Upload>, hash: Sha256, chunks: mpsc::Receiver<Bytes>) -> Result<(), UploadRefusal> {
    let mut last = None;
    let sealed = seal_all(&upload, hash, chunks, &mut last).await;
    outcome(last).await.and(sealed)
}

/// Waits for a commit, which has waited for those before.
async fn outcome(commit: Option<Commit>) -> Result<(), UploadRefusal> {
    match commit {
        Some(commit) => commit.await.map_err(io::Error::other)?,
        None => Ok(()),
    }
}

async fn seal_all(
    upload: &Arc<Upload>,
    mut hash: Sha256,
    mut chunks: mpsc::Receiver<Bytes>,
    last: &mut Option<Commit>,
) -> Result<(), UploadRefusal> {
    let Upload { evidence, line, case, .. } = upload.as_ref();
    let mut splitter = Splitter::new(evidence.limits.part_bytes, line.length.saturating_sub(line.offset));
    let (storage, min_free_percent) = (Arc::clone(&evidence.storage), evidence.limits.min_free_percent);
    let mut sealer = FileSealer::new(storage, case.recipient.clone(), min_free_percent, line.offset);
    let places = Arc::new(Semaphore::new(COMMITS));
    loop {
        let mut batch = Vec::with_capacity(CHUNKS);
        let is_end = chunks.recv_many(&mut batch, CHUNKS).await == 0;
        let runs = Arc::new(splitter.split(batch));
        let same_runs = Arc::clone(&runs);
        // No thread is held while an upload waits for its bytes.
        let hash_task = low_priority::run(move || {
            let at_ends = runs::hash(&mut hash, &same_runs);
            (hash, at_ends)
        });
        let seal_task = low_priority::run(move || {
            let (parts, result) = sealer.seal(&runs, is_end);
            (sealer, parts, result)
        });
        let (new_hash, new_parts) = tokio::join!(hash_task, seal_task);
        let (mut at_ends, parts, result);
        (hash, at_ends) = new_hash?;
        (sealer, parts, result) = new_parts?;
        at_ends.push(hash.clone());
        for (part, hash) in parts.into_iter().zip(at_ends) {
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            *last = Some(tokio::spawn(commit(Arc::clone(upload), part, hash, last.take(), place)));
        }
        result?;
        if last.as_ref().is_some_and(JoinHandle::is_finished) {
            outcome(last.take()).await?;
        }
        if is_end {
            return Ok(());
        }
    }
}

/// Makes a part an object, and, after the part before, a row.
async fn commit(
    upload: Arc<Upload>,
    sealed: SealedPart,
    hash: Sha256,
    before: Option<Commit>,
    _place: OwnedSemaphorePermit,
) -> Result<(), UploadRefusal> {
    let Upload { evidence, line, .. } = upload.as_ref();
    let name = ObjectName::random().map_err(io::Error::other)?;
    let SealedPart { spool, start, length } = sealed;
    let (storage, object) = (Arc::clone(&evidence.storage), name.clone());
    let put = blocking(move || put(storage.as_ref(), spool, &object)).await.map_err(UploadRefusal::from);
    let stored = match outcome(before).await.and(put) {
        Ok((sealed_length, sealed_sha256)) => {
            let hash_state = hash_state::wrap(&evidence.key, &line.id, &hash)?;
            let object = name.to_string();
            let part = Part { start, length, sealed_length, sealed_sha256, object, hash_state };
            upload.add(part, hash).await
        }
        Err(refusal) => Err(refusal),
    };
    match &stored {
        Ok(()) => {}
        // The row may be there: the sweep finds out.
        Err(UploadRefusal::Store(error)) if error.is_in_doubt() => {}
        Err(_) => discard(evidence, name).await,
    }
    stored
}

/// Makes a part an object; returns the length and the SHA-256 of its bytes.
fn put(storage: &dyn PartStorage, spool: Spool, name: &ObjectName) -> io::Result<(u64, Vec<u8>)> {
    let digest = spool.digest();
    storage.put(spool, name)?;
    Ok(digest)
}

impl Upload {
    /// Adds the row of a part, and with the last one the end of the file.
    async fn add(&self, part: Part, hash: Sha256) -> Result<(), UploadRefusal> {
        let Upload { evidence, line, case, clock } = self;
        let at = clock();
        let mut end = None;
        if part.start.saturating_add(part.length) == line.length {
            let sha256 = hash.finalize().into();
            let (state, event) = case.ended(&line.id, line.length, line.declared_sha256.as_deref(), &sha256, at)?;
            end = Some(FileEnd { sha256, state, event });
        }
        let expires_at = at.saturating_add(evidence.limits.unfinished_ms);
        match evidence.store.add_part(NewPart { file_seq: line.seq, part, expires_at, at }, end).await? {
            PartAdded::Stored => Ok(()),
            PartAdded::Conflict { offset } => Err(UploadRefusal::Offset { offset }),
            PartAdded::Gone => Err(evidence.ended(&case.number, &line.id, at).await),
        }
    }
}

/// Deletes an object without a row. One that cannot be deleted is left to the sweep.
async fn discard(evidence: &Evidence, name: ObjectName) {
    let storage = Arc::clone(&evidence.storage);
    if let Err(error) = blocking(move || storage.delete(&name)).await {
        tracing::warn!(%error, "a part of an evidence file that was not stored cannot be deleted yet");
    }
}
