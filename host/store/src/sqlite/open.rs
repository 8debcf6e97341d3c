//! Opening a file for serving or for reading.
//!
//! `Sqlite::open(url)` → created, locked and migrated; `Sqlite::open_to_read(url)` → unchanged.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sqlx::migrate::{Migrate as _, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Error};

use super::error_code::primary_code;
use super::file;
use super::open_files::{FileId, OpenFiles};
use super::{BUSY_TIMEOUT, Database, Sqlite};
use crate::backend::Backend as _;
use crate::case::Filter;
use crate::error::StoreError;
use crate::migrate::{Step, migrator, steps};
use crate::query::{self, CASE};

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    migrator([
        (1, "cases", include_str!("../../migrations/sqlite/0001_cases.sql")),
        (2, "probe", include_str!("../../migrations/sqlite/0002_probe.sql")),
        (3, "sealed_cases", include_str!("../../migrations/sqlite/0003_sealed_cases.sql")),
        (4, "accounts", include_str!("../../migrations/sqlite/0004_accounts.sql")),
        (5, "return", include_str!("../../migrations/sqlite/0005_return.sql")),
        (6, "queue", include_str!("../../migrations/sqlite/0006_queue.sql")),
        (7, "files", include_str!("../../migrations/sqlite/0007_files.sql")),
        (8, "clauses", include_str!("../../migrations/sqlite/0008_clauses.sql")),
        (9, "outbox", include_str!("../../migrations/sqlite/0009_outbox.sql")),
        (10, "oidc", include_str!("../../migrations/sqlite/0010_oidc.sql")),
    ])
});

/// The longest wait for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(15);
/// The connections that read while the one of the writer writes.
const READERS: u32 = 3;

/// Pages of the log after which a commit writes it into the file, 16 MB. A page that many commits change, such as one of an
/// index, is then written once.
const LOG_PAGES: &str = "4000";

impl Sqlite {
    /// Opens and migrates a file by its URL (`sqlite:data/kakekomi.sqlite3`); creates it for its owner alone if it does not
    /// exist. SQLite gives the log the file's mode. One process at a time serves from a file.
    ///
    /// # Errors
    /// [`StoreError`]: it cannot be opened or migrated; [`StoreError::InUse`]: another process serves from it.
    pub async fn open(url: &str) -> Result<Sqlite, StoreError> {
        let options = options_to_write(url)?.journal_mode(SqliteJournalMode::Wal);
        let Some(given) = file::file_of(url) else {
            return Sqlite::serving(Database::connect(options, None).await?).started().await;
        };
        file::create(&given).map_err(StoreError::at(&given))?;
        let resolved = OpenFiles::resolve(&given)?;
        let lock = OpenFiles::lock(&resolved)?;
        let database = Database::connect(options, Some(resolved.clone())).await?;
        let files = Some(Arc::new(OpenFiles::note(&given, &resolved, lock)?));
        Sqlite::serving(Database { files, ..database }).started().await
    }

    async fn started(self) -> Result<Sqlite, StoreError> {
        self.end_conversion().await?;
        Ok(self)
    }

    /// Opens an existing file and changes neither it nor its folder.
    ///
    /// Without a log no process has the file open and it holds all cases. So it is opened as immutable, which works on a
    /// read-only copy and creates no files.
    ///
    /// # Errors
    /// [`StoreError`]: it does not exist, is no database of kakekomi, or its log cannot be read.
    pub async fn open_to_read(url: &str) -> Result<Sqlite, StoreError> {
        let (options, log) = options_to_read(url)?;
        let name = options.get_filename().display().to_string();
        let mut opened = Sqlite::open_one_reader(options.clone().immutable(log.is_none())).await;
        if log == Some(0) && opened.as_ref().is_err_and(|error| is_not_writable(primary_code(error))) {
            opened = Sqlite::open_one_reader(options.immutable(true)).await;
        }
        match opened {
            Ok(opened) => opened.require_converted(name).await,
            Err(error) if log.is_some() && is_not_writable(primary_code(&error)) => Err(StoreError::Log(name)),
            Err(error) => Err(unreadable(name, error)),
        }
    }

    /// Opens an existing file to write events into it, beside a process that may serve from it.
    ///
    /// # Errors
    /// As [`Sqlite::open_to_read`].
    pub async fn open_to_write(url: &str) -> Result<Sqlite, StoreError> {
        let options = options_to_write(url)?;
        file::check(options.get_filename())?;
        let name = options.get_filename().display().to_string();
        let opened = Sqlite::open_one_reader(options).await.map_err(|error| unreadable(name.clone(), error))?;
        opened.require_converted(name).await
    }

