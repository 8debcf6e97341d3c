//! Damaged rows, isolated from their readable neighbours.
//!
//! `lines(40, 500, …)` → `[Ok(line 41), Err(Damaged { seq: 42, … }), Ok(line 43), …]`
//!
//! A page is read with one query. A row that does not decode is [`Damaged`]. Where the database reports a damaged page of
//! its file, the rows are read one by one by their keys, so that all other rows remain readable.

use std::fmt;

use sqlx::{ColumnIndex, Decode, Error, FromRow, Row, Type};

use super::case::Filter;
use super::error::{Answer, StoreError};
use super::receipt_number::Number;

/// A case that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its position in the store's sequence.
    pub seq: i64,
    /// Its stored number, if that can be read. It may be any text.
    pub number: Option<String>,
    /// The reason, for the operator.
    pub why: String,
}

impl fmt::Display for Damaged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damaged { seq, number, why } = self;
        let number = number.as_deref().unwrap_or("without a readable number");
        write!(out, "case {number} (seq {seq}) is damaged: {why}")
    }
}

/// A case, or its damage.
pub type Read<T> = Result<T, Damaged>;

/// The queries of a database, whose rows are not decoded yet.
pub(super) trait Table: Send + Sync {
    /// The database's row type.
    type Row: Row;

    /// Reads the rows after a position of the sequence, in its order.
    fn page<'a>(
        &'a self,
        columns: &'static str,
        after: i64,
        limit: u32,
        filter: &'a Filter,
    ) -> Answer<'a, Vec<Self::Row>>;

    /// Reads `seq` and `number` of the cases after a position, from as few pages as possible.
    fn keys(&self, after: i64, limit: u32) -> Answer<'_, Vec<Self::Row>>;

    /// Reads the row of a number.
    fn numbered<'a>(&'a self, columns: &'static str, number: &'a Number) -> Answer<'a, Option<Self::Row>>;

    /// Reports whether an error is damage of the stored data, so that other rows may be readable.
    fn is_damage(error: &StoreError) -> bool;
}

/// Decodes a row of either database.
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

/// Reads a page of cases in the store's order; it is empty only at the end of the table.
///
/// # Errors
/// [`StoreError`]: the database fails for another reason than damage, or not even the keys can be read.
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

/// Reads the next cases, each by its own query.
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

/// Reads the case of a number.
///
/// # Errors
/// [`StoreError`]: the database fails for another reason than damage, or not even the case's position can be read.
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
