//! The collection of packages by their organizations, who hold the link.
//!
//! `linked_package("5f…")` → the package, without an event · `collect("5f…")` → its bytes, after the event `handover.collected`

use std::io::Read;
use std::sync::Arc;

use kakekomi_service::sealed_case::{EventDraft, seal_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, EventKind, Organization, PackageLine, PackagePurpose};
use serde_json::json;

use super::error::HandoverError;
use super::link::token_hash;
use crate::casework::Casework;
use crate::error::WorkError;
use crate::files::Download;

/// A package that a link leads to.
#[derive(Debug, Clone)]
pub struct LinkedPackage {
    /// The package.
    pub line: PackageLine,
    /// The organization that it is sealed to.
    pub organization: Organization,
}

impl Casework {
    /// Finds the package of a link; `None` for a link that does not lead to one any more. It writes no event: programs that scan links
    /// come here as well.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn linked_package(&self, token: &str) -> Result<Option<LinkedPackage>, HandoverError> {
        let Some(line) = self.store().linked_package(token_hash(token), self.now()).await? else { return Ok(None) };
        let Some(organization) = self.store().organization(&line.organization).await? else { return Ok(None) };
        Ok(Some(LinkedPackage { line, organization }))
    }

    /// Records a collection, and returns the sealed bytes; `None` as for [`Casework::linked_package`]. The event is durable before a
    /// byte can be read.
    ///
    /// # Errors
    /// [`HandoverError`]: nothing is read then.
    pub async fn collect(&self, token: &str) -> Result<Option<(LinkedPackage, Download)>, HandoverError> {
        let Some(linked) = self.linked_package(token).await? else { return Ok(None) };
        let storage = Arc::clone(self.parts.storage.as_ref().ok_or(WorkError::NoFile)?);
        let line = &linked.line;
        let number = Number::read(&line.number).map_err(|error| WorkError::Damaged(error.to_string()))?;
        // The state is that of the last hand-over: an earlier one must not be collected in its place.
        if line.purpose == PackagePurpose::Referral && !self.is_last_handover(&number, line.seq).await? {
            return Ok(None);
        }
        let case = self.case(&number).await?;
        if case.line.is_erased() {
            return Ok(None);
        }
        let kind = match line.purpose {
            PackagePurpose::Referral => EventKind::HandoverCollected,
            PackagePurpose::Subcontract => EventKind::GrantUsed,
        };
        let body = json!({ "organization": line.organization, "package": line.id.to_string() });
        let actor = format!("organization:{}", line.organization);
        let draft = EventDraft { at: self.now(), actor: &actor, kind, body: &body, after: None, also_to: None };
        let outcome = self.store().record_collection(&line.id, seal_event(&case, &draft)?).await;
        if !matches!(outcome.map_err(WorkError::NotRecorded)?, Appended::Stored { .. }) {
            return Ok(None);
        }
        let parts = self.store().package_parts(line.seq).await?;
        let bytes: Box<dyn Read + Send> = Box::new(kakekomi_referral::read(storage, parts));
        let length = line.length;
        Ok(Some((linked, Download { bytes, length })))
    }

    async fn is_last_handover(&self, number: &Number, seq: i64) -> Result<bool, WorkError> {
        let packages = self.store().packages_of(number).await?;
        let last = packages.iter().rfind(|line| line.purpose == PackagePurpose::Referral);
        Ok(last.is_some_and(|line| line.seq == seq))
    }
}
