//! `kakekomi cases export --purpose sales`: the answers that a purpose may use, of the cases that allow it (clauses 1④⑤⑦⑧).
//!
//! `{"number":"2609-4873-1059","values":{"incident":{…}}}` a line; for sales without the number, which is no field of the form
//!
//! Nothing is printed before the events are durable: `case.exported` of each case, and `export.made` of the store with the
//! SHA-256 of the output. A damaged case is named and left out.

use std::collections::BTreeMap;

use kakekomi_core::form::Purpose;
use kakekomi_purposes::{
    Approval, CaseFacts, ExportRecord, ExportRequest, Grant, LeftOut, Refusal, exported_fields, project,
};
use kakekomi_sealing::Recipients;
use kakekomi_service::sealed_case::{CaseReader, EventDraft, OpenedCase, open_event, seal_event};
use kakekomi_store::digest::sha256;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    Appended, CASES_A_PAGE, Case, EVENTS_AT_ONCE, Event, EventKind, Filter, NewEvent, OrganizationKind, Store, clock,
    seq_of,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::args::Source;
use super::damages::Damages;
use super::reading::open_and_compare;
use crate::cli::actor::actor;
use crate::cli::export_record;
use crate::cli::print;
use crate::cli::rebuild::all_events;
use crate::error::{CliError, Exit};

/// The most bytes of an export, which is held in memory until its events are durable.
const OUTPUT_MAX: usize = 256 << 20;

/// Exports the cases of a filter, after the case at `after`.
pub async fn run(
    request: ExportRequest,
    source: &Source,
    mut filter: Filter,
    mut after: i64,
    as_list: bool,
) -> Result<Exit, CliError> {
    let reader = source.reader()?.ok_or(CliError::NoIdentity)?;
    let recipients = source.recipients()?;
    let store = source.open_to_write().await?;
    check_recipient(&*store, &request).await?;
    if let ExportRequest::Approved { approval, .. } = &request {
        filter.seq = Some(approved_case(&*store, approval).await?);
    }
    let sales_versions = &source.desk.profile().purposes.sales_consent_versions;
    let mut export = Export {
        store: &*store,
        reader,
        recipients,
        request,
        sales_versions,
        damages: Damages::default(),
        left_out: BTreeMap::new(),
        cases: Vec::new(),
        fields: Vec::new(),
        bytes: 0,
    };
    loop {
        let cases = store.cases(after, CASES_A_PAGE, &filter).await?;
        let Some(last) = cases.last() else { break };
        after = seq_of(last);
        for case in cases {
            if let Some(case) = export.damages.readable(case) {
                export.take(case).await?;
            }
        }
    }
    export.finish(as_list).await
}

/// Refuses a recipient that is not registered for the purpose, or disabled.
async fn check_recipient(store: &dyn Store, request: &ExportRequest) -> Result<(), CliError> {
    let (recipient, kind) = match request {
        ExportRequest::Referral { recipient } => (recipient, OrganizationKind::Forensics),
        ExportRequest::Subcontract { recipient } => (recipient, OrganizationKind::Subcontractor),
        _ => return Ok(()),
    };
    let known = store.organization(recipient).await?;
    if known.is_some_and(|known| known.kind == kind && !known.disabled) {
        return Ok(());
    }
    Err(Refusal::UnknownRecipient(recipient.clone(), request.purpose().as_str()).into())
}

/// Finds the position of the case of an approval: `2609-4873-1059.1` is the first one of its case.
async fn approved_case(store: &dyn Store, approval: &str) -> Result<i64, CliError> {
    let refused = || CliError::from(Refusal::NoApproval(approval.to_owned()));
    let number = approval.rsplit_once('.').and_then(|(number, _)| Number::read(number).ok()).ok_or_else(refused)?;
    let case = store.show(&number).await?.ok_or_else(refused)?;
    Ok(seq_of(&case))
}

/// The state of an export.
struct Export<'a> {
    store: &'a dyn Store,
    reader: CaseReader,
    recipients: Recipients,
    request: ExportRequest,
    sales_versions: &'a [String],
    damages: Damages,
    left_out: BTreeMap<LeftOut, u64>,
    cases: Vec<(Case, Vec<u8>)>,
    fields: Vec<String>,
    bytes: usize,
}