    /// Refuses a file with cases that an earlier version stored in clear.
    async fn require_converted(self, name: String) -> Result<Sqlite, StoreError> {
        if self.backend.has_clear_cases().await? { Err(StoreError::Unconverted(name)) } else { Ok(self) }
    }

    /// Opens an existing file to copy it while another process may begin to serve from it: not as immutable, unless it
    /// cannot be opened otherwise.
    ///
    /// # Errors
    /// As [`Sqlite::open_to_read`].
    pub(super) async fn open_to_copy(url: &str) -> Result<Sqlite, StoreError> {
        let options = SqliteConnectOptions::from_str(url)?.busy_timeout(BUSY_TIMEOUT).create_if_missing(false);
        match Sqlite::open_one_reader(options).await {
            Ok(sqlite) => Ok(sqlite),
            // It reports the reason, or reads a file that is not writable.
            Err(_) => Sqlite::open_to_read(url).await,
        }
    }

    /// Lists all migrations and whether the file has them; changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]: it does not exist, or is no SQLite file.
    pub async fn migrations(url: &str) -> Result<Vec<Step>, StoreError> {
        let (options, log) = options_to_read(url)?;
        let mut connection: SqliteConnection = options.immutable(log.is_none()).connect().await?;
        let steps = steps(&mut connection, &MIGRATIONS).await;
        connection.close().await?;
        Ok(steps)
    }

    /// Opens a backup of this or an earlier version, to restore it; the next start brings its tables up to date.
    ///
    /// # Errors
    /// As [`Sqlite::open_to_read`].
    pub(super) async fn open_backup(url: &str) -> Result<Sqlite, StoreError> {
        match Sqlite::open_to_read(url).await {
            Err(StoreError::Foreign(name)) => {
                let (options, log) = options_to_read(url)?;
                let pool = one_reader(options.immutable(log.is_none())).await;
                let earlier = sqlx::query(query::EARLIER_VERSION);
                match pool {
                    Ok(pool) if earlier.fetch_optional(&pool).await.is_ok() => Ok(Sqlite::reading(Database::of(pool))),
                    _ => Err(StoreError::Foreign(name)),
                }
            }
            opened => opened,
        }
    }

    /// Opens a file for one reader, and queries the tables to find out whether this program can read them.
    async fn open_one_reader(options: SqliteConnectOptions) -> Result<Sqlite, Error> {
        let pool = one_reader(options).await?;
        query::page(CASE, 0, 0, &Filter::default()).build().fetch_optional(&pool).await?;
        Ok(Sqlite::reading(Database::of(pool)))
    }
}

async fn one_reader(options: SqliteConnectOptions) -> Result<SqlitePool, Error> {
    SqlitePoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT).connect_with(options).await
}

/// Converts the error of an opening, by SQLite's result codes: no such table, and not a database.
fn unreadable(name: String, error: Error) -> StoreError {
    match primary_code(&error) {
        Some(1 | 26) => StoreError::Foreign(name),
        _ => StoreError::Unreachable(name, error),
    }
}

/// Builds the options of connections that write.
fn options_to_write(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    Ok(SqliteConnectOptions::from_str(url)?
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        // Erased and converted cases leave no bytes on free pages.
        .pragma("secure_delete", "ON")
        .pragma("wal_autocheckpoint", LOG_PAGES)
        .create_if_missing(false)
        // A batch has a thousand parameters, too many for a line of the log.
        .disable_statement_logging())
}

/// Checks a file that is read only; returns the options and the size of its log.
fn options_to_read(url: &str) -> Result<(SqliteConnectOptions, Option<u64>), StoreError> {
    let options = SqliteConnectOptions::from_str(url)?.busy_timeout(BUSY_TIMEOUT).read_only(true);
    file::check(options.get_filename())?;
    let log = file::log_size(options.get_filename());
    Ok((options, log))
}

impl Database {
    /// Uses one pool for reading and writing.
    fn of(pool: SqlitePool) -> Database {
        Database { writer: pool.clone(), pool, files: None }
    }

