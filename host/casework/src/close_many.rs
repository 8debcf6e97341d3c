//! Many test or bogus cases closed at once, with one reason.
//!
//! `close_many(&operator, [(number, Some(1)), …], "bots")` → one event `case.closed` `{"outcome":"out_of_scope"}` each

use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, Refusal};

use crate::action::{Action, Outcome};
use crate::casework::{Casework, demand};
use crate::error::{ActError, WorkError};
use crate::fields::{FieldCode, FieldError};
use crate::limits::CLOSED_AT_ONCE;
use crate::operator::{Operator, Right};

/// A case of [`Casework::close_many`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedOne {
    /// The case.
    pub number: Number,
    /// The number of its event, or the reason why it stays open.
    pub outcome: Result<i64, CloseRefusal>,
}

/// The reason why a case stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseRefusal {
    /// There is no such case, or it cannot be read.
    NoCase,
    /// It has changed since the operator saw it.
    Changed,
    /// Its state does not allow it.
    Refused(Refusal),
}

impl Casework {
    /// Closes cases as out of scope, in one transaction; one that is refused does not stop the others. With each number goes
    /// the last changing event that the operator saw.
    ///
    /// # Errors
    /// [`ActError::Fields`]: `numbers` or `reason` is wrong; [`ActError::Work`]; nothing is written then.
    pub async fn close_many(
        &self,
        operator: &Operator,
        numbers: &[(Number, Option<i64>)],
        reason: &str,
    ) -> Result<Vec<ClosedOne>, ActError> {
        demand(operator, Right::Act)?;
        check(numbers.len(), reason)?;
        let action = Action::Close { outcome: Outcome::OutOfScope, reason: Some(reason.to_owned()) };
        let body = action.body(operator);
        let (mut events, mut closed) = (Vec::new(), Vec::new());
        for (number, seen) in numbers {
            let outcome = match self.case(number).await {
                Ok(case) if case.line.is_erased() => Err(CloseRefusal::Refused(Refusal::Erased)),
                Ok(case) => {
                    let after = seen.or(Some(case.changed_n));
                    events.push(self.sealed(operator, &case, action.kind(), &body, after, None)?);
                    Ok(0)
                }
                Err(WorkError::NoCase | WorkError::Damaged(_)) => Err(CloseRefusal::NoCase),
                Err(other) => return Err(other.into()),
            };
            closed.push(ClosedOne { number: number.clone(), outcome });
        }
        let outcomes = if events.is_empty() { Vec::new() } else { self.store().append(events).await? };
        for (one, outcome) in closed.iter_mut().filter(|one| one.outcome.is_ok()).zip(outcomes) {
            one.outcome = match outcome {
                Appended::Stored { n, .. } => Ok(n.unwrap_or_default()),
                Appended::NoCase | Appended::Replayed { .. } | Appended::KeyReused => Err(CloseRefusal::NoCase),
                Appended::Conflict { .. } => Err(CloseRefusal::Changed),
                Appended::Refused(refusal) => Err(CloseRefusal::Refused(refusal)),
            };
        }
        Ok(closed)
    }
}

fn check(count: usize, reason: &str) -> Result<(), ActError> {
    // The reason is required here, unlike that of one case.
    let mut errors = Action::Withdraw { reason: reason.to_owned() }.check();
    let code = match count {
        0 => Some(FieldCode::Required),
        count if count > CLOSED_AT_ONCE => Some(FieldCode::TooMany),
        _ => None,
    };
    errors.extend(code.map(|code| FieldError::new("numbers", code)));
    if errors.is_empty() { Ok(()) } else { Err(ActError::Fields(errors)) }
}
