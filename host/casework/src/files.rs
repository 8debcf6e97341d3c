//! The evidence files of a case: their custody, and their downloads, each of which is an event before its first byte.
//!
//! `casework.find_file(&operator, &number, &id, DownloadForm::Opened)` → [`FoundFile`] · `casework.download(&operator, file)` →
//! [`Download`] `{ bytes, length }`, after the event

use std::io::Read;
use std::sync::Arc;

use kakekomi_evidence::{self as evidence, Verification};
use kakekomi_sealing::Identities;
use kakekomi_service::sealed_case::OpenedCase;
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Case, EventKind, FileId, FileLine, FileState, Part};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::casework::{Casework, demand};
use crate::error::WorkError;
use crate::file_name::safe_file_name;
use crate::operator::{Operator, Right};
use crate::timeline::{ShownEvent, shown_by};

/// The digits of a file's name that tell it from the other files of its case.
const SHORT_ID: usize = 8;

/// An evidence file as it is shown.
#[derive(Debug, Clone)]
pub struct FileView {
    /// The clear columns.
    pub line: FileLine,
    /// The name as it was sent; `None` where it stays sealed.
    pub name: Option<String>,
    /// The media type as it was sent; nothing is decided by it.
    pub media_type: Option<String>,
    /// What happened to it, in order: declared, arrived, downloaded, … Where contents stay sealed, only the declaration is known to
    /// be its event.
    pub custody: Vec<ShownEvent>,
}

/// The form in which a file is downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DownloadForm {
    /// A tar of its sealed parts, which are opened elsewhere.
    Sealed,
    /// Its bytes.
    Opened,
}

/// A file that may be downloaded. Its bytes are reached through [`Casework::download`] alone, which records it.
pub struct FoundFile {
    /// The clear columns.
    pub line: FileLine,
    /// The name as it was sent; `None` for sealed parts.
    pub name: Option<String>,
    case: Case,
    parts: Vec<Part>,
    /// The case's identity; `None` for sealed parts.
    identity: Option<Identities>,
}

/// The bytes of a recorded download.
pub struct Download {
    /// The bytes, read part by part on a thread that may block.
    pub bytes: Box<dyn Read + Send>,
    /// Their number.
    pub length: u64,
}

impl DownloadForm {
    /// Returns the word in the event.
    pub fn as_str(self) -> &'static str {
        match self {
            DownloadForm::Sealed => "sealed",
            DownloadForm::Opened => "opened",
        }
    }
}

impl FileView {
    /// Returns the state for readers: a file of which nothing has come is declared.
    pub fn state(&self) -> &'static str {
        match self.line.state {
            FileState::Receiving if self.line.offset == 0 => "declared",
            state => state.as_str(),
        }
    }
}

/// Names a file by its numbers: `2609-4873-1059-0f1e2d3c`.
pub fn numbered_name(line: &FileLine) -> String {
    let id = line.id.to_string();
    format!("{}-{}", line.number, id.get(..SHORT_ID).unwrap_or(&id))
}

impl Casework {
    /// Reads the files of a case for its view. The names and the custody come from opened events.
    pub(crate) async fn files(&self, number: &Number, timeline: &[ShownEvent]) -> Result<Vec<FileView>, WorkError> {
        let lines = self.store().files_of(number).await?;
        Ok(lines.into_iter().map(|line| view(line, timeline)).collect())
    }

