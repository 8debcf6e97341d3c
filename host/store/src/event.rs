//! Events of cases and of the store, and the state that they give a case.
//!
//! `case.closed {"outcome":"advised"}` → [`Change`] `{ status: closed, outcome: advised }` → [`Projection`]
//!
//! Nothing is edited: a correction is a new event. Bodies are sealed before they reach the store, so the change is computed
//! by the writer, and again from the opened body by `kakekomi rebuild`.

mod clause_states;
mod kind;
mod projection;
mod refusal;

use crate::receipt_number::Number;
pub use clause_states::ClauseStates;
pub(crate) use clause_states::STEP_OF_DESK;
pub use kind::{EventKind, UnknownKind};
pub(crate) use projection::{APPLICANT, ERASED, may_hand_over};
pub use projection::{Change, OUTCOMES, Projection, URGENCIES};
pub use refusal::Refusal;

/// An event to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its case; `None` for an event of the store.
    pub case: Option<Number>,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// `applicant`, `operator:ID`, `organization:ID`, `cli:USER` or `system`.
    pub actor: String,
    /// Its kind.
    pub kind: EventKind,
    /// The sealed body; `None` for an event without one.
    pub body: Option<Vec<u8>>,
    /// Commitment to the body.
    pub commitment: [u8; 32],
    /// The change of the case's state.
    pub change: Change,
    /// The last changing event that the writer has seen; another one is [`Appended::Conflict`].
    pub after: Option<i64>,
    /// The applicant's request that causes it; one that has caused an event already is [`Appended::Replayed`].
    pub request: Option<ApplicantRequest>,
    /// The hash of number and return code that replaces the case's one. It ends the visits with the code of before.
    pub return_code: Option<[u8; 32]>,
}

/// A request of an applicant with an idempotency key: it causes one event, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApplicantRequest {
    /// Keyed hash of the key.
    pub key_hash: [u8; 32],
    /// Keyed hash of what was sent with it.
    pub text_hash: [u8; 32],
}

impl ApplicantRequest {
    /// Returns the outcome of a request whose key has caused an event, from the text that came with the key then.
    pub(crate) fn repeated(&self, text_hash: &[u8], n: i64) -> Appended {
        if self.text_hash.as_slice() == text_hash { Appended::Replayed { n } } else { Appended::KeyReused }
    }
}

/// Outcome of writing an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is durable.
    Stored {
        /// Position in the store's chain.
        seq: i64,
        /// Number in its case; `None` for an event of the store.
        n: Option<i64>,
    },
    /// There is no such case.
    NoCase,
    /// The case has changed since the writer saw it.
    Conflict {
        /// Its last changing event.
        changed_n: i64,
    },
    /// The case's state does not allow the event.
    Refused(Refusal),
    /// The request has caused an event before, and causes no second one.
    Replayed {
        /// Number of that event in the case.
        n: i64,
    },
    /// The request's key was sent with another text before.
    KeyReused,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Event {
    /// Position in the store's chain.
    pub seq: i64,
    /// Its case; `None` for an event of the store.
    pub case_number: Option<String>,
    /// Number in its case.
    pub n: Option<i64>,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// The one who caused it.
    pub actor: String,
    /// Its kind; any text in a database that others wrote to.
    pub kind: String,
    /// The sealed body; `None` for an event without one, or after an erasure.
    pub body: Option<Vec<u8>>,
    /// Commitment to the body, 32 bytes.
    pub commitment: Vec<u8>,
    /// Hash of the chain, 32 bytes.
    pub hash: Vec<u8>,
}
