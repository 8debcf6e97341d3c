//! The real binary, started on a free port with a folder of its own, and stopped.
//!
//! `Server::start()` → a desk that answers at `server.at`; dropping it ends the process and takes the
//! folder away. `Home` is the folder alone, for commands that need no server.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::wire::{Answer, Request};

/// How long a server may take until it answers: the module is compiled to the machine's code first.
const PATIENCE: Duration = Duration::from_mins(1);

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

/// A folder of one test's own, taken away in the end.
#[derive(Debug)]
pub struct Home(PathBuf);

impl Home {
    /// An empty folder.
    #[expect(clippy::new_without_default, reason = "it makes a folder on the disk")]
    pub fn new() -> Home {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kakekomi-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Home(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The binary with this folder as its data folder, and nothing of the caller's settings.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        self.settle(&mut command);
        command.args(arguments);
        command
    }

    fn settle(&self, command: &mut Command) {
        let ours = |name: &str| name.starts_with("KAKEKOMI_");
        for (name, _) in std::env::vars().filter(|(name, _)| ours(name)) {
            command.env_remove(name);
        }
        command.env("KAKEKOMI_DATA", self.0.join("data")).current_dir(&self.0).stdin(Stdio::null());
    }

    /// Runs the binary to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The records of `cases list --json`.
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
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running desk.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: Option<JoinHandle<Vec<String>>>,
    /// Where it answers.
    pub at: SocketAddr,
    /// Its folder.
    pub home: Home,
}

impl Server {
    /// A desk with an empty folder.
    pub fn start() -> Server {
        Server::start_in(Home::new())
    }

    /// A desk on a folder that may hold cases already.
    pub fn start_in(home: Home) -> Server {
        let at = free_address();
        let mut command = Command::new("sh");
        home.settle(&mut command);
        // A write beyond the limit of `fill_disk` is to fail, and not to end the process.
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(binary()).args([
            "serve",
            "--listen",
            &at.to_string(),
        ]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = child.stderr.take().unwrap();
        // The log is read to its end, or the server would wait for room in the pipe.
        let log = thread::spawn(move || BufReader::new(said).lines().map_while(Result::ok).collect::<Vec<_>>());
        let started = Instant::now();
        loop {
            if Request::get("/v1/desk").try_send(at).is_ok_and(|answer| answer.status == 200) {
                return Server { child, log: Some(log), at, home };
            }
            if child.try_wait().unwrap().is_some() || started.elapsed() > PATIENCE {
                _ = child.kill();
                panic!("the server did not start: {}", log.join().unwrap().join("\n"));
            }
            thread::sleep(Duration::from_millis(30));
        }
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// From now on no file of the process may grow beyond so many bytes: a full disk, without being root.
    pub fn fill_disk(&self, bytes: u64) {
        let limit = format!("--fsize={bytes}:{bytes}");
        let set = Command::new("prlimit")
            .args(["--pid", &self.id().to_string(), &limit])
            .status()
            .expect("prlimit of util-linux");
        assert!(set.success());
    }

    /// Sends a request to it.
    pub fn send(&self, request: &Request) -> Answer {
        request.send(self.at)
    }

    /// Ends the process at once (SIGKILL) and leaves the folder.
    pub fn kill(mut self) -> Home {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.take_home()
    }

    /// Asks the process to end (SIGTERM) and waits for it.
    pub fn stop(mut self) -> Stopped {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        let code = self.child.wait().unwrap().code();
        let log = self.log.take().map(|log| log.join().unwrap().join("\n")).unwrap_or_default();
        Stopped { code, log, home: self.take_home() }
    }

    fn take_home(&mut self) -> Home {
        std::mem::replace(&mut self.home, Home::new())
    }
}

/// What a desk leaves behind.
#[derive(Debug)]
pub struct Stopped {
    /// The exit code; nothing if a signal ended it.
    pub code: Option<i32>,
    /// All that it wrote to its log.
    pub log: String,
    /// Its folder.
    pub home: Home,
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
