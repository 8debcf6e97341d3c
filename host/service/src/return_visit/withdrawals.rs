//! The withdrawal of the application, or of the intent of clause 1②.
//!
//! `{"what":"intent"}` → the event `intent.withdrawn`, and `handover.destroyed` where a package was not collected
//!
//! The store destroys such a package in the transaction of the withdrawal. The event that says so is written in the same one.

use std::sync::Arc;

use kakekomi_store::{Appended, ApplicantRequest, Case, EventKind, NewEvent, PackagePurpose};
use serde::Deserialize;
use serde_json::{Value, json};

use super::additions::added;
use super::exchange::Addition;
use super::{ATTEMPTS, Added, ReturnVisits, Visit, VisitRefusal};
use crate::submit::Outcome;

/// The address, which is part of a request's hash.
const WITHDRAWALS: &str = "withdrawals";

/// The reason why a package is destroyed, as the desk's own withdrawal names it.
const REASON: &str = "withdrawn";

/// The body of a withdrawal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    what: Withdrawn,
}

/// The thing that an applicant withdraws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Withdrawn {
    Application,
    Intent,
}

impl Withdrawn {
    /// Returns kind and body of its event.
    fn event(self) -> (EventKind, Value) {
        match self {
            Withdrawn::Application => (EventKind::CaseWithdrawn, json!({})),
            Withdrawn::Intent => (EventKind::IntentWithdrawn, json!({ "by": "return" })),
        }
    }
}

impl ReturnVisits {
    /// Withdraws the application or the intent.
    ///
    /// # Errors
    /// [`VisitRefusal::Closed`]: the case is closed. [`VisitRefusal::NoReferral`]: there is no intent to withdraw.
    pub async fn withdraw(&self, visit: &Visit, addition: &Addition, now: i64) -> Result<Added, VisitRefusal> {
        let Withdrawal { what } = serde_json::from_slice(&addition.body).map_err(|_| VisitRefusal::Body)?;
        let request = self.intake.sealer.applicant_request(addition.key.as_str(), WITHDRAWALS, &addition.body);
        for _ in 0..ATTEMPTS {
            let case = self.case(visit).await?;
            if let Some(outcome) = self.intake.store.outcome_of(&visit.number, request).await? {
                return added(outcome);
            }
            let events = self.withdrawal(visit, case, what, request, now).await?;
            match self.append_all(addition.client, events).await? {
                Appended::Conflict { .. } => {}
                outcome => return added(outcome),
            }
        }
        Err(Outcome::Busy.into())
    }

    /// Makes the event of a withdrawal, and that of the package which it destroys.
    async fn withdrawal(
        &self,
        visit: &Visit,
        case: Arc<Case>,
        what: Withdrawn,
        request: ApplicantRequest,
        now: i64,
    ) -> Result<Vec<NewEvent>, VisitRefusal> {
        let (kind, body) = what.event();
        let withdrawn = self.sealed(Arc::clone(&case), kind, body, now).await?;
        // A package that is made in between has no event here: the withdrawal then begins again.
        let mut events = vec![NewEvent { after: Some(case.changed_n), request: Some(request), ..withdrawn }];
        for package in self.intake.store.packages_of(&visit.number).await? {
            let is_over = package.destroyed_at.is_some() || package.collected_at.is_some();
            if package.purpose == PackagePurpose::Referral && !is_over {
                let body = json!({ "package": package.id.to_string(), "reason": REASON });
                events.push(self.sealed(Arc::clone(&case), EventKind::HandoverDestroyed, body, now).await?);
            }
        }
        Ok(events)
    }
}
