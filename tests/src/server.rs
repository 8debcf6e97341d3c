//! The real binary, started on a free port with a temporary folder, and stopped.
//!
//! `Server::start()` → a desk that answers at `server.at`; dropping it ends the process and removes the
//! folder. `Home` is the folder alone, for commands that need no server; its cases are in a file of SQLite, or with
//! `Home::on_postgres()` in a separate database.

mod home;

use std::fs::File;
use std::io::{BufRead, BufReader, PipeReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::wire::{Answer, Request};
pub use home::{Home, binary};

/// Time in which a server must answer: it compiles the module to machine code first.
const PATIENCE: Duration = Duration::from_mins(1);

/// Ports of [`free_address`]; those of `scripts/postgres.sh` follow.
const PORTS: Range<u16> = 10_000..20_000;
/// Distance between the first ports of processes with successive numbers.
const PORTS_OF_A_PROCESS: u32 = 331;

/// Makes the command that serves a home at an address, started by a shell command.
fn serve_command(home: &Home, at: SocketAddr, more: &[&str], start: &str) -> Command {
    let mut command = Command::new("sh");
    home.settle(&mut command);
    // A write beyond the limit of `fill_disk` is to fail, and not to end the process.
    command.arg("-c").arg(format!("trap '' XFSZ; {start} \"$0\" \"$@\"")).arg(binary());
    // The disk of a machine that tests may be fuller than a desk's.
    command.env("KAKEKOMI_EVIDENCE_MIN_FREE", "0");
    command.args(["serve", "--listen", &at.to_string()]).args(more);
    command
}

/// A destination of a desk's log where it cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogTarget {
    /// `/dev/full`: each write fails at once with "no space left".
    FullDevice,
    /// A closed pipe.
    ClosedPipe,
    /// A pipe whose reader never reads.
    UnreadPipe,
    /// A file on a file system of 64 KiB, which the log itself fills. Needs the right to mount.
    FullDisk,
}

impl LogTarget {
    fn shell_start(self) -> &'static str {
        match self {
            LogTarget::FullDevice => "exec 2>/dev/full; exec",
            LogTarget::ClosedPipe | LogTarget::UnreadPipe => "exec",
            LogTarget::FullDisk => {
                "mkdir small; exec unshare --mount sh -c 'mount -t tmpfs -o size=64k tmpfs small; exec \"$0\" \"$@\" 2>>small/log' "
            }
        }
    }
}

/// A desk's log, read as it is written.
#[derive(Debug, Default)]
struct Log {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Log {
    fn of(stderr: ChildStderr) -> Log {
        let text = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&text);
        let reader = thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                *kept.lock().unwrap() += &(line + "\n");
            }
        });
        Log { text, reader: Some(reader) }
    }

    /// Returns all of it, once the process has ended.
    fn whole(&mut self) -> String {
        self.reader.take().into_iter().for_each(|reader| reader.join().unwrap());
        self.text.lock().unwrap().clone()
    }
}

/// A running desk.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: Log,
    /// The unread end of the log's pipe.
    #[expect(dead_code, reason = "dropping it would close the pipe")]
    unread: Option<PipeReader>,
    /// Its address.
    pub at: SocketAddr,
    /// Its folder.
    pub home: Home,
}

impl Server {
    /// Starts a desk with an empty folder.
    pub fn start() -> Server {
        Server::start_in(Home::new())
    }

    /// Starts a desk on a folder that may hold cases already.
    pub fn start_in(home: Home) -> Server {
        Server::start_with(home, &[])
    }

    /// Starts a desk with further arguments of `serve`.
    pub fn start_with(home: Home, more: &[&str]) -> Server {
        Server::start_under(home, more, &[])
    }

    /// Starts a desk of another program, such as the one of an earlier commit, to compare both in one run.
    pub fn start_program(program: &Path, home: Home, more: &[&str]) -> Server {
        let at = free_address();
        // The binary's own name follows as an argument of `true`, which is never reached.
        let start = format!("exec '{}' \"$@\"; true", program.display());
        let mut child =
            serve_command(&home, at, more, &start).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = child.stderr.take().unwrap();
        Server { child, log: Log::of(said), unread: None, at, home }.when_it_answers()
    }

