//! Rows that can no longer be read, told apart from those around them.
//!
//! `lines(40, 500, …)` → `[Ok(line 41), Err(Damaged { seq: 42, … }), Ok(line 43), …]`
//!
//! A page is read with one query. Where a row does not decode, that row alone is [`Damaged`]. Where the
//! database itself finds a damaged page under the query, the rows are read one by one by their keys, so
//! that the rest of the page and all that follows it can still be had.

use std::fmt;

use sqlx::{ColumnIndex, Decode, Error, FromRow, Row, Type};

use super::{Answer, Filter, StoreError};
use crate::receipt_number::Number;

/// A case that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its place in the store's sequence.
    pub seq: i64,
    /// Its number as it is stored, if that can be read. It may hold anything.
    pub number: Option<String>,
    /// The reason, in words for the operator.
    pub why: String,
}

impl fmt::Display for Damaged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damaged { seq, number, why } = self;
        let number = number.as_deref().unwrap_or("without a readable number");
        write!(out, "case {number} (seq {seq}) is damaged: {why}")
    }
}

/// A case, or the damage that keeps it from being read.
pub type Read<T> = Result<T, Damaged>;

/// The reading side of a backend: queries whose rows are not decoded yet.
pub(super) trait Table: Send + Sync {
    /// The backend's row.
    type Row: Row;

    /// The rows behind a place in the sequence, in its order.
    fn page<'a>(
        &'a self,
        columns: &'static str,
        after: i64,
        limit: u32,
        filter: &'a Filter,
    ) -> Answer<'a, Vec<Self::Row>>;

    /// `seq` and `number` of the cases behind a place, read from as little of the table as possible.
    fn keys(&self, after: i64, limit: u32) -> Answer<'_, Vec<Self::Row>>;

    /// The row of a number.
    fn numbered<'a>(&'a self, columns: &'static str, number: &'a Number) -> Answer<'a, Option<Self::Row>>;

    /// Whether an error is damage of the stored data, so that other rows may still be readable.
    fn is_damage(error: &StoreError) -> bool;
}

/// A row of either backend, decoded, or named as damaged.
fn decode<'r, R, T>(row: &'r R) -> Result<Read<T>, Error>
where
    R: Row,
    T: FromRow<'r, R>,
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    let seq = row.try_get("seq")?;
    let damaged = |error: Error| Damaged { seq, number: row.try_get("number").ok(), why: error.to_string() };
    Ok(T::from_row(row).map_err(damaged))
}

/// A page of cases in the store's order; empty at the end of the table only.
///
/// # Errors
/// [`StoreError`]: the database fails otherwise than by damage, or not even the keys can be read.
pub(super) async fn page<S, T>(
    table: &S,
    columns: &'static str,
    after: i64,
    limit: u32,
    filter: &Filter,
) -> Result<Vec<Read<T>>, StoreError>
where
    S: Table,
    T: for<'r> FromRow<'r, S::Row>,
    &'static str: ColumnIndex<S::Row>,
    for<'r> i64: Decode<'r, <S::Row as Row>::Database> + Type<<S::Row as Row>::Database>,
    for<'r> String: Decode<'r, <S::Row as Row>::Database> + Type<<S::Row as Row>::Database>,
{
    match table.page(columns, after, limit, filter).await {
        Err(error) if S::is_damage(&error) => one_by_one(table, columns, after, limit, filter).await,
        rows => Ok(rows?.iter().map(decode).collect::<Result<_, _>>()?),
    }
}

/// The next cases behind a place, each by a query of its own.
async fn one_by_one<S, T>(
    table: &S,
    columns: &'static str,
    mut after: i64,
    limit: u32,
    filter: &Filter,
) -> Result<Vec<Read<T>>, StoreError>
where
    S: Table,
    T: for<'r> FromRow<'r, S::Row>,
    &'static str: ColumnIndex<S::Row>,
    for<'r> i64: Decode<'r, <S::Row as Row>::Database> + Type<<S::Row as Row>::Database>,
    for<'r> String: Decode<'r, <S::Row as Row>::Database> + Type<<S::Row as Row>::Database>,
{
    let mut found = Vec::new();
    while found.is_empty() {
        let keys = table.keys(after, limit).await.map_err(|error| StoreError::Torn(after, error.into()))?;
        if keys.is_empty() {
            break;
        }
        for key in &keys {
            after = key.try_get("seq")?;
            let alone = Filter { seq: Some(after), ..filter.clone() };
            match table.page(columns, after.saturating_sub(1), 1, &alone).await {
                Err(error) if S::is_damage(&error) => {
                    found.push(Err(Damaged { seq: after, number: key.try_get("number").ok(), why: error.to_string() }));
                }
                rows => found.extend(rows?.iter().map(decode).collect::<Result<Vec<_>, _>>()?),
            }
        }
    }
    Ok(found)
}

/// The case of a number.
///
/// # Errors
/// [`StoreError`]: the database fails otherwise than by damage, or not even the case's place can be read.
pub(super) async fn show<S, T>(table: &S, columns: &'static str, number: &Number) -> Result<Option<Read<T>>, StoreError>
where
    S: Table,
    T: for<'r> FromRow<'r, S::Row>,
    &'static str: ColumnIndex<S::Row>,
    for<'r> i64: Decode<'r, <S::Row as Row>::Database> + Type<<S::Row as Row>::Database>,
    for<'r> String: Decode<'r, <S::Row as Row>::Database> + Type<<S::Row as Row>::Database>,
{
    match table.numbered(columns, number).await {
        Err(error) if S::is_damage(&error) => {
            let Some(key) = table.numbered("seq", number).await? else { return Ok(None) };
            let number = Some(number.to_string());
            Ok(Some(Err(Damaged { seq: key.try_get("seq")?, number, why: error.to_string() })))
        }
        row => Ok(row?.as_ref().map(decode).transpose()?),
    }
}
