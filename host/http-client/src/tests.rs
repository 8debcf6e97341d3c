//! The client against a server of a few lines on loopback.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::BodyExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// Answers one request with a text.
async fn server(answer: &'static str) -> Uri {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 1024];
        let _ = stream.read(&mut head).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    format!("http://{address}/").parse().unwrap()
}

async fn get(uri: Uri) -> Result<Response, ClientError> {
    let client = HttpClient::new(&ClientOptions::default()).unwrap();
    client.send(Request::get(uri).body(empty()).unwrap()).await
}

#[tokio::test]
async fn a_redirect_is_returned_and_not_followed() {
    let uri = server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 3\r\n\r\nabc").await;
    let response = get(uri).await.unwrap();
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(read_body(response, 3).await.unwrap(), "abc");
}

#[tokio::test]
async fn a_name_that_leads_to_this_host_is_refused_where_addresses_must_be_public() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let options = ClientOptions { addresses: Addresses::Public, ..ClientOptions::default() };
    let client = HttpClient::new(&options).unwrap();
    for host in ["localhost", "127.0.0.1", "[::1]", "127.1", "2130706433"] {
        let uri: Uri = format!("http://{host}:{port}/").parse().unwrap();
        let error = client.send(Request::get(uri).body(empty()).unwrap()).await.unwrap_err();
        assert!(error.is_private(), "{host}: {error}");
    }
    let accepted = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept()).await;
    assert!(accepted.is_err(), "nobody has connected");
}

#[tokio::test]
async fn a_longer_body_than_the_limit_and_a_cut_one_are_errors() {
    let long = get(server("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd").await).await.unwrap();
    assert!(matches!(read_body(long, 3).await, Err(ClientError::TooLong(3))));
    let cut = get(server("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc").await).await.unwrap();
    assert!(matches!(read_body(cut, 9).await, Err(ClientError::Body(_))));
}

#[tokio::test]
async fn an_error_names_its_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = get(format!("http://{address}/?secret").parse().unwrap()).await.unwrap_err().to_string();
    assert!(refused.contains("refused") && !refused.contains("secret"), "{refused}");
}

#[tokio::test]
async fn a_part_of_a_file_is_sent_and_one_that_is_too_short_is_an_error() {
    let path = std::env::temp_dir().join(format!("kakekomi-body-{}", std::process::id()));
    std::fs::write(&path, vec![7; 200_000]).unwrap();
    for (length, is_sent) in [(150_000, true), (200_001, false)] {
        let sent = Arc::new(AtomicU64::new(0));
        let body = FileBody::new(tokio::fs::File::open(&path).await.unwrap(), length, Arc::clone(&sent));
        let read = file(body).collect().await;
        assert_eq!(read.map(|read| read.to_bytes().len()).ok(), is_sent.then_some(150_000));
        assert_eq!(sent.load(Ordering::Relaxed), length.min(200_000));
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_file_without_an_authority_is_refused() {
    let file = std::env::temp_dir().join(format!("kakekomi-roots-{}", std::process::id()));
    let options = ClientOptions { authorities: Some(file.clone()), ..ClientOptions::default() };
    std::fs::write(&file, "no certificate").unwrap();
    assert!(matches!(HttpClient::new(&options), Err(RootsError::NoCertificate(_))));
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    assert!(matches!(HttpClient::new(&options), Err(RootsError::Tls(_))));
    std::fs::remove_file(&file).unwrap();
    let absent =
        ClientOptions { authorities: Some(PathBuf::from("/nowhere/authority.pem")), ..ClientOptions::default() };
    assert!(matches!(HttpClient::new(&absent), Err(RootsError::File { .. })));
}

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
        let client = HttpClient::new(&ClientOptions { authorities }).unwrap();
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
