//! A write transaction that holds the store's only write lock, on either database.
//!
//! `backend.begin()` → [`Session`]; `session.fetch::<(i64,)>(query)` → rows; `session.commit()` → durable
//!
//! The lock orders the cases and the events: between two hosts on PostgreSQL it is an advisory lock, in SQLite the one of
//! `BEGIN IMMEDIATE`. A session that is dropped is rolled back.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, QueryBuilder};

use crate::error::StoreError;
use crate::query::{Bindable, TableRows};

/// A type that is read from a row of either database.
pub trait Record: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

impl<T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin> Record for T {}

/// An open transaction under the write lock.
pub trait Session: Send + Sized {
    type Database: Bindable;

    /// Query that reports whether the table of the cases of an earlier version exists.
    const HAS_CLEAR_CASES: &'static str;

    /// Runs a query and reads its rows.
    fn fetch<T: Record>(
        &mut self,
        query: QueryBuilder<Self::Database>,
    ) -> impl Future<Output = Result<Vec<T>, StoreError>> + Send;

    /// Runs a statement and returns the number of changed rows.
    fn execute(&mut self, query: QueryBuilder<Self::Database>) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Inserts rows into tables. Those of a group have as many rows each; a row may refer to the one at its place in a table
    /// before, and to all of the groups before.
    fn insert_groups(&mut self, groups: Vec<Vec<TableRows>>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Inserts the rows of a table.
    fn insert(&mut self, table: TableRows) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.insert_groups(vec![vec![table]])
    }

    /// Commits durably.
    ///
    /// # Errors
    /// [`StoreError::InDoubt`]: the commit may have happened.
    fn commit(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A database that opens sessions.
pub trait Sessions: Send + Sync {
    type Session: Session;

    /// Begins a transaction and takes the write lock.
    fn begin(&self) -> impl Future<Output = Result<Self::Session, StoreError>> + Send;
}
