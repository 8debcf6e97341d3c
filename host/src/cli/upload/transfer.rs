//! The transfer of one file: found or created at the desk, sent in slices, continued after each interruption.
//!
//! `Transfer::new(&connection, path, kind).run().await` → the file as the desk has it in the end
//!
//! ```text
//! SHA-256 of the file → its upload at the desk, or a new one → PATCH … PATCH → state
//!            a failure → a growing wait → the offset that the desk has → PATCH …
//! ```

use std::io::SeekFrom;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::ProgressBar;
use kakekomi_store::digest::hex;
use sha2::{Digest as _, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::time::{interval, sleep};

use super::connection::{Connection, Kind, NewUpload, Upload};
use super::failure::Failure;
use crate::cli::print;
use crate::error::CliError;

/// The most bytes of a request: parts of the storage are full, and a proxy that keeps a request until it is whole keeps little.
const SLICE_BYTES: u64 = 64 << 20;
/// The wait after the first failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Failures in a row, without a byte in between, after which the command ends: some eight minutes.
const ATTEMPTS_MAX: u32 = 12;
/// The time in which a request must take a byte or be answered.
const STALL_TIMEOUT: Duration = Duration::from_mins(2);
/// Bytes that are hashed at a time.
const HASH_BYTES: usize = 256 << 10;
/// Pause between two looks at the progress.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);
/// The shape of the bar.
const BAR: &str = "{msg} {bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";

/// The transfer of one file.
pub struct Transfer<'a> {
    connection: &'a Connection,
    path: &'a Path,
    kind: Kind,
    sent: Arc<AtomicU64>,
}

impl<'a> Transfer<'a> {
    pub fn new(connection: &'a Connection, path: &'a Path, kind: Kind) -> Transfer<'a> {
        Transfer { connection, path, kind, sent: Arc::default() }
    }

    /// Sends the file, and what is left of it after each failure that may pass. An upload that has ended is declared anew, once.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Later`] after many attempts without progress.
    pub async fn run(&self) -> Result<Upload, Failure> {
        let (length, sha256) = self.hash().await?;
        let bar = print::progress(length, BAR).with_message("sending");
        let (mut upload, mut ended, mut failures) = (None, None, 0);
        loop {
            let before = upload.as_ref().map(|upload: &Upload| upload.offset);
            let failure = match self.attempt(&mut upload, ended.as_deref(), length, &sha256, &bar).await {
                Ok(done) => {
                    bar.finish_and_clear();
                    return Ok(done);
                }
                Err(failure) => failure,
            };
            if matches!(failure, Failure::Gone(_))
                && ended.is_none()
                && let Some(gone) = upload.take()
            {
                ended = Some(gone.id);
                continue;
            }
            let Failure::Later { why, after } = failure else { return Err(failure) };
            failures = if upload.as_ref().map(|upload| upload.offset) > before { 1 } else { failures + 1 };
            if failures > ATTEMPTS_MAX {
                return Err(Failure::Later { why, after });
            }
            let wait = wait(failures, after);
            bar.suspend(|| print::words(&format!("kakekomi: {why}; trying again in {} s", wait.as_secs())));
            sleep(wait).await;
        }
    }

    /// Continues the upload to its end, or to the next failure; `upload` has what is known of it then.
    async fn attempt(
        &self,
        upload: &mut Option<Upload>,
        ended: Option<&str>,
        length: u64,
        sha256: &str,
        bar: &ProgressBar,
    ) -> Result<Upload, Failure> {
        let upload = match upload {
            Some(known) => {
                known.offset = self.connection.offset(&known.id).await?;
                known
            }
            None => upload.insert(self.find_or_create(ended, length, sha256).await?),
        };
        while upload.offset < length {
            bar.set_position(upload.offset);
            upload.offset = self.slice(upload, bar).await?;
        }
        bar.set_position(length);
        let found = self.connection.uploads().await?.into_iter().find(|one| one.id == upload.id);
        found.ok_or_else(|| Failure::File(CliError::Remote("the desk does not list the file".to_owned())))
    }

    /// Finds the file at the desk, unfinished or whole, or creates it. A creation whose answer was lost is found as well, and an
    /// overdue upload, which the desk lists until it tidies, is not.
    async fn find_or_create(&self, ended: Option<&str>, length: u64, sha256: &str) -> Result<Upload, Failure> {
        let is_it = |one: &Upload| one.length == length && one.sha256.as_deref() == Some(sha256);
        let is_kept = |one: &Upload| {
            matches!(one.state.as_str(), "declared" | "receiving" | "arrived") && Some(one.id.as_str()) != ended
        };
        let uploads = self.connection.uploads().await?;
        if let Some(found) = uploads.into_iter().find(|one| is_it(one) && is_kept(one)) {
            return Ok(found);
        }
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.connection.create(&NewUpload { name: &name, kind: self.kind, length, sha256 }).await
    }

    /// Sends the next slice; returns the bytes that the desk has then.
    async fn slice(&self, upload: &Upload, bar: &ProgressBar) -> Result<u64, Failure> {
        let mut file = self.open().await?;
        file.seek(SeekFrom::Start(upload.offset)).await.map_err(|error| self.unreadable(error))?;
        let length = (upload.length - upload.offset).min(SLICE_BYTES);
        self.sent.store(0, Ordering::Relaxed);
        let mut sending = Box::pin(self.connection.append(upload, file, length, &self.sent));
        let (mut ticks, mut last, mut idle) = (interval(PROGRESS_INTERVAL), 0, Duration::ZERO);
        loop {
            tokio::select! {
                offset = &mut sending => return offset,
                _ = ticks.tick() => {
                    let sent = self.sent.load(Ordering::Relaxed);
                    idle = if sent == last { idle + PROGRESS_INTERVAL } else { Duration::ZERO };
                    last = sent;
                    bar.set_position(upload.offset + sent);
                    if idle > STALL_TIMEOUT {
                        return Err(Failure::Later { why: "the desk takes no bytes".to_owned(), after: None });
                    }
                }
            }
        }
    }

    /// Computes length and SHA-256 of the file.
    async fn hash(&self) -> Result<(u64, String), Failure> {
        let mut file = self.open().await?;
        let expected = file.metadata().await.map_err(|error| self.unreadable(error))?.len();
        let bar = print::progress(expected, BAR).with_message("reading");
        let (mut length, mut hasher, mut buffer) = (0, Sha256::new(), vec![0; HASH_BYTES]);
        loop {
            let read = file.read(&mut buffer).await.map_err(|error| self.unreadable(error))?;
            if read == 0 {
                bar.finish_and_clear();
                return Ok((length, hex(&hasher.finalize())));
            }
            hasher.update(buffer.get(..read).unwrap_or_default());
            length += read as u64;
            bar.set_position(length);
        }
    }

    async fn open(&self) -> Result<File, Failure> {
        File::open(self.path).await.map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: std::io::Error) -> Failure {
        Failure::File(CliError::io(self.path)(error))
    }
}

/// Computes the wait after a number of failures in a row.
fn wait(failures: u32, after: Option<Duration>) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << (failures - 1).min(16)).min(LONGEST_WAIT);
    doubled.max(after.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_heed_the_desk() {
        let waits: Vec<_> = (1..=8).map(|failures| wait(failures, None).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(wait(1, Some(Duration::from_secs(10))).as_secs(), 10);
        assert_eq!(wait(ATTEMPTS_MAX, None), LONGEST_WAIT);
    }
}
