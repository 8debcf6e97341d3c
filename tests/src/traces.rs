//! Files that a desk writes, to look for what must not be in them.
//!
//! `files(home.path())` → database, log and temporary files; `postgres_files(&home)` → pages and write-ahead log

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::Home;

/// Lists the files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry);
        }
    }
    found
}

/// Lists the files of a PostgreSQL database and the log of its server, which this machine's tests run; none for SQLite.
pub fn postgres_files(home: &Home) -> Vec<PathBuf> {
    let Some(url) = home.database_url() else { return Vec::new() };
    let ask = |statement: &str| {
        let query = ["--quiet", "--tuples-only", "--no-align", "--dbname", url, "--command", statement];
        String::from_utf8(Command::new("psql").args(query).output().unwrap().stdout).unwrap().trim().to_owned()
    };
    ask("CHECKPOINT");
    let folder = PathBuf::from(ask("SHOW data_directory"));
    let oid = ask("SELECT oid FROM pg_database WHERE datname = current_database()");
    let found = [files(&folder.join("base").join(oid)), files(&folder.join("pg_wal"))].concat();
    assert!(found.len() > 10, "{}", folder.display());
    found
}
