//! The choice of the database by its URL. This is the only file that knows both.
//!
//! `open("sqlite:data/kakekomi.sqlite3")` → SQLite; `open("postgres://kakekomi@db/kakekomi")` → PostgreSQL.

use std::sync::Arc;

use super::error::StoreError;
use super::migrate::Step;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::store::Store;

/// Opens the database of a URL and migrates it; creates a missing SQLite file.
///
/// # Errors
/// [`StoreError`]: it cannot be opened, created or migrated.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match Kind::of(url)? {
        Kind::Sqlite => Arc::new(Sqlite::open(url).await?),
        Kind::Postgres => Arc::new(Postgres::open(url).await?),
    })
}

/// Opens an existing database for reading and changes nothing.
///
/// # Errors
/// [`StoreError`]: it does not exist, is no database of kakekomi, or cannot be opened.
pub async fn open_existing(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match Kind::of(url)? {
        Kind::Sqlite => Arc::new(Sqlite::open_to_read(url).await?),
        Kind::Postgres => Arc::new(Postgres::open_to_read(url).await?),
    })
}

/// Lists all migrations and whether the database has them; changes nothing.
///
/// # Errors
/// [`StoreError`]: it does not exist, or cannot be opened.
pub async fn migrations(url: &str) -> Result<Vec<Step>, StoreError> {
    match Kind::of(url)? {
        Kind::Sqlite => Sqlite::migrations(url).await,
        Kind::Postgres => Postgres::migrations(url).await,
    }
}

/// A kind of database.
enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    fn of(url: &str) -> Result<Kind, StoreError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Kind::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Kind::Postgres),
            // The rest of a URL can hold a password.
            Some((scheme, _)) => Err(StoreError::Url(format!("{scheme}:…"))),
            None => Err(StoreError::Url("it".to_owned())),
        }
    }
}
