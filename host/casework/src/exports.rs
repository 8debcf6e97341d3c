//! The register of exports: the events `export.made` of the store.
//!
//! `casework.exports(&operator, None, 50)` → the last fifty exports, the last one first; opened where there is an identity

use kakekomi_purposes::ExportRecord;
use kakekomi_store::{Event, EventKind};

use crate::casework::{Casework, demand};
use crate::error::WorkError;
use crate::limits::PAGE_MAX;
use crate::operator::{Operator, Right};

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportLine {
    /// Position in the chain.
    pub seq: i64,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// The one who made it.
    pub actor: String,
    /// Purpose, recipient, number of cases and fields; `None` where it stays sealed.
    pub record: Option<ExportRecord>,
}

impl Casework {
    /// Reads the exports before a position of the chain, the last one first; at most [`PAGE_MAX`]. Without a position: the last
    /// ones. They name no applicant, so that an auditor may read them.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn exports(
        &self,
        operator: &Operator,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<ExportLine>, WorkError> {
        demand(operator, Right::SeeExports)?;
        let events = self.store().store_events(EventKind::ExportMade, before, limit.min(PAGE_MAX)).await?;
        Ok(events.into_iter().map(|event| self.export_line(event)).collect())
    }

    fn export_line(&self, event: Event) -> ExportLine {
        let body = self.parts.reader.as_ref().and_then(|reader| reader.open_store_event(&event).ok().flatten());
        let record = body.and_then(|body| serde_json::from_value(body).ok());
        ExportLine { seq: event.seq, at: event.at, actor: event.actor, record }
    }
}
