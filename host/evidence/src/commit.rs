//! The storing side of an upload: seals what comes, and commits each part while the next one is sealed.
//!
//! ```text
//! chunks → sealer → part 1 → object, row
//!                   part 2 → object, row, event of the end
//! ```
//!
//! It runs on when the upload is dropped, until what came is stored.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use kakekomi_store::{FileEnd, FileLine, NewPart, Part, PartAdded};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::event::EventCase;
use crate::sealer::{FileSealer, SealedPart};
use crate::storage::ObjectName;
use crate::{Evidence, UploadRefusal, blocking};

/// Chunks of a body that wait to be sealed.
pub const CHUNKS: usize = 8;

/// An upload under way.
pub struct Upload {
    pub evidence: Evidence,
    pub line: FileLine,
    pub case: EventCase,
    pub clock: fn() -> i64,
}

/// The commit of the part before, if there is one.
#[derive(Default)]
struct LastCommit(Option<JoinHandle<Result<(), UploadRefusal>>>);

impl LastCommit {
    async fn outcome(&mut self) -> Result<(), UploadRefusal> {
        match self.0.take() {
            Some(commit) => commit.await.map_err(io::Error::other)?,
            None => Ok(()),
        }
    }

    fn is_over(&self) -> bool {
        self.0.as_ref().is_some_and(JoinHandle::is_finished)
    }
}

/// Stores all chunks that come.
///
/// # Errors
/// [`UploadRefusal`]: the parts before are stored.
pub async fn store_all(
    upload: Arc<Upload>,
    sealer: FileSealer,
    chunks: mpsc::Receiver<Bytes>,
) -> Result<(), UploadRefusal> {
    let mut last = LastCommit::default();
    let sealed = seal_all(&upload, sealer, chunks, &mut last).await;
    last.outcome().await.and(sealed)
}

async fn seal_all(
    upload: &Arc<Upload>,
    mut sealer: FileSealer,
    mut chunks: mpsc::Receiver<Bytes>,
    last: &mut LastCommit,
) -> Result<(), UploadRefusal> {
    loop {
        let mut batch = Vec::with_capacity(CHUNKS);
        let is_end = chunks.recv_many(&mut batch, CHUNKS).await == 0;
        // No thread is held while an upload waits for its bytes.
        let sealing = spawn_blocking(move || {
            let parts = if is_end { sealer.finish()?.into_iter().collect() } else { sealer.seal(&batch)? };
            Ok::<_, UploadRefusal>((sealer, parts))
        });
        let parts: Vec<_>;
        (sealer, parts) = sealing.await.map_err(io::Error::other)??;
        for part in parts {
            last.outcome().await?;
            last.0 = Some(tokio::spawn(commit(Arc::clone(upload), part)));
        }
        if last.is_over() {
            last.outcome().await?;
        }
        if is_end {
            return Ok(());
        }
    }
}

/// Makes a part an object, and then a row.
async fn commit(upload: Arc<Upload>, sealed: SealedPart) -> Result<(), UploadRefusal> {
    let Upload { evidence, line, case, clock } = upload.as_ref();
    let name = ObjectName::random().map_err(io::Error::other)?;
    let at = clock();
    let end = match &sealed.sha256 {
        None => None,
        Some(sha256) => {
            let (state, event) = case.ended(&line.id, line.length, line.declared_sha256.as_deref(), sha256, at)?;
            Some(FileEnd { sha256: *sha256, state, event })
        }
    };
    let part = Part {
        start: sealed.start,
        length: sealed.length,
        sealed_length: sealed.sealed_length,
        sealed_sha256: sealed.sealed_sha256.into(),
        object: name.to_string(),
        hash_state: sealed.hash_state,
    };
    let (storage, spool, object) = (Arc::clone(&evidence.storage), sealed.spool, name.clone());
    if let Err(error) = blocking(move || storage.put(spool, &object)).await {
        discard(evidence, name).await;
        return Err(error.into());
    }
    let expires_at = at.saturating_add(evidence.limits.unfinished_ms);
    let new = NewPart { file_seq: line.seq, part, expires_at, at };
    let refusal = match evidence.store.add_part(new, end).await {
        Ok(PartAdded::Stored) => return Ok(()),
        // The row may be there: the sweep finds out.
        Err(error) if error.is_in_doubt() => return Err(error.into()),
        Err(error) => error.into(),
        Ok(PartAdded::Conflict { offset }) => UploadRefusal::Offset { offset },
        Ok(PartAdded::Gone) => evidence.ended(&case.number, &line.id, at).await,
    };
    discard(evidence, name).await;
    Err(refusal)
}

/// Deletes an object without a row. One that cannot be deleted is left to the sweep.
async fn discard(evidence: &Evidence, name: ObjectName) {
    let storage = Arc::clone(&evidence.storage);
    if let Err(error) = blocking(move || storage.delete(&name)).await {
        tracing::warn!(%error, "a part of an evidence file that was not stored cannot be deleted yet");
    }
}
