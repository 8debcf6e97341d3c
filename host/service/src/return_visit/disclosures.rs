//! The opening of disclosures, which are confidential (clauses 2①②).
//!
//! `n` 4 → the text of event 4, until it expires; the event `disclosure.opened {"n":4}` once
//!
//! The first opening is an event, which is written before the text is shown.

use kakekomi_store::{Appended, EventKind, NewEvent};
use serde_json::json;

use super::exchange::OpenedDisclosure;
use super::shared_text::SharedText;
use super::state::{APPLICANT, ReadCase};
use super::{ReturnVisits, Visit, VisitRefusal};
use crate::sealed_case::{EventDraft, EventError, seal_event};
use crate::submit::engine_failed;

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
