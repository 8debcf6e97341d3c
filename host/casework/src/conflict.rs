//! An action that met another change: both are shown, so that nobody overwrites what they have not seen.
//!
//! the form of event 3, sent after `sato` wrote the event 4 → [`Conflict`] with the form's own change and `sato`'s

use serde::Serialize;
use serde_json::Value;

use crate::timeline::ShownEvent;

/// An action that met another change.
#[derive(Debug)]
pub struct Conflict {
    /// The last changing event of the case: the number for the next attempt.
    pub changed_n: i64,
    /// The operator's own change, which has no event.
    pub mine: ShownAction,
    /// The events that came in between, without readings; opened where this host and the operator may open them.
    pub theirs: Vec<ShownEvent>,
}

/// An action as it would have been stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownAction {
    /// The kind of its event.
    pub kind: &'static str,
    /// The body of its event.
    pub body: Value,
}
