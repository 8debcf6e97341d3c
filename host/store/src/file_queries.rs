//! Queries of evidence files, on either database.
//!
//! `add_part(start 8 MiB)` → one row of `file_parts`, if the file is unfinished and ends at 8 MiB

use sqlx::QueryBuilder;

use crate::append::append;
use crate::backend::{Backend, Cases};
use crate::error::{StoreError, StoreFuture};
use crate::event::{Appended, NewEvent};
use crate::file_removal::discard_parts;
use crate::files::{
    Declared, FileEnd, FileEnding, FileId, FileLine, FileState, FileStore, NewFile, NewPart, Part, PartAdded,
};
use crate::query::{self, Bind, Bindable, TableRows, Value};
use crate::receipt_number::Number;
use crate::session::Session;

/// Selects [`Part`]s of a file.
const PARTS: &str =
    "SELECT start, length, sealed_length, sealed_sha256, object, hash_state FROM file_parts WHERE file_seq = ";
/// Counts the files of a case that are kept, and their bytes.
const KEPT: &str = "SELECT seq, (SELECT count(*) FROM files WHERE case_seq = cases.seq AND state NOT IN ('expired', 'destroyed')), \
     (SELECT CAST(coalesce(sum(length), 0) AS BIGINT) FROM files \
      WHERE case_seq = cases.seq AND state NOT IN ('expired', 'destroyed')) FROM cases WHERE number = ";
/// Limits files to complete ones of cases that have more of them than scans.
const TO_SCAN: &str = "state IN ('arrived', 'mismatch') AND \
     (SELECT count(*) FROM files other WHERE other.case_seq = files.case_seq AND other.state IN ('arrived', 'mismatch')) > \
     (SELECT count(*) FROM events WHERE case_number = cases.number AND kind = 'file.scanned') AND changed_at >= ";
const FILES: &str = "files (id, case_seq, what, log, length, declared_sha256, sha256, state, declared_n, created_at, \
     changed_at, expires_at)";

impl<B: Backend> FileStore for Cases<B> {
    fn declare_file(&self, file: NewFile, events: Vec<NewEvent>) -> StoreFuture<'_, Declared> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let declared = declare(&mut session, &file, &events).await?;
            if matches!(declared, Declared::Stored { .. }) {
                session.commit().await?;
            }
            Ok(declared)
        })
    }

    fn file<'a>(&'a self, id: &'a FileId) -> StoreFuture<'a, Option<FileLine>> {
        Box::pin(async move {
            let found = self.first(file(id)).await?;
            self.confirm_served(found.is_some()).await?;
            Ok(found)
        })
    }

    fn files_of<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Vec<FileLine>> {
        let mut query = QueryBuilder::new(query::FILE);
        B::Database::bind(query.push("number = "), number.to_string());
        query.push(" ORDER BY files.seq");
        Box::pin(async move {
            let found: Vec<FileLine> = self.backend.fetch(query).await?;
            self.confirm_served(!found.is_empty()).await?;
            Ok(found)
        })
    }

    fn add_part(&self, part: NewPart, end: Option<FileEnd>) -> StoreFuture<'_, PartAdded> {
        Box::pin(self.parts.add(part, end))
    }

    fn parts(&self, file_seq: i64) -> StoreFuture<'_, Vec<Part>> {
        let mut query = QueryBuilder::new(PARTS);
        B::Database::bind(&mut query, file_seq);
        query.push(" ORDER BY start");
        Box::pin(self.backend.fetch(query))
    }

    fn last_part(&self, file_seq: i64) -> StoreFuture<'_, Option<Part>> {
        let mut query = QueryBuilder::new(PARTS);
        B::Database::bind(&mut query, file_seq);
        query.push(" ORDER BY start DESC LIMIT 1");
        Box::pin(self.first(query))
    }

    fn end_file<'a>(&'a self, id: &'a FileId, ending: FileEnding, event: NewEvent) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let is_ended = end_file(&mut session, id, ending, event).await?;
            if is_ended {
                session.commit().await?;
            }
            Ok(is_ended)
        })
    }

    fn overdue_files(&self, now: i64, limit: u32) -> StoreFuture<'_, Vec<FileLine>> {
        let mut query = QueryBuilder::new(query::FILE);
        B::Database::bind(query.push("state = 'receiving' AND expires_at <= "), now);
        B::Database::bind(query.push(" ORDER BY expires_at LIMIT "), i64::from(limit));
        Box::pin(self.backend.fetch(query))
    }

    fn files_to_scan(&self, since: i64, after: i64, limit: u32) -> StoreFuture<'_, Vec<FileLine>> {
        let mut query = QueryBuilder::new(query::FILE);
        B::Database::bind(query.push(TO_SCAN), since);
        B::Database::bind(query.push(" AND files.seq > "), after);
        B::Database::bind(query.push(" ORDER BY files.seq LIMIT "), i64::from(limit));
        Box::pin(self.backend.fetch(query))
    }

    fn discarded_objects(&self, limit: u32) -> StoreFuture<'_, Vec<String>> {
        let mut query = QueryBuilder::new("SELECT object FROM discarded_objects LIMIT ");
        B::Database::bind(&mut query, i64::from(limit));
        Box::pin(self.names(query))
    }

    fn forget_objects(&self, objects: Vec<String>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            if objects.is_empty() {
                return Ok(());
            }
            let mut session = self.backend.begin().await?;
            let mut query = QueryBuilder::new("DELETE FROM discarded_objects WHERE object IN ");
            query::push_texts(&mut query, objects);
            session.execute(query).await?;
            session.commit().await
        })
    }

    fn unknown_objects(&self, objects: Vec<String>) -> StoreFuture<'_, Vec<String>> {
        Box::pin(async move {
            if objects.is_empty() {
                return Ok(objects);
            }
            let mut query = QueryBuilder::new("SELECT object FROM file_parts WHERE object IN ");
            query::push_texts(&mut query, objects.clone());
            query.push(" UNION ALL SELECT object FROM package_parts WHERE object IN ");
            query::push_texts(&mut query, objects.clone());
            let known = self.names(query).await?;
            Ok(objects.into_iter().filter(|object| !known.contains(object)).collect())
        })
    }
}

