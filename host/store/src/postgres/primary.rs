//! The primary among the servers of a URL, found at the start and followed when another server is promoted.
//!
//! `primary(&address)` → the place of the only server that is not in recovery; `follow(address, pool, …)` → after a failover,
//! the pool's next connections go to the new primary
//!
//! Servers decide which of them is the primary; this program only asks. Two primaries at a time are never chosen from: a server
//! that came back without being told of its successor would take cases that the other one does not have.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Error};
use tokio::time::{sleep, timeout};

use super::address::{Address, server_name};
use crate::error::StoreError;

/// Time between two questions to the primary.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The longest wait for a server's answer, with its connection.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The time since a use within which a connection is used again without asking whether it is alive: the question would cost as
/// much as most queries, and the pool has asked it after that use.
const TRUSTED_IDLE: Duration = Duration::from_millis(100);

/// The moment since which connections lead to the primary; older ones are not used again.
#[derive(Debug, Clone, Default)]
pub(super) struct SwitchedAt(Arc<Mutex<Option<Instant>>>);

impl SwitchedAt {
    fn set(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_after(&self, age: Duration) -> bool {
        let switched = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        switched.is_some_and(|switched| switched.elapsed() < age)
    }

    /// Lets a pool drop the connections that are dead, and those to an earlier primary without asking it: its machine may be
    /// gone.
    pub fn guard(&self, pool: PgPoolOptions) -> PgPoolOptions {
        let switched = self.clone();
        pool.test_before_acquire(false).before_acquire(move |connection, meta| {
            let is_old = switched.is_after(meta.age);
            Box::pin(async move { Ok(!is_old && (meta.idle_for < TRUSTED_IDLE || connection.ping().await.is_ok())) })
        })
    }
}

/// Finds the only primary; returns its place.
///
/// # Errors
/// [`StoreError`]: no server is a primary, or two are.
pub(super) async fn primary(address: &Address) -> Result<usize, StoreError> {
    let (mut found, mut failed) = (Vec::new(), None);
    for (place, options) in address.options().enumerate() {
        match connect(&options).await {
            Ok(Some(_)) => found.push(place),
            Ok(None) => {}
            Err(error) => {
                tracing::debug!(server = server_name(&options), %error, "a server of the database does not answer");
                failed = Some(error);
            }
        }
    }
    match (&*found, failed) {
        ([place], _) => Ok(*place),
        ([], Some(error)) => Err(StoreError::Unreachable(address.name(), error)),
        ([], None) => Err(StoreError::NoPrimary(address.name())),
        _ => {
            let names: Vec<_> = found.iter().filter_map(|place| address.servers.get(*place)).map(server_name).collect();
            Err(StoreError::TwoPrimaries(names.join(" and ")))
        }
    }
}

/// Watches the primary until the pool is closed, and leads the pool to its successor.
pub(super) async fn follow(address: Address, pool: PgPool, place: usize, switched: SwitchedAt) {
    let mut closed = pool.close_event();
    let mut watch = Watch { address, pool, place, switched, connection: None };
    while closed.do_until(sleep(CHECK_INTERVAL)).await.is_ok() {
        watch.check().await;
    }
}

/// The server that is taken for the primary, and a connection to ask it.
struct Watch {
    address: Address,
    pool: PgPool,
    place: usize,
    switched: SwitchedAt,
    connection: Option<PgConnection>,
}

impl Watch {
    async fn check(&mut self) {
        if self.is_still_primary().await {
            return;
        }
        self.connection = None;
        match primary(&self.address).await {
            Ok(place) if place == self.place => {}
            Ok(place) => self.switch(place),
            Err(error) => tracing::warn!(%error, "the database has no primary to follow"),
        }
    }

    async fn is_still_primary(&mut self) -> bool {
        if let Some(connection) = &mut self.connection {
            return matches!(timeout(ANSWER_TIMEOUT, is_primary(connection)).await, Ok(Ok(true)));
        }
        let Some(options) = self.address.options().nth(self.place) else { return false };
        self.connection = connect(&options).await.ok().flatten();
        self.connection.is_some()
    }

    fn switch(&mut self, place: usize) {
        let Some(options) = self.address.options().nth(place) else { return };
        tracing::warn!(server = server_name(&options), "the database has another primary");
        self.pool.set_connect_options(options);
        self.switched.set();
        self.place = place;
    }
}

/// Connects to a server; `None` to a standby.
async fn connect(options: &PgConnectOptions) -> Result<Option<PgConnection>, Error> {
    let asked = timeout(ANSWER_TIMEOUT, async {
        let mut connection = options.connect().await?;
        Ok(is_primary(&mut connection).await?.then_some(connection))
    });
    asked.await.unwrap_or(Err(Error::PoolTimedOut))
}

async fn is_primary(connection: &mut PgConnection) -> Result<bool, Error> {
    sqlx::query_scalar("SELECT NOT pg_is_in_recovery()").fetch_one(connection).await
}
