//! Events of files, sealed to their case.
//!
//! `file.arrived` of a file → `{"file": "9f86…", "length": 20, "sha256": "2c26…"}`, sealed

use kakekomi_sealing::{SealingError, seal_body};
use kakekomi_store::digest::hex;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Change, EventKind, FileId, FileState, NewEvent};
use serde_json::{Value, json};

use crate::NewUpload;

/// The actor of events that the applicant causes.
pub const APPLICANT: &str = "applicant";
/// The actor of events that the passing of time causes.
pub const SYSTEM: &str = "system";

/// The case that an event is sealed to.
#[derive(Debug, Clone)]
pub struct EventCase {
    pub number: Number,
    pub recipient: String,
}

impl EventCase {
    /// Seals an event.
    ///
    /// # Errors
    /// [`SealingError`]: the recipient is damaged, or the system has no randomness.
    pub fn event(&self, kind: EventKind, actor: &str, at: i64, body: &Value) -> Result<NewEvent, SealingError> {
        let sealed = seal_body(&[&self.recipient], body.to_string().as_bytes())?;
        Ok(NewEvent {
            case: Some(self.number.clone()),
            at,
            actor: actor.to_owned(),
            kind,
            body: Some(sealed.sealed),
            commitment: sealed.commitment,
            change: Change::default(),
            after: None,
            request: None,
            return_code: None,
        })
    }

    /// Seals the event of a file's declaration: the only place of its name.
    pub fn declared(&self, id: &FileId, new: &NewUpload, at: i64) -> Result<NewEvent, SealingError> {
        let mut body = json!({
            "file": id.to_string(), "name": new.name, "type": new.media_type, "what": new.what.as_str(), "length": new.length,
        });
        if let Some(log) = new.log {
            add(&mut body, "log", json!(log));
        }
        if let Some(sha256) = new.sha256 {
            add(&mut body, "sha256", json!(hex(&sha256)));
        }
        self.event(EventKind::FileDeclared, APPLICANT, at, &body)
    }

    /// Seals the event of a file's end; returns its state too.
    pub fn ended(
        &self,
        id: &FileId,
        length: u64,
        declared: Option<&[u8]>,
        sha256: &[u8; 32],
        at: i64,
    ) -> Result<(FileState, NewEvent), SealingError> {
        let mut body = json!({"file": id.to_string(), "length": length, "sha256": hex(sha256)});
        let (state, kind) = match declared.filter(|declared| *declared != sha256) {
            None => (FileState::Arrived, EventKind::FileArrived),
            Some(declared) => {
                add(&mut body, "declared", json!(hex(declared)));
                (FileState::Mismatch, EventKind::FileMismatch)
            }
        };
        Ok((state, self.event(kind, APPLICANT, at, &body)?))
    }
}

/// Adds a member to a JSON object.
fn add(body: &mut Value, name: &str, value: Value) {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
