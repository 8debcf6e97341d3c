//! Where cases are kept: one row a case, durable before anybody is given a number.
//!
//! `insert(case)` → [`Inserted::Stored`] once the row would outlast a power failure. The unique key
//! decides between submissions that run at the same time: one is stored, the others are
//! [`Inserted::KeyTaken`] and read the first one's receipt.
//!
//! The store knows neither HTTP nor the rules. Bytes go in and the same bytes come out.

mod place;
pub mod sqlite;

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use crate::receipt::number::Number;
pub use place::{file_of, is_open_to_others};
use sqlite::Sqlite;

/// What an asynchronous call of the store gives.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A database of cases.
pub trait Store: Send + Sync + 'static {
    /// The case that a key is bound to, if there is one.
    fn by_key<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Bound>>;

    /// Stores a case; when this returns, the row is durable.
    fn insert<'a>(&'a self, case: &'a NewCase) -> Answer<'a, Inserted>;

    /// All cases, in the order in which they came.
    fn list(&self) -> Answer<'_, Vec<CaseLine>>;

    /// One case with everything that is kept of it.
    fn show<'a>(&'a self, number: &'a Number) -> Answer<'a, Option<Case>>;

    /// Whether the database answers.
    fn ready(&self) -> Answer<'_, ()>;

    /// Lets everything under way finish and closes the files.
    fn close(&self) -> Answer<'_, ()>;
}

/// The receipt that a key got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// SHA-256 of the text that came with the key, 64 hexadecimal digits.
    pub text_sha256: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
    /// The module that judged, `sha256:<64 hex>`.
    pub module: String,
}

/// What became of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// The row is there and durable.
    Stored,
    /// The key has a case already; nothing was stored.
    KeyTaken,
    /// The number has a case already; try another one.
    NumberTaken,
}

/// A case to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// As on the receipt.
    pub number: Number,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// `ja` or `en`.
    pub locale: &'static str,
    /// The client's key of this submission.
    pub key: String,
    /// The draft, byte for byte as it came.
    pub text: Vec<u8>,
    /// Its SHA-256.
    pub text_sha256: String,
    /// The report's canonical bytes.
    pub report: Vec<u8>,
    /// The verdict.
    pub accepted: bool,
    /// The rules' version.
    pub ruleset: String,
    /// What judged, `sha256:<64 hex>`.
    pub module: String,
    /// What the page said it ran.
    pub page_module: Option<String>,
    /// The consent record, JSON.
    pub consent: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
}

/// A case in a list: enough to find it again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseLine {
    /// As on the receipt.
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// `received`, until the desk behind the form moves it on.
    pub status: String,
    /// Whether the rules accepted the draft.
    pub accepted: bool,
    /// What judged, `sha256:<64 hex>`.
    pub module: String,
    /// The rules' version.
    pub ruleset: String,
    /// Whose page it came through; null for the desk's own.
    pub partner: Option<String>,
    /// The applicant's language.
    pub locale: String,
}

/// A case with everything that is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What a list shows.
    pub line: CaseLine,
    /// What the page said it ran.
    pub page_module: Option<String>,
    /// SHA-256 of the text.
    pub text_sha256: String,
    /// The draft, byte for byte as it came.
    pub text: Vec<u8>,
    /// The report's canonical bytes.
    pub report: Vec<u8>,
    /// The consent record, JSON.
    pub consent: String,
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
}

/// Why the store could not do it. The words are for the log and the operator, never for an applicant.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed: disk, lock, file, connection.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database's shape could not be brought up to date.
    #[error("database: migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A URL that no backend knows.
    #[error("database: {0:?} is no database that this program knows; write sqlite:PATH")]
    Url(String),
    /// There is no such file, and nothing is to be made.
    #[error("database: there is none at {0}; has `kakekomi serve` run with this --data or --database-url?")]
    Missing(String),
    /// The file is not one of ours: empty, another program's, or none that SQLite reads.
    #[error("database: {0} is no database of kakekomi (or one that is older than this program)")]
    Foreign(String),
    /// The file cannot be read or made.
    #[error("database: {0}: {1}")]
    File(String, std::io::Error),
    /// Cases stand in a log that cannot be read where it lies.
    #[error(
        "database: cases stand in {0}-wal, which cannot be read here: copy both files to a folder that you may write"
    )]
    Log(String),
}

/// Opens the database of a URL, and makes it where there is none.
///
/// # Errors
/// [`StoreError`]: it cannot be opened, made, or brought up to date.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    if url.starts_with("sqlite:") { Ok(Arc::new(Sqlite::open(url).await?)) } else { Err(StoreError::Url(scheme(url))) }
}

/// Opens a database that must be there, to read it and to change nothing.
///
/// # Errors
/// [`StoreError`]: it is not there, is no database of kakekomi, or cannot be opened.
pub async fn open_existing(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    if url.starts_with("sqlite:") {
        Ok(Arc::new(Sqlite::open_to_read(url).await?))
    } else {
        Err(StoreError::Url(scheme(url)))
    }
}

/// The URL of the database in a data folder.
pub fn url_in(data: &Path) -> String {
    let path = data.join("kakekomi.sqlite3").display().to_string();
    format!("sqlite:{}", path.replace('%', "%25").replace('?', "%3F"))
}

/// The part of a URL that may be shown: the rest can hold a password.
fn scheme(url: &str) -> String {
    url.split_once(':').map_or_else(|| "it".to_owned(), |(scheme, _)| format!("{scheme}:…"))
}
