//! Outgoing TLS against servers of openssl: TLS 1.2 and 1.3 of a trusted authority are accepted, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kakekomi_http_client::{ClientError, ClientOptions, HttpClient, Request, Response, StatusCode, empty};

/// A server of openssl, ended when it is dropped, with its folder.
struct TlsServer {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl TlsServer {
    /// Starts a server for `localhost` with further arguments of `openssl s_server`.
    fn start(name: &str, arguments: &[&str]) -> TlsServer {
        let folder = std::env::temp_dir().join(format!("kakekomi-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/install/certificate.sh");
        assert!(Command::new("bash").arg(script).arg(&folder).arg("localhost").status().unwrap().success());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut openssl = Command::new("openssl");
        openssl.args(["s_server", "-4", "-www", "-cert", "fullchain.pem", "-key", "privkey.pem", "-accept"]);
        openssl.arg(port.to_string()).args(arguments).current_dir(&folder);
        let child = openssl.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        TlsServer { child, folder, port }
    }

    async fn get(&self, host: &str, authority: bool) -> Result<Response, ClientError> {
        let authorities = authority.then(|| self.folder.join("authority.pem"));
        let client = HttpClient::new(&ClientOptions { authorities, ..ClientOptions::default() }).unwrap();
        let uri = format!("https://{host}:{}/", self.port);
        client.send(Request::get(uri).body(empty()).unwrap()).await
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

#[tokio::test]
async fn tls_1_2_and_1_3_of_a_trusted_authority_are_accepted_and_nothing_else() {
    for version in ["-tls1_2", "-tls1_3"] {
        let server = TlsServer::start(version, &[version]);
        assert_eq!(server.get("localhost", true).await.unwrap().status(), StatusCode::OK, "{version}");
        let unknown = server.get("localhost", false).await.unwrap_err();
        assert!(unknown.is_untrusted() && unknown.to_string().contains("UnknownIssuer"), "{unknown}");
        let other_name = server.get("127.0.0.1", true).await.unwrap_err();
        assert!(other_name.is_untrusted() && other_name.to_string().contains("not valid for name"), "{other_name}");
    }
}

#[tokio::test]
async fn a_server_with_tls_1_1_alone_is_refused() {
    let server = TlsServer::start("tls1_1", &["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"]);
    let address = format!("127.0.0.1:{}", server.port);
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0", "-connect", &address]);
    let reached = openssl.stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
    assert!(reached.status.success(), "the server speaks TLS 1.1");
    let refused = server.get("localhost", true).await.unwrap_err();
    assert!(!refused.is_untrusted() && refused.to_string().contains("ProtocolVersion"), "{refused}");
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused() {
    // A later argument takes the place of an earlier one.
    let server = TlsServer::start("self-signed", &["-cert", "authority.pem", "-key", "authority.key"]);
    let refused = server.get("localhost", false).await.unwrap_err();
    assert!(refused.is_untrusted(), "{refused}");
}
