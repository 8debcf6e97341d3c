//! PostgreSQL for tests: a separate database on the server that the test command started
//! (`KAKEKOMI_TEST_POSTGRES`), or a separate server, which may be killed.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::source_tree;

/// The variable with the server's URL, without a database's name.
const SERVER: &str = "KAKEKOMI_TEST_POSTGRES";

/// Time in which a killed server must end.
const PATIENCE: Duration = Duration::from_mins(1);

/// A database; one that was created here is dropped at the end.
#[derive(Debug)]
pub struct Database {
    url: String,
    /// The key folder of all hosts of this database.
    keys: PathBuf,
    made_on: Option<(String, String)>,
}

impl Database {
    /// Creates an empty database; `None`, and a message, if no server is named.
    #[expect(clippy::print_stderr, reason = "a test that is not run says so")]
    pub fn new() -> Option<Database> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var(SERVER) else {
            eprintln!(
                "not run on PostgreSQL: {SERVER} is not set (scripts/test.sh does; scripts/postgres.sh starts one)"
            );
            return None;
        };
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        sql(&server, &format!("CREATE DATABASE {name}"));
        let url = format!("{server}/{name}");
        Some(Database { keys: keys_of(&url), url, made_on: Some((server, name)) })
    }

    /// Uses an existing database.
    pub fn lent(url: &str) -> Database {
        Database { keys: keys_of(url), url: url.to_owned(), made_on: None }
    }

    /// Returns its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the key folder of all its hosts.
    pub fn keys(&self) -> &Path {
        &self.keys
    }

    pub(crate) fn use_keys(&mut self, keys: PathBuf) {
        self.keys = keys;
    }
}

/// Names the key folder of the hosts of a database in this process.
fn keys_of(url: &str) -> PathBuf {
    let name: String =
        url.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }).collect();
    std::env::temp_dir().join(format!("kakekomi-keys-{}-{name}", std::process::id()))
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.made_on {
            sql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
            _ = std::fs::remove_dir_all(&self.keys);
        }
    }
}

fn sql(server: &str, statement: &str) {
    let status = Command::new("psql")
        .args(["--quiet", "--dbname", &format!("{server}/postgres"), "--command", statement])
        .status();
    assert!(status.expect("psql, which comes with PostgreSQL").success(), "{statement}");
}

/// Returns a server's output for one statement in a session with options.
fn psql(url: &str, statement: &str, options: &str) -> String {
    let query = ["--quiet", "--tuples-only", "--no-align", "--dbname", url, "--command", statement];
    let output = Command::new("psql").args(query).env("PGOPTIONS", options).output().unwrap();
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A server for one test.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    /// Returns the URL of its database.
    pub url: String,
}

impl Cluster {
    /// Starts a server with an empty database.
    pub fn start() -> Cluster {
        Cluster::start_on(|_| {})
    }

    /// Starts a server on files that are put into its folder, the subfolder `data` of the given one.
    pub fn start_on(fill: impl FnOnce(&Path)) -> Cluster {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kakekomi-cluster-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fill(&folder);
        let url = format!("{}/postgres", script("start", &folder, &[]).trim());
        Cluster { folder, url }
    }

    /// Starts a standby of another server, from a copy of its files.
    pub fn standby_of(primary: &Cluster) -> Cluster {
        Cluster::start_on(|folder| {
            std::fs::create_dir_all(folder).unwrap();
            let mut copy = Command::new("pg_basebackup");
            copy.arg("--pgdata").arg(folder.join("data")).args(["--write-recovery-conf", "--checkpoint", "fast"]);
            assert!(copy.args(["--dbname", &primary.url]).status().unwrap().success(), "pg_basebackup");
        })
    }

    /// Lets it speak TLS too, with the certificate of a folder.
    pub fn speak_tls(&self, certificate: &Path) {
        let owner = std::fs::metadata(self.data()).unwrap();
        for (from, to) in [("fullchain.pem", "server.crt"), ("privkey.pem", "server.key")] {
            let to = self.data().join(to);
            std::fs::copy(certificate.join(from), &to).unwrap();
            std::fs::set_permissions(&to, Permissions::from_mode(0o600)).unwrap();
            chown(&to, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        self.set("ssl", "on");
    }

    /// Returns its URL over TLS by a host's name, verified by the authority of a folder.
    pub fn verified_url(&self, host: &str, authority: &Path) -> String {
        let url = self.url.replace("127.0.0.1", host);
        format!("{url}?sslmode=verify-full&sslrootcert={}", authority.join("authority.pem").display())
    }

    /// Makes a standby the primary, and waits until it is.
    pub fn promote(&self) {
        assert_eq!(self.ask("SELECT pg_promote()"), "t");
    }

    /// Returns the server's output for one statement, without headings, even if the server is read-only.
    pub fn ask(&self, statement: &str) -> String {
        psql(&self.url, statement, "-c default_transaction_read_only=off")
    }

    /// Returns the folder of its files.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Stops the server in an orderly way, with everything on the disk.
    pub fn halt(&self) {
        script("halt", &self.folder, &[]);
    }

    /// Ends the server and its children at once (SIGKILL), as when the machine's memory runs out.
    pub fn kill(&self) {
        let all = self.signal("KILL");
        // A server does not start beside the rest of another one.
        let started = Instant::now();
        while all.iter().any(|process| Path::new("/proc").join(process).exists()) {
            assert!(started.elapsed() < PATIENCE, "the server cannot be killed");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stops the server and its children where they are, as when the machine is gone: their connections stay open and silent.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Sends a signal to the server and its children; returns their numbers.
    fn signal(&self, name: &str) -> Vec<String> {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let postmaster = file.lines().next().unwrap();
        // The children live in sessions of their own; the postmaster is their parent.
        let children = Command::new("pgrep").args(["-P", postmaster]).output().unwrap().stdout;
        let children = String::from_utf8(children).unwrap();
        let all: Vec<_> = children.split_whitespace().chain([postmaster]).map(str::to_owned).collect();
        // A child may end by itself between the two commands.
        _ = Command::new("kill").args(["-s", name]).args(&all).stderr(Stdio::null()).status();
        all
    }

    /// Changes a setting that needs no restart, and waits until it is in force.
    pub fn set(&self, setting: &str, value: &str) {
        self.ask(&format!("ALTER SYSTEM SET {setting} = '{value}'"));
        self.ask("SELECT pg_reload_conf()");
        // A server that is read-only for others is not so for `ask`.
        let shown = || psql(&self.url, &format!("SHOW {setting}"), "");
        let started = Instant::now();
        while shown() != value {
            assert!(started.elapsed() < PATIENCE, "{setting} does not become {value}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it again on the same port with the same files.
    pub fn start_again(&self) {
        self.start_under(&[]);
    }

    /// Starts it again with further variables, as a [`crate::shim::Shim`] needs them.
    pub fn start_under(&self, settings: &[(&str, PathBuf)]) {
        script("start", &self.folder, settings);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script("stop", &self.folder, &[]);
    }
}

fn script(what: &str, folder: &Path, settings: &[(&str, PathBuf)]) -> String {
    // The server's own log keeps stderr open, so only stdout is read here.
    let output = Command::new(source_tree::root().join("scripts/postgres.sh"))
        .arg(what)
        .arg(folder)
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "scripts/postgres.sh {what}");
    String::from_utf8(output.stdout).unwrap()
}
