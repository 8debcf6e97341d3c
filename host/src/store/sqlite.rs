//! The embedded database: one file in write-ahead mode, each commit flushed to the disk.
//!
//! WAL with `synchronous=FULL` is what makes a commit outlast a power failure; WAL with SQLite's
//! usual NORMAL would only outlast a crash of this process. A writer waits up to five seconds for
//! another one. Every write is a single statement, so there is no transaction to forget.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Error, Row};
use uuid::Uuid;

use super::place;
use super::{Answer, Bound, Case, CaseLine, Inserted, NewCase, Store, StoreError};
use crate::receipt::number::Number;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another one.
const BUSY: Duration = Duration::from_secs(5);
/// How long a caller waits for one of the connections.
const PLACE: Duration = Duration::from_secs(15);
/// SQLite has one writer at a time; the other connections read meanwhile.
const CONNECTIONS: u32 = 4;

/// A SQLite file.
#[derive(Debug, Clone)]
pub struct Sqlite {
    pool: SqlitePool,
}

impl Sqlite {
    /// Opens a file by its URL (`sqlite:data/kakekomi.sqlite3`), and makes it, for its owner alone,
    /// where there is none. SQLite gives its log beside it the file's own mode.
    ///
    /// # Errors
    /// [`StoreError`]: the file cannot be opened, or cannot be brought up to date.
    pub async fn open(url: &str) -> Result<Sqlite, StoreError> {
        if let Some(file) = place::file_of(url) {
            place::make(&file).map_err(|error| StoreError::File(file.display().to_string(), error))?;
        }
        let options = SqliteConnectOptions::from_str(url)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .create_if_missing(true);
        let pool =
            SqlitePoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PLACE).connect_with(options).await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Sqlite { pool })
    }

    /// Opens a file that must be there, and leaves it and its folder as they are.
    ///
    /// Without a log beside it nobody has the file open and everything stands in it, so it is read as
    /// one that does not change: that works on a read-only copy, and leaves no file behind.
    ///
    /// # Errors
    /// [`StoreError`]: it is not there, is no database of kakekomi, or its log cannot be read.
    pub async fn open_to_read(url: &str) -> Result<Sqlite, StoreError> {
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(BUSY).read_only(true);
        let file = options.get_filename().to_path_buf();
        let name = file.display().to_string();
        if !place::is_sqlite(&file, &name)? {
            return Err(StoreError::Foreign(name));
        }
        let log = place::log_size(&file);
        let mut opened = Sqlite::look(options.clone().immutable(log.is_none())).await;
        if log == Some(0) && opened.as_ref().is_err_and(|error| cannot_write(code(error))) {
            opened = Sqlite::look(options.immutable(true)).await;
        }
        opened.map_err(|error| match code(&error) {
            // SQLite's result codes: no such table, and not a database.
            Some(1 | 26) => StoreError::Foreign(name),
            number if log.is_some() && cannot_write(number) => StoreError::Log(name),
            _ => StoreError::Database(error),
        })
    }

    /// Opens a file for one reader, and sees whether its tables are those that this program reads.
    async fn look(options: SqliteConnectOptions) -> Result<Sqlite, Error> {
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PLACE).connect_with(options).await?;
        sqlx::query(SHOW).bind("").fetch_optional(&pool).await?;
        Ok(Sqlite { pool })
    }
}

/// SQLite's result codes for what it may not write, and for what it cannot open: an index of the log.
fn cannot_write(code: Option<u32>) -> bool {
    matches!(code, Some(8 | 14))
}