    /// Opens the connections of a serving process and migrates the database. Those of a database in memory are all the same.
    async fn connect(options: SqliteConnectOptions, file: Option<PathBuf>) -> Result<Database, StoreError> {
        let name = options.get_filename().display().to_string();
        let open = async |least, most| {
            let opened = pool(options.clone(), least, most, file.clone()).await;
            opened.map_err(|error| StoreError::Unreachable(name.clone(), error))
        };
        if file.is_none() {
            let database = Database::of(open(0, READERS).await?);
            migrate(&database.writer).await?;
            return Ok(database);
        }
        // SQLite does not wait for the lock of a change of the journal mode: the writer changes it before the others open.
        let writer = open(1, 1).await?;
        let (pool, ()) = tokio::try_join!(open(READERS, READERS), migrate(&writer))?;
        Ok(Database { pool, writer, files: None })
    }
}

/// Migrates a database. A new one gets all tables in one transaction, since each migration of its own flushes twice. An older one
/// takes its migrations one by one, so that an interrupted update continues after the last of them.
async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    let is_new = "SELECT count(*) = 0 FROM sqlite_schema";
    if !sqlx::query_scalar(is_new).fetch_one(writer).await? {
        return Ok(MIGRATIONS.run(writer).await?);
    }
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    // Another process may have been first.
    if !sqlx::query_scalar(is_new).fetch_one(&mut *transaction).await? {
        transaction.rollback().await?;
        return Ok(MIGRATIONS.run(writer).await?);
    }
    transaction.ensure_migrations_table(&MIGRATIONS.table_name).await?;
    for migration in MIGRATIONS.iter() {
        transaction.apply(&MIGRATIONS.table_name, migration).await?;
    }
    // It never had a case in clear that would have to leave the files first.
    sqlx::query("DROP TABLE clear_cases").execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

/// Opens connections that stay open: one that is opened after the file was moved would create a new file, and damage the log
/// of the old one.
async fn pool(options: SqliteConnectOptions, min: u32, max: u32, file: Option<PathBuf>) -> Result<SqlitePool, Error> {
    let first = file.as_deref().and_then(|file| FileId::of(file).ok());
    SqlitePoolOptions::new()
        .max_connections(max)
        .min_connections(min)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        // It is a thread of this process, and was tested when it was returned.
        .test_before_acquire(false)
        .after_connect(move |_, _| {
            let moved = file.as_ref().is_some_and(|file| FileId::of(file).ok() != first);
            Box::pin(async move {
                if moved { Err(Error::Configuration("the database file is another one by now".into())) } else { Ok(()) }
            })
        })
        .connect_with(options)
        .await
}

/// Finds the number of the last migration of this program.
pub(super) fn newest_migration() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Checks SQLite's result codes for a read-only file, and for a file that it cannot open (the log's index).
fn is_not_writable(code: Option<u32>) -> bool {
    matches!(code, Some(8 | 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn empty() -> SqlitePool {
        one_reader(SqliteConnectOptions::from_str("sqlite::memory:").unwrap()).await.unwrap()
    }

    /// Reads the statements of all tables, and the migrations with their checksums.
    async fn tables(pool: &SqlitePool) -> (Vec<(String, Option<String>)>, Vec<(i64, String, bool, Vec<u8>)>) {
        let schema = sqlx::query_as("SELECT name, sql FROM sqlite_schema ORDER BY name").fetch_all(pool).await.unwrap();
        let migrations = "SELECT version, description, success, checksum FROM _sqlx_migrations ORDER BY version";
        (schema, sqlx::query_as(migrations).fetch_all(pool).await.unwrap())
    }

    #[tokio::test]
    async fn new_database_has_the_tables_of_one_that_was_migrated_step_by_step() {
        let (at_once, step_by_step) = (empty().await, empty().await);
        migrate(&at_once).await.unwrap();
        MIGRATIONS.run(&step_by_step).await.unwrap();
        sqlx::query("DROP TABLE clear_cases").execute(&step_by_step).await.unwrap();
        assert_eq!(tables(&at_once).await, tables(&step_by_step).await);
        migrate(&at_once).await.unwrap();
    }

    #[tokio::test]
    async fn interrupted_first_migration_begins_again() {
        let pool = empty().await;
        let mut transaction = pool.begin().await.unwrap();
        MIGRATIONS.run_to(5, &mut *transaction).await.unwrap();
        drop(transaction);
        migrate(&pool).await.unwrap();
        assert_eq!(tables(&pool).await.1.len(), MIGRATIONS.iter().count());
    }
}
