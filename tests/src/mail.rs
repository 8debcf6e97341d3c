//! A mail server of others: aiosmtpd, with Python's email as the reader of what arrives.
//!
//! `MailServer::start(Security::StartTls)` → a server; `server.mails(2)` → the first two mails, decoded
//!
//! It is installed by `scripts/install-test-tools.sh`.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::server::{Home, free_address};
use crate::source_tree::root;

/// Time in which a mail must arrive; a retry comes after five seconds.
const PATIENCE: Duration = Duration::from_secs(25);
/// The user who must sign in where there is TLS.
const USER: &str = "desk@example.jp";
const PASSWORD: &str = "hush-hush";

/// The use of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS.
    StartTls,
    /// No TLS.
    Plain,
}

/// A mail as Python's email reads it.
#[derive(Debug, Clone, Deserialize)]
pub struct ReceivedMail {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The name in EHLO.
    pub hello: String,
    /// The user who signed in.
    pub user: String,
    /// The version of TLS, `TLSv1.3`.
    pub tls: Option<String>,
    /// The headers with their decoded values.
    pub headers: Vec<(String, String)>,
    /// The faults that the reader found.
    pub defects: Vec<String>,
    /// True if every byte is ASCII.
    pub is_ascii: bool,
    /// The type of the content.
    #[serde(rename = "type")]
    pub content_type: String,
    /// The decoded text.
    pub text: String,
    /// The bytes.
    pub raw: String,
}

impl ReceivedMail {
    /// Returns the value of a header that is there once.
    pub fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).collect();
        assert_eq!(values.len(), 1, "{name}: {:?}", self.headers);
        &values[0].1
    }
}

/// A running mail server.
#[derive(Debug)]
pub struct MailServer {
    security: Security,
    child: Child,
    folder: Home,
    port: u16,
}

impl MailServer {
    /// Starts a server with a certificate of its own authority.
    pub fn start(security: Security) -> MailServer {
        MailServer::start_with(security, json!({}))
    }

    /// Starts a server with further settings (tests/mail/server.py).
    pub fn start_with(security: Security, more: Value) -> MailServer {
        let (folder, port) = (Home::new(), free_address().port());
        let pair = folder.path().join("pair");
        certificate(&pair);
        fs::create_dir(folder.path().join("mails")).unwrap();
        fs::write(folder.path().join("password"), format!("{PASSWORD}\n")).unwrap();
        let word = match security {
            Security::Tls => "tls",
            Security::StartTls => "starttls",
            Security::Plain => "plain",
        };
        let mut settings = json!({ "port": port, "security": word, "pair": pair });
        if security != Security::Plain {
            settings["user"] = json!([USER, PASSWORD]);
        }
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let child = launch(&settings, &folder.path().join("mails"));
        let mut server = MailServer { security, child, folder, port };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", server.port)).is_err() {
            assert!(server.child.try_wait().unwrap().is_none() && started.elapsed() < PATIENCE, "aiosmtpd");
            sleep(Duration::from_millis(20));
        }
        server
    }

    /// The lines of `[mail]` that name the server, the sender and both pages.
    pub fn settings(&self) -> String {
        self.settings_that_trust(&self.authority())
    }

    /// As [`MailServer::settings`], with a file of authorities.
    pub fn settings_that_trust(&self, authority: &Path) -> String {
        let user = USER.replace('@', "%40");
        let server = match self.security {
            Security::Tls => format!("smtps://{user}@localhost:{}", self.port),
            Security::StartTls => format!("smtp://{user}@localhost:{}", self.port),
            Security::Plain => format!("smtp+plain://127.0.0.1:{}", self.port),
        };
        let mut lines = format!(
            "[mail]\nserver = {server:?}\nfrom = \"相談窓口 <noreply@desk.example.jp>\"\n\
             desk_url = \"https://desk.example.jp\"\nform_url = \"https://example.jp\"\n"
        );
        if self.security != Security::Plain {
            lines += &format!("password = {:?}\nauthority = {authority:?}\n", self.folder.path().join("password"));
        }
        lines
    }

    /// The file with the authority of its certificate.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("pair/authority.pem")
    }

    /// Reports whether openssl speaks a version of TLS with the server (`tls1_1`).
    pub fn accepts_tls(&self, version: &str) -> bool {
        let mut openssl = Command::new("openssl");
        openssl.args(["s_client", "-connect", &format!("127.0.0.1:{}", self.port), &format!("-{version}")]);
        openssl.args(["-cipher", "ALL:@SECLEVEL=0", "-verify_return_error", "-CAfile"]).arg(self.authority());
        if self.security == Security::StartTls {
            openssl.args(["-starttls", "smtp"]);
        }
        openssl.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
    }

    /// Waits for this many mails and returns all that have arrived, in their order.
    pub fn mails(&self, count: usize) -> Vec<ReceivedMail> {
        let started = Instant::now();
        loop {
            let mails = self.received();
            if mails.len() >= count {
                return mails;
            }
            assert!(started.elapsed() < PATIENCE, "{} of {count} mails: {mails:?}", mails.len());
            sleep(Duration::from_millis(50));
        }
    }

    /// Returns the mails that have arrived, in their order.
    pub fn received(&self) -> Vec<ReceivedMail> {
        let file = |number: usize| self.folder.path().join(format!("mails/{number}.json"));
        let files = (1..).map(file).take_while(|file| file.exists());
        files.map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Makes an authority and a certificate of `localhost` in a new folder.
fn certificate(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let script = root().join("tests/install/certificate.sh");
    assert!(Command::new("bash").arg(script).arg(folder).arg("localhost").status().unwrap().success());
}

fn launch(settings: &Value, folder: &Path) -> Child {
    let tools = std::env::var_os("KAKEKOMI_TOOLS").map_or_else(|| root().join("target/test-tools"), PathBuf::from);
    let mut command = Command::new(tools.join("bin/python"));
    command.arg(root().join("tests/mail/server.py")).arg(settings.to_string()).arg(folder);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
        .spawn()
        .unwrap_or_else(|error| panic!("python of {}: {error}: scripts/install-test-tools.sh", tools.display()))
}
