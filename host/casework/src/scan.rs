//! Scans of files that have arrived, by clamd, on a host that opens contents.
//!
//! `casework.scan_files(&clamd, since, &mut passed_over)` → the number of scans, each of them the event `file.scanned`
//!
//! A file is read and never altered. Two hosts may scan a file at the same time; then it has two events.

use std::collections::HashSet;
use std::sync::Arc;

use kakekomi_evidence::{self as evidence, Clamd, Scan, ScanError, ScanResult};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, EventKind, FileId, FileLine};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::casework::Casework;
use crate::error::{ActError, WorkError};
use crate::files::FileView;
use crate::operator::Operator;
use crate::timeline::{ShownEvent, shown_by};

/// Files that are read from the store at a time.
const AT_ONCE: u32 = 64;

/// The mark that scans left on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanMark<'a> {
    /// No known pattern was found.
    NoPattern,
    /// A known pattern was found; its name, as the scanner has it.
    Pattern(&'a str),
    /// It was not scanned, since it is too large for the scanner.
    TooLarge,
}

/// The reason why a round of scans ends early.
#[derive(Debug, thiserror::Error)]
pub enum ScanRoundError {
    /// The scanner does not answer: the files are scanned by a later round.
    #[error(transparent)]
    Scanner(ScanError),
    /// Store, keys or case.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl FileView {
    /// Returns the mark of the scans; `None` for a file that was not scanned, or whose events stay sealed.
    pub fn scan(&self) -> Option<ScanMark<'_>> {
        let marks = || self.custody.iter().filter_map(mark);
        // A writer of the database can append others: one with a pattern is not covered up by them.
        marks().find(|mark| matches!(mark, ScanMark::Pattern(_))).or_else(|| marks().next())
    }
}

/// Reads the mark of an event; `None` for another kind.
pub fn mark(event: &ShownEvent) -> Option<ScanMark<'_>> {
    if event.kind != EventKind::FileScanned.as_str() {
        return None;
    }
    let text = |name| event.body.as_ref()?.get(name)?.as_str();
    match text("result")? {
        "no_pattern" => Some(ScanMark::NoPattern),
        "pattern" => Some(ScanMark::Pattern(text("pattern").unwrap_or_default())),
        "too_large" => Some(ScanMark::TooLarge),
        _ => None,
    }
}

impl Casework {
    /// Scans the files that arrived since a moment and were not scanned; returns their number. A file that cannot be read is
    /// reported and passed over from then on, and so is one that was scanned already, or whose case takes no event.
    ///
    /// # Errors
    /// [`ScanRoundError`]: the other files are scanned by a later round.
    pub async fn scan_files(
        &self,
        clamd: &Clamd,
        since: i64,
        passed_over: &mut HashSet<FileId>,
        report: impl Fn(&FileLine, &dyn std::error::Error) + Send,
    ) -> Result<u64, ScanRoundError> {
        let (mut scanned, mut after) = (0, 0);
        loop {
            let files = self.store().files_to_scan(since, after, AT_ONCE).await.map_err(WorkError::from)?;
            let Some(last) = files.last() else { return Ok(scanned) };
            after = last.seq;
            for file in files {
                if passed_over.contains(&file.id) {
                    continue;
                }
                match self.scan_file(clamd, &file).await {
                    Ok(true) => scanned += 1,
                    Ok(false) => _ = passed_over.insert(file.id),
                    Err(ScanRoundError::Scanner(error @ ScanError::File(_))) => {
                        report(&file, &error);
                        passed_over.insert(file.id);
                    }
                    Err(ScanRoundError::Work(error @ WorkError::Damaged(_))) => {
                        report(&file, &error);
                        passed_over.insert(file.id);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// Scans a file and records the result; `false` for one that was scanned already, or whose case takes no event.
    async fn scan_file(&self, clamd: &Clamd, file: &FileLine) -> Result<bool, ScanRoundError> {
        let number = Number::read(&file.number).map_err(|error| WorkError::Damaged(error.to_string()))?;
        let case = self.case(&number).await?;
        let identity = self.open_case(&case)?.identity;
        let scans = self.events(&number).await.map_err(WorkError::from)?.into_iter();
        let scans = scans.filter(|event| event.kind == EventKind::FileScanned.as_str()).collect();
        let id = file.id.to_string();
        let is_of_it =
            |event: &ShownEvent| event.body.as_ref().and_then(|body| body.get("file")?.as_str()) == Some(&id);
        if shown_by(&identity, scans).iter().any(is_of_it) {
            return Ok(false);
        }
        let storage = Arc::clone(self.parts.storage.as_ref().ok_or(WorkError::NoFile)?);
        let parts = self.store().parts(file.seq).await.map_err(WorkError::from)?;
        let (clamd, line) = (clamd.clone(), file.clone());
        let scan = spawn_blocking(move || clamd.scan(&mut evidence::read(storage, &line, parts, identity))).await;
        let scan = scan.map_err(|error| WorkError::Damaged(error.to_string()))?.map_err(ScanRoundError::Scanner)?;
        let sealed = self.sealed(&Operator::system(), &case, EventKind::FileScanned, &body(&id, &scan), None, None);
        let event = sealed.map_err(|error| match error {
            ActError::Work(error) => error,
            other => WorkError::Damaged(other.to_string()),
        })?;
        let appended = self.store().append(vec![event]).await.map_err(WorkError::from)?;
        Ok(matches!(appended.first(), Some(Appended::Stored { .. })))
    }
}

fn body(id: &str, scan: &Scan) -> Value {
    let mut body = json!({ "file": id, "result": scan.result.as_str(), "scanner": scan.scanner });
    if let (ScanResult::Pattern(name), Some(members)) = (&scan.result, body.as_object_mut()) {
        members.insert("pattern".to_owned(), json!(name));
    }
    body
}
