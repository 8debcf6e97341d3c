//! S3 servers that share no code with the program: moto, which checks signatures with Amazon's own library, and pys3local.
//!
//! `S3Server::start(Kind::Moto)` → a server with the bucket `evidence`; `server.url("evidence")` → its `--evidence-url`
//!
//! Both are installed by `scripts/install-test-tools.sh`.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::server::{Home, free_address};
use crate::source_tree::root;

/// Time in which a server must answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Keeps its objects in memory.
    Moto,
    /// Keeps its objects on the disk.
    Pys3local,
}

/// A running S3 server with a bucket.
#[derive(Debug)]
pub struct S3Server {
    kind: Kind,
    child: Child,
    folder: Home,
    port: u16,
    key: String,
    secret: String,
}

impl S3Server {
    /// Starts a server.
    pub fn start(kind: Kind) -> S3Server {
        let (folder, port) = (Home::new(), free_address().port());
        let child = launch(kind, folder.path(), port);
        let mut server = S3Server { kind, child, folder, port, key: "desk".to_owned(), secret: "hush".to_owned() };
        server.wait();
        if kind == Kind::Moto {
            let printed = python(&[&server.endpoint(), "create-user"]);
            let (key, secret) = printed.trim().split_once(' ').unwrap();
            (server.key, server.secret) = (key.to_owned(), secret.to_owned());
        }
        server.bucket(&["create"]);
        server
    }

    /// Ends the process at once (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts the process anew at the same address.
    pub fn restart(&mut self) {
        self.child = launch(self.kind, self.folder.path(), self.port);
        self.wait();
    }

    /// Stops the process, which then takes connections and does not answer, or lets it go on.
    pub fn pause(&self, is_paused: bool) {
        let signal = if is_paused { "STOP" } else { "CONT" };
        let sent = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// The address of a bucket as `--evidence-url` takes it.
    pub fn url(&self, bucket: &str) -> String {
        format!("s3://{bucket}/desk?endpoint={}", self.endpoint())
    }

    /// Writes the key into a file.
    pub fn credentials(&self, file: &Path) {
        self.credentials_with(file, &self.secret);
    }

    /// Writes the key with another secret into a file.
    pub fn credentials_with(&self, file: &Path, secret: &str) {
        let text = format!("[default]\naws_access_key_id = {}\naws_secret_access_key = {secret}\n", self.key);
        fs::write(file, text).unwrap();
        fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
    }

    /// The objects by their keys, as Amazon's client finds them.
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let folder = Home::new();
        self.bucket(&["dump", folder.path().to_str().unwrap()]);
        let files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        files
            .map(|path| (path.file_name().unwrap().to_str().unwrap().replace('+', "/"), fs::read(&path).unwrap()))
            .collect()
    }

    /// Stores an object of a few bytes.
    pub fn put(&self, key: &str) {
        self.bucket(&["put", key]);
    }

    /// Changes the time of all objects of `pys3local`.
    pub fn set_times(&self, moment: &str) {
        let file = self.folder.path().join(".config/pys3local/metadata.db");
        let statement = format!("UPDATE local_objects SET last_modified = '{moment}'");
        assert!(Command::new("sqlite3").arg(file).arg(statement).status().unwrap().success());
    }

    /// The secret of the key.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn bucket(&self, arguments: &[&str]) {
        python(&[&[&*self.endpoint(), &*self.key, &*self.secret], arguments].concat());
    }

    fn wait(&mut self) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(self.child.try_wait().unwrap().is_none() && started.elapsed() < PATIENCE, "{:?}", self.kind);
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The folder of the programs from `PyPI`.
fn tools() -> PathBuf {
    std::env::var_os("KAKEKOMI_TOOLS").map_or_else(|| root().join("target/test-tools"), PathBuf::from).join("bin")
}

fn launch(kind: Kind, folder: &Path, port: u16) -> Child {
    let address = format!("127.0.0.1:{port}");
    let port = port.to_string();
    let (program, arguments) = match kind {
        Kind::Moto => ("moto_server", vec!["--port", &*port]),
        Kind::Pys3local => {
            let key = ["--access-key-id", "desk", "--secret-access-key", "hush", "--allow-bucket-creation"];
            let place = ["serve", "--listen", &address, "--path", folder.to_str().unwrap()];
            ("pys3local", [&place[..], &key].concat())
        }
    };
    let program = tools().join(program);
    let mut command = Command::new(&program);
    // The index of pys3local is in the home folder.
    command.args(arguments).env("HOME", folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("{}: {error}: scripts/install-test-tools.sh", program.display()))
}

fn python(arguments: &[&str]) -> String {
    let script = root().join("tests/s3/bucket.py");
    let output = Command::new(tools().join("python")).arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
