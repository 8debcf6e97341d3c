//! Events of accounts, sealed to the desk's recipients.
//!
//! `account_event(recipients, now, "cli:root", AccountAdded, {"account":"sato","role":"lead"})` → a [`NewEvent`] of the store

use kakekomi_sealing::{Recipients, seal_body};
use kakekomi_store::{Change, EventKind, NewEvent};
use serde_json::Value;

use crate::{AccountError, Accounts};

impl Accounts {
    /// Seals an event of the present moment.
    pub(crate) fn event(&self, actor: &str, kind: EventKind, body: &Value) -> Result<NewEvent, AccountError> {
        account_event(&self.recipients, (self.now)(), actor, kind, body)
    }
}

/// Names an account as the actor of an event.
pub(crate) fn actor_of(account: &str) -> String {
    format!("operator:{account}")
}

pub(crate) fn account_event(
    recipients: &Recipients,
    at: i64,
    actor: &str,
    kind: EventKind,
    body: &Value,
) -> Result<NewEvent, AccountError> {
    let change = Change::of(kind, at, body).ok_or(AccountError::Event(kind))?;
    let recipients = recipients.to_strings();
    let recipients: Vec<_> = recipients.iter().map(String::as_str).collect();
    let sealed = seal_body(&recipients, body.to_string().as_bytes())?;
    Ok(NewEvent {
        case: None,
        at,
        actor: actor.to_owned(),
        kind,
        body: Some(sealed.sealed),
        commitment: sealed.commitment,
        change,
        after: None,
        request: None,
        return_code: None,
    })
}
