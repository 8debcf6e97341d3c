//! Free space of a storage.
//!
//! `Space { free: 9, total: 100 }.check(10)` → [`UploadRefusal::Full`]

use crate::UploadRefusal;

/// Space of a storage, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes that this program may still write.
    pub free: u64,
    /// All bytes.
    pub total: u64,
}

impl Space {
    /// Checks that a share of the space is free.
    ///
    /// # Errors
    /// [`UploadRefusal::Full`].
    pub fn check(self, min_free_percent: u64) -> Result<(), UploadRefusal> {
        let is_enough = u128::from(self.free) * 100 >= u128::from(self.total) * u128::from(min_free_percent);
        if is_enough { Ok(()) } else { Err(UploadRefusal::Full) }
    }
}
