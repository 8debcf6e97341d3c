//! The store of cases over either database.
//!
//! `Cases<PgPool>` and `Cases<Database>` (SQLite) → a [`Store`] each; a [`Backend`] has only the parts that differ.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Error, FromRow, QueryBuilder};

use super::audit::AuditHead;
use super::case::{Case, CaseLine, Filter, IdempotencyRecord, Inserted, NewCase, Read};
use super::convert::{self, Seal};
use super::error::{StoreError, StoreFuture};
use super::event::{Appended, Event, EventKind, NewEvent, Projection};
use super::part_writer::PartWriter;
use super::query::{self, Bindable};
use super::queue::{QueueFilter, QueueKey, QueueLine};
use super::readiness::Readiness;
use super::receipt_number::Number;
use super::seals::{self, Resealed};
use super::session::{Record, Session, Sessions};
use super::store::{Integrity, Store};
use super::writer::{Rows, Writer};
use super::{append, insert};

/// A row of a backend's database.
pub type RowOf<B> = <<B as Backend>::Database as sqlx::Database>::Row;

/// The connections to a database.
pub trait Backend: Rows + Sessions + Clone {
    /// sqlx's type of the database.
    type Database: Bindable;

    /// Closes all connections.
    fn close(&self) -> impl Future<Output = ()> + Send;

    /// Runs a query within the time that the database has for it.
    fn rows(
        &self,
        query: QueryBuilder<Self::Database>,
    ) -> impl Future<Output = Result<Vec<RowOf<Self>>, StoreError>> + Send;

    /// Reads `seq` and `number` of the cases after a position, from as few pages as possible.
    fn keys(&self, after: i64, limit: u32) -> impl Future<Output = Result<Vec<RowOf<Self>>, StoreError>> + Send;

    /// Runs a query within the time that the database has for it, and reads its rows.
    fn fetch<T: Record>(
        &self,
        query: QueryBuilder<Self::Database>,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// Reports whether the table of the cases of an earlier version exists.
    fn has_clear_cases(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Decodes `seq` and, if it can be read, `number` of a row.
    fn key(row: &RowOf<Self>) -> Result<(i64, Option<String>), Error>;

    /// Reports whether an error is damage of the stored data, so that other rows may be readable.
    fn is_damage(error: &StoreError) -> bool;

    /// Waits until a case that was found, or not, by its key is durably so.
    fn confirm(&self, is_found: bool) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Removes what was deleted from the database's own files, as far as it can; `false` while a reader prevents it.
    fn purge(&self) -> impl Future<Output = Result<bool, StoreError>> + Send;

    fn missing_durability_settings(&self) -> StoreFuture<'_, Vec<String>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn integrity(&self, _within: Duration) -> StoreFuture<'_, Integrity> {
        Box::pin(async { Ok(Integrity::default()) })
    }
}

/// The cases in a database.
#[derive(Debug, Clone)]
pub struct Cases<B> {
    pub(super) backend: B,
    writer: Writer,
    pub(super) parts: PartWriter,
    /// `None` where this process only reads.
    readiness: Option<Readiness>,
}

impl<B: Backend> Cases<B> {
    /// Starts the tasks of a process that serves.
    pub(super) fn serving(backend: B) -> Cases<B> {
        let readiness = Some(Readiness::start(backend.clone()));
        Cases { readiness, ..Cases::reading(backend) }
    }

    pub(super) fn reading(backend: B) -> Cases<B> {
        let (writer, parts) = (Writer::start(backend.clone()), PartWriter::start(backend.clone()));
        Cases { backend, writer, parts, readiness: None }
    }

    /// Removes the table of the cases of an earlier version once it is empty; a new database has it empty.
    pub(super) async fn end_conversion(&self) -> Result<(), StoreError> {
        if !self.backend.has_clear_cases().await? {
            return Ok(());
        }
        let mut session = self.backend.begin().await?;
        let left = convert::left(&mut session).await?;
        session.commit().await?;
        if left != Some(0) {
            return Ok(());
        }
        // The rows leave the files before the table does: after an interruption, the table tells that this is still to do.
        if !self.backend.purge().await? {
            tracing::warn!("another program reads the database: its log keeps clear text until the desk is stopped");
        }
        let mut session = self.backend.begin().await?;
        convert::end(&mut session).await?;
        session.commit().await
    }

    /// Waits until the standbys have the rows that were found, if this process serves: only then may they be acknowledged. A reader may
    /// be at a standby itself.
    pub(super) async fn confirm_served(&self, is_found: bool) -> Result<(), StoreError> {
        self.backend.confirm(is_found && self.readiness.is_some()).await
    }

    /// Reads the first row of a query.
    pub(super) async fn first<T: Record>(&self, query: QueryBuilder<B::Database>) -> Result<Option<T>, StoreError> {
        Ok(self.backend.fetch(query).await?.into_iter().next())
    }

    /// Runs a query of one number.
    async fn integer(&self, query: QueryBuilder<B::Database>) -> Result<i64, StoreError>
    where
        (i64,): for<'r> FromRow<'r, RowOf<B>>,
    {
        let rows = self.backend.rows(query).await?;
        let (integer,) = <(i64,)>::from_row(rows.first().ok_or(Error::RowNotFound)?)?;
        Ok(integer)
    }
}

impl<B: Backend> Store for Cases<B>
where
    (i64,): for<'r> FromRow<'r, RowOf<B>>,
    IdempotencyRecord: for<'r> FromRow<'r, RowOf<B>>,
    CaseLine: for<'r> FromRow<'r, RowOf<B>>,
    Case: for<'r> FromRow<'r, RowOf<B>>,
    QueueLine: for<'r> FromRow<'r, RowOf<B>>,
{
    fn by_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<IdempotencyRecord>> {
        Box::pin(async move {
            let rows = self.backend.rows(query::by_key(key)).await?;
            let record = rows.first().map(IdempotencyRecord::from_row).transpose()?;
            self.backend.confirm(record.is_some()).await?;
            record.map(IdempotencyRecord::validated).transpose()
        })
    }

    fn insert(&self, case: Arc<NewCase>) -> StoreFuture<'_, Inserted> {
        Box::pin(self.writer.insert(case))
    }

    fn lines<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<CaseLine>>> {
        Box::pin(self.page(query::LINE, after, limit, filter))
    }

    fn cases<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<Case>>> {
        Box::pin(self.page(query::CASE, after, limit, filter))
    }

    fn queue<'a>(
        &'a self,
        filter: &'a QueueFilter,
        after: Option<QueueKey>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Read<QueueLine>>> {
        Box::pin(self.queue_page(filter, after, limit))
    }

    fn count<'a>(&'a self, filter: &'a Filter) -> StoreFuture<'a, u64> {
        Box::pin(async move { Ok(self.integer(query::count(filter)).await?.unsigned_abs()) })
    }

    fn last(&self) -> StoreFuture<'_, i64> {
        Box::pin(self.integer(QueryBuilder::new(query::LAST)))
    }

