//! The queue: clear columns alone, so that it needs no identity and is no reading of contents.
//!
//! `casework.queue(&operator, &QueueFilter::default(), None, 50)` → the fifty cases that come first

use kakekomi_store::{QueueFilter, QueueKey, QueueLine, Read};

use crate::casework::{Casework, demand};
use crate::error::WorkError;
use crate::limits::PAGE_MAX;
use crate::operator::{Operator, Right};

impl Casework {
    /// Reads a page of the queue after a place of its order; at most [`PAGE_MAX`] lines.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn queue(
        &self,
        operator: &Operator,
        filter: &QueueFilter,
        after: Option<QueueKey>,
        limit: u32,
    ) -> Result<Vec<Read<QueueLine>>, WorkError> {
        demand(operator, Right::SeeQueue)?;
        Ok(self.store().queue(filter, after, limit.min(PAGE_MAX)).await?)
    }

    /// Returns the position of the last event of the store: a live page is stale when it has changed.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn head(&self, operator: &Operator) -> Result<i64, WorkError> {
        demand(operator, Right::SeeQueue)?;
        Ok(self.store().audit_head().await?.seq)
    }
}
