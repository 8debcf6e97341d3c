//! Connecting: to serve from it, or to look at it.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Error};
use tokio::time::timeout;

use super::Postgres;
use crate::migrate::{Step, steps};
use crate::query::{self, CASE};
use crate::readiness::Readiness;
use crate::writer::Writer;
use crate::{Filter, Store, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long to wait for a connection: an applicant who is told the phone number after this waits no longer.
const PLACE: Duration = Duration::from_secs(5);
/// How long to look for the reason once there was no connection.
const PROBE: Duration = Duration::from_secs(2);
/// How many connections a host keeps; one writes, the others read.
const CONNECTIONS: u32 = 8;

impl Postgres {
    /// Connects to a database by its URL, and brings its tables up to date. Hosts that start at the
    /// same time take turns: sqlx migrates under an advisory lock.
    ///
    /// # Errors
    /// [`StoreError`]: it does not answer, or cannot be brought up to date.
    pub async fn open(url: &str) -> Result<Postgres, StoreError> {
        let pool = connect(url).await?;
        MIGRATIONS.run(&pool).await?;
        let readiness = Some(Readiness::start(pool.clone()));
        let postgres = Postgres { writer: Writer::start(pool.clone()), pool, readiness };
        for setting in postgres.left_off().await? {
            tracing::warn!(setting, "the database's server leaves it off: a receipt would not outlast a power failure");
        }
        Ok(postgres)
    }

    /// Connects to a database that has our tables, to read from it.
    ///
    /// # Errors
    /// [`StoreError`]: it does not answer, or has no such tables.
    pub async fn open_to_read(url: &str) -> Result<Postgres, StoreError> {
        let pool = connect(url).await?;
        let look = query::page(CASE, 0, 0, &Filter::default()).build().fetch_optional(&pool).await;
        look.map_err(|error| if is_foreign(&error) { StoreError::Foreign(name(url)) } else { error.into() })?;
        Ok(Postgres { writer: Writer::start(pool.clone()), pool, readiness: None })
    }

    /// Which migrations the database has, without changing it.
    ///
    /// # Errors
    /// [`StoreError`]: it does not answer.
    pub async fn migrations(url: &str) -> Result<Vec<Step>, StoreError> {
        let unreachable = |error| StoreError::Unreachable(name(url), error);
        let mut connection: PgConnection = options(url)?.connect().await.map_err(unreachable)?;
        let steps = steps(&mut connection, &MIGRATIONS).await?;
        connection.close().await?;
        Ok(steps)
    }
}

/// No such table, no such column (SQLSTATE 42P01, 42703).
fn is_foreign(error: &Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "42P01" || code == "42703")
}

async fn connect(url: &str) -> Result<PgPool, StoreError> {
    let pool =
        PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PLACE).after_connect(|connection, _| {
            Box::pin(async move { sqlx::query(SETTINGS).execute(connection).await.map(drop) })
        });
    let options = options(url)?;
    match pool.connect_with(options.clone()).await {
        Ok(pool) => Ok(pool),
        Err(error) => Err(StoreError::Unreachable(name(url), reason(error, &options).await)),
    }
}

/// Why there is no connection: the pool tries again until its time is over, and does not say what failed.
async fn reason(error: Error, options: &PgConnectOptions) -> Error {
    match error {
        Error::PoolTimedOut => match timeout(PROBE, options.connect()).await {
            Ok(Err(reason)) => reason,
            Ok(Ok(_)) | Err(_) => error,
        },
        other => other,
    }
}

/// A server that is set to answer before the flush, or before the standby, is asked not to do so for us; a backend that waits for its turn gives up
/// before the host does, and does not stay behind; and the warning of a commit that was not confirmed is always sent.
const SETTINGS: &str = "SELECT set_config('lock_timeout', '8s', false), \
     set_config('client_min_messages', 'warning', false), \
     CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', false) END";

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)?;
    // A statement has thousands of places when many cases are written together: no line for the log.
    Ok(options.application_name("kakekomi").disable_statement_logging())
}

/// What may be shown of a URL, which can hold a password.
fn name(url: &str) -> String {
    let options = PgConnectOptions::from_str(url).ok();
    options.map_or_else(String::new, |options| {
        format!("{}:{}/{}", options.get_host(), options.get_port(), options.get_database().unwrap_or_default())
    })
}
