//! The evidence files of a case: their custody, and their downloads, each of which is an event before its first byte.
//!
//! `casework.download(&operator, &number, &id, DownloadForm::Opened)` → [`Download`] `{ name: "access.log", length, bytes }`

use std::io::Read;

use kakekomi_evidence::{self as evidence, Evidence};
use kakekomi_service::sealed_case::OpenedCase;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Appended, Case, EventKind, FileId, FileLine, FileState, Part};
use serde_json::{Value, json};

use crate::casework::{Casework, demand};
use crate::error::{ActError, WorkError};
use crate::file_name::safe_file_name;
use crate::operator::{Operator, Right};
use crate::timeline::ShownEvent;

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

/// A download, recorded and not yet read.
pub struct Download {
    /// A name that is harmless on the operator's machine.
    pub name: String,
    /// The file.
    pub line: FileLine,
    /// Its parts.
    pub parts: Vec<Part>,
    /// The bytes, read part by part.
    pub bytes: Box<dyn Read + Send>,
    /// The number of the bytes.
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

    /// Returns a name that is harmless on the operator's machine: the applicant's, made so, or one of the numbers.
    pub fn safe_name(&self) -> String {
        self.name.as_deref().map_or_else(|| numbered_name(&self.line), safe_file_name)
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

    /// Records a download, and prepares it. The event `file.downloaded` is durable before a byte can be read.
    ///
    /// # Errors
    /// [`WorkError`]; nothing is recorded then, but where the storage fails.
    pub async fn download(
        &self,
        operator: &Operator,
        number: &Number,
        id: &FileId,
        form: DownloadForm,
    ) -> Result<Download, WorkError> {
        demand(operator, Right::ReadContent)?;
        let evidence = self.parts.evidence.as_ref().ok_or(WorkError::NoFile)?;
        let case = self.case(number).await?;
        let line = self.store().file(id).await?;
        let is_here = |line: &FileLine| line.number == case.line.number && line.state.is_complete();
        let line = line.filter(is_here).ok_or(WorkError::NoFile)?;
        let opened = match form {
            DownloadForm::Sealed => None,
            DownloadForm::Opened => Some(self.open_case(&case)?),
        };
        let parts = self.store().parts(line.seq).await?;
        self.record_download(operator, &case, id, form).await?;
        match opened {
            None => sealed(evidence, line, parts),
            Some(opened) => {
                let name = self.name_of(number, &line, &opened).await?;
                let bytes = evidence.read(&line, &parts, &opened.identity);
                Ok(Download { name, length: line.length, line, parts, bytes: Box::new(bytes) })
            }
        }
    }

    /// Opens a case for a download; the applicant's data are not looked at.
    fn open_case(&self, case: &Case) -> Result<OpenedCase, WorkError> {
        let reader = self.parts.reader.as_ref().ok_or(WorkError::NoFile)?;
        let opened = reader.open(case).map_err(|error| WorkError::Damaged(error.to_string()))?;
        opened.ok_or(WorkError::NoFile)
    }

    /// Finds the harmless form of a file's name, which its declaration holds.
    async fn name_of(&self, number: &Number, line: &FileLine, opened: &OpenedCase) -> Result<String, WorkError> {
        let events = self.events(number).await?;
        let declared = events.into_iter().filter(|event| event.n == Some(line.declared_n)).collect();
        let body = shown_by(&opened.identity, declared).into_iter().find_map(|event| event.body);
        let name = body.as_ref().and_then(|body| text(body, "name"));
        Ok(name.map_or_else(|| numbered_name(line), safe_file_name))
    }

    /// Writes `file.downloaded`.
    async fn record_download(
        &self,
        operator: &Operator,
        case: &Case,
        id: &FileId,
        form: DownloadForm,
    ) -> Result<(), WorkError> {
        let body = json!({ "file": id.to_string(), "as": form.as_str() });
        self.record_reading(operator, case, EventKind::FileDownloaded, &body).await
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

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str()
}
