//! Evidence files of applicants: declaration, state, end.
//!
//! `evidence.create(&number, log of 20 MiB)` → `UploadState { id: 9f86…, offset: 0, … }`; then `append` until `arrived`
//!
//! A file of another case is unknown: every query takes the case's number.

use std::sync::Arc;

use kakekomi_sealing::HashKey;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    CaseLimits, Declared, EventKind, FileEnding, FileId, FileLine, FileState, NewFile, Read, Store, StoreError,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::event::{APPLICANT, EventCase};
use crate::limits::{EvidenceLimits, MEDIA_TYPE_MAX, NAME_MAX};
use crate::storage::PartStorage;
use crate::{NewUpload, UploadRefusal, UploadState};

/// The evidence files of all cases.
#[derive(Clone)]
pub struct Evidence {
    /// The rows of cases, files and parts.
    pub store: Arc<dyn Store>,
    /// The sealed parts.
    pub storage: Arc<dyn PartStorage>,
    /// The key that wraps the running states of SHA-256.
    pub key: HashKey,
    /// The limits.
    pub limits: EvidenceLimits,
}

impl Evidence {
    /// Declares a file. One of 0 bytes is complete at once.
    ///
    /// # Errors
    /// [`UploadRefusal`]: a limit, a value, the case's state, too little space, or a failure.
    pub async fn create(&self, number: &Number, new: NewUpload, now: i64) -> Result<UploadState, UploadRefusal> {
        self.check(&new)?;
        self.check_space().await?;
        let case = self.case(number).await?;
        let id = FileId::random().map_err(|error| UploadRefusal::Storage(std::io::Error::other(error)))?;
        let mut events = vec![case.declared(&id, &new, now)?];
        let mut end = None;
        if new.length == 0 {
            let sha256 = Sha256::digest(b"").into();
            let declared = new.sha256.as_ref().map(<[u8; 32]>::as_slice);
            let (state, event) = case.ended(&id, 0, declared, &sha256, now)?;
            events.push(event);
            end = Some((sha256, state));
        }
        let file = NewFile {
            id,
            number: number.clone(),
            what: new.what.as_str().to_owned(),
            log: new.log.map(i64::from),
            length: new.length,
            declared_sha256: new.sha256,
            end,
            created_at: now,
            expires_at: now.saturating_add(self.limits.unfinished_ms),
            limits: CaseLimits { files: self.limits.files_a_case, bytes: self.limits.case_max },
        };
        match self.store.declare_file(file, events).await? {
            Declared::Stored { .. } => self.state(number, &id, now).await,
            Declared::TooMany => Err(UploadRefusal::TooMany),
            Declared::TooLarge => Err(UploadRefusal::TooLarge),
            Declared::NoCase => Err(UploadRefusal::Unknown),
            Declared::Refused(refusal) => Err(refusal.into()),
        }
    }

    /// Reads the state of a file. It waits for no upload under way: its offset is the end of the last durable part.
    ///
    /// # Errors
    /// [`UploadRefusal::Unknown`], [`UploadRefusal::Expired`], [`UploadRefusal::Erased`], [`UploadRefusal::Store`].
    pub async fn state(&self, number: &Number, id: &FileId, now: i64) -> Result<UploadState, UploadRefusal> {
        Ok(self.line(number, id, now).await?.into())
    }

    /// Gives up an unfinished file; its bytes are deleted.
    ///
    /// # Errors
    /// As [`Evidence::state`], and [`UploadRefusal::Arrived`].
    pub async fn terminate(&self, number: &Number, id: &FileId, now: i64) -> Result<(), UploadRefusal> {
        let line = self.line(number, id, now).await?;
        if line.state.is_complete() {
            return Err(UploadRefusal::Arrived);
        }
        let body = json!({"file": id.to_string(), "by": "applicant"});
        let event = case_of(&line)?.event(EventKind::FileExpired, APPLICANT, now, &body)?;
        if self.store.end_file(id, FileEnding::Terminated, event).await? {
            return Ok(());
        }
        Err(self.ended(number, id, now).await)
    }

    /// Lists the files of a case in the order of their declarations, those that were given up too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn files(&self, number: &Number) -> Result<Vec<UploadState>, StoreError> {
        Ok(self.store.files_of(number).await?.into_iter().map(UploadState::from).collect())
    }

    /// Reads a file of a case that was neither given up nor destroyed.
    pub(crate) async fn line(&self, number: &Number, id: &FileId, now: i64) -> Result<FileLine, UploadRefusal> {
        let line = self.store.file(id).await?.filter(|line| line.number == number.to_string());
        let line = line.ok_or(UploadRefusal::Unknown)?.at(now);
        match line.state {
            FileState::Expired => Err(UploadRefusal::Expired),
            FileState::Destroyed => Err(UploadRefusal::Erased),
            _ => Ok(line),
        }
    }

    fn check(&self, new: &NewUpload) -> Result<(), UploadRefusal> {
        if new.length > self.limits.file_max {
            return Err(UploadRefusal::TooLarge);
        }
        if new.name.len() > NAME_MAX {
            return Err(UploadRefusal::Metadata("filename"));
        }
        if new.media_type.len() > MEDIA_TYPE_MAX {
            return Err(UploadRefusal::Metadata("filetype"));
        }
        Ok(())
    }

    /// Reads the recipient of a case.
    async fn case(&self, number: &Number) -> Result<EventCase, UploadRefusal> {
        let Some(Read::Ok(case)) = self.store.show(number).await? else { return Err(UploadRefusal::Unknown) };
        let recipient = case.recipient.ok_or(UploadRefusal::Erased)?;
        Ok(EventCase { number: number.clone(), recipient })
    }

    /// Checks that the storage has enough space.
    pub(crate) async fn check_space(&self) -> Result<(), UploadRefusal> {
        let (storage, percent) = (Arc::clone(&self.storage), self.limits.min_free_percent);
        crate::blocking(move || storage.space()).await?.map_or(Ok(()), |space| space.check(percent))
    }
}

/// Returns the case that the events of a file are sealed to.
pub(crate) fn case_of(line: &FileLine) -> Result<EventCase, UploadRefusal> {
    let recipient = line.recipient.clone().ok_or(UploadRefusal::Erased)?;
    let number = Number::read(&line.number).map_err(|_| UploadRefusal::Unknown)?;
    Ok(EventCase { number, recipient })
}
