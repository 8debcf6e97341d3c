//! The notices of the desk: their targets, tests of these, and notices that are tried again.
//!
//! `retry_failed(&lead, "webhook:siem")` → the notices that were given up are due again

use kakekomi_store::{Announcement, OutboxTarget, RetryChoice, TEST_KIND};

use crate::casework::{Casework, demand};
use crate::error::WorkError;
use crate::operator::{Operator, Right};

/// Notices that need somebody's attention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undelivered {
    /// Notices that were given up.
    pub failed: i64,
    /// Targets that are disabled.
    pub disabled: i64,
}

impl Casework {
    /// Lists the targets of notices with their counts.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn targets(&self, operator: &Operator) -> Result<Vec<OutboxTarget>, WorkError> {
        demand(operator, Right::ManageDelivery)?;
        Ok(self.store().outbox_targets().await?)
    }

    /// Counts what needs attention, for everybody who sees the queue.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn undelivered(&self, operator: &Operator) -> Result<Undelivered, WorkError> {
        demand(operator, Right::SeeQueue)?;
        let targets = self.store().outbox_targets().await?;
        let disabled = targets.iter().map(|target| i64::from(target.disabled_at.is_some())).sum();
        Ok(Undelivered { failed: targets.iter().map(|target| target.failed).sum(), disabled })
    }

    /// Sends a test to a target; its answer is the target's last one soon.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`]; [`WorkError::NoTarget`]: there is no such target.
    pub async fn test_target(&self, operator: &Operator, target: &str) -> Result<(), WorkError> {
        demand(operator, Right::ManageDelivery)?;
        let (target, kind) = (target.to_owned(), TEST_KIND.to_owned());
        let test = Announcement { target, kind, at: self.now(), once_in: None };
        self.store().announce(test).await?.map(drop).ok_or(WorkError::NoTarget)
    }

    /// Tries the notices again that a target was not given.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn retry_failed(&self, operator: &Operator, target: &str) -> Result<u64, WorkError> {
        demand(operator, Right::ManageDelivery)?;
        Ok(self.store().retry_notices(RetryChoice::FailedOf(target.to_owned())).await?)
    }

    /// Enables a disabled target, and tries all its notices again.
    ///
    /// # Errors
    /// [`WorkError::Forbidden`], [`WorkError::Store`].
    pub async fn enable_target(&self, operator: &Operator, target: &str) -> Result<u64, WorkError> {
        demand(operator, Right::ManageDelivery)?;
        Ok(self.store().retry_notices(RetryChoice::Target(target.to_owned())).await?)
    }
}