    fn show<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Read<Case>>> {
        Box::pin(self.numbered(query::CASE, number))
    }

    fn purge(&self) -> StoreFuture<'_, bool> {
        Box::pin(self.backend.purge())
    }

    fn append(&self, events: Vec<NewEvent>) -> StoreFuture<'_, Vec<Appended>> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let outcomes = append::append(&mut session, &events).await?;
            session.commit().await?;
            Ok(outcomes)
        })
    }

    fn events<'a>(&'a self, after: i64, limit: u32, case: Option<&'a Number>) -> StoreFuture<'a, Vec<Event>> {
        Box::pin(self.backend.fetch(query::events(after, limit, case)))
    }

    fn store_events(&self, kind: EventKind, before: Option<i64>, limit: u32) -> StoreFuture<'_, Vec<Event>> {
        Box::pin(self.backend.fetch(query::store_events(kind, before, limit)))
    }

    fn audit_head(&self) -> StoreFuture<'_, AuditHead> {
        Box::pin(async move {
            let last: Vec<(i64, Vec<u8>)> = self.backend.fetch(QueryBuilder::new(query::HEAD)).await?;
            Ok(insert::head_of(last.first()))
        })
    }

    fn reseal(&self, seals: Vec<Resealed>) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let replaced = seals::reseal(&mut session, seals).await?;
            session.commit().await?;
            Ok(replaced)
        })
    }

    fn search_hashes(&self, seq: i64) -> StoreFuture<'_, Vec<(String, Vec<u8>)>> {
        Box::pin(self.backend.fetch(query::search_hashes(seq)))
    }

    fn setting<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let found: Vec<(Vec<u8>,)> = self.backend.fetch(query::setting(name)).await?;
            Ok(found.into_iter().next().map(|(value,)| value))
        })
    }

    fn set_once<'a>(&'a self, name: &'a str, value: Vec<u8>) -> StoreFuture<'a, Vec<u8>> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let value = seals::set_once(&mut session, name, value).await?;
            session.commit().await?;
            Ok(value)
        })
    }

    fn rebuild(&self, states: Vec<(i64, Projection)>) -> StoreFuture<'_, Vec<i64>> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            let changed = seals::rebuild(&mut session, states).await?;
            session.commit().await?;
            Ok(changed)
        })
    }

    fn count_clear(&self) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            if !self.backend.has_clear_cases().await? {
                return Ok(0);
            }
            Ok(self.integer(QueryBuilder::new(query::COUNT_CLEAR)).await?.unsigned_abs())
        })
    }

    fn convert(&self, seal: Seal) -> StoreFuture<'_, usize> {
        Box::pin(async move {
            let mut session = self.backend.begin().await?;
            if convert::left(&mut session).await?.is_none() {
                // One that is dropped closes its connection.
                return session.commit().await.map(|()| 0);
            }
            let converted = convert::convert(&mut session, &seal).await?;
            session.commit().await?;
            if converted == 0 {
                self.end_conversion().await?;
            }
            Ok(converted)
        })
    }

    fn ready(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            match &self.readiness {
                Some(readiness) => readiness.ask().await,
                None => self.backend.rows(QueryBuilder::new(query::NOTHING)).await.map(drop),
            }
        })
    }

    fn missing_durability_settings(&self) -> StoreFuture<'_, Vec<String>> {
        self.backend.missing_durability_settings()
    }

    fn integrity(&self, within: Duration) -> StoreFuture<'_, Integrity> {
        self.backend.integrity(within)
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            self.backend.close().await;
            Ok(())
        })
    }
}
