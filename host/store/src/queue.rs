//! The order in which the desk works on its cases, and the conditions of its queue.
//!
//! `store.queue(&QueueFilter::default(), None, 50)` → the fifty open cases that come first: critical, high, normal, low; in
//! each those whose applicants wait longest; then those that wait for the applicant
//!
//! Closed cases are a list of their own (`status: closed`), the last received first.

use crate::case::{CaseLine, CaseRow};
use crate::event::STEP_OF_DESK;

/// Conditions on the cases of the queue; a case must meet all that are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// With this status. Without one: every case that is neither closed nor erased.
    pub status: Option<String>,
    /// With this assignee, or with none.
    pub assignee: Option<Assignee>,
    /// With this kind of incident, a code of the form.
    pub kind: Option<String>,
    /// With this urgency; a case without one counts as `normal`.
    pub urgency: Option<String>,
    /// Sent with a partner's test key, or without.
    pub test: Option<bool>,
    /// To be looked at again before this moment; milliseconds since the epoch, UTC.
    pub follow_up_before: Option<i64>,
    /// Only cases whose applicants wait for the desk.
    pub waiting_only: bool,
}

/// A condition on the operator who works on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// Nobody works on it.
    Nobody,
    /// The operator of this name does.
    Name(String),
}

/// A place in the queue's order; the next page begins after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueKey {
    /// The rank of the urgency: 0 for `critical`, 3 for `low`.
    pub rank: i64,
    /// The moment since which the applicant waits; `i64::MAX` where the desk waits for the applicant.
    pub waiting_since: i64,
    /// The position of the case in the store's sequence.
    pub seq: i64,
}

/// A case in the queue.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct QueueLine {
    /// The columns of a list.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub line: CaseLine,
    /// The moment since which the applicant waits for the desk; milliseconds since the epoch, UTC.
    pub waiting_since: Option<i64>,
    /// The date to look at it again; milliseconds since the epoch, UTC.
    pub follow_up: Option<i64>,
    /// The state of the referral, as in [`ClauseStates`](crate::ClauseStates).
    pub referral: Option<String>,
    /// The number of its last event that is no reading.
    pub changed_n: i64,
}

impl QueueLine {
    /// Returns its place in the order.
    pub fn key(&self) -> QueueKey {
        QueueKey {
            rank: rank(self.line.urgency.as_deref()),
            waiting_since: self.waiting_since.unwrap_or(i64::MAX),
            seq: self.line.seq,
        }
    }

    /// Returns the state of a referral whose next step is the desk's, which would be forgotten otherwise: `recorded` needs the
    /// confirmation by a second person, `intent` the release by a lead, `released` the package.
    pub fn pending_referral(&self) -> Option<&str> {
        let state = self.referral.as_deref().filter(|state| STEP_OF_DESK.contains(state))?;
        self.line.may_hand_over().then_some(state)
    }
}

impl CaseRow for QueueLine {
    fn line(&self) -> &CaseLine {
        &self.line
    }
}

/// Returns the rank of an urgency, as the database computes it.
pub(crate) fn rank(urgency: Option<&str>) -> i64 {
    match urgency {
        Some("critical") => 0,
        Some("high") => 1,
        Some("low") => 3,
        _ => 2,
    }
}
