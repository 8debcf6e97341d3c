//! The evidence files of a case as the applicant sees them: their progress, never their names.
//!
//! a row of `files` → `{"id":"0f…","what":"log","log":0,"length":11,"offset":4,"state":"receiving",…}`

use kakekomi_store::digest::hex;
use kakekomi_store::{FileLine, FileState};
use serde::Serialize;

/// An evidence file as the applicant sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CaseFile {
    /// Its name in `/v1/files/{id}`.
    pub id: String,
    /// `log`, `diagram`, `screenshot` or `other`.
    pub what: String,
    /// The entry of the draft's `logs` that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<i64>,
    /// Bytes of the file.
    pub length: u64,
    /// Bytes that are stored.
    pub offset: u64,
    /// `declared`, `receiving`, `arrived`, `mismatch`, `expired` or `destroyed`.
    pub state: &'static str,
    /// SHA-256 as it was declared, or else as it was computed; 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// The end of an unfinished upload, if it is not continued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

impl From<FileLine> for CaseFile {
    fn from(line: FileLine) -> CaseFile {
        let is_unfinished = line.state == FileState::Receiving;
        let state = if is_unfinished && line.offset == 0 { "declared" } else { line.state.as_str() };
        CaseFile {
            id: line.id.to_string(),
            what: line.what,
            log: line.log,
            length: line.length,
            offset: line.offset,
            state,
            sha256: line.declared_sha256.or(line.sha256).map(|digest| hex(&digest)),
            created_at: line.created_at,
            expires_at: is_unfinished.then_some(line.expires_at),
        }
    }
}