    /// Starts a desk with further variables, as a [`crate::shim::Shim`] needs them.
    pub fn start_under(home: Home, more: &[&str], settings: &[(&str, PathBuf)]) -> Server {
        Server::start_at(free_address(), home, more, settings)
    }

    /// Starts a desk at an address, as after a restart.
    pub fn start_at(at: SocketAddr, home: Home, more: &[&str], settings: &[(&str, PathBuf)]) -> Server {
        let mut command = serve_command(&home, at, more, "exec");
        command.envs(settings.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = child.stderr.take().unwrap();
        // The log is read to its end, or most of it would be dropped.
        Server { child, log: Log::of(said), unread: None, at, home }.when_it_answers()
    }

    /// Starts a desk whose log goes to another destination.
    pub fn start_logging_to(home: Home, more: &[&str], log: LogTarget) -> Server {
        let at = free_address();
        let mut command = serve_command(&home, at, more, log.shell_start());
        let (reader, writer) = std::io::pipe().unwrap();
        let child = command.stdout(Stdio::null()).stderr(writer).spawn().unwrap();
        let unread = (log == LogTarget::UnreadPipe).then_some(reader);
        Server { child, log: Log::default(), unread, at, home }.when_it_answers()
    }

    /// Starts a desk whose data folder is on a separate file system of this many MiB. Needs the right to mount.
    pub fn start_on_small_disk(home: Home, more: &[&str], mib: u32) -> Server {
        let at = free_address();
        let start = format!(
            "mkdir data; exec unshare --mount sh -c 'mount -t tmpfs -o size={mib}m,mode=700 tmpfs data; exec \"$0\" \"$@\"'"
        );
        let child = serve_command(&home, at, more, &start).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Server { child, log: Log::default(), unread: None, at, home }.when_it_answers()
    }

    /// Fills the free space of the small disk.
    pub fn fill_small_disk(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
    }

    /// Frees the space that [`Server::fill_small_disk`] has filled.
    pub fn empty_small_disk(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    /// Returns the path of a file on the small disk, which is mounted for the desk's process alone.
    fn filler(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.id()));
        root.join(self.home.path().strip_prefix("/").unwrap()).join("data/filler")
    }

    fn when_it_answers(mut self) -> Server {
        let started = Instant::now();
        while !Request::get("/v1/desk").try_send(self.at).is_ok_and(|answer| answer.status == 200) {
            if self.child.try_wait().unwrap().is_some() || started.elapsed() > PATIENCE {
                _ = self.child.kill();
                panic!("the server did not start: {}", self.log.whole());
            }
            thread::sleep(Duration::from_millis(30));
        }
        self
    }

    /// Returns the process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Limits the size of the process's files in bytes: a full disk, without being root.
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
        self.signal("TERM");
        let asked = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(asked.elapsed() < PATIENCE, "the server ignores SIGTERM");
            thread::sleep(Duration::from_millis(5));
        };
        let log = self.log.whole();
        Stopped { code, log, home: self.take_home() }
    }

    /// Asks the process to end (SIGTERM), and does not wait.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Returns the exit code of the process once it has ended by itself.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.child.try_wait().unwrap().and_then(|status| status.code())
    }

    /// Asks the process to read its desk's folder again (SIGHUP).
    pub fn hang_up(&self) {
        self.signal("HUP");
    }

    /// Returns its log so far.
    pub fn log(&self) -> String {
        self.log.text.lock().unwrap().clone()
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    fn take_home(&mut self) -> Home {
        std::mem::replace(&mut self.home, Home::new())
    }
}

/// Remains of a desk that ended.
#[derive(Debug)]
pub struct Stopped {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Its whole log.
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

/// Finds a free address of this machine, which no other caller in this process gets.
///
/// Its port is below those that Linux gives to connections and to listeners without a port of their own, so that none of them takes
/// it before the desk does, or while the desk restarts.
pub fn free_address() -> SocketAddr {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    loop {
        // Programs that run at the same time begin far from each other.
        let number =
            std::process::id().wrapping_mul(PORTS_OF_A_PROCESS).wrapping_add(CALLS.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + u16::try_from(number % u32::from(PORTS.end - PORTS.start)).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return SocketAddr::from(([127, 0, 0, 1], port));
        }
    }
}
