//! Damaged rows, isolated from their readable neighbours.
//!
//! `lines(40, 500, …)` → `[Ok(line 41), Err(Damaged { seq: 42, … }), Ok(line 43), …]`
//!
//! A page is read with one query. A row that does not decode is [`Damaged`]. Where the database reports a damaged page of
//! its file, the rows are read one by one by their keys, so that all other rows remain readable.

use std::fmt::Display;

use sqlx::{Error, FromRow};

use super::backend::{Backend, Cases, RowOf};
use super::case::{CaseRow, Damaged, Filter, NO_STATE, Read};
use super::error::StoreError;
use super::query;
use super::queue::{QueueFilter, QueueKey};
use super::receipt_number::Number;

impl<B: Backend> Cases<B> {
    fn decode<T>(row: &RowOf<B>) -> Result<Read<T>, Error>
    where
        T: for<'r> FromRow<'r, RowOf<B>> + CaseRow,
    {
        match T::from_row(row) {
            // SQLite reads NULL as an empty text.
            Ok(case) if case.line().status.is_empty() => Ok(Err(Self::damaged(row, &NO_STATE)?)),
            Ok(case) => Ok(Ok(case)),
            Err(error) => Ok(Err(Self::damaged(row, &error)?)),
        }
    }

    fn damaged(key: &RowOf<B>, why: &dyn Display) -> Result<Damaged, Error> {
        let (seq, number) = B::key(key)?;
        Ok(Damaged { seq, number, why: why.to_string() })
    }

    /// Reads a page of cases in the store's order; it is empty only at the end of the table. Fails where the database fails
    /// for another reason than damage, or not even the keys can be read.
    pub(super) async fn page<T>(
        &self,
        columns: &str,
        after: i64,
        limit: u32,
        filter: &Filter,
    ) -> Result<Vec<Read<T>>, StoreError>
    where
        T: for<'r> FromRow<'r, RowOf<B>> + CaseRow,
    {
        match self.backend.rows(query::page(columns, after, limit, filter)).await {
            Err(error) if B::is_damage(&error) => self.one_by_one(columns, after, limit, filter).await,
            rows => Ok(rows?.iter().map(Self::decode).collect::<Result<_, _>>()?),
        }
    }

    /// Reads a page of the queue. A damaged page of the file fails it: the lists in the store's order pass over such a case.
    pub(super) async fn queue_page<T>(
        &self,
        filter: &QueueFilter,
        after: Option<QueueKey>,
        limit: u32,
    ) -> Result<Vec<Read<T>>, StoreError>
    where
        T: for<'r> FromRow<'r, RowOf<B>> + CaseRow,
    {
        let rows = self.backend.rows(query::queue(filter, after, limit)).await?;
        Ok(rows.iter().map(Self::decode).collect::<Result<_, _>>()?)
    }

    /// Reads the next cases, each by its own query.
    async fn one_by_one<T>(
        &self,
        columns: &str,
        mut after: i64,
        limit: u32,
        filter: &Filter,
    ) -> Result<Vec<Read<T>>, StoreError>
    where
        T: for<'r> FromRow<'r, RowOf<B>> + CaseRow,
    {
        let mut found = Vec::new();
        while found.is_empty() {
            let keys = self.backend.keys(after, limit).await;
            let keys = keys.map_err(|error| StoreError::Torn(after, error.into()))?;
            if keys.is_empty() {
                break;
            }
            for key in &keys {
                (after, _) = B::key(key)?;
                let alone = Filter { seq: Some(after), ..filter.clone() };
                match self.backend.rows(query::page(columns, after.saturating_sub(1), 1, &alone)).await {
                    Err(error) if B::is_damage(&error) => found.push(Err(Self::damaged(key, &error)?)),
                    rows => found.extend(rows?.iter().map(Self::decode).collect::<Result<Vec<_>, _>>()?),
                }
            }
        }
        Ok(found)
    }

    /// Reads the case of a number. Fails where the database fails for another reason than damage, or not even the case's
    /// position can be read.
    pub(super) async fn numbered<T>(&self, columns: &str, number: &Number) -> Result<Option<Read<T>>, StoreError>
    where
        T: for<'r> FromRow<'r, RowOf<B>> + CaseRow,
    {
        match self.backend.rows(query::numbered(columns, number)).await {
            Err(error) if B::is_damage(&error) => {
                let keys = self.backend.rows(query::numbered(query::KEY, number)).await?;
                let damaged = keys.first().map(|key| Self::damaged(key, &error)).transpose()?;
                Ok(damaged.map(Err))
            }
            rows => Ok(rows?.first().map(Self::decode).transpose()?),
        }
    }
}
