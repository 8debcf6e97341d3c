//! Limits of evidence files. Each is a setting of `kakekomi serve`.
//!
//! `EvidenceLimits::default()` → 64 GiB a file, 50 files and 256 GiB a case, 4 uploads an address

use std::time::Duration;

const GIB: u64 = 1 << 30;

/// The most bytes of a file.
pub const FILE_MAX: u64 = 64 * GIB;
/// The most files of a case. Those that were given up or destroyed do not count.
pub const FILES_A_CASE: u64 = 50;
/// The most declared bytes of the files of a case.
pub const CASE_MAX: u64 = 256 * GIB;
/// Uploads of one address at a time.
pub const UPLOADS_AN_ADDRESS: usize = 4;
/// The longest wait for the next byte of an upload.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of a part, but for the last one before an interruption or the end.
pub const PART_BYTES: u64 = 8 << 20;
/// The time after its last part at which an unfinished file is given up, in milliseconds.
pub const UNFINISHED_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Free space of the storage, in percent, below which no file is taken.
pub const MIN_FREE_PERCENT: u64 = 10;
/// The most bytes of a file's name, in UTF-8.
pub const NAME_MAX: usize = 255;
/// The most bytes of a file's media type.
pub const MEDIA_TYPE_MAX: usize = 255;

/// The limits as an operator sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceLimits {
    /// Bytes of a file.
    pub file_max: u64,
    /// Files of a case.
    pub files_a_case: u64,
    /// Declared bytes of the files of a case.
    pub case_max: u64,
    /// Uploads of one address at a time; the caller, who knows addresses, counts them.
    pub uploads_an_address: usize,
    /// The longest wait for the next byte.
    pub idle_timeout: Duration,
    /// Bytes of a part.
    pub part_bytes: u64,
    /// Milliseconds after the last part until an unfinished file is given up.
    pub unfinished_ms: i64,
    /// Free space of the storage in percent.
    pub min_free_percent: u64,
}

impl Default for EvidenceLimits {
    fn default() -> EvidenceLimits {
        EvidenceLimits {
            file_max: FILE_MAX,
            files_a_case: FILES_A_CASE,
            case_max: CASE_MAX,
            uploads_an_address: UPLOADS_AN_ADDRESS,
            idle_timeout: IDLE_TIMEOUT,
            part_bytes: PART_BYTES,
            unfinished_ms: UNFINISHED_MS,
            min_free_percent: MIN_FREE_PERCENT,
        }
    }
}
