//! PostgreSQL: for several hosts on one database, or where a database server exists anyway.
//!
//! `Postgres::open("postgres://kakekomi@db/kakekomi")` → a [`Store`]
//!
//! Each connection asks for synchronous commits. A server with `fsync = off` is reported at the start and by `doctor`.
//! Writers take turns by an advisory lock, so that the sequence is the order of the commits of all hosts: a reader that
//! continues after 7 has missed nothing.

mod commit;
mod deadline;
mod notice;
mod open;

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Error, QueryBuilder, Transaction};
use std::collections::HashSet;
use std::sync::Arc;

use super::damage::{self, Read, Table};
use super::query::{self, CASE, KEY, LINE};
use super::readiness::{PROBE_BYTES, Readiness};
use super::writer::{Rows, Writer, insert_outcomes};
use crate::case::{Case, CaseLine, Filter, IdempotencyRecord, Inserted, NewCase};
use crate::error::{Answer, StoreError};
use crate::receipt_number::Number;
use crate::store::Store;
use commit::{commit, confirm, message};
use deadline::in_time;

/// The advisory lock of the writers ("kakekomi" as a number).
const WRITER_LOCK: i64 = 0x6b61_6b65_6b6f_6d69;

/// A PostgreSQL database.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: PgPool,
    writer: Writer,
    /// `None` where this process only reads.
    readiness: Option<Readiness>,
}

/// Takes the writers' lock until the transaction ends; returns the connection's backend.
const LOCK_FOR_WRITING: &str = "SELECT pg_backend_pid(), pg_advisory_xact_lock($1)::text";
/// Asks whether this connection may insert cases.
const MAY_WRITE: &str =
    "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('cases', 'INSERT')";

/// Inserts cases in an open transaction; returns it with its backend and the outcomes that its commit has.
async fn insert(
    pool: &PgPool,
    cases: &[Arc<NewCase>],
) -> Result<(Transaction<'static, sqlx::Postgres>, i32, Vec<Inserted>), Error> {
    let mut transaction = pool.begin().await?;
    let (backend, _): (i32, String) =
        sqlx::query_as(LOCK_FOR_WRITING).bind(WRITER_LOCK).fetch_one(&mut *transaction).await?;
    let stored = query::insert(cases).build_query_as().fetch_all(&mut *transaction).await?;
    let stored: HashSet<(String, String)> = stored.into_iter().collect();
    let mut taken = HashSet::new();
    if stored.len() < cases.len() {
        let keys: Vec<&str> = cases.iter().map(|case| case.key.as_str()).collect();
        taken.extend(query::taken_keys(&keys).build_query_scalar().fetch_all(&mut *transaction).await?);
    }
    Ok((transaction, backend, insert_outcomes(cases, stored, &taken)))
}

/// SQLSTATE `lock_not_available`: a wait for a lock timed out.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Marks a timed-out wait for the lock as in doubt: the unfinished commit of another host may hold a case of the same key.
fn lock_timeout_in_doubt(error: StoreError) -> StoreError {
    match &error {
        StoreError::Database(Error::Database(inner)) if inner.code().is_some_and(|code| code == LOCK_NOT_AVAILABLE) => {
            error.in_doubt()
        }
        _ => error,
    }
}

impl Rows for PgPool {
    fn write<'a>(&'a self, cases: &'a [Arc<NewCase>]) -> Answer<'a, Vec<Inserted>> {
        Box::pin(async move {
            let (transaction, backend, outcomes) = in_time(insert(self, cases)).await.map_err(lock_timeout_in_doubt)?;
            commit(self, transaction, backend).await?;
            Ok(outcomes)
        })
    }

    fn probe(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            if !in_time(sqlx::query_scalar(MAY_WRITE).fetch_one(self)).await? {
                return Err(StoreError::ReadOnly);
            }
            let (transaction, backend) = in_time(async {
                let (mut transaction, backend) = message(self, "probe", PROBE_BYTES).await?;
                sqlx::query(LOCK_FOR_WRITING).bind(WRITER_LOCK).execute(&mut *transaction).await?;
                Ok((transaction, backend))
            })
            .await?;
            commit(self, transaction, backend).await
        })
    }

    /// Checks the classes of SQLSTATE for data, constraints and limits.
    fn is_row_error(error: &Error) -> bool {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
    }
}

impl Table for Postgres {
    type Row = PgRow;

    fn page<'a>(
        &'a self,
        columns: &'static str,
        after: i64,
        limit: u32,
        filter: &'a Filter,
    ) -> Answer<'a, Vec<Self::Row>> {
        Box::pin(in_time(async move { query::page(columns, after, limit, filter).build().fetch_all(&self.pool).await }))
    }

    /// Reads no long columns, which PostgreSQL keeps in a separate table (TOAST).
    fn keys(&self, after: i64, limit: u32) -> Answer<'_, Vec<Self::Row>> {
        Box::pin(in_time(async move {
            query::page(KEY, after, limit, &Filter::default()).build().fetch_all(&self.pool).await
        }))
    }

    fn numbered<'a>(&'a self, columns: &'static str, number: &'a Number) -> Answer<'a, Option<Self::Row>> {
        Box::pin(in_time(async move { query::numbered(columns, number).build().fetch_optional(&self.pool).await }))
    }

    /// Checks SQLSTATE for a damaged page or index (class XX), a failed read (58030), bytes that are no text (22021).
    fn is_damage(error: &StoreError) -> bool {
        let StoreError::Database(error) = error else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| code.starts_with("XX") || code == "58030" || code == "22021")
    }
}

impl Store for Postgres {
    fn by_key<'a>(&'a self, key: &'a str) -> Answer<'a, Option<IdempotencyRecord>> {
        Box::pin(async move {
            let mut query = QueryBuilder::new(query::IDEMPOTENCY_RECORD);
            let record = in_time(query.push_bind(key).build_query_as().fetch_optional(&self.pool)).await?;
            if record.is_some() {
                confirm(&self.pool).await?;
            }
            record.map(IdempotencyRecord::validated).transpose()
        })
    }

    fn insert(&self, case: Arc<NewCase>) -> Answer<'_, Inserted> {
        Box::pin(self.writer.insert(case))
    }

    fn lines<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<Read<CaseLine>>> {
        Box::pin(damage::page(self, LINE, after, limit, filter))
    }

    fn cases<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<Read<Case>>> {
        Box::pin(damage::page(self, CASE, after, limit, filter))
    }

    fn count<'a>(&'a self, filter: &'a Filter) -> Answer<'a, u64> {
        Box::pin(in_time(async move {
            let count: i64 = query::count(filter).build_query_scalar().fetch_one(&self.pool).await?;
            Ok(count.unsigned_abs())
        }))
    }

    fn last(&self) -> Answer<'_, i64> {
        Box::pin(in_time(sqlx::query_scalar(query::LAST).fetch_one(&self.pool)))
    }

    fn show<'a>(&'a self, number: &'a Number) -> Answer<'a, Option<Read<Case>>> {
        Box::pin(damage::show(self, CASE, number))
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            if let Some(readiness) = &self.readiness {
                return readiness.ask().await;
            }
            in_time(sqlx::query("SELECT count(*) FROM cases WHERE number = ''").fetch_one(&self.pool)).await.map(drop)
        })
    }

    fn missing_durability_settings(&self) -> Answer<'_, Vec<String>> {
        let settings = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
        Box::pin(in_time(sqlx::query_scalar(settings).fetch_all(&self.pool)))
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
            Ok(())
        })
    }
}
