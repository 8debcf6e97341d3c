//! Evidence files: received in parts, sealed as they come, kept in a storage.
//!
//! ```text
//! create(&number, log of 20 MiB) → UploadState { id, offset: 0 }
//! append(&number, &id, 0, body)  → parts of 8, 8 and 4 MiB, each one age file to the case; arrived, or mismatch
//! ```
//!
//! Clear bytes are in memory alone. A part counts once its object and then its row are durable, so an upload continues at
//! the end of its last part, at any host of the database. The crate knows store, sealing and outgoing HTTP, and neither the
//! server, SQL nor the form.
//!
//! - [`Evidence`]: declaration, state, bytes and end of uploads; `tidy`: what time and erasures leave, ended packages too
//! - [`PartStorage`]: the storage of parts; [`FolderStorage`]: one in a folder; [`S3Storage`]: one in a bucket;
//!   [`bind`]: binds it to its database
//! - [`read`], [`sealed_tar`], [`verify`]: stored files; [`Clamd`]: their scan
//! - [`EvidenceLimits`]: limits with their defaults

#![forbid(unsafe_code)]

mod append;
mod binding;
mod clamd;
mod commit;
mod event;
mod evidence;
mod flush;
mod folder;
pub mod form_first;
mod hash_state;
pub mod limits;
mod low_priority;
mod near;
mod object_name;
mod packages;
mod reading;
mod refusal;
mod runs;
mod s3;
mod sealed_tar;
mod sealer;
mod space;
mod spool;
mod storage;
#[cfg(test)]
mod tests;
mod tidy;
mod upload;

use std::io;

pub use binding::{bind, demand_bound};
pub use clamd::{Clamd, ClamdError, Scan, ScanError, ScanResult};
pub use evidence::Evidence;
pub use folder::FolderStorage;
pub use limits::EvidenceLimits;
pub use object_name::ObjectName;
pub use packages::{COLLECTED_DAYS, end_packages};
pub use reading::{Verification, read, verify};
pub use refusal::{AppendEnd, UploadRefusal};
pub use s3::{CredentialSource, S3Location, S3LocationError, S3Storage, is_unreachable};
pub use sealed_tar::{sealed_tar, sealed_tar_length};
pub use space::Space;
pub use spool::Spool;
pub use storage::PartStorage;
pub use tidy::{Tidied, delete_discarded};
pub use upload::{NewUpload, UnknownKindOfFile, UploadState, What};

/// Runs a function of a storage on a thread that may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
