//! Interception of a program's disk access: `shim/faults.c`, compiled on the machine of the tests.
//!
//! `Shim::over(folder)` → settings for a program that is to be started under it; meanwhile `fail(1..=1, EIO)` lets the
//! next write or flush fail, `heal()` no more, and the journal has all that was written and flushed.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::disk::Journal;
use crate::source_tree;

/// Input/output error, by Linux's number.
pub const EIO: u64 = 5;
/// No space left on device.
pub const ENOSPC: u64 = 28;
/// Duration of a flush under a shim: long enough for other requests to arrive meanwhile, as on a disk.
const FLUSH_MICROSECONDS: u64 = 2000;

/// The places of the numbers in the control file (`struct control`).
mod place {
    pub const SEEN: u64 = 0;
    pub const FIRST: u64 = 8;
    pub const LAST: u64 = 16;
    pub const ERROR: u64 = 24;
    pub const PAUSE: u64 = 32;
    pub const LENGTH: u64 = 48;
}

/// A shim over one folder; its own files are removed at the end.
#[derive(Debug)]
pub struct Shim {
    own: PathBuf,
    watched: PathBuf,
    among: &'static str,
    control: File,
}

impl Shim {
    /// Makes a shim over everything below a folder.
    pub fn over(watched: &Path) -> Shim {
        Shim::over_some(watched, "")
    }

    /// Makes a shim that fails only for files with these letters in their path.
    pub fn over_some(watched: &Path, among: &'static str) -> Shim {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kakekomi-shim-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let own = std::env::temp_dir().join(name);
        fs::create_dir_all(&own).unwrap();
        for name in ["control", "journal"] {
            File::create(own.join(name)).unwrap();
            // PostgreSQL's server may be another user.
            fs::set_permissions(own.join(name), fs::Permissions::from_mode(0o666)).unwrap();
        }
        let control = OpenOptions::new().read(true).write(true).open(own.join("control")).unwrap();
        control.set_len(place::LENGTH).unwrap();
        let shim = Shim { own, watched: watched.canonicalize().unwrap(), among, control };
        shim.set(place::PAUSE, FLUSH_MICROSECONDS);
        compile(&shim.library());
        shim
    }

    /// Returns the variables of a program under it.
    pub fn settings(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("LD_PRELOAD", self.library()),
            ("FAULTS_FOLDER", self.watched.clone()),
            ("FAULTS_AMONG", self.among.into()),
            ("FAULTS_CONTROL", self.own.join("control")),
            ("FAULTS_JOURNAL", self.journal()),
        ]
    }

    fn library(&self) -> PathBuf {
        self.own.join("faults.so")
    }

    /// Returns the journal's file, which [`crate::disk::Journal`] reads.
    pub fn journal(&self) -> PathBuf {
        self.own.join("journal")
    }

    /// Returns the number of writes and flushes.
    fn seen(&self) -> u64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, place::SEEN).unwrap();
        u64::from_le_bytes(bytes)
    }

    /// Makes the writes and flushes from the `first` from now on to the `last` fail with an errno.
    pub fn fail(&self, first: u64, last: u64, errno: u64) {
        let seen = self.seen();
        self.set(place::ERROR, errno);
        self.set(place::LAST, seen.saturating_add(last));
        self.set(place::FIRST, seen + first);
    }

    /// Ends all failures.
    pub fn heal(&self) {
        self.set(place::FIRST, 0);
    }

    /// Adds a word of the test to the journal: a fact that was known by then.
    pub fn note(&self, first: &[u8], second: &[u8]) {
        let mut journal = OpenOptions::new().append(true).open(self.journal()).unwrap();
        journal.write_all(&Journal::note(first, second)).unwrap();
    }

    fn set(&self, place: u64, value: u64) {
        self.control.write_all_at(&value.to_le_bytes(), place).unwrap();
    }
}

impl Drop for Shim {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.own);
    }
}

/// Compiles the shim.
fn compile(library: &Path) {
    let source = source_tree::root().join("tests/shim/faults.c");
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-Wall", "-shared", "-fPIC", "-o"]).arg(library).arg(source);
    assert!(compiler.status().expect("a C compiler, which SQLite needs as well").success());
}
