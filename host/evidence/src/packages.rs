//! The end of packages: the sealed bytes of a grant after its end, and of a hand-over long after its collection.
//!
//! `end_packages(store, now)` → 2 packages are destroyed, with the events `grant.ended` and `handover.copy_destroyed`

use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, EventKind, PackageLine, PackagePurpose, Read, Store, StoreError};
use serde_json::json;

use crate::UploadRefusal;
use crate::event::{EventCase, SYSTEM};

/// The days for which the desk keeps its copy of a hand-over after the collection. The organization has it, and may ask once more
/// after a lost disk.
pub const COLLECTED_DAYS: i64 = 30;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Packages that are handled at a time.
const AT_ONCE: u32 = 64;

/// Destroys the packages that have ended; their objects are left to [`delete_discarded`](crate::delete_discarded). Returns their
/// number. A damaged case does not keep the packages of others.
///
/// # Errors
/// [`StoreError`]: the rest is done by a later run.
pub async fn end_packages(store: &dyn Store, now: i64) -> Result<u64, StoreError> {
    let collected_before = now.saturating_sub(COLLECTED_DAYS * DAY_MS);
    let (mut ended, mut after) = (0, 0);
    loop {
        let packages = store.ended_packages(now, collected_before, after, AT_ONCE).await?;
        let Some(last) = packages.last() else { return Ok(ended) };
        after = last.seq;
        for package in &packages {
            match end(store, package, now).await {
                Ok(is_ended) => ended += u64::from(is_ended),
                Err(UploadRefusal::Store(error)) => return Err(error),
                Err(error) => tracing::error!(%error, package = %package.id, "an ended package cannot be destroyed"),
            }
        }
    }
}

/// Destroys one package; false if somebody was faster.
async fn end(store: &dyn Store, package: &PackageLine, now: i64) -> Result<bool, UploadRefusal> {
    let number = Number::read(&package.number).map_err(|_| UploadRefusal::Unknown)?;
    let Some(Read::Ok(case)) = store.show(&number).await? else { return Err(UploadRefusal::Unknown) };
    let recipient = case.recipient.ok_or(UploadRefusal::Erased)?;
    let kind = match package.purpose {
        PackagePurpose::Subcontract => EventKind::GrantEnded,
        PackagePurpose::Referral => EventKind::HandoverCopyDestroyed,
    };
    let id = package.id.to_string();
    let body = json!({ "organization": package.organization, "package": id, "reason": "expired" });
    let event = EventCase { number, recipient }.event(kind, SYSTEM, now, &body)?;
    Ok(matches!(store.destroy_package(&package.id, event).await?, Appended::Stored { .. }))
}
