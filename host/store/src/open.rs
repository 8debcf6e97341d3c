//! The choice of the database by its URL, and the migrations that it has. This is the only file that knows both databases.
//!
//! `open("sqlite:data/kakekomi.sqlite3")` → SQLite; `open("postgres://kakekomi@db/kakekomi")` → PostgreSQL;
//! `migrations(url)` → `[Step { version: 1, name: "cases", done: true }, …]`
//!
//! The functions box their futures: those of an `async fn` would be compiled again, with all queries of both databases, in each
//! program that opens a store, and each test is one.

use std::pin::Pin;
use std::sync::Arc;

use super::error::{StoreError, StoreFuture};
use super::migrate::Step;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::store::Store;

/// Opens the database of a URL and migrates it; creates a missing SQLite file.
///
/// # Errors
/// [`StoreError`]: it cannot be opened, created or migrated.
pub fn open(url: &str) -> StoreFuture<'_, Arc<dyn Store>> {
    Box::pin(async move {
        let store: Arc<dyn Store> = if is_sqlite(url)? {
            Arc::new(Sqlite::open(url).await?)
        } else {
            Arc::new(connected(Postgres::open(url)).await?)
        };
        Ok(store)
    })
}

/// Opens an existing database for reading and changes nothing.
///
/// # Errors
/// [`StoreError`]: it does not exist, is no database of kakekomi, or cannot be opened.
pub fn open_existing(url: &str) -> StoreFuture<'_, Arc<dyn Store>> {
    Box::pin(async move {
        let store: Arc<dyn Store> = if is_sqlite(url)? {
            Arc::new(Sqlite::open_to_read(url).await?)
        } else {
            Arc::new(connected(Postgres::open_to_read(url)).await?)
        };
        Ok(store)
    })
}

/// Opens an existing database for a command that writes events, beside processes that serve from it; migrates nothing.
///
/// # Errors
/// [`StoreError`]: it does not exist, is no database of kakekomi, or cannot be written.
pub fn open_to_write(url: &str) -> StoreFuture<'_, Arc<dyn Store>> {
    Box::pin(async move {
        let store: Arc<dyn Store> = if is_sqlite(url)? {
            Arc::new(Sqlite::open_to_write(url).await?)
        } else {
            Arc::new(connected(Postgres::open_to_read(url)).await?)
        };
        Ok(store)
    })
}

/// Lists all migrations and whether the database has them; changes nothing.
///
/// # Errors
/// [`StoreError`]: it does not exist, or cannot be opened.
pub fn migrations(url: &str) -> StoreFuture<'_, Vec<Step>> {
    Box::pin(async move {
        if is_sqlite(url)? { Sqlite::migrations(url).await } else { connected(Postgres::migrations(url)).await }
    })
}

/// Boxes the future of a connection, which is large: it holds the handshake of TLS.
fn connected<T>(opening: impl Future<Output = T>) -> Pin<Box<impl Future<Output = T>>> {
    Box::pin(opening)
}

fn is_sqlite(url: &str) -> Result<bool, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", _)) => Ok(true),
        Some(("postgres" | "postgresql", _)) => Ok(false),
        // The rest of a URL can hold a password.
        Some((scheme, _)) => Err(StoreError::Url(format!("{scheme}:…"))),
        None => Err(StoreError::Url("it".to_owned())),
    }
}
