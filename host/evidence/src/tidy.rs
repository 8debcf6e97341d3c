//! Removal of unfinished files after their time, of ended packages, and of objects that no part names.
//!
//! `evidence.tidy(now)` → `Tidied { expired: 1, ended: 0, deleted: 3, orphans: 0 }`
//!
//! Each step can be interrupted, and is done again by the next run. Several hosts may run it at once.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use kakekomi_store::{EventKind, FileEnding, FileLine, Store};
use serde_json::json;

use crate::binding::demand_bound;
use crate::event::SYSTEM;
use crate::evidence::case_of;
use crate::object_name::ObjectName;
use crate::packages::end_packages;
use crate::storage::PartStorage;
use crate::{Evidence, UploadRefusal, blocking};

/// The age at which an object without a part is deleted. A part that is just being committed needs seconds; the days are
/// for the operator, who may have restored an older database.
pub const ORPHAN_AGE: Duration = Duration::from_hours(7 * 24);
/// Files, or names of objects, that are handled at a time.
const AT_ONCE: u32 = 64;

/// The counts of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Files that were given up.
    pub expired: u64,
    /// Packages whose grant has ended, or that were collected long ago.
    pub ended: u64,
    /// Objects of erased, destroyed and given up files and packages that were deleted.
    pub deleted: u64,
    /// Objects that no part names, and files that never became objects.
    pub orphans: u64,
}

impl Evidence {
    /// Gives up unfinished files after their time, destroys ended packages, and deletes objects that no part names.
    ///
    /// # Errors
    /// [`UploadRefusal::Store`], [`UploadRefusal::Storage`]: the rest is done by a later run.
    pub async fn tidy(&self, now: i64) -> Result<Tidied, UploadRefusal> {
        let expired = self.expire(now).await?;
        let ended = end_packages(&*self.store, now).await?;
        let deleted = delete_discarded(&*self.store, &self.storage).await;
        let orphans = self.sweep(ORPHAN_AGE).await;
        Ok(Tidied { expired, ended, deleted: deleted?, orphans: orphans? })
    }

    async fn expire(&self, now: i64) -> Result<u64, UploadRefusal> {
        let mut expired = 0;
        loop {
            let files = self.store.overdue_files(now, AT_ONCE).await?;
            let mut ended = 0;
            for file in &files {
                match self.expire_one(file, now).await {
                    Ok(is_ended) => ended += u64::from(is_ended),
                    Err(UploadRefusal::Store(error)) => return Err(error.into()),
                    // A damaged row must not keep the others.
                    Err(error) => tracing::error!(%error, file = %file.id, "an evidence file cannot be given up"),
                }
            }
            expired += ended;
            // What is left is damaged, or was given up by another host.
            if ended == 0 {
                return Ok(expired);
            }
        }
    }

    async fn expire_one(&self, file: &FileLine, now: i64) -> Result<bool, UploadRefusal> {
        let body = json!({"file": file.id.to_string(), "by": "time"});
        let event = case_of(file)?.event(EventKind::FileExpired, SYSTEM, now, &body)?;
        Ok(self.store.end_file(&file.id, FileEnding::Overdue, event).await?)
    }

    /// Deletes the objects of an age that no part names.
    pub(crate) async fn sweep(&self, age: Duration) -> Result<u64, UploadRefusal> {
        let storage = Arc::clone(&self.storage);
        let (mut orphans, mut all) = (blocking(move || storage.remove_old_spools(age)).await?, Ok(()));
        for begin in 0..=u8::MAX {
            let storage = Arc::clone(&self.storage);
            let objects = blocking(move || storage.old_objects(begin, age)).await?;
            for names in objects.chunks(AT_ONCE as usize) {
                let names = names.iter().map(ToString::to_string).collect();
                let unknown = self.store.unknown_objects(names).await?;
                let (gone, deleted) = delete(&*self.store, &self.storage, unknown).await?;
                orphans += gone.len() as u64;
                all = all.and(deleted);
            }
        }
        Ok(all.map(|()| orphans)?)
    }
}

/// Deletes the objects of erased, destroyed and given up files; returns their number. One that cannot be deleted does not
/// keep the others.
///
/// # Errors
/// [`UploadRefusal::Store`], [`UploadRefusal::Storage`]: the rest is done by a later run.
pub async fn delete_discarded(store: &dyn Store, storage: &Arc<dyn PartStorage>) -> Result<u64, UploadRefusal> {
    let mut deleted = 0;
    loop {
        let objects = store.discarded_objects(AT_ONCE).await?;
        if objects.is_empty() {
            return Ok(deleted);
        }
        let (gone, all) = delete(store, storage, objects).await?;
        deleted += gone.len() as u64;
        if gone.is_empty() {
            all?;
        }
        store.forget_objects(gone).await?;
    }
}

/// Deletes objects; returns the names of those that are gone, and the first error of the others.
///
/// # Errors
/// As [`delete_discarded`]; the storage may belong to another database.
async fn delete(
    store: &dyn Store,
    storage: &Arc<dyn PartStorage>,
    objects: Vec<String>,
) -> Result<(Vec<String>, io::Result<()>), UploadRefusal> {
    if objects.is_empty() {
        return Ok((objects, Ok(())));
    }
    demand_bound(store, storage).await?;
    let storage = Arc::clone(storage);
    let deleted = blocking(move || {
        let (mut gone, mut all) = (Vec::new(), Ok(()));
        for object in objects {
            match ObjectName::read(&object).map_or(Ok(()), |name| storage.delete(&name)) {
                Ok(()) => gone.push(object),
                Err(error) => all = all.and(Err(error)),
            }
        }
        Ok((gone, all))
    });
    Ok(deleted.await?)
}
