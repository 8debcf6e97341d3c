//! A case at one moment of the chain, opened, and the documents of its package.
//!
//! `casework.snapshot(&number)` → events up to the head 812, files and contents; `snapshot.referral_documents(…)` → draft.json, …

use kakekomi_referral::{Document, EvidenceEntry, file_path};
use kakekomi_service::sealed_case::{OpenedCase, open_event};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{AuditHead, Case, EventKind, Organization};
use serde::Serialize;
use serde_json::{Value, json};

use super::error::{HandoverError, MissingStep};
use super::sender::Sender;
use crate::casework::Casework;
use crate::error::WorkError;
use crate::file_name::safe_file_name;
use crate::files::{FileView, numbered_name};
use crate::timeline::{self, ShownEvent};
use kakekomi_store::digest::hex;

/// The kinds of events with what the applicant sent later, and the questions before it.
const DIALOGUE: [EventKind; 3] = [EventKind::QuestionAsked, EventKind::AnswerReceived, EventKind::AmendmentReceived];
/// The kinds of events that allow a hand-over.
const CONSENTS: [EventKind; 3] = [EventKind::ReferralApplied, EventKind::IntentGiven, EventKind::HandoverReleased];

/// A case at one moment.
pub struct Snapshot {
    /// The last event of the store that it takes into account.
    pub head: AuditHead,
    /// The clear columns.
    pub case: Case,
    /// The contents.
    pub opened: OpenedCase,
    /// The events of the case up to the head.
    pub timeline: Vec<ShownEvent>,
    /// The evidence files.
    pub files: Vec<FileView>,
}

impl Casework {
    /// Opens a case at one moment. A damaged case is not handed over.
    pub(crate) async fn snapshot(&self, number: &Number) -> Result<Snapshot, HandoverError> {
        let missing = |step| HandoverError::Missing(vec![step]);
        let reader = self.parts.reader.as_deref().ok_or(missing(MissingStep::Identity))?;
        let case = self.case(number).await?;
        let head = self.store().audit_head().await?;
        let mut events = self.events(number).await?;
        events.retain(|event| event.seq <= head.seq);
        let damaged = |fault: String| HandoverError::Work(WorkError::Damaged(fault));
        let opened = reader.open(&case).map_err(|error| damaged(error.to_string()))?;
        let opened = opened.ok_or(HandoverError::Work(WorkError::NoCase))?;
        let mut faults = case.faults();
        faults.extend(reader.faults(&case, &opened));
        let unopened = events.iter().find_map(|event| open_event(&opened.identity, event).err());
        faults.extend(unopened.map(|error| error.to_string()));
        let timeline = timeline::shown(events, Some(&opened), &mut faults);
        if !faults.is_empty() {
            return Err(damaged(faults.join("; ")));
        }
        let files = self.files(number, &timeline).await?;
        Ok(Snapshot { head, case, opened, timeline, files })
    }

    /// Reads the parts of files for a package.
    pub(crate) async fn evidence_entries(
        &self,
        snapshot: &Snapshot,
        files: &[&FileView],
    ) -> Result<Vec<EvidenceEntry>, HandoverError> {
        let mut entries = Vec::new();
        for (path, file) in paths(files) {
            let parts = self.store().parts(file.line.seq).await?;
            entries.push(EvidenceEntry {
                path,
                line: file.line.clone(),
                parts,
                identity: snapshot.opened.identity.clone(),
            });
        }
        Ok(entries)
    }
}

/// A file in the list of a package.
#[derive(Debug, Serialize)]
struct ListedFile<'a> {
    path: String,
    /// As the applicant's computer had it.
    name: Option<&'a str>,
    media_type: Option<&'a str>,
    kind: &'a str,
    /// The entry of the draft's logs that it belongs to, from 0.
    log: Option<i64>,
    id: String,
    length: u64,
    /// `arrived`, or `mismatch` where the digest is not the declared one.
    state: &'static str,
    declared_sha256: Option<String>,
    sha256: Option<String>,
}

