//! PostgreSQL: for several hosts on one database, or where a database server exists anyway.
//!
//! `Postgres::open("postgres://kakekomi@db/kakekomi")` → a [`Store`](crate::Store)
//!
//! Each connection asks for synchronous commits. A server with `fsync = off` is reported at the start and by `doctor`.
//! Writers take turns by an advisory lock, so that the sequence is the order of the commits of all hosts: a reader that
//! continues after 7 has missed nothing.

mod address;
mod commit;
mod deadline;
mod notice;
mod open;
mod primary;
mod unnest;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Error, QueryBuilder, Row as _, Transaction};
use tokio::time::sleep;

use super::backend::{Backend, Cases};
use super::insert::insert;
use super::query::{self, KEY, TableRows};
use super::readiness::PROBE_BYTES;
use super::session::{Record, Session, Sessions};
use super::writer::Rows;
use crate::case::{Filter, Inserted, NewCase};
use crate::error::{StoreError, StoreFuture};
pub use address::unverified_hosts;
use commit::{commit, confirm, message};
use deadline::in_time;
use unnest::unnest;

/// The cases in a PostgreSQL database.
pub type Postgres = Cases<PgPool>;

/// The advisory lock of the writers ("kakekomi" as a number).
const WRITER_LOCK: i64 = 0x6b61_6b65_6b6f_6d69;

/// Takes the writers' lock until the transaction ends; returns the connection's backend.
const LOCK_FOR_WRITING: &str = "SELECT pg_backend_pid(), pg_advisory_xact_lock($1)::text";
/// The largest table of seals that a purge writes anew: submissions wait for a second or two meanwhile.
const REWRITTEN_BYTES: i64 = 256 << 20;
/// The waits before each attempt of a purge: a statement that began before an erasure, such as one of the server's own, soon ends.
const PURGE_WAITS: [Duration; 3] = [Duration::ZERO, Duration::from_millis(200), Duration::from_secs(1)];
/// Asks whether the last vacuum left no seals in their table for older transactions, such as that of `pg_dump`.
const IS_CLEAN: &str = "SELECT n_dead_tup = 0 FROM pg_stat_user_tables WHERE relid = 'case_seals'::regclass";
/// Asks whether this connection may insert cases.
const MAY_WRITE: &str =
    "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('cases', 'INSERT')";

/// A transaction that holds the writers' lock.
#[derive(Debug)]
pub struct PostgresSession {
    pool: PgPool,
    transaction: Transaction<'static, sqlx::Postgres>,
    /// The connection's process on the server, to cancel a commit that hangs.
    backend: i32,
}

impl Sessions for PgPool {
    type Session = PostgresSession;

    async fn begin(&self) -> Result<PostgresSession, StoreError> {
        let begun = in_time(async {
            let mut transaction = PgPool::begin(self).await?;
            let (backend, _): (i32, String) =
                sqlx::query_as(LOCK_FOR_WRITING).bind(WRITER_LOCK).fetch_one(&mut *transaction).await?;
            Ok(PostgresSession { pool: self.clone(), transaction, backend })
        });
        begun.await.map_err(lock_timeout_in_doubt)
    }
}

impl Session for PostgresSession {
    type Database = sqlx::Postgres;

    const HAS_CLEAR_CASES: &'static str = "SELECT to_regclass('clear_cases') IS NOT NULL";

    async fn fetch<T: Record>(&mut self, mut query: QueryBuilder<sqlx::Postgres>) -> Result<Vec<T>, StoreError> {
        in_time(query.build_query_as().fetch_all(&mut *self.transaction)).await
    }

    async fn execute(&mut self, mut query: QueryBuilder<sqlx::Postgres>) -> Result<u64, StoreError> {
        Ok(in_time(query.build().execute(&mut *self.transaction)).await?.rows_affected())
    }

    async fn insert_groups(&mut self, groups: Vec<Vec<TableRows>>) -> Result<(), StoreError> {
        if let Some(statement) = unnest(groups.into_iter().flatten().collect()) {
            self.execute(statement).await?;
        }
        Ok(())
    }

