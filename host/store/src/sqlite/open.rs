//! Opening the file: to serve from it, or to look at it and change nothing.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Error};

use super::files::{FileId, OpenFiles};
use super::{Database, Sqlite, code};
use crate::migrate::{Step, steps};
use crate::query::{self, CASE};
use crate::readiness::Readiness;
use crate::writer::Writer;
use crate::{Filter, StoreError, place};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for another one.
const BUSY: Duration = Duration::from_secs(5);
/// How long a caller waits for one of the connections.
const PLACE: Duration = Duration::from_secs(15);
/// SQLite has one writer at a time; the other connections read meanwhile.
const CONNECTIONS: u32 = 4;

impl Sqlite {
    /// Opens a file by its URL (`sqlite:data/kakekomi.sqlite3`), and makes it, for its owner alone,
    /// where there is none. SQLite gives its log beside it the file's own mode. One process at a time serves from a file.
    ///
    /// # Errors
    /// [`StoreError`]: the file cannot be opened, or cannot be brought up to date; [`StoreError::InUse`]: another process
    /// serves from it.
    pub async fn open(url: &str) -> Result<Sqlite, StoreError> {
        let options = SqliteConnectOptions::from_str(url)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .create_if_missing(false)
            // A statement has a thousand places when many cases are written together: no line for the log.
            .disable_statement_logging();
        let Some(given) = place::file_of(url) else {
            let pool = pool(options, None).await?;
            return Ok(Sqlite::serving(Database { pool, files: None }));
        };
        place::make(&given).map_err(|error| StoreError::File(given.display().to_string(), error))?;
        let resolved = OpenFiles::resolve(&given)?;
        let lock = OpenFiles::lock(&resolved)?;
        let pool = pool(options, Some(resolved.clone())).await?;
        let files = OpenFiles::note(&given, &resolved, lock)?;
        Ok(Sqlite::serving(Database { pool, files: Some(Arc::new(files)) }))
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
            _ => StoreError::Unreachable(name, error),
        })
    }

    /// Opens a file that must be there, to copy it while another process may begin to serve from it: not as one that does
    /// not change, unless it cannot be written here.
    ///
    /// # Errors
    /// As [`Sqlite::open_to_read`].
    pub(super) async fn open_to_copy(url: &str) -> Result<Sqlite, StoreError> {
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(BUSY).create_if_missing(false);
        match Sqlite::look(options).await {
            Ok(sqlite) => Ok(sqlite),
            // It says what is wrong, or reads what cannot be written.
            Err(_) => Sqlite::open_to_read(url).await,
        }
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

    fn serving(database: Database) -> Sqlite {
        let readiness = Some(Readiness::start(database.clone()));
        Sqlite { writer: Writer::start(database.clone()), readiness, database }
    }

    fn reading(pool: SqlitePool) -> Sqlite {
        let database = Database { pool, files: None };
        Sqlite { writer: Writer::start(database.clone()), readiness: None, database }
    }

    /// Opens a file for one reader, and sees whether its tables are those that this program reads.
    async fn look(options: SqliteConnectOptions) -> Result<Sqlite, Error> {
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(PLACE).connect_with(options).await?;
        query::page(CASE, 0, 0, &Filter::default()).build().fetch_optional(&pool).await?;
        Ok(Sqlite::reading(pool))
    }
}

/// The connections of a process that serves, to a database that is brought up to date. All are opened now and stay open:
/// one that is opened after the file was moved would make a new one, and spoil the log of the old one.
async fn pool(options: SqliteConnectOptions, file: Option<PathBuf>) -> Result<SqlitePool, StoreError> {
    let name = options.get_filename().display().to_string();
    let unreachable = |error| StoreError::Unreachable(name.clone(), error);
    // SQLite does not wait for the lock that changes the journal mode: one connection changes it before the others open.
    let opener: Option<SqliteConnection> = match &file {
        Some(_) => Some(options.connect().await.map_err(unreachable)?),
        None => None,
    };
    let first = file.as_deref().and_then(|file| FileId::of(file).ok());
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .min_connections(if file.is_some() { CONNECTIONS } else { 0 })
        .acquire_timeout(PLACE)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |_, _| {
            let moved = file.as_ref().is_some_and(|file| FileId::of(file).ok() != first);
            Box::pin(async move {
                if moved { Err(Error::Configuration("the database file is another one by now".into())) } else { Ok(()) }
            })
        })
        .connect_with(options)
        .await
        .map_err(unreachable)?;
    if let Some(opener) = opener {
        opener.close().await?;
    }
    MIGRATIONS.run(&pool).await?;
    Ok(pool)
}

/// The number of the last migration that this program knows.
pub(super) fn newest_migration() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// SQLite's result codes for what it may not write, and for what it cannot open: an index of the log.
fn cannot_write(code: Option<u32>) -> bool {
    matches!(code, Some(8 | 14))
}
