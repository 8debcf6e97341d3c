//! Reading of sealed contents: each case that a command shows gets an event before anything is printed.
//!
//! `reading.open(store, cases)` → the cases with their opened contents, after `case.viewed` or `case.exported` is durable.
//!
//! A case whose reading cannot be recorded is shown without its contents.

use kakekomi_service::sealed_case::{CaseReader, EventDraft, OpenedCase, seal_event};
use kakekomi_store::{Appended, Case, EventKind, NewEvent, Store, clock};
use serde_json::json;

use crate::cli::actor::actor;
use crate::error::CliError;

/// A command's way of reading.
pub struct Reading {
    reader: Option<CaseReader>,
    kind: EventKind,
    command: &'static str,
    actor: String,
}

/// A case as a command shows it.
pub struct ShownCase {
    /// The clear columns.
    pub case: Case,
    /// The contents; `None` for an erased case, without an identity, or where the reading could not be recorded.
    pub opened: Option<OpenedCase>,
    /// The faults of a damaged case.
    pub faults: Vec<String>,
}

impl Reading {
    /// Prepares a command's reading; without a reader only clear columns are shown.
    pub fn new(reader: Option<CaseReader>, kind: EventKind, command: &'static str) -> Reading {
        Reading { reader, kind, command, actor: actor() }
    }

    /// Reports whether there is an identity.
    pub fn can_open(&self) -> bool {
        self.reader.is_some()
    }

    /// Opens the contents of cases and records the reading, in one transaction.
    ///
    /// # Errors
    /// [`CliError::NotRecorded`], [`CliError::Store`].
    pub async fn open(&self, store: &dyn Store, cases: Vec<Case>) -> Result<Vec<ShownCase>, CliError> {
        let mut shown: Vec<_> = cases.into_iter().map(|case| self.opened(case)).collect();
        self.record(store, &mut shown).await?;
        for case in &mut shown {
            self.compare_search(store, case).await?;
        }
        Ok(shown)
    }

    fn opened(&self, case: Case) -> ShownCase {
        let mut faults = case.faults();
        let opened = match self.reader.as_ref().map(|reader| (reader, reader.open(&case))) {
            Some((reader, Ok(Some(opened)))) => {
                faults.extend(reader.faults(&case, &opened));
                Some(opened)
            }
            Some((_, Err(error))) => {
                faults.push(format!("its contents cannot be opened: {error}"));
                None
            }
            Some((_, Ok(None))) | None => None,
        };
        ShownCase { case, opened, faults }
    }

    /// Writes the events of the opened cases; a case whose event is refused loses its contents.
    async fn record(&self, store: &dyn Store, shown: &mut [ShownCase]) -> Result<(), CliError> {
        let (mut recorded, mut events) = (Vec::new(), Vec::new());
        for case in shown.iter_mut().filter(|case| case.opened.is_some()) {
            match self.event(&case.case) {
                Ok(event) => {
                    events.push(event);
                    recorded.push(case);
                }
                Err(error) => case.withhold(&error.to_string()),
            }
        }
        if events.is_empty() {
            return Ok(());
        }
        let outcomes = store.append(events).await.map_err(CliError::NotRecorded)?;
        for (case, outcome) in recorded.into_iter().zip(outcomes) {
            match outcome {
                Appended::Stored { .. } => {}
                Appended::Refused(refusal) => case.withhold(&refusal.to_string()),
                Appended::NoCase | Appended::Conflict { .. } => case.withhold("there is no case of its number"),
            }
        }
        Ok(())
    }

    fn event(&self, case: &Case) -> Result<NewEvent, CliError> {
        let body = json!({ "command": self.command });
        let draft = EventDraft { at: clock::now(), actor: &self.actor, kind: self.kind, body: &body, after: None };
        Ok(seal_event(case, &draft)?)
    }

    async fn compare_search(&self, store: &dyn Store, shown: &mut ShownCase) -> Result<(), CliError> {
        let (Some(reader), Some(opened)) = (&self.reader, &shown.opened) else { return Ok(()) };
        let stored = store.search_hashes(shown.case.line.seq).await?;
        if reader.search_matches(opened, &stored) == Some(false) {
            shown.faults.push("its search hashes are not those of the report".to_owned());
        }
        Ok(())
    }
}

impl ShownCase {
    fn withhold(&mut self, why: &str) {
        self.opened = None;
        self.faults.push(format!("its contents are not shown, since the reading cannot be recorded: {why}"));
    }
}
