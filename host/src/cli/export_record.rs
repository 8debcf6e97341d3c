//! The entries of the register of exports: the events `export.made` of the store.
//!
//! `write(store, recipients, &record)` → the event is durable before the first byte of the export is printed

use kakekomi_purposes::ExportRecord;
use kakekomi_sealing::Recipients;
use kakekomi_service::sealed_case::{CaseReader, EventDraft, seal_store_event};
use kakekomi_store::{EventKind, LINES_A_PAGE, NewEvent, Store, clock};

use super::actor::actor;
use crate::error::CliError;

/// Seals the event of an export to the desk's recipients.
pub fn event(recipients: &Recipients, record: &ExportRecord) -> Result<NewEvent, CliError> {
    let body = serde_json::to_value(record)?;
    let draft = EventDraft {
        at: clock::now(),
        actor: &actor(),
        kind: EventKind::ExportMade,
        body: &body,
        after: None,
        also_to: None,
    };
    Ok(seal_store_event(recipients, &draft)?)
}

/// The register of exports, the last one first.
#[derive(Debug, Default)]
pub struct Register {
    /// The entries that could be opened.
    pub records: Vec<ExportRecord>,
    /// The number of entries that are sealed to another identity, or damaged.
    pub unopened: u64,
}

/// Reads the register.
pub async fn read(store: &dyn Store, reader: &CaseReader) -> Result<Register, CliError> {
    let mut register = Register::default();
    let mut before = None;
    loop {
        let events = store.store_events(EventKind::ExportMade, before, LINES_A_PAGE).await?;
        let Some(last) = events.last() else { return Ok(register) };
        before = Some(last.seq);
        for event in &events {
            let body = reader.open_store_event(event).ok().flatten();
            match body.and_then(|body| serde_json::from_value(body).ok()) {
                Some(record) => register.records.push(record),
                None => register.unopened = register.unopened.saturating_add(1),
            }
        }
    }
}
