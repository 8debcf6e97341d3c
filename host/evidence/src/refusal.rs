//! The reasons why an upload is refused or ends early.
//!
//! A part at 8 MiB of a file that ends at 16 MiB → [`UploadRefusal::Offset`] `{ offset: 16 MiB }`

use std::io::{self, ErrorKind};
use std::time::Duration;

use kakekomi_sealing::SealingError;
use kakekomi_store::{Refusal, StoreError};

use crate::UploadState;

/// The reason why an upload is refused or ends early.
#[derive(Debug, thiserror::Error)]
pub enum UploadRefusal {
    /// The case has no such file, or there is no such case.
    #[error("the case has no such file")]
    Unknown,
    /// The bytes do not begin where the file ends.
    #[error("the file ends at {offset}")]
    Offset {
        /// The end of the file.
        offset: u64,
    },
    /// The file is larger than a file, or the case's files together, may be.
    #[error("the file, or the files of the case together, are too large")]
    TooLarge,
    /// The case has as many files as it may have.
    #[error("the case has as many files as it may have")]
    TooMany,
    /// A value of the declaration is not valid; the text is its name.
    #[error("the value {0} of the declaration is not valid")]
    Metadata(&'static str),
    /// The file is complete already.
    #[error("the file is complete")]
    Arrived,
    /// The file was given up unfinished.
    #[error("the file was given up unfinished")]
    Expired,
    /// The case is closed and takes no further file.
    #[error("the case is closed")]
    Closed,
    /// The case was erased, or the file destroyed.
    #[error("the case was erased, or the file destroyed")]
    Erased,
    /// More bytes came than were declared. Those before the surplus are stored.
    #[error("more bytes came than were declared")]
    TooLong,
    /// The storage has too little free space.
    #[error("the storage has too little free space")]
    Full,
    /// Too many uploads at once; to be tried again after this time.
    #[error("too many uploads at once")]
    Busy(Duration),
    /// No byte came for too long. Those that came are stored.
    #[error("no byte came for too long")]
    Idle,
    /// The body ended early. The bytes that came are stored.
    #[error("the body ended early")]
    Cut,
    /// The storage failed.
    #[error("the storage of evidence files failed: {0}")]
    Storage(io::Error),
    /// The bytes, or the event, cannot be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<io::Error> for UploadRefusal {
    fn from(error: io::Error) -> UploadRefusal {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => UploadRefusal::Full,
            _ => UploadRefusal::Storage(error),
        }
    }
}

impl From<Refusal> for UploadRefusal {
    fn from(refusal: Refusal) -> UploadRefusal {
        if refusal == Refusal::Erased { UploadRefusal::Erased } else { UploadRefusal::Closed }
    }
}

/// The early end of an upload.
#[derive(Debug)]
pub struct AppendEnd {
    /// The file after that, where it can be read.
    pub state: Option<UploadState>,
    /// The reason.
    pub why: UploadRefusal,
}
