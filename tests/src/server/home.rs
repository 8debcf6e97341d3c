//! The folder of one test, and its database.
//!
//! `Home::new()` → an empty folder; `home.run(&["cases", "list"])` → the command's output over the cases in it

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::postgres::Database;

/// A folder of one test, and perhaps a database; both are removed at the end.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    database: Option<Database>,
}

impl Home {
    /// Makes an empty folder.
    #[expect(clippy::new_without_default, reason = "it makes a folder on the disk")]
    pub fn new() -> Home {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kakekomi-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Home { path, database: None }
    }

    /// Makes an empty folder and an empty database of PostgreSQL; `None`, and a message, if no server is named.
    pub fn on_postgres() -> Option<Home> {
        let mut home = Home::new();
        home.database = Some(Database::new()?);
        Some(home)
    }

    /// Makes an empty folder whose cases are in a database of a URL, which stays.
    pub fn at(database_url: &str) -> Home {
        let mut home = Home::new();
        home.database = Some(Database::lent(database_url));
        home
    }

    /// Gives it a desk profile: the example desk, with more appended.
    pub fn with_desk(more: &str) -> Home {
        let home = Home::new();
        let (from, to) = (crate::source_tree::root().join("host/desk"), home.path().join("desk"));
        for name in ["", "consent"] {
            std::fs::create_dir_all(to.join(name)).unwrap();
            for file in std::fs::read_dir(from.join(name)).unwrap().map(Result::unwrap) {
                if file.path().is_file() {
                    std::fs::copy(file.path(), to.join(name).join(file.file_name())).unwrap();
                }
            }
        }
        let profile = std::fs::read_to_string(to.join("desk.toml")).unwrap();
        std::fs::write(to.join("desk.toml"), profile + more).unwrap();
        home
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the key folder.
    pub fn keys(&self) -> PathBuf {
        self.database.as_ref().map_or_else(|| self.path.join("data.keys"), |database| database.keys().to_path_buf())
    }

    /// Gets a copy of another home's keys, as an operator brings them to a new machine.
    pub fn copy_keys_of(&self, other: &Home) {
        let keys = self.keys();
        std::fs::DirBuilder::new().mode(0o700).create(&keys).unwrap();
        for file in std::fs::read_dir(other.keys()).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), keys.join(file.file_name())).unwrap();
        }
    }

    /// Uses the key folder of another home, whose database this one has a copy of.
    #[must_use]
    pub fn with_keys(mut self, keys: &Path) -> Home {
        if let Some(database) = &mut self.database {
            database.use_keys(keys.to_path_buf());
        }
        self
    }

    /// Returns the database's URL; `None` for the file in the folder.
    pub fn database_url(&self) -> Option<&str> {
        self.database.as_ref().map(Database::url)
    }

    /// Makes a command of the binary with this data folder, and without the caller's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        self.settle(&mut command);
        command.args(arguments);
        command
    }

    pub(super) fn settle(&self, command: &mut Command) {
        let ours = |name: &str| name.starts_with("KAKEKOMI_");
        for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
            command.env_remove(name);
        }
        command.env("KAKEKOMI_DATA", self.path.join("data")).current_dir(&self.path).stdin(Stdio::null());
        let desk = self.path.join("desk");
        if desk.is_dir() {
            command.env("KAKEKOMI_DESK", desk);
        }
        if let Some(database) = &self.database {
            // Hosts of one database share their keys.
            command.env("KAKEKOMI_DATABASE_URL", database.url()).env("KAKEKOMI_KEYS", database.keys());
        }
    }

    /// Runs the binary to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Changes the database as another writer would, without the triggers on events. Bytes are written as SQLite writes
    /// them, `x'00'`.
    pub fn alter(&self, statement: &str) {
        let mut command = if let Some(url) = self.database_url() {
            let statement = format!("SET session_replication_role = replica; {}", statement.replace("x'", "'\\x"));
            let mut psql = Command::new("psql");
            psql.args(["--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", url, "--command", &statement]);
            psql
        } else {
            let mut sqlite = Command::new("sqlite3");
            let triggers = ["updated", "deleted", "replaced"].map(|kind| format!("events_are_not_{kind}"));
            let drop = triggers.map(|trigger| format!("DROP TRIGGER IF EXISTS {trigger};")).concat();
            // The server may be writing.
            sqlite
                .args(["-cmd", ".timeout 5000"])
                .arg(self.path.join("data/kakekomi.sqlite3"))
                .arg(format!("{drop} {statement}"));
            sqlite
        };
        assert!(command.status().expect("sqlite3 and psql").success(), "{statement}");
    }

    /// Returns the records of `cases list --json`.
    pub fn cases(&self) -> Vec<Value> {
        let output = self.run(&["cases", "list", "--json"]);
        assert!(output.status.success(), "cases list: {}", String::from_utf8_lossy(&output.stderr));
        match serde_json::from_slice(&output.stdout).unwrap() {
            Value::Array(cases) => cases,
            other => panic!("cases list --json is no list: {other}"),
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.path);
    }
}

/// The binary under test: `KAKEKOMI_BIN`, or the one built beside this test.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("KAKEKOMI_BIN") {
        return PathBuf::from(path);
    }
    let test = std::env::current_exe().unwrap();
    // A test lies in target/…/deps, a program beside the binary.
    let found = test.ancestors().skip(1).take(2).map(|folder| folder.join("kakekomi")).find(|path| path.is_file());
    found.expect("the binary is missing: cargo build --release, or set KAKEKOMI_BIN")
}