impl Snapshot {
    /// Lists the files whose bytes are all there.
    pub fn complete_files(&self) -> Vec<&FileView> {
        self.files.iter().filter(|file| file.line.state.is_complete()).collect()
    }

    /// Returns the organization of the last release.
    pub fn released_to(&self) -> Option<&str> {
        released_to(&self.timeline)
    }

    /// Makes the documents of a hand-over: all that Annex 1.2 lists, and what the applicant agreed to.
    pub fn referral_documents(&self, to: &Organization, sender: &Sender, files: &[&FileView]) -> Vec<Document> {
        let consent = serde_json::from_str::<Value>(self.opened.record.consent.get()).unwrap_or_default();
        let consent = json!({ "record": consent, "events": self.events_of(&CONSENTS) });
        let mut documents = vec![
            Document { name: "draft.json", bytes: self.opened.text.clone() },
            Document { name: "report.json", bytes: self.opened.report.clone() },
            json_document("answers.json", &self.events_of(&DIALOGUE)),
            json_document("consent.json", &consent),
        ];
        documents.extend(self.common_documents(to, sender, files));
        documents
    }

    /// Makes the documents of a grant: the named answers, and nothing else of the application.
    pub fn grant_documents(
        &self,
        values: &Value,
        to: &Organization,
        sender: &Sender,
        files: &[&FileView],
    ) -> Vec<Document> {
        let mut documents = vec![json_document("values.json", values)];
        documents.extend(self.common_documents(to, sender, files));
        documents
    }

    /// Returns the values of the report.
    pub fn values(&self) -> Value {
        let report = serde_json::from_slice::<Value>(&self.opened.report).unwrap_or_default();
        report.get("values").cloned().unwrap_or_default()
    }

    fn common_documents(&self, to: &Organization, sender: &Sender, files: &[&FileView]) -> [Document; 5] {
        let listed: Vec<_> = paths(files).map(|(path, file)| listed(path, file)).collect();
        let custody = files.iter().map(|file| (file.line.id.to_string(), json!(file.custody)));
        let custody = Value::Object(custody.collect());
        let head = json!({ "seq": self.head.seq, "hash": self.head.hex(), "head": self.head.to_string() });
        let readme = sender.readme(&self.case.line.number, to);
        [
            Document { name: "README.txt", bytes: readme.into_bytes() },
            json_document("purposes.json", &sender.purposes(to.kind)),
            json_document("files.json", &listed),
            json_document("custody.json", &custody),
            json_document("audit.json", &head),
        ]
    }

    fn events_of(&self, kinds: &[EventKind]) -> Vec<&ShownEvent> {
        let is_one = |event: &&ShownEvent| kinds.iter().any(|kind| event.kind == kind.as_str());
        self.timeline.iter().filter(is_one).collect()
    }
}

/// Returns the organization of the last release of a case.
pub fn released_to(timeline: &[ShownEvent]) -> Option<&str> {
    let released = timeline.iter().rev().find(|event| event.kind == EventKind::HandoverReleased.as_str())?;
    released.body.as_ref()?.get("organization")?.as_str()
}

/// Names the files in the bag, in their order.
fn paths<'a>(files: &'a [&'a FileView]) -> impl Iterator<Item = (String, &'a FileView)> {
    (1..).zip(files).map(|(place, file)| {
        let name = file.name.as_deref().map_or_else(|| numbered_name(&file.line), safe_file_name);
        (file_path(place, &name), *file)
    })
}

fn listed(path: String, file: &FileView) -> ListedFile<'_> {
    ListedFile {
        path,
        name: file.name.as_deref(),
        media_type: file.media_type.as_deref(),
        kind: &file.line.what,
        log: file.line.log,
        id: file.line.id.to_string(),
        length: file.line.length,
        state: file.line.state.as_str(),
        declared_sha256: file.line.declared_sha256.as_deref().map(hex),
        sha256: file.line.sha256.as_deref().map(hex),
    }
}

/// Writes a document of several lines, for people too.
fn json_document(name: &'static str, value: &impl Serialize) -> Document {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    Document { name, bytes }
}
