//! The events of the whole store, in clear columns.
//!
//! `casework.audit(&operator, None, 50)` → the last fifty events, the last one first

use kakekomi_store::Event;
use serde::Serialize;

use crate::casework::{Casework, demand};
use crate::error::WorkError;
use crate::limits::PAGE_MAX;
use crate::operator::{Operator, Right};

/// An event of the store without its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// Position in the chain.
    pub seq: i64,
    /// Its case; `None` for an event of the store.
    pub case_number: Option<String>,
    /// Number in its case.
    pub n: Option<i64>,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// The one who caused it.
    pub actor: String,
    /// Its kind.
    pub kind: String,
}

impl Casework {
    /// Reads the events before a position of the chain, the last one first; at most [`PAGE_MAX`]. Without a position: the last
    /// ones.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn audit(
        &self,
        operator: &Operator,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditLine>, WorkError> {
        demand(operator, Right::SeeAudit)?;
        let end = match before {
            Some(before) => before.saturating_sub(1),
            None => self.store().audit_head().await?.seq,
        };
        // The sequence of events has no gaps.
        let limit = i64::from(limit.min(PAGE_MAX)).min(end.max(0));
        let events = self.store().events(end - limit, u32::try_from(limit).unwrap_or(PAGE_MAX), None).await?;
        Ok(events.into_iter().rev().map(line).collect())
    }
}

fn line(event: Event) -> AuditLine {
    let Event { seq, case_number, n, at, actor, kind, .. } = event;
    AuditLine { seq, case_number, n, at, actor, kind }
}
