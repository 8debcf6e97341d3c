//! The bytes of an upload.
//!
//! `append(&number, &id, 0, body of 20 MiB, clock)` → parts of 8, 8 and 4 MiB; the file has arrived

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{FileId, FileLine};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::commit::{CHUNKS, Upload, store_all};
use crate::evidence::case_of;
use crate::{AppendEnd, Evidence, UploadRefusal, UploadState, hash_state};

impl Evidence {
    /// Adds bytes at the end of a file. What came of a body that ends early is stored too, even if this future is dropped.
    ///
    /// # Errors
    /// [`AppendEnd`]: the reason, and the file after that.
    pub async fn append<S, E>(
        &self,
        number: &Number,
        id: &FileId,
        offset: u64,
        body: S,
        clock: fn() -> i64,
    ) -> Result<UploadState, AppendEnd>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Send,
    {
        let received = self.receive(number, id, offset, body, clock).await;
        let state = self.state(number, id, clock()).await;
        match received {
            Ok(()) => state.map_err(|why| AppendEnd { state: None, why }),
            Err(why) => Err(AppendEnd { state: state.ok(), why }),
        }
    }

    async fn receive<S, E>(
        &self,
        number: &Number,
        id: &FileId,
        offset: u64,
        body: S,
        clock: fn() -> i64,
    ) -> Result<(), UploadRefusal>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Send,
    {
        let line = self.line(number, id, clock()).await?;
        if line.state.is_complete() {
            return Err(UploadRefusal::Arrived);
        }
        if line.offset != offset {
            return Err(UploadRefusal::Offset { offset: line.offset });
        }
        let case = case_of(&line)?;
        let hash = self.hash(&line).await?;
        let left = line.length.saturating_sub(offset);
        let (chunks, waiting) = mpsc::channel(CHUNKS);
        let upload = Upload { evidence: self.clone(), line, case, clock };
        let storing = tokio::spawn(store_all(Arc::new(upload), hash, waiting));
        let ended = pump(body, chunks, left, self.limits.idle_timeout).await;
        storing.await.map_err(io::Error::other)??;
        ended
    }

    /// Reads the hash of a file at the end of its last part.
    async fn hash(&self, line: &FileLine) -> Result<Sha256, UploadRefusal> {
        let Some(part) = self.store.last_part(line.seq).await? else { return Ok(Sha256::new()) };
        let offset = part.start.saturating_add(part.length);
        if offset != line.offset {
            // Another writer was faster.
            return Err(UploadRefusal::Offset { offset });
        }
        Ok(hash_state::unwrap(&self.key, &line.id, &part.hash_state)?)
    }

    /// Finds the reason why a file takes no part any more.
    pub(crate) async fn ended(&self, number: &Number, id: &FileId, now: i64) -> UploadRefusal {
        match self.line(number, id, now).await {
            Ok(line) if line.state.is_complete() => UploadRefusal::Arrived,
            Ok(_) => UploadRefusal::Erased,
            Err(refusal) => refusal,
        }
    }
}

/// Passes a body on until it ends, stays silent, is too long, or nobody takes it.
async fn pump<S, E>(body: S, chunks: mpsc::Sender<Bytes>, mut left: u64, idle: Duration) -> Result<(), UploadRefusal>
where
    S: Stream<Item = Result<Bytes, E>> + Send,
{
    let mut body = pin!(body);
    let mut deadline = Instant::now() + idle;
    loop {
        let next = tokio::select! {
            next = timeout_at(deadline, body.next()) => next,
            // The storing side has failed, and returns its reason.
            () = chunks.closed() => return Ok(()),
        };
        let mut chunk = match next {
            Err(_) => return Err(UploadRefusal::Idle),
            Ok(None) => return Ok(()),
            Ok(Some(Err(_))) => return Err(UploadRefusal::Cut),
            Ok(Some(Ok(chunk))) if chunk.is_empty() => continue,
            Ok(Some(Ok(chunk))) => chunk,
        };
        let is_too_long = chunk.len() as u64 > left;
        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left = left.saturating_sub(chunk.len() as u64);
        if chunks.send(chunk).await.is_err() {
            return Ok(());
        }
        if is_too_long {
            return Err(UploadRefusal::TooLong);
        }
        deadline = Instant::now() + idle;
    }
}
