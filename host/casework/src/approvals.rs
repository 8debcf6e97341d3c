//! The ids of approvals in writing: the case's number with a count, so that an export finds the case by the approval.
//!
//! the second approval of the case 2609-4873-1059 → `2609-4873-1059.2`

use kakekomi_store::receipt_number::Number;
use kakekomi_store::{EventKind, FileId};
use serde_json::Value;

use crate::casework::Casework;
use crate::error::WorkError;

impl Casework {
    /// Adds the next id to the body of an approval. An approval in between is a change, so that no id is given twice.
    pub(crate) async fn with_approval_id(&self, number: &Number, mut body: Value) -> Result<Value, WorkError> {
        let kind = EventKind::ApprovalAttached.as_str();
        let events = self.events(number).await?;
        let count = events.iter().filter(|event| event.kind == kind).count().saturating_add(1);
        if let Some(members) = body.as_object_mut() {
            members.insert("approval".to_owned(), format!("{number}.{count}").into());
        }
        Ok(body)
    }

    /// Reports whether the case has an approval of this id. The bodies are sealed, and the ids count them.
    pub(crate) async fn has_approval(&self, number: &Number, id: &str) -> Result<bool, WorkError> {
        let kind = EventKind::ApprovalAttached.as_str();
        let approvals = self.events(number).await?.into_iter().filter(|event| event.kind == kind);
        Ok((1..).zip(approvals).any(|(count, _): (u64, _)| format!("{number}.{count}") == id))
    }

    /// Reports whether the case has an evidence file of this id whose bytes have all arrived.
    pub(crate) async fn has_file(&self, number: &Number, id: &str) -> Result<bool, WorkError> {
        let Ok(id) = id.parse::<FileId>() else { return Ok(false) };
        let found = self.store().file(&id).await?;
        Ok(found.is_some_and(|file| file.number == number.to_string() && file.state.is_complete()))
    }
}