    /// Finds a file whose bytes are all there.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn find_file(
        &self,
        operator: &Operator,
        number: &Number,
        id: &FileId,
        form: DownloadForm,
    ) -> Result<FoundFile, WorkError> {
        demand(operator, Right::ReadContent)?;
        let case = self.case(number).await?;
        let line = self.store().file(id).await?;
        let is_here = |line: &FileLine| line.number == case.line.number && line.state.is_complete();
        let line = line.filter(is_here).ok_or(WorkError::NoFile)?;
        let parts = self.store().parts(line.seq).await?;
        let (name, identity) = match form {
            DownloadForm::Sealed => (None, None),
            DownloadForm::Opened => {
                let opened = self.open_case(&case)?;
                (self.name_of(number, &line, &opened).await?, Some(opened.identity))
            }
        };
        Ok(FoundFile { line, name, case, parts, identity })
    }

    /// Records a download. The event `file.downloaded` is durable before a byte can be read.
    ///
    /// # Errors
    /// [`WorkError`]: nothing is read then.
    pub async fn download(&self, operator: &Operator, file: FoundFile) -> Result<Download, WorkError> {
        demand(operator, Right::ReadContent)?;
        let storage = Arc::clone(self.parts.storage.as_ref().ok_or(WorkError::NoFile)?);
        let body = json!({ "file": file.line.id.to_string(), "as": file.form().as_str() });
        self.record_reading(operator, &file.case, EventKind::FileDownloaded, &body).await?;
        let FoundFile { line, parts, identity, .. } = file;
        Ok(match identity {
            None => Download {
                length: evidence::sealed_tar_length(&parts),
                bytes: Box::new(evidence::sealed_tar(storage, &line, parts)),
            },
            Some(identity) => {
                Download { length: line.length, bytes: Box::new(evidence::read(storage, &line, parts, identity)) }
            }
        })
    }

    /// Compares the stored bytes of a file with its digests: the sealed parts, and, where this host opens the case, its own bytes.
    /// It shows nothing and is no reading.
    ///
    /// The second value lists the columns that differ from the sealed events, where this host opens these.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn verify_file(
        &self,
        number: &Number,
        line: FileLine,
    ) -> Result<(Verification, Vec<&'static str>), WorkError> {
        let storage = Arc::clone(self.parts.storage.as_ref().ok_or(WorkError::NoFile)?);
        let (identity, altered) = if self.parts.reader.is_some() {
            let identity = self.open_case(&self.case(number).await?)?.identity;
            let events = shown_by(&identity, self.events(number).await?);
            let now = self.store().file(&line.id).await?;
            // Where the file came to its end since its row was read, the row lacks what the events have.
            let is_current = now.is_some_and(|now| now.state == line.state);
            (Some(identity), if is_current { altered(&line, &events) } else { Vec::new() })
        } else {
            (None, Vec::new())
        };
        let parts = self.store().parts(line.seq).await?;
        let verified = spawn_blocking(move || evidence::verify(&*storage, &line, &parts, identity.as_ref()));
        Ok((verified.await.map_err(|error| WorkError::Damaged(error.to_string()))?, altered))
    }

    /// Opens a case for a download; the applicant's data are not looked at.
    pub(crate) fn open_case(&self, case: &Case) -> Result<OpenedCase, WorkError> {
        let reader = self.parts.reader.as_ref().ok_or(WorkError::NoFile)?;
        let opened = reader.open(case).map_err(|error| WorkError::Damaged(error.to_string()))?;
        opened.ok_or(WorkError::NoFile)
    }

    /// Finds the name of a file, which its declaration holds.
    async fn name_of(
        &self,
        number: &Number,
        line: &FileLine,
        opened: &OpenedCase,
    ) -> Result<Option<String>, WorkError> {
        let events = self.events(number).await?;
        let declared = events.into_iter().filter(|event| event.n == Some(line.declared_n)).collect();
        let body = shown_by(&opened.identity, declared).into_iter().find_map(|event| event.body);
        Ok(body.as_ref().and_then(|body| text(body, "name")).map(str::to_owned))
    }
}

impl FoundFile {
    /// Returns the form of its download.
    pub fn form(&self) -> DownloadForm {
        if self.identity.is_some() { DownloadForm::Opened } else { DownloadForm::Sealed }
    }

    /// Returns a name for the download that is harmless on the operator's machine: the applicant's, made so, or one of the numbers.
    pub fn safe_name(&self) -> String {
        match (&self.name, self.form()) {
            (_, DownloadForm::Sealed) => format!("{}.tar", numbered_name(&self.line)),
            (Some(name), DownloadForm::Opened) => safe_file_name(name),
            (None, DownloadForm::Opened) => numbered_name(&self.line),
        }
    }
}

/// Shows a file with the events that name it.
fn view(line: FileLine, timeline: &[ShownEvent]) -> FileView {
    let id = line.id.to_string();
    let is_of_it = |event: &&ShownEvent| match &event.body {
        Some(body) => event.kind.starts_with("file.") && text(body, "file") == Some(&id),
        None => event.n == Some(line.declared_n),
    };
    let custody: Vec<_> = timeline.iter().filter(is_of_it).cloned().collect();
    let declared = custody.iter().find(|event| event.n == Some(line.declared_n)).and_then(|event| event.body.as_ref());
    let of_declared = |name: &str| declared.and_then(|body| text(body, name)).map(str::to_owned);
    FileView { name: of_declared("name"), media_type: of_declared("type"), line, custody }
}

/// Lists the columns of a file that differ from its sealed events. The events of each kind come once; the first one counts, since
/// whoever writes the database can append others.
fn altered(line: &FileLine, events: &[ShownEvent]) -> Vec<&'static str> {
    let id = line.id.to_string();
    let first = |kinds: &[EventKind]| {
        let of_file = events.iter().filter(|event| kinds.iter().any(|kind| event.kind == kind.as_str()));
        of_file
            .filter_map(|event| Some((event, event.body.as_ref()?)))
            .find(|(_, body)| text(body, "file") == Some(&id))
    };
    let declared = first(&[EventKind::FileDeclared]).map(|(_, body)| body);
    let end = first(&[EventKind::FileArrived, EventKind::FileMismatch]);
    let state = match end {
        None => FileState::Receiving,
        Some((event, _)) if event.kind == EventKind::FileArrived.as_str() => FileState::Arrived,
        Some(_) => FileState::Mismatch,
    };
    let digest = |body: Option<&Value>| body.and_then(|body| text(body, "sha256")).map(str::to_owned);
    let length = declared.and_then(|body| body.get("length")).and_then(Value::as_u64);
    let columns = [
        ("length", length == Some(line.length)),
        ("declared_sha256", digest(declared) == line.declared_sha256.as_deref().map(hex)),
        ("sha256", digest(end.map(|(_, body)| body)) == line.sha256.as_deref().map(hex)),
        ("state", state == line.state),
    ];
    columns.into_iter().filter(|(_, is_same)| !is_same).map(|(name, _)| name).collect()
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str()
}
