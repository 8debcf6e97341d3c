//! The disclosure of an event, as this host opens it.
//!
//! `disclosure.shared {"text":"…","expires_at":…}` of event 4 → a text that can be read until then, listed without it
//!
//! The desk may name the end; without one it is [`DISCLOSURE_MS`] later.

use kakekomi_sealing::Identities;
use kakekomi_store::{Event, EventKind};
use serde_json::Value;

use super::exchange::Disclosure;
use crate::sealed_case::{EventError, open_event};

/// The time for which a disclosure can be read, in milliseconds, unless its event names another end: 30 days.
pub const DISCLOSURE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// A disclosure with its text.
#[derive(Debug, Clone)]
pub(super) struct SharedText {
    pub n: i64,
    pub at: i64,
    pub expires_at: i64,
    pub text: String,
}

impl SharedText {
    /// Reads the disclosure of an event.
    pub fn of(event: &Event, service: &Identities) -> Result<Option<SharedText>, EventError> {
        let Some(body) = open_event(service, event)? else { return Ok(None) };
        let text = body.get("text").and_then(Value::as_str).ok_or(EventError::Body(EventKind::DisclosureShared))?;
        let named = body.get("expires_at").and_then(Value::as_i64);
        let expires_at = named.unwrap_or_else(|| event.at.saturating_add(DISCLOSURE_MS));
        Ok(event.n.map(|n| SharedText { n, at: event.at, expires_at, text: text.to_owned() }))
    }

    /// Returns what is listed.
    pub fn line(&self, opened: bool) -> Disclosure {
        Disclosure { n: self.n, at: self.at, expires_at: self.expires_at, opened }
    }
}
