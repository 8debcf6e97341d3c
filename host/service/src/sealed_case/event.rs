//! Events after the first one of a case: sealed to the case's own recipient, or, without a case, to the desk's recipients.
//!
//! `seal_event(&case, draft)` with `{"outcome":"advised"}` → a [`NewEvent`] with its sealed body, commitment and change

use std::iter;

use kakekomi_sealing::{Identities, Recipients, SealingError, open_body, seal_body};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Case, Change, Event, EventKind, NewEvent};
use serde_json::Value;

/// An event before it is sealed.
#[derive(Debug, Clone)]
pub struct EventDraft<'a> {
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// `operator:ID`, `cli:USER`, `system`, …
    pub actor: &'a str,
    /// Its kind.
    pub kind: EventKind,
    /// Its body, a JSON object.
    pub body: &'a Value,
    /// The last changing event that the writer has seen.
    pub after: Option<i64>,
    /// A further recipient of the body: the service's own, for what the applicant may read.
    pub also_to: Option<&'a str>,
}

/// The reason why an event cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The body cannot be sealed, or not be opened.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The kind has no such body.
    #[error("an event of the kind {0} cannot have this body")]
    Body(EventKind),
    /// The case was erased, and has no recipient any more.
    #[error("the case was erased")]
    Erased,
    /// The body is not the one that was committed to.
    #[error("the body of event {0} is not the one that its commitment names")]
    OtherBody(i64),
}

/// Seals an event of a case.
///
/// # Errors
/// [`EventError`].
pub fn seal_event(case: &Case, draft: &EventDraft<'_>) -> Result<NewEvent, EventError> {
    let recipient = case.recipient.as_deref().ok_or(EventError::Erased)?;
    let number = Number::read(&case.line.number).map_err(|_| EventError::Body(draft.kind))?;
    let recipients: Vec<_> = iter::once(recipient).chain(draft.also_to).collect();
    seal(Some(number), &recipients, draft)
}

/// Seals an event of the store, such as one of an account, to the desk's recipients.
///
/// # Errors
/// [`EventError`].
pub fn seal_store_event(recipients: &Recipients, draft: &EventDraft<'_>) -> Result<NewEvent, EventError> {
    let recipients = recipients.to_strings();
    seal(None, &recipients.iter().map(String::as_str).collect::<Vec<_>>(), draft)
}

fn seal(case: Option<Number>, recipients: &[&str], draft: &EventDraft<'_>) -> Result<NewEvent, EventError> {
    let change = Change::of(draft.kind, draft.at, draft.body).ok_or(EventError::Body(draft.kind))?;
    let sealed = seal_body(recipients, draft.body.to_string().as_bytes())?;
    Ok(NewEvent {
        case,
        at: draft.at,
        actor: draft.actor.to_owned(),
        kind: draft.kind,
        body: Some(sealed.sealed),
        commitment: sealed.commitment,
        change,
        after: draft.after,
        request: None,
        return_code: None,
    })
}

/// Opens the body of a stored event; `None` where it has none: `case.received`, whose body is the case's record, or one of an
/// erased case.
///
/// # Errors
/// [`EventError`]: it is sealed to others, damaged, or not the one that was committed to.
pub fn open_event(identity: &Identities, event: &Event) -> Result<Option<Value>, EventError> {
    let Some(sealed) = &event.body else { return Ok(None) };
    let opened = open_body(identity, sealed)?;
    if opened.commitment.as_slice() != event.commitment.as_slice() {
        return Err(EventError::OtherBody(event.seq));
    }
    Ok(Some(serde_json::from_slice(&opened.body).map_err(|_| SealingError::Contents)?))
}
