//! The ids of approvals in writing: the case's number with a count, so that an export finds the case by the approval.
//!
//! the second approval of the case 2609-4873-1059 → `2609-4873-1059.2`

use kakekomi_store::EventKind;
use kakekomi_store::receipt_number::Number;
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
}
