//! The store of cases over either database.
//!
//! `Cases<PgPool>` and `Cases<Database>` (SQLite) → a [`Store`] each; a [`Backend`] has only the parts that differ.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Error, FromRow, Pool, QueryBuilder};

use super::case::{Case, CaseLine, Filter, IdempotencyRecord, Inserted, NewCase, Read};
use super::error::{StoreError, StoreFuture};
use super::query::{self, Bindable};
use super::readiness::Readiness;
use super::receipt_number::Number;
use super::store::{Integrity, Store};
use super::writer::{Rows, Writer};

/// A row of a backend's database.
pub type RowOf<B> = <<B as Backend>::Database as sqlx::Database>::Row;

/// The connections to a database.
pub trait Backend: Rows + Clone {
    /// sqlx's type of the database.
    type Database: Bindable;

    fn pool(&self) -> &Pool<Self::Database>;

    /// Runs a query within the time that the database has for it.
    fn rows(
        &self,
        query: QueryBuilder<Self::Database>,
    ) -> impl Future<Output = Result<Vec<RowOf<Self>>, StoreError>> + Send;

    /// Reads `seq` and `number` of the cases after a position, from as few pages as possible.
    fn keys(&self, after: i64, limit: u32) -> impl Future<Output = Result<Vec<RowOf<Self>>, StoreError>> + Send;

    /// Decodes `seq` and, if it can be read, `number` of a row.
    fn key(row: &RowOf<Self>) -> Result<(i64, Option<String>), Error>;

    /// Reports whether an error is damage of the stored data, so that other rows may be readable.
    fn is_damage(error: &StoreError) -> bool;

    /// Waits until a case that was found, or not, by its key is durably so.
    fn confirm(&self, is_found: bool) -> impl Future<Output = Result<(), StoreError>> + Send;

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
        Cases { writer: Writer::start(backend.clone()), readiness: None, backend }
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

    fn count<'a>(&'a self, filter: &'a Filter) -> StoreFuture<'a, u64> {
        Box::pin(async move { Ok(self.integer(query::count(filter)).await?.unsigned_abs()) })
    }

    fn last(&self) -> StoreFuture<'_, i64> {
        Box::pin(self.integer(QueryBuilder::new(query::LAST)))
    }

    fn show<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Read<Case>>> {
        Box::pin(self.numbered(query::CASE, number))
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
            self.backend.pool().close().await;
            Ok(())
        })
    }
}
