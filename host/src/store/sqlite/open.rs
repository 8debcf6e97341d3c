//! Opening the file: to serve from it, or to look at it and change nothing.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Error};

use super::{Sqlite, code};
use crate::store::migrate::{Step, steps};
use crate::store::query::{self, CASE};
use crate::store::writer::Writer;
use crate::store::{Filter, StoreError, place};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another one.
const BUSY: Duration = Duration::from_secs(5);
/// How long a caller waits for one of the connections.
const PLACE: Duration = Duration::from_secs(15);
/// SQLite has one writer at a time; the other connections read meanwhile.
const CONNECTIONS: u32 = 4;

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
            .create_if_missing(true)
            // A statement has a thousand places when many cases are written together: no line for the log.
            .disable_statement_logging();
        let pool =
            SqlitePoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PLACE).connect_with(options).await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Sqlite::of(pool))
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

    /// Which migrations a file has, without changing it.
    ///
    /// # Errors
    /// [`StoreError`]: it is not there, or is no file of SQLite's.
    pub async fn migrations(url: &str) -> Result<Vec<Step>, StoreError> {
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(BUSY).read_only(true);
        let file = options.get_filename().to_path_buf();
        let name = file.display().to_string();
        if !place::is_sqlite(&file, &name)? {
            return Err(StoreError::Foreign(name));
        }
        let options = options.immutable(place::log_size(&file).is_none());
        let mut connection: SqliteConnection = options.connect().await?;
        let steps = steps(&mut connection, &MIGRATIONS).await?;
        connection.close().await?;
        Ok(steps)
    }

    fn of(pool: SqlitePool) -> Sqlite {
        Sqlite { writer: Writer::start(pool.clone()), pool }
    }

    /// Opens a file for one reader, and sees whether its tables are those that this program reads.
    async fn look(options: SqliteConnectOptions) -> Result<Sqlite, Error> {
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PLACE).connect_with(options).await?;
        query::page(CASE, 0, 0, &Filter::default()).build().fetch_optional(&pool).await?;
        Ok(Sqlite::of(pool))
    }
}

/// SQLite's result codes for what it may not write, and for what it cannot open: an index of the log.
fn cannot_write(code: Option<u32>) -> bool {
    matches!(code, Some(8 | 14))
}
