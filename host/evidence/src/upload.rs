//! Declarations and states of uploads.
//!
//! `NewUpload { what: Log, log: Some(0), name: "fw.log", … }` → `UploadState { state: Receiving, offset: 0, … }`

use std::str::FromStr;

use kakekomi_store::{FileId, FileLine, FileState};

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A log that the form asks for.
    Log,
    /// A network diagram.
    Diagram,
    /// A picture of a screen.
    Screenshot,
    /// Another file.
    Other,
}

impl What {
    /// All kinds, in the contract's order.
    pub const ALL: [What; 4] = [What::Log, What::Diagram, What::Screenshot, What::Other];

    /// Returns the contract's word.
    pub fn as_str(self) -> &'static str {
        match self {
            What::Log => "log",
            What::Diagram => "diagram",
            What::Screenshot => "screenshot",
            What::Other => "other",
        }
    }
}

/// A word that is no kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no file has this kind")]
pub struct UnknownKindOfFile;

impl FromStr for What {
    type Err = UnknownKindOfFile;

    fn from_str(word: &str) -> Result<What, UnknownKindOfFile> {
        What::ALL.into_iter().find(|what| what.as_str() == word).ok_or(UnknownKindOfFile)
    }
}

/// A file to be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// Its kind.
    pub what: What,
    /// The entry of the draft's logs that it belongs to.
    pub log: Option<u32>,
    /// Its name, as the applicant's device has it. It is never used as a path.
    pub name: String,
    /// Its media type, as the device has it; may be empty.
    pub media_type: String,
    /// Its bytes.
    pub length: u64,
    /// Its SHA-256, where the device has computed it.
    pub sha256: Option<[u8; 32]>,
}

/// An upload as the applicant may see it: without the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadState {
    /// Its name in addresses.
    pub id: FileId,
    /// `log`, `diagram`, `screenshot` or `other`.
    pub what: String,
    /// The entry of the draft's logs that it belongs to.
    pub log: Option<i64>,
    /// Declared bytes.
    pub length: u64,
    /// Bytes that are stored.
    pub offset: u64,
    /// Declared digest.
    pub declared_sha256: Option<[u8; 32]>,
    /// Computed digest; `None` until all bytes are stored.
    pub sha256: Option<[u8; 32]>,
    /// Its state.
    pub state: FileState,
    /// The moment at which it is given up unfinished; milliseconds since the epoch, UTC.
    pub expires_at: i64,
    /// The moment of its declaration.
    pub created_at: i64,
}

impl UploadState {
    /// Returns the contract's word of the state: an unfinished file without bytes is declared.
    pub fn word(&self) -> &'static str {
        match self.state {
            FileState::Receiving if self.offset == 0 => "declared",
            state => state.as_str(),
        }
    }
}

impl From<FileLine> for UploadState {
    fn from(line: FileLine) -> UploadState {
        let digest = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| bytes.try_into().ok());
        UploadState {
            id: line.id,
            what: line.what,
            log: line.log,
            length: line.length,
            offset: line.offset,
            declared_sha256: digest(line.declared_sha256),
            sha256: digest(line.sha256),
            state: line.state,
            expires_at: line.expires_at,
            created_at: line.created_at,
        }
    }
}
