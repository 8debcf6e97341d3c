//! Connections for serving and for reading.
//!
//! `Postgres::open(url)` → a migrated database with a pool of eight connections.

use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Error};
use tokio::time::timeout;

use super::address::Address;
use super::primary::{SwitchedAt, follow, primary};
use super::{Postgres, sqlstate};
use crate::backend::Backend;
use crate::case::Filter;
use crate::error::StoreError;
use crate::migrate::{Step, migrator, steps};
use crate::query::{self, CASE};

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    migrator([
        (1, "cases", include_str!("../../migrations/postgres/0001_cases.sql")),
        (2, "sealed_cases", include_str!("../../migrations/postgres/0002_sealed_cases.sql")),
        (3, "accounts", include_str!("../../migrations/postgres/0003_accounts.sql")),
        (4, "return", include_str!("../../migrations/postgres/0004_return.sql")),
        (5, "queue", include_str!("../../migrations/postgres/0005_queue.sql")),
        (6, "files", include_str!("../../migrations/postgres/0006_files.sql")),
        (7, "clauses", include_str!("../../migrations/postgres/0007_clauses.sql")),
        (8, "outbox", include_str!("../../migrations/postgres/0008_outbox.sql")),
        (9, "oidc", include_str!("../../migrations/postgres/0009_oidc.sql")),
    ])
});

/// The longest wait for a connection; after it the applicant is shown the phone number.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest search for the reason of a failed connection.
const DIAGNOSIS_TIMEOUT: Duration = Duration::from_secs(2);
/// Connections of a host; one writes, the others read.
const CONNECTIONS: u32 = 8;

impl Postgres {
    /// Connects to a database and migrates it. sqlx takes an advisory lock, so that hosts may start at the same time.
    ///
    /// # Errors
    /// [`StoreError`]: it does not answer, or cannot be migrated.
    pub async fn open(url: &str) -> Result<Postgres, StoreError> {
        let pool = connect(url).await?;
        MIGRATIONS.run(&pool).await?;
        for setting in pool.missing_durability_settings().await? {
            tracing::warn!(setting, "the database's server leaves it off: a receipt would not outlast a power failure");
        }
        let store = Postgres::serving(pool);
        store.end_conversion().await?;
        Ok(store)
    }

    /// Connects to a migrated database for reading.
    ///
    /// # Errors
    /// [`StoreError`]: it does not answer, or lacks the tables.
    pub async fn open_to_read(url: &str) -> Result<Postgres, StoreError> {
        let pool = connect(url).await?;
        let look = query::page(CASE, 0, 0, &Filter::default()).build().fetch_optional(&pool).await;
        let name = || Address::read(url).map_or_else(|_| String::new(), |address| address.name());
        look.map_err(|error| if is_foreign(&error) { StoreError::Foreign(name()) } else { error.into() })?;
        if pool.has_clear_cases().await? {
            return Err(StoreError::Unconverted(name()));
        }
        Ok(Postgres::reading(pool))
    }

    /// Lists all migrations and whether the database has them; changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]: it does not answer.
    pub async fn migrations(url: &str) -> Result<Vec<Step>, StoreError> {
        let address = Address::read(url)?;
        let (_, options) = chosen(&address).await?;
        let unreachable = |error| StoreError::Unreachable(address.name(), error);
        let mut connection: PgConnection = options.connect().await.map_err(unreachable)?;
        let steps = steps(&mut connection, &MIGRATIONS).await;
        connection.close().await?;
        Ok(steps)
    }
}

/// Reports whether a table or column is missing.
fn is_foreign(error: &Error) -> bool {
    ["42P01", "42703"].contains(&&*sqlstate(error))
}

async fn connect(url: &str) -> Result<PgPool, StoreError> {
    let address = Address::read(url)?;
    let (place, options) = chosen(&address).await?;
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT).after_connect(
        |connection, _| Box::pin(async move { sqlx::query(SETTINGS).execute(connection).await.map(drop) }),
    );
    let switched = SwitchedAt::default();
    match switched.guard(pool).connect_with(options.clone()).await {
        Ok(pool) => {
            if address.servers.len() > 1 {
                tokio::spawn(follow(address, pool.clone(), place, switched));
            }
            Ok(pool)
        }
        Err(error) => Err(StoreError::Unreachable(address.name(), reason(error, &options).await)),
    }
}

/// Chooses the only server, or the primary of several; returns its place and options.
async fn chosen(address: &Address) -> Result<(usize, PgConnectOptions), StoreError> {
    let place = if address.servers.len() > 1 { primary(address).await? } else { 0 };
    let options = address.options().nth(place);
    options.map(|options| (place, options)).ok_or_else(|| StoreError::NoPrimary(address.name()))
}

/// Finds the reason of a failed connection: the pool retries until its timeout and does not report the error.
async fn reason(error: Error, options: &PgConnectOptions) -> Error {
    match error {
        Error::PoolTimedOut => match timeout(DIAGNOSIS_TIMEOUT, options.connect()).await {
            Ok(Err(reason)) => reason,
            Ok(Ok(_)) | Err(_) => error,
        },
        other => other,
    }
}

/// Settings of each connection: commits wait for the flush and for the standby; a backend that waits for the writers' lock
/// gives up before the host does; the warning of an unconfirmed commit is always sent; a statement is planned for the table as
/// it is now, since a plan that was kept from the first cases reads the whole table later.
const SETTINGS: &str = "SELECT set_config('lock_timeout', '8s', false), \
     set_config('client_min_messages', 'warning', false), \
     set_config('plan_cache_mode', 'force_custom_plan', false), \
     CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', false) END";
