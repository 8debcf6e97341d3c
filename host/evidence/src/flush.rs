//! Flushes of files that are being written: one at a time, of all uploads, of half a megabyte or so, and none while a case is
//! submitted.
//!
//! `file.begin_flush()` → at once; `file.flush()` → all is on the disk
//!
//! Fifty parts that became full at the same moment would otherwise keep the disk from every case for a second.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::thread::Builder;

use crate::form_first;

/// Flushes that may wait; a file that finds no place is flushed later.
const QUEUE: usize = 256;

/// Held by the flush under way.
static FLUSH: Mutex<()> = Mutex::new(());
/// The queue of the thread that flushes; `None` where there is no thread.
static BEGUN: LazyLock<Option<SyncSender<Arc<FlushedFile>>>> = LazyLock::new(|| {
    let (sender, begun) = sync_channel(QUEUE);
    Builder::new().name("flush".to_owned()).spawn(|| flush_all(begun)).ok().map(|_| sender)
});

/// A file that is flushed while it is written.
#[derive(Debug)]
pub struct FlushedFile {
    /// The file, open for writing.
    pub file: File,
    /// A file reports a failed flush once, so that the last flush would not know of an earlier one.
    has_failed: AtomicBool,
}

impl FlushedFile {
    /// Takes a file.
    pub fn new(file: File) -> FlushedFile {
        FlushedFile { file, has_failed: AtomicBool::new(false) }
    }

    /// Begins to flush what was written; returns whether there was a place for it.
    pub fn begin_flush(self: &Arc<Self>) -> bool {
        BEGUN.as_ref().is_some_and(|begun| begun.try_send(Arc::clone(self)).is_ok())
    }

    /// Flushes what was written.
    ///
    /// # Errors
    /// The disk refused this flush, or one before.
    pub fn flush(&self) -> io::Result<()> {
        form_first::give_way();
        let _one = FLUSH.lock().unwrap_or_else(PoisonError::into_inner);
        let flushed = self.file.sync_data();
        if flushed.is_err() || self.has_failed.load(Ordering::Acquire) {
            self.has_failed.store(true, Ordering::Release);
            return flushed.and_then(|()| Err(io::Error::other("an earlier flush of the file failed")));
        }
        Ok(())
    }
}

fn flush_all(begun: Receiver<Arc<FlushedFile>>) {
    for file in begun {
        if let Err(error) = file.flush() {
            tracing::warn!(%error, "a part of an upload was not flushed");
        }
    }
}
