//! The information that the desk disclosed, which is confidential and can be read for some time (clauses 2①②).
//!
//! `disclosure.shared {"text":"…","expires_at":…}` of event 4 → listed without its text, and opened with it by `n` 4
//!
//! The first opening is an event, which is written before the text is shown.

use kakekomi_sealing::Identities;
use kakekomi_store::{Appended, Event, EventKind, NewEvent};
use serde_json::{Value, json};

use super::exchange::{Disclosure, OpenedDisclosure};
use super::state::{APPLICANT, ReadCase};
use super::{ReturnVisits, Visit, VisitRefusal};
use crate::sealed_case::{EventDraft, EventError, open_event, seal_event};
use crate::submit::engine_failed;

/// The time for which a disclosure can be read, in milliseconds, unless its event names another end: 30 days.
pub const DISCLOSURE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// A disclosure with its text.
#[derive(Debug, Clone)]
pub(super) struct SharedText {
    pub n: i64,
    at: i64,
    expires_at: i64,
    text: String,
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

impl ReturnVisits {
    /// Opens a disclosure, and records its first opening.
    ///
    /// # Errors
    /// [`VisitRefusal::NoDisclosure`], [`VisitRefusal::DisclosureExpired`].
    pub async fn disclosure(&self, visit: &Visit, n: i64, now: i64) -> Result<OpenedDisclosure, VisitRefusal> {
        let read = self.read(visit).await?;
        let shared = read.shared.iter().find(|shared| shared.n == n).ok_or(VisitRefusal::NoDisclosure)?;
        if shared.expires_at <= now {
            return Err(VisitRefusal::DisclosureExpired);
        }
        if !read.opened.contains(&n) {
            self.record_opening(&read, n, now).await?;
        }
        let SharedText { n, at, expires_at, text } = shared.clone();
        Ok(OpenedDisclosure { n, at, expires_at, text })
    }

    /// Records an opening; once, also where two requests arrive together.
    async fn record_opening(&self, read: &ReadCase, n: i64, now: i64) -> Result<(), VisitRefusal> {
        let event = self.opening(read, n, now).map_err(|error| engine_failed(&error))?;
        let outcomes = self.intake.store.append(vec![event]).await?;
        match outcomes.first() {
            Some(Appended::Stored { .. } | Appended::Replayed { .. }) => Ok(()),
            // No event, no disclosure. The case was erased meanwhile.
            _ => Err(VisitRefusal::Expired),
        }
    }

    fn opening(&self, read: &ReadCase, n: i64, now: i64) -> Result<NewEvent, EventError> {
        let service = self.parts.service.recipients();
        let draft = EventDraft {
            at: now,
            actor: APPLICANT,
            kind: EventKind::DisclosureOpened,
            body: &json!({ "n": n }),
            after: None,
            // This host reads later which were opened.
            also_to: service.first().map(String::as_str),
        };
        let request = self.intake.sealer.applicant_request(&n.to_string(), draft.kind.as_str(), b"");
        Ok(NewEvent { request: Some(request), ..seal_event(&read.case, &draft)? })
    }
}
