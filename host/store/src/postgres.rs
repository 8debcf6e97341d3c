//! PostgreSQL: for several hosts on one database, or where a server of databases is there anyway.
//!
//! A commit is as durable as the server is told to make it (a server with `fsync = off` is warned
//! of, and an error to `doctor`); that it waits for the flush the connection asks for itself. Writers take turns by an advisory lock, so
//! that the sequence is the order of the commits whichever host wrote: who reads up to 7 and later
//! goes on behind 7 has missed nothing.

mod commit;
mod notice;
mod open;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Error, QueryBuilder, Transaction};
use tokio::time::timeout;

use super::damage::{self, Read, Table};
use super::query::{self, CASE, KEY, LINE};
use super::readiness::{PROBE_BYTES, Readiness};
use super::writer::{Rows, Writer, fates};
use super::{Answer, Bound, Case, CaseLine, Filter, Inserted, NewCase, Store, StoreError};
use crate::receipt_number::Number;
use commit::{commit, confirm, message};

/// How long an answer may take: behind a network a server can be gone without a word.
const PATIENCE: Duration = Duration::from_secs(10);
/// Names the lock under which the sequence is given ("kakekomi" as a number).
const SEQUENCE: i64 = 0x6b61_6b65_6b6f_6d69;

/// A PostgreSQL database.
#[derive(Debug, Clone)]
pub struct Postgres {
    pool: PgPool,
    writer: Writer,
    /// `None` where this process only reads.
    readiness: Option<Readiness>,
}

/// An answer within [`PATIENCE`].
fn in_time<T>(answer: impl Future<Output = Result<T, Error>>) -> impl Future<Output = Result<T, StoreError>> {
    // A transaction's future is large.
    let answer = Box::pin(answer);
    async { Ok(timeout(PATIENCE, answer).await.map_err(|_| StoreError::Late)??) }
}

/// Takes the turn of the one that writes, until the transaction ends; the backend of the connection.
const TURN: &str = "SELECT pg_backend_pid(), pg_advisory_xact_lock($1)::text";
/// Asks for the right to insert a case over this connection.
const MAY_WRITE: &str =
    "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('cases', 'INSERT')";

/// Inserts cases and leaves the commit to the caller; what becomes of each with it, and the backend.
async fn insert(
    pool: &PgPool,
    cases: &[Arc<NewCase>],
) -> Result<(Transaction<'static, sqlx::Postgres>, i32, Vec<Inserted>), Error> {
    let mut transaction = pool.begin().await?;
    let (backend, _): (i32, String) = sqlx::query_as(TURN).bind(SEQUENCE).fetch_one(&mut *transaction).await?;
    let stored = query::insert(cases).build_query_as().fetch_all(&mut *transaction).await?;
    let stored: HashSet<(String, String)> = stored.into_iter().collect();
    let mut bound = HashSet::new();
    if stored.len() < cases.len() {
        let keys: Vec<&str> = cases.iter().map(|case| case.key.as_str()).collect();
        bound.extend(query::bound_keys(&keys).build_query_scalar().fetch_all(&mut *transaction).await?);
    }
    Ok((transaction, backend, fates(cases, stored, &bound)))
}

/// SQLSTATE of a wait for a lock that was given up: `lock_not_available`.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Behind a commit that does not end nobody knows whether it has a case of the same key: its host may be gone.
fn behind_another(error: StoreError) -> StoreError {
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
            let (transaction, backend, fates) = in_time(insert(self, cases)).await.map_err(behind_another)?;
            commit(self, transaction, backend).await?;
            Ok(fates)
        })
    }

    fn probe(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            if !in_time(sqlx::query_scalar(MAY_WRITE).fetch_one(self)).await? {
                return Err(StoreError::ReadOnly);
            }
            let (transaction, backend) = in_time(async {
                let (mut transaction, backend) = message(self, "probe", PROBE_BYTES).await?;
                sqlx::query(TURN).bind(SEQUENCE).execute(&mut *transaction).await?;
                Ok((transaction, backend))
            })
            .await?;
            commit(self, transaction, backend).await
        })
    }

    /// The classes of SQLSTATE for data, constraints and limits.
    fn blames_a_row(error: &Error) -> bool {
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

    /// Without the long columns, which lie in a table of their own (TOAST).
    fn keys(&self, after: i64, limit: u32) -> Answer<'_, Vec<Self::Row>> {
        Box::pin(in_time(async move {
            query::page(KEY, after, limit, &Filter::default()).build().fetch_all(&self.pool).await
        }))
    }

    fn numbered<'a>(&'a self, columns: &'static str, number: &'a Number) -> Answer<'a, Option<Self::Row>> {
        Box::pin(in_time(async move { query::numbered(columns, number).build().fetch_optional(&self.pool).await }))
    }

    /// SQLSTATE: a damaged page or index (class XX), a failed read (58030), bytes that are no text (22021).
    fn is_damage(error: &StoreError) -> bool {
        let StoreError::Database(error) = error else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| code.starts_with("XX") || code == "58030" || code == "22021")
    }
}

impl Store for Postgres {
    fn by_key<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Bound>> {
        Box::pin(async move {
            let mut query = QueryBuilder::new(query::BOUND);
            let bound = in_time(query.push_bind(key).build_query_as().fetch_optional(&self.pool)).await?;
            if bound.is_some() {
                confirm(&self.pool).await?;
            }
            bound.map(Bound::whole).transpose()
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

    fn left_off(&self) -> Answer<'_, Vec<String>> {
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