impl<B: Backend> Cases<B> {
    /// Runs a query of one text.
    async fn names(&self, query: QueryBuilder<B::Database>) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> = self.backend.fetch(query).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }
}

/// Selects a file by its name.
fn file<DB: Bindable>(id: &FileId) -> QueryBuilder<DB> {
    let mut query = QueryBuilder::new(query::FILE);
    DB::bind(query.push("id = "), id.0.to_vec());
    query
}

async fn declare<S: Session>(session: &mut S, file: &NewFile, events: &[NewEvent]) -> Result<Declared, StoreError> {
    let mut query = QueryBuilder::new(KEPT);
    S::Database::bind(&mut query, file.number.to_string());
    let found: Vec<(i64, i64, i64)> = session.fetch(query).await?;
    let Some((case_seq, files, bytes)) = found.first().copied() else { return Ok(Declared::NoCase) };
    if files.unsigned_abs() >= file.limits.files {
        return Ok(Declared::TooMany);
    }
    if bytes.unsigned_abs().saturating_add(file.length) > file.limits.bytes {
        return Ok(Declared::TooLarge);
    }
    let appended = append(session, events).await?;
    if let Some(refusal) = appended.iter().find_map(refusal) {
        return Ok(Declared::Refused(refusal));
    }
    let Some(Appended::Stored { n: Some(n), .. }) = appended.first() else { return Ok(Declared::NoCase) };
    let row = file_row(file, case_seq, *n);
    session.insert(TableRows::new(FILES, [row])).await?;
    Ok(Declared::Stored { n: *n })
}

fn refusal(appended: &Appended) -> Option<crate::event::Refusal> {
    if let Appended::Refused(refusal) = appended { Some(*refusal) } else { None }
}

fn file_row(file: &NewFile, case_seq: i64, declared_n: i64) -> [Value; 12] {
    let (sha256, state) = file.end.map_or((None, FileState::Receiving), |(sha256, state)| (Some(sha256), state));
    [
        Value::Bytes(file.id.0.to_vec()),
        Value::Integer(case_seq),
        Value::Text(file.what.clone()),
        Value::OptionalInteger(file.log),
        Value::Integer(file.length.cast_signed()),
        Value::OptionalBytes(file.declared_sha256.map(Vec::from)),
        Value::OptionalBytes(sha256.map(Vec::from)),
        Value::Text(state.as_str().to_owned()),
        Value::Integer(declared_n),
        Value::Integer(file.created_at),
        Value::Integer(file.created_at),
        Value::Integer(file.expires_at),
    ]
}

async fn end_file<S: Session>(
    session: &mut S,
    id: &FileId,
    ending: FileEnding,
    event: NewEvent,
) -> Result<bool, StoreError> {
    let found: Vec<FileLine> = session.fetch(file(id)).await?;
    let Some(file) = found.first() else { return Ok(false) };
    let is_receiving = file.state == FileState::Receiving;
    let (is_allowed, state) = match ending {
        FileEnding::Overdue => (is_receiving && file.expires_at <= event.at, FileState::Expired),
        FileEnding::Terminated => (is_receiving, FileState::Expired),
        FileEnding::Destroyed => (is_receiving || file.state.is_complete(), FileState::Destroyed),
    };
    let at = event.at;
    if !is_allowed || !matches!(append(session, &[event]).await?.first(), Some(Appended::Stored { .. })) {
        return Ok(false);
    }
    discard_parts(session, "file_seq = ", file.seq).await?;
    let mut update = QueryBuilder::new("UPDATE files SET state = ");
    S::Database::bind(&mut update, state.as_str().to_owned());
    S::Database::bind(update.push(", changed_at = "), at);
    S::Database::bind(update.push(" WHERE seq = "), file.seq);
    session.execute(update).await?;
    Ok(true)
}
