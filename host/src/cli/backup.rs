//! `kakekomi backup FILE` and `kakekomi restore FILE`: a copy of the database while the desk serves, and back.
//!
//! `kakekomi backup kakekomi-2026-11-20.sqlite3` → `kakekomi-2026-11-20.sqlite3: 120 cases, 4915200 bytes`. PostgreSQL is
//! copied by its own tools: the commands say which.

use std::path::{Path, PathBuf};

use clap::Args;
use kakekomi_store::{self as store, sqlite};
use serde::Serialize;

use super::args::StorageArgs;
use super::print;
use crate::config::Settings;
use crate::error::{CliError, Exit};

/// Flags of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; it must not be there yet
    file: PathBuf,
    /// Put it in the place of a file of that name, once it is whole
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: StorageArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Flags of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The file that `backup` wrote; it stays as it is
    file: PathBuf,
    #[command(flatten)]
    place: StorageArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A file and its contents.
#[derive(Debug, Serialize)]
struct Record<'r, T> {
    file: &'r Path,
    #[serde(flatten)]
    about: &'r T,
}

/// Writes the database into a file.
pub fn backup(args: BackupArgs, file: Settings) -> Result<Exit, CliError> {
    let url = args.place.settings().or(file).database_url();
    of_sqlite(&url, "pg_dump --format custom --file FILE --dbname URL")?;
    let copied = runtime()?.block_on(sqlite::back_up(&url, &args.file, args.replace))?;
    if args.json {
        print::line(&serde_json::to_vec(&Record { file: &args.file, about: &copied })?)?;
    } else {
        print::line(format!("{}: {} cases, {} bytes", args.file.display(), copied.cases, copied.bytes).as_bytes())?;
    }
    Ok(Exit::Accepted)
}

/// Puts a backup in the place of the database.
pub fn restore(args: RestoreArgs, file: Settings) -> Result<Exit, CliError> {
    let settings = args.place.settings().or(file);
    let url = settings.database_url();
    of_sqlite(&url, "pg_restore --no-owner --exit-on-error --dbname URL FILE, into an empty database")?;
    let restored = runtime()?.block_on(sqlite::restore(&url, &args.file))?;
    if args.json {
        print::line(&serde_json::to_vec(&Record { file: &args.file, about: &restored })?)?;
        return Ok(Exit::Accepted);
    }
    print::line(format!("{}: {} cases restored", args.file.display(), restored.copied.cases).as_bytes())?;
    if let Some(kept) = restored.kept {
        print::line(format!("the previous database is kept as {}", kept.display()).as_bytes())?;
    }
    Ok(Exit::Accepted)
}

/// Refuses the databases that other tools copy.
fn of_sqlite(url: &str, instead: &str) -> Result<(), CliError> {
    let words = || format!("this is for a file of SQLite's; with PostgreSQL: {instead} (docs/operate.md)");
    store::file_of(url).map(drop).ok_or_else(|| CliError::Usage(words()))
}

fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| CliError::Io("threads".to_owned(), error))
}