    async fn commit(self) -> Result<(), StoreError> {
        commit(&self.pool, self.transaction, self.backend).await
    }
}

/// Marks a timed-out wait for the lock (SQLSTATE 55P03) as in doubt: the unfinished commit of another host may hold a case
/// of the same key.
fn lock_timeout_in_doubt(error: StoreError) -> StoreError {
    match &error {
        StoreError::Database(inner) if sqlstate(inner) == "55P03" => error.in_doubt(),
        _ => error,
    }
}

impl Rows for PgPool {
    async fn write(&self, cases: &[Arc<NewCase>]) -> Result<Vec<Inserted>, StoreError> {
        let mut session = Sessions::begin(self).await?;
        let outcomes = insert(&mut session, cases).await?;
        session.commit().await?;
        Ok(outcomes)
    }

    async fn probe(&self) -> Result<(), StoreError> {
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
    }

    /// Checks the classes of SQLSTATE for data, constraints and limits.
    fn is_row_error(error: &Error) -> bool {
        ["22", "23", "54"].iter().any(|class| sqlstate(error).starts_with(class))
    }
}

impl Backend for PgPool {
    type Database = sqlx::Postgres;

    async fn close(&self) {
        PgPool::close(self).await;
    }

    async fn rows(&self, mut query: QueryBuilder<sqlx::Postgres>) -> Result<Vec<PgRow>, StoreError> {
        in_time(query.build().fetch_all(self)).await
    }

    async fn fetch<T: Record>(&self, mut query: QueryBuilder<sqlx::Postgres>) -> Result<Vec<T>, StoreError> {
        in_time(query.build_query_as().fetch_all(self)).await
    }

    async fn has_clear_cases(&self) -> Result<bool, StoreError> {
        in_time(sqlx::query_scalar(PostgresSession::HAS_CLEAR_CASES).fetch_one(self)).await
    }

    /// Writes the table of the seals anew, without the erased ones, and vacuums the others, which have nothing that opens
    /// without a seal. A table of more than [`REWRITTEN_BYTES`] is vacuumed too: its free space keeps the erased bytes until
    /// other rows overwrite them.
    async fn purge(&self) -> Result<bool, StoreError> {
        let size: i64 = sqlx::query_scalar("SELECT pg_total_relation_size('case_seals')").fetch_one(self).await?;
        for wait in PURGE_WAITS {
            sleep(wait).await;
            let rewritten =
                size <= REWRITTEN_BYTES && sqlx::query("VACUUM FULL case_seals").execute(self).await.is_ok();
            sqlx::query("VACUUM case_seals, case_search, cases, events, files, file_parts").execute(self).await?;
            // A table that is too large, or that another transaction has locked, would be so again.
            if !rewritten || sqlx::query_scalar(IS_CLEAN).fetch_one(self).await? {
                return Ok(rewritten);
            }
        }
        Ok(false)
    }

    /// Reads no long columns, which PostgreSQL keeps in a separate table (TOAST).
    async fn keys(&self, after: i64, limit: u32) -> Result<Vec<PgRow>, StoreError> {
        self.rows(query::page(KEY, after, limit, &Filter::default())).await
    }

    fn key(row: &PgRow) -> Result<(i64, Option<String>), Error> {
        Ok((row.try_get("seq")?, row.try_get("number").ok()))
    }

    /// Checks SQLSTATE for a damaged page or index (class XX), a failed read (58030), bytes that are no text (22021).
    fn is_damage(error: &StoreError) -> bool {
        let StoreError::Database(error) = error else { return false };
        sqlstate(error).starts_with("XX") || ["58030", "22021"].contains(&&*sqlstate(error))
    }

    /// Waits for the standbys of a case that was found.
    async fn confirm(&self, is_found: bool) -> Result<(), StoreError> {
        if is_found { confirm(self).await } else { Ok(()) }
    }

    fn missing_durability_settings(&self) -> StoreFuture<'_, Vec<String>> {
        let settings = "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
        Box::pin(in_time(sqlx::query_scalar(settings).fetch_all(self)))
    }
}

/// Finds the SQLSTATE of an error; empty without one.
fn sqlstate(error: &Error) -> Cow<'_, str> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default()
}
