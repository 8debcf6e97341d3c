//! The parts with which a host does case work.
//!
//! `Casework::new(Parts { store, … })` → queue, views and actions; without an identity the contents stay sealed

use std::sync::Arc;

use kakekomi_evidence::PartStorage;
use kakekomi_sealing::{HashKey, Identities};
use kakekomi_service::sealed_case::{CaseReader, EventDraft, seal_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Case, Event, EventKind, LINES_A_PAGE, NewEvent, Store, StoreError};
use serde_json::Value;

use crate::desk_terms::DeskTerms;
use crate::error::{ActError, WorkError};
use crate::operator::{Operator, Right};
use crate::timeline::{self, ShownEvent};

/// The parts of a host.
#[derive(Clone)]
pub struct Parts {
    /// The cases.
    pub store: Arc<dyn Store>,
    /// The identity that opens contents; `None` on a host without one.
    pub reader: Option<Arc<CaseReader>>,
    /// The key of the search hashes, with which the store was written; `None` on a host that finds by numbers alone.
    pub hash_key: Option<HashKey>,
    /// The service's own identity: questions and disclosures are sealed to it too, since the intake host shows them to the
    /// applicant.
    pub service: Option<Arc<Identities>>,
    /// The parts of evidence files; `None` where none is read.
    pub storage: Option<Arc<dyn PartStorage>>,
    /// Reads the clock, in milliseconds since the epoch.
    pub now: fn() -> i64,
}

/// The case work of a host.
#[derive(Clone)]
pub struct Casework {
    pub(crate) parts: Parts,
    pub(crate) terms: DeskTerms,
}

impl Casework {
    /// Takes the parts of a host.
    pub fn new(parts: Parts) -> Casework {
        Casework { parts, terms: DeskTerms::default() }
    }

    /// Takes the terms of the desk. Without them no case is released.
    #[must_use]
    pub fn with_terms(self, terms: DeskTerms) -> Casework {
        Casework { terms, ..self }
    }

    /// Reports whether this host can open contents.
    pub fn can_open(&self) -> bool {
        self.parts.reader.is_some()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    pub(crate) fn now(&self) -> i64 {
        (self.parts.now)()
    }

    /// Reads a case.
    pub(crate) async fn case(&self, number: &Number) -> Result<Case, WorkError> {
        let case = self.store().show(number).await?.ok_or(WorkError::NoCase)?;
        case.map_err(|damaged| WorkError::Damaged(damaged.to_string()))
    }

    /// Reads all events of a case.
    pub(crate) async fn events(&self, number: &Number) -> Result<Vec<Event>, StoreError> {
        self.events_after(0, number).await
    }

    /// Reads all events of a case for a decision, with their bodies where this host opens them.
    pub(crate) async fn opened_events(&self, number: &Number, case: &Case) -> Result<Vec<ShownEvent>, WorkError> {
        let events = self.events(number).await?;
        let opened = match self.parts.reader.as_deref() {
            Some(reader) => reader.open(case).map_err(|error| WorkError::Damaged(error.to_string()))?,
            None => None,
        };
        Ok(timeline::shown(events, opened.as_ref(), &mut Vec::new()))
    }

    /// Reads the events of a case after a position of the chain.
    pub(crate) async fn events_after(&self, mut after: i64, number: &Number) -> Result<Vec<Event>, StoreError> {
        let mut events = Vec::<Event>::new();
        loop {
            let page = self.store().events(after, LINES_A_PAGE, Some(number)).await?;
            let Some(last) = page.last() else { return Ok(events) };
            after = last.seq;
            let is_last = page.len() < usize::try_from(LINES_A_PAGE).unwrap_or(usize::MAX);
            events.extend(page);
            if is_last {
                return Ok(events);
            }
        }
    }

    /// Seals an event of the operator. `also_to` is a further recipient.
    pub(crate) fn sealed(
        &self,
        operator: &Operator,
        case: &Case,
        kind: EventKind,
        body: &Value,
        after: Option<i64>,
        also_to: Option<&str>,
    ) -> Result<NewEvent, ActError> {
        let draft = EventDraft { at: self.now(), actor: operator.actor(), kind, body, after, also_to };
        Ok(seal_event(case, &draft)?)
    }
}

/// Refuses an operator without a right.
pub(crate) fn demand(operator: &Operator, right: Right) -> Result<(), WorkError> {
    if operator.may(right) { Ok(()) } else { Err(WorkError::Forbidden(right)) }
}
