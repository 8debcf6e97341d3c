//! The store of cases: one row a case, durable before anybody is given a number.
//!
//! `insert(case)` → [`Inserted::Stored`] once the row would outlast a power failure. The unique key
//! decides between submissions that run at the same time: one is stored, the others are
//! [`Inserted::KeyTaken`] and read the first one's receipt.
//!
//! Cases have the store's own sequence, which does not hang on a clock: lists, exports and watching
//! go by it, a page at a time, so that a million cases need no more memory than a hundred.
//!
//! Bytes go in and the same bytes come out. The store must know neither HTTP, nor the rules, nor the sandbox, nor the desk.
//!
//! - `postgres`, `sqlite`: the two databases; `query`, `damage` and `verify`: what both read, and how it is verified
//! - `writer`: cases that arrive together are written together; `readiness`: whether a case would be stored now
//! - [`receipt_number`], [`durable`], [`lock`], [`clock`], [`digest`]: numbers of cases, files that outlast a power failure,
//!   one process for each data folder, the time, names of texts

#![forbid(unsafe_code)]

mod case;
pub mod clock;
mod damage;
pub mod digest;
pub mod durable;
mod error;
pub mod lock;
mod migrate;
mod place;
pub mod postgres;
mod query;
mod readiness;
pub mod receipt_number;
pub mod sqlite;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use case::{Bound, Case, CaseLine, Filter, Inserted, NewCase};
pub use damage::{Damaged, Read};
pub use error::StoreError;
pub use migrate::Step;
pub use place::{file_of, is_open_to_others};
use postgres::Postgres;
use receipt_number::Number;
pub use sqlite::Integrity;
use sqlite::Sqlite;
pub use verify::is_json;
pub use writer::{BATCH, QUEUE};

/// What an asynchronous call of the store gives.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// How many lines are read at a time where all of them are wanted.
pub const LINES_A_PAGE: u32 = 500;
/// How many whole cases are read at a time where all of them are wanted; one may be some megabytes.
pub const CASES_A_PAGE: u32 = 16;

/// A database of cases.
pub trait Store: Send + Sync + 'static {
    /// The case that a key is bound to, if there is one. It is as durable as a receipt must be:
    /// [`StoreError::InDoubt`] where that cannot be confirmed now.
    fn by_key<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Bound>>;

    /// Stores a case; when this returns, the row is durable. Cases that come at the same time are
    /// written together; where too many wait, it is [`StoreError::Busy`] at once.
    fn insert(&self, case: Arc<NewCase>) -> Answer<'_, Inserted>;

    /// At most `limit` lines that come after a place in the sequence (0: from the start), in its order.
    /// The last line's `seq` is where the next page begins; an empty page is the end. A case that cannot be read
    /// is [`Damaged`], and those around it are read all the same.
    fn lines<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<Read<CaseLine>>>;

    /// The same with everything that is kept of each case.
    fn cases<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> Answer<'a, Vec<Read<Case>>>;

    /// How many cases there are.
    fn count<'a>(&'a self, filter: &'a Filter) -> Answer<'a, u64>;

    /// The place of the last case in the sequence; 0 where there is none.
    fn last(&self) -> Answer<'_, i64>;

    /// One case with everything that is kept of it.
    fn show<'a>(&'a self, number: &'a Number) -> Answer<'a, Option<Read<Case>>>;

    /// Reports whether a case would be stored now: writes a probe, durably, where this process serves from the database,
    /// and only asks the database where it reads. At most one probe runs at a time, and the answer takes two seconds at most.
    fn ready(&self) -> Answer<'_, ()>;

    /// What the database's server leaves off, though without it a receipt would not outlast a power failure: the names of
    /// its settings. A file of SQLite's has none: each connection says itself what it wants.
    fn left_off(&self) -> Answer<'_, Vec<String>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// What the database finds wrong with its own files, looking for at most so long. PostgreSQL checks each page that
    /// it reads, and has nothing to look for by itself.
    fn integrity(&self, _within: Duration) -> Answer<'_, Integrity> {
        Box::pin(async { Ok(Integrity::default()) })
    }

    /// Lets everything under way finish and closes the files.
    fn close(&self) -> Answer<'_, ()>;
}

/// Opens the database of a URL, brings its tables up to date, and makes the file where there is none.
///
/// # Errors
/// [`StoreError`]: it cannot be opened, made, or brought up to date.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match Kind::of(url)? {
        Kind::Sqlite => Arc::new(Sqlite::open(url).await?),
        Kind::Postgres => Arc::new(Postgres::open(url).await?),
    })
}

/// Opens a database that must be there, to read it and to change nothing.
///
/// # Errors
/// [`StoreError`]: it is not there, is no database of kakekomi, or cannot be opened.
pub async fn open_existing(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match Kind::of(url)? {
        Kind::Sqlite => Arc::new(Sqlite::open_to_read(url).await?),
        Kind::Postgres => Arc::new(Postgres::open_to_read(url).await?),
    })
}

/// The steps of a database's shape, and which of them it has taken; nothing is changed.
///
/// # Errors
/// [`StoreError`]: it is not there, or cannot be opened.
pub async fn migrations(url: &str) -> Result<Vec<Step>, StoreError> {
    match Kind::of(url)? {
        Kind::Sqlite => Sqlite::migrations(url).await,
        Kind::Postgres => Postgres::migrations(url).await,
    }
}

/// The databases that there are.
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

/// The URL of the database in a data folder.
pub fn url_in(data: &Path) -> String {
    url_of(&data.join("kakekomi.sqlite3"))
}

/// The URL of a SQLite file.
pub fn url_of(file: &Path) -> String {
    let path = file.display().to_string();
    format!("sqlite:{}", path.replace('%', "%25").replace('?', "%3F"))
}
