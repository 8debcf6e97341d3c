//! Reading of sealed contents: each case that a command shows gets an event before anything is printed.
//!
//! `reading.open(store, cases)` → the cases with their opened contents, after `case.viewed` or `case.exported` is durable.
//!
//! A case whose reading cannot be recorded is shown without its contents.

use kakekomi_service::sealed_case::{CaseReader, EventDraft, OpenedCase, seal_event};
use kakekomi_store::{Appended, Case, EventKind, NewEvent, Store, StoreError, clock};
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
        let opened = self.reader.as_ref().and_then(|reader| open_and_compare(reader, &case, &mut faults));
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
                Appended::NoCase | Appended::Conflict { .. } | Appended::Replayed { .. } | Appended::KeyReused => {
                    case.withhold("there is no case of its number");
                }
            }
        }
        Ok(())
    }

    fn event(&self, case: &Case) -> Result<NewEvent, CliError> {
        let body = json!({ "command": self.command });
        let draft = EventDraft {
            at: clock::now(),
            actor: &self.actor,
            kind: self.kind,
            body: &body,
            after: None,
            also_to: None,
        };
        Ok(seal_event(case, &draft)?)
    }

    async fn compare_search(&self, store: &dyn Store, shown: &mut ShownCase) -> Result<(), CliError> {
        let (Some(reader), Some(opened)) = (&self.reader, &shown.opened) else { return Ok(()) };
        shown.faults.extend(search_fault(store, reader, &shown.case, opened).await?);
        Ok(())
    }
}

/// Opens a case and adds the faults of its contents; `None` for an erased case, or one that cannot be opened.
pub fn open_and_compare(reader: &CaseReader, case: &Case, faults: &mut Vec<String>) -> Option<OpenedCase> {
    match reader.open(case) {
        Ok(opened) => {
            faults.extend(opened.iter().flat_map(|opened| reader.faults(case, opened)));
            opened
        }
        Err(error) => {
            faults.push(format!("its contents cannot be opened: {error}"));
            None
        }
    }
}

/// Compares the stored search hashes of a case with those of its report.
pub async fn search_fault(
    store: &dyn Store,
    reader: &CaseReader,
    case: &Case,
    opened: &OpenedCase,
) -> Result<Option<String>, StoreError> {
    let stored = store.search_hashes(case.line.seq).await?;
    let is_other = reader.search_matches(opened, &stored) == Some(false);
    Ok(is_other.then(|| "its search hashes are not those of its report".to_owned()))
}

impl ShownCase {
    fn withhold(&mut self, why: &str) {
        self.opened = None;
        self.faults.push(format!("its contents are not shown, since the reading cannot be recorded: {why}"));
    }
}
