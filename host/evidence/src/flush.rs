//! Flushes of the parts of uploads: one at a time, and each waits while a case is being submitted, for a moment at most.
//!
//! `flush(&file)` → all is on the disk
//!
//! Fifty parts that became full at the same moment would otherwise keep the disk from every case for a second.

use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError};

use crate::form_first;

/// Held by the flush under way.
static FLUSH: Mutex<()> = Mutex::new(());

/// Flushes what was written.
///
/// # Errors
/// The disk refused this flush, or to write some of the bytes before.
pub fn flush(file: &File) -> io::Result<()> {
    let _one = FLUSH.lock().unwrap_or_else(PoisonError::into_inner);
    form_first::give_way();
    file.sync_data()
}
