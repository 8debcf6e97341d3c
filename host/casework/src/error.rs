//! Errors of case work.
//!
//! `ActError::Conflict(conflict)` → the operator's own change, and the events that came in between

use kakekomi_service::sealed_case::EventError;
use kakekomi_store::{Refusal, StoreError};

use crate::conflict::Conflict;
use crate::fields::FieldError;
use crate::operator::Right;

/// The reason why something is not shown.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The operator's role does not have the right.
    #[error("the operator lacks the right {0:?}")]
    Forbidden(Right),
    /// There is no such case.
    #[error("there is no such case")]
    NoCase,
    /// The case has no such evidence file, its bytes have not all come or are deleted, or this host cannot open them.
    #[error("there is no such evidence file")]
    NoFile,
    /// There is no such target of notices.
    #[error("there is no such target")]
    NoTarget,
    /// The row of the case is damaged.
    #[error("the case cannot be read: {0}")]
    Damaged(String),
    /// The reading cannot be recorded, so nothing is shown.
    #[error("nothing is shown, since the reading cannot be recorded: {0}")]
    NotRecorded(#[source] StoreError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The reason why an action has no event.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The case cannot be read, or the operator may not act.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// Values of the action are wrong.
    #[error("{}", written(.0))]
    Fields(Vec<FieldError>),
    /// The case has changed since the operator saw it; both changes.
    #[error("it was changed meanwhile, by its event {}", .0.changed_n)]
    Conflict(Box<Conflict>),
    /// The state of the case does not allow the action.
    #[error("{0}")]
    Refused(Refusal),
    /// The event cannot be sealed.
    #[error(transparent)]
    Event(#[from] EventError),
    /// This host does not have the service's recipient, without which the applicant could not read the event.
    #[error("this host does not have the recipient of the service, so the applicant could not read it")]
    NoServiceRecipient,
    /// There is no randomness.
    #[error("the system's source of randomness fails: {0}")]
    Random(getrandom::Error),
}

impl From<StoreError> for ActError {
    fn from(error: StoreError) -> ActError {
        ActError::Work(error.into())
    }
}

/// Lists the errors of fields; the values themselves are never written.
fn written(errors: &[FieldError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