/// The primary result code of an error of SQLite's.
fn code(error: &Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

impl Store for Sqlite {
    fn by_key<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Bound>> {
        Box::pin(async move {
            let query =
                sqlx::query("SELECT text_sha256, receipt, module FROM cases WHERE idempotency_key = ?").bind(key);
            let row = query.fetch_optional(&self.pool).await?;
            let bound = |row: SqliteRow| -> Result<Bound, Error> {
                Ok(Bound { text_sha256: row.try_get(0)?, receipt: row.try_get(1)?, module: row.try_get(2)? })
            };
            Ok(row.map(bound).transpose()?)
        })
    }

    fn insert<'a>(&'a self, case: &'a NewCase) -> Answer<'a, Inserted> {
        Box::pin(async move {
            let inserted = sqlx::query(INSERT)
                .bind(Uuid::now_v7().as_bytes().to_vec())
                .bind(case.number.to_string())
                .bind(case.received_at)
                .bind(case.locale)
                .bind(&case.key)
                .bind(&case.text)
                .bind(&case.text_sha256)
                .bind(case.accepted)
                .bind(&case.report)
                .bind(&case.ruleset)
                .bind(&case.module)
                .bind(&case.page_module)
                .bind(&case.consent)
                .bind(&case.receipt)
                .execute(&self.pool)
                .await;
            match inserted {
                Ok(done) if done.rows_affected() == 1 => Ok(Inserted::Stored),
                Ok(_) => Ok(Inserted::KeyTaken),
                // The key's conflict inserts nothing, so this is the number's.
                Err(Error::Database(error)) if error.is_unique_violation() => Ok(Inserted::NumberTaken),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn list(&self) -> Answer<'_, Vec<CaseLine>> {
        Box::pin(async move {
            let rows = sqlx::query(LIST).fetch_all(&self.pool).await?;
            Ok(rows.iter().map(line).collect::<Result<_, Error>>()?)
        })
    }

    fn show<'a>(&'a self, number: &'a Number) -> Answer<'a, Option<Case>> {
        Box::pin(async move {
            let row = sqlx::query(SHOW).bind(number.to_string()).fetch_optional(&self.pool).await?;
            Ok(row.as_ref().map(case).transpose()?)
        })
    }

    fn ready(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            sqlx::query("SELECT count(*) FROM cases WHERE number = ''").fetch_one(&self.pool).await?;
            Ok(())
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.pool.close().await;
            Ok(())
        })
    }
}

const INSERT: &str = "INSERT INTO cases (id, number, received_at, locale, idempotency_key, text, text_sha256, accepted, report, \
     ruleset, module, page_module, consent, receipt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
     ON CONFLICT (idempotency_key) DO NOTHING";
const LIST: &str = "SELECT number, received_at, status, accepted, module, ruleset, partner, locale FROM cases ORDER BY received_at, id";
const SHOW: &str = "SELECT number, received_at, status, accepted, module, ruleset, partner, locale, page_module, text_sha256, text, \
     report, consent, receipt FROM cases WHERE number = ?";

fn line(row: &SqliteRow) -> Result<CaseLine, Error> {
    Ok(CaseLine {
        number: row.try_get("number")?,
        received_at: row.try_get("received_at")?,
        status: row.try_get("status")?,
        accepted: row.try_get("accepted")?,
        module: row.try_get("module")?,
        ruleset: row.try_get("ruleset")?,
        partner: row.try_get("partner")?,
        locale: row.try_get("locale")?,
    })
}

fn case(row: &SqliteRow) -> Result<Case, Error> {
    Ok(Case {
        line: line(row)?,
        page_module: row.try_get("page_module")?,
        text_sha256: row.try_get("text_sha256")?,
        text: row.try_get("text")?,
        report: row.try_get("report")?,
        consent: row.try_get("consent")?,
        receipt: row.try_get("receipt")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_case(key: &str) -> NewCase {
        NewCase {
            number: Number::random().unwrap(),
            received_at: 1_795_140_000_000,
            locale: "ja",
            key: key.to_owned(),
            text: b"{ }".to_vec(),
            text_sha256: "ab".repeat(32),
            report: b"{}".to_vec(),
            accepted: true,
            ruleset: "2026.11.1".to_owned(),
            module: format!("sha256:{}", "cd".repeat(32)),
            page_module: None,
            consent: "{}".to_owned(),
            receipt: b"{\"number\":1}".to_vec(),
        }
    }

    async fn memory() -> Sqlite {
        let folder = std::env::temp_dir().join(format!("kakekomi-store-{}", Uuid::now_v7()));
        std::fs::create_dir(&folder).unwrap();
        Sqlite::open(&super::super::url_in(&folder)).await.unwrap()
    }

    #[tokio::test]
    async fn a_key_makes_one_case_and_keeps_its_receipt() {
        let store = memory().await;
        let first = new_case("k");
        assert_eq!(store.insert(&first).await.unwrap(), Inserted::Stored);
        assert_eq!(store.insert(&new_case("k")).await.unwrap(), Inserted::KeyTaken);
        assert_eq!(store.by_key("k").await.unwrap().unwrap().receipt, first.receipt);
        assert_eq!(store.by_key("other").await.unwrap(), None);
        assert_eq!(store.list().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_number_that_is_taken_is_told_apart_from_a_key_that_is() {
        let store = memory().await;
        let first = new_case("a");
        store.insert(&first).await.unwrap();
        let second = NewCase { number: first.number.clone(), ..new_case("b") };
        assert_eq!(store.insert(&second).await.unwrap(), Inserted::NumberTaken);
        let shown = store.show(&first.number).await.unwrap().unwrap();
        assert_eq!((shown.text, shown.line.status.as_str()), (first.text, "received"));
    }

    #[tokio::test]
    async fn commits_are_flushed_to_the_disk() {
        let store = memory().await;
        let synchronous: i64 = sqlx::query("PRAGMA synchronous").fetch_one(&store.pool).await.unwrap().get(0);
        let journal: String = sqlx::query("PRAGMA journal_mode").fetch_one(&store.pool).await.unwrap().get(0);
        assert_eq!((synchronous, journal.as_str()), (2, "wal"));
    }
}