impl Export<'_> {
    /// Adds a case, or counts it as left out.
    async fn take(&mut self, case: Case) -> Result<(), CliError> {
        if case.line.is_erased() {
            self.leave_out(LeftOut::Erased);
            return Ok(());
        }
        let mut faults = case.faults();
        let opened = open_and_compare(&self.reader, &case, &mut faults).filter(|_| faults.is_empty());
        let values = opened.as_ref().and_then(|opened| values(&opened.report));
        let (Some(opened), Some(values)) = (opened, values) else {
            faults.push("it is not exported".to_owned());
            self.damages.name_faults(&case.line, &faults);
            return Ok(());
        };
        let facts = self.facts(&case, &opened, &values).await?;
        let purpose = self.request.purpose();
        match self.request.permit(&facts, clock::now())? {
            Err(reason) => self.leave_out(reason),
            Ok(named) => {
                let values = project(&values, purpose, &named);
                let record = match purpose {
                    Purpose::Sales => json!({ "values": values }),
                    _ => json!({ "number": case.line.number, "values": values }),
                };
                for field in exported_fields(purpose, &named) {
                    if !self.fields.contains(&field) {
                        self.fields.push(field);
                    }
                }
                self.add(case, serde_json::to_vec(&record)?)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, case: Case, record: Vec<u8>) -> Result<(), CliError> {
        self.bytes = self.bytes.saturating_add(record.len());
        if self.bytes > OUTPUT_MAX {
            let most = OUTPUT_MAX >> 20;
            return Err(CliError::Usage(format!(
                "the export has more than {most} MiB: export fewer cases at a time, with --since and --until"
            )));
        }
        // The sealed contents are not needed any more.
        self.cases.push((Case { sealed: None, receipt: None, ..case }, record));
        Ok(())
    }

    fn leave_out(&mut self, reason: LeftOut) {
        *self.left_out.entry(reason).or_default() += 1;
    }

    /// Collects the facts that decide on a case. The desk's own work needs none of its events. A withdrawal of the application ends
    /// the grants and approvals before it, and the case stays out of sales, also where it was opened again.
    async fn facts(&self, case: &Case, opened: &OpenedCase, values: &Value) -> Result<CaseFacts, CliError> {
        let agreed = values.pointer("/consent/document/version").and_then(Value::as_str);
        let mut facts = CaseFacts {
            withdrawn: case.line.outcome.as_deref() == Some("withdrawn"),
            sales_agreed: agreed.is_some_and(|agreed| self.sales_versions.iter().any(|version| version == agreed)),
            ..CaseFacts::default()
        };
        if self.request.purpose() == Purpose::Service {
            return Ok(facts);
        }
        let number = Number::read(&case.line.number).map_err(|error| CliError::Usage(error.to_string()))?;
        let mut events = all_events(self.store, &number).await?;
        if let Some(withdrawal) = events.iter().rposition(|event| event.kind == EventKind::CaseWithdrawn.as_str()) {
            facts.withdrawn |= self.request.purpose() == Purpose::Sales;
            events.drain(..withdrawal);
        }
        if self.request.recipient().is_none() {
            return Ok(facts);
        }
        facts.grants = bodies::<Grant>(opened, &events, EventKind::GrantGiven)?;
        let ended = bodies::<Ended>(opened, &events, EventKind::GrantEnded)?;
        facts.grants.retain(|grant| ended.iter().all(|ended| ended.package != grant.package));
        facts.approvals = bodies::<Approval>(opened, &events, EventKind::ApprovalAttached)?;
        let ended = bodies::<EndedApproval>(opened, &events, EventKind::ApprovalEnded)?;
        facts.approvals.retain(|known| ended.iter().all(|ended| ended.approval != known.approval));
        if matches!(case.clauses.referral.as_deref(), Some("released" | "packaged")) {
            let released = bodies::<Released>(opened, &events, EventKind::HandoverReleased)?;
            facts.released_to = released.into_iter().next_back().map(|released| released.organization);
        }
        Ok(facts)
    }

    /// Writes the events, and then prints.
    async fn finish(self, as_list: bool) -> Result<Exit, CliError> {
        let output = output(self.cases.iter().map(|(_, record)| record.as_slice()), as_list);
        let record = ExportRecord {
            purpose: self.request.label(),
            recipient: self.request.recipient().map(str::to_owned),
            cases: self.cases.len() as u64,
            fields: self.fields.clone(),
            sha256: sha256(&output),
            statistics: Vec::new(),
        };
        let events = self.cases.iter().map(|(case, _)| self.event(case)).collect::<Result<Vec<_>, _>>()?;
        append(self.store, events).await?;
        append(self.store, vec![export_record::event(&self.recipients, &record)?]).await?;
        print::json(&output)?;
        print::words(&self.summary());
        Ok(self.damages.exit())
    }

    /// Seals the event of an exported case. A change since the decision, such as a withdrawal, refuses it; the desk's own work
    /// does not depend on changes.
    fn event(&self, case: &Case) -> Result<NewEvent, CliError> {
        let mut body = json!({ "command": "cases export", "purpose": self.request.label() });
        if let (Some(recipient), Some(members)) = (self.request.recipient(), body.as_object_mut()) {
            members.insert("recipient".to_owned(), recipient.into());
        }
        let (at, kind) = (clock::now(), EventKind::CaseExported);
        let after = (self.request != ExportRequest::Service).then_some(case.changed_n);
        let draft = EventDraft { at, actor: &actor(), kind, body: &body, after, also_to: None };
        Ok(seal_event(case, &draft)?)
    }

    /// Tells the number of cases, and of those that were left out.
    fn summary(&self) -> String {
        let left_out: u64 = self.left_out.values().sum();
        let reasons = self.left_out.iter().map(|(reason, count)| format!("{count} {}", reason.reason()));
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        let of = if reasons.is_empty() { String::new() } else { format!(": {reasons}") };
        format!("kakekomi: {} cases exported for {}, {left_out} left out{of}", self.cases.len(), self.request.label())
    }
}

/// The body of `handover.released`, as far as it decides.
#[derive(serde::Deserialize)]
struct Released {
    organization: String,
}

/// The body of `grant.ended`, as far as it decides.
#[derive(serde::Deserialize)]
struct Ended {
    package: String,
}

/// The body of `approval.ended`, as far as it decides.
#[derive(serde::Deserialize)]
struct EndedApproval {
    approval: String,
}

/// Reads the values of a report.
fn values(report: &[u8]) -> Option<Value> {
    let mut report: Value = serde_json::from_slice(report).ok()?;
    report.get_mut("values").map(Value::take)
}

/// Opens the bodies of the events of a kind. One that has another form cannot allow anything.
fn bodies<T: DeserializeOwned>(opened: &OpenedCase, events: &[Event], kind: EventKind) -> Result<Vec<T>, CliError> {
    let mut found = Vec::new();
    for event in events.iter().filter(|event| event.kind == kind.as_str()) {
        let body = open_event(&opened.identity, event)?;
        found.extend(body.and_then(|body| serde_json::from_value(body).ok()));
    }
    Ok(found)
}

/// Joins the records to one list, or to a record a line.
fn output<'r>(records: impl Iterator<Item = &'r [u8]>, as_list: bool) -> Vec<u8> {
    let mut output = Vec::new();
    for (index, record) in records.enumerate() {
        if as_list {
            output.push(if index == 0 { b'[' } else { b',' });
        }
        output.extend_from_slice(record);
        output.push(b'\n');
    }
    if as_list {
        output.extend_from_slice(if output.is_empty() { b"[]\n" } else { b"]\n" });
    }
    output
}

/// Writes events; nothing may be printed unless all of them are durable.
async fn append(store: &dyn Store, events: Vec<NewEvent>) -> Result<(), CliError> {
    for events in events.chunks(EVENTS_AT_ONCE) {
        let outcomes = store.append(events.to_vec()).await.map_err(CliError::NotRecorded)?;
        let refused = events.iter().zip(outcomes).find(|(_, outcome)| !matches!(outcome, Appended::Stored { .. }));
        if let Some((event, outcome)) = refused {
            let number = event.case.as_ref().map(ToString::to_string).unwrap_or_default();
            let why = match outcome {
                Appended::Refused(refusal) => refusal.to_string(),
                Appended::Conflict { .. } => "it changed meanwhile: export again".to_owned(),
                _ => "it is gone".to_owned(),
            };
            return Err(CliError::Unchanged(number, format!("nothing was exported: {why}")));
        }
    }
    Ok(())
}
