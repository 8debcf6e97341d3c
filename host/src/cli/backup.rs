//! `kakekomi backup FILE` and `kakekomi restore FILE`: a copy of the database while the desk serves, and back.
//!
//! `kakekomi backup kakekomi-2026-11-20.sqlite3` → `kakekomi-2026-11-20.sqlite3: 120 cases, 4915200 bytes`. PostgreSQL is
//! copied by its own tools: the commands name them.

use std::path::{Path, PathBuf};

use clap::Args;
use kakekomi_service::sealed_case::{HASH_KEY_SETTING, is_written_with};
use kakekomi_store::{self as store, StoreError, sqlite};
use serde::Serialize;

use super::args::{FormatArgs, StorageArgs};
use super::block_on::block_on;
use super::print;
use crate::config::Settings;
use crate::error::CliError;

/// Flags of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file to write; it must not be there yet
    file: PathBuf,
    /// Put it in the place of a file of that name, once it is whole
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// Flags of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The file that `backup` wrote; it stays as it is
    file: PathBuf,
    #[command(flatten)]
    storage: StorageArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// A file and its contents.
#[derive(Debug, Serialize)]
struct Record<'a, T> {
    file: &'a Path,
    #[serde(flatten)]
    contents: &'a T,
}

/// Writes the database into a file.
pub fn backup(args: BackupArgs, file: Settings) -> Result<(), CliError> {
    let settings = args.storage.settings(file);
    let url = sqlite_url(&settings, "pg_dump --format custom --file FILE --dbname URL")?;
    let copied = block_on(sqlite::back_up(&url, &args.file, args.replace))??;
    let keys = settings.key_folder()?;
    print::words(&format!(
        "kakekomi: the keys are not in it: without those in {} nobody can read it; keep a copy of them elsewhere",
        keys.path().display()
    ));
    if args.format.is_json() {
        return print::record(&Record { file: &args.file, contents: &copied });
    }
    print::line(format!("{}: {} cases, {} bytes", args.file.display(), copied.cases, copied.bytes))
}

/// Puts a backup in the place of the database.
pub fn restore(args: RestoreArgs, file: Settings) -> Result<(), CliError> {
    let tool = "pg_restore --no-owner --exit-on-error --dbname URL FILE, into an empty database";
    let settings = args.storage.settings(file);
    let url = sqlite_url(&settings, tool)?;
    let restored = block_on(sqlite::restore(&url, &args.file))??;
    block_on(warn_of_other_keys(&settings, &url))??;
    if args.format.is_json() {
        return print::record(&Record { file: &args.file, contents: &restored });
    }
    print::line(format!("{}: {} cases restored", args.file.display(), restored.copied.cases))?;
    match restored.kept {
        Some(kept) => print::line(format!("the previous database is kept as {}", kept.display())),
        None => Ok(()),
    }
}

/// Warns where the restored database was written with other keys than those of the key folder.
async fn warn_of_other_keys(settings: &Settings, url: &str) -> Result<(), CliError> {
    let store = match store::open_existing(url).await {
        Ok(store) => store,
        // A backup of an earlier version; serve seals its cases with the keys that are here.
        Err(StoreError::Unconverted(_) | StoreError::Foreign(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let folder = settings.key_folder()?;
    match folder.hash_key() {
        Ok(key) if is_written_with(&*store, &key).await? == Some(false) => {
            let file = folder.hash_key_file();
            let file = file.display();
            print::warn(&format!("{file} is not the one that this backup was written with: put back its key folder"));
        }
        Err(error) if store.setting(HASH_KEY_SETTING).await?.is_some() => {
            print::warn(&format!("the keys of this backup are not here, put back its key folder: {error}"));
        }
        Ok(_) | Err(_) => {}
    }
    Ok(store.close().await?)
}

/// Returns the URL of a database of SQLite; others are copied with `tool`.
fn sqlite_url(settings: &Settings, tool: &str) -> Result<String, CliError> {
    let url = settings.database_url();
    if store::file_of(&url).is_none() {
        let refusal = format!("this is for a file of SQLite's; with PostgreSQL: {tool} (docs/operate.md)");
        return Err(CliError::Usage(refusal));
    }
    Ok(url)
}
