//! The connection to the mail server, up to the moment at which lettre takes it over.
//!
//! `smtp://mail.example.jp` → TCP, greeting, EHLO, STARTTLS, TLS → a [`ServerStream`] whose first answer is a greeting of ours
//!
//! lettre keeps what it has read across STARTTLS, so that somebody between desk and server could put answers there in clear, which
//! would then count as answers inside TLS. Here no byte after the answer to STARTTLS is read in clear: such answers break the
//! handshake.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use kakekomi_http_client::roots;
use lettre::transport::smtp::client::AsyncTokioStream;
use lettre::transport::smtp::commands::{Ehlo, Starttls};
use lettre::transport::smtp::extension::{ClientId, Extension, ServerInfo};
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, Chain, ReadBuf, Take};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::answer::{answer_codes, io_word};
use crate::server::{MailServer, Security, is_of_own_network};

/// The time for one address of the server to take the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of answers that are read on a connection. Those to one mail are some hundred.
const ANSWERS_MAX: u64 = 64 << 10;
/// The greeting that lettre reads where the server's own was read before TLS.
const GREETING: &[u8] = b"220 TLS\r\n";

/// Makes the settings of TLS: 1.2 and 1.3, all that rustls has, with the authorities of the system and of the file.
///
/// # Errors
/// The reason why the file of authorities cannot be used.
pub(crate) fn tls_connector(authority: Option<&Path>) -> Result<TlsConnector, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots::trusted(authority).map_err(|error| error.to_string())?)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Connects to the server and begins TLS. An error is the answer to keep.
pub(crate) async fn connect(
    server: &MailServer,
    tls: &TlsConnector,
    hello: &ClientId,
) -> Result<Box<dyn AsyncTokioStream>, String> {
    let mut stream = connect_tcp(&addresses(server).await?).await?;
    let peer = stream.peer_addr().map_err(|error| io_word(&error))?;
    let greeting = match server.security {
        Security::Plain => return Ok(ServerStream::boxed(stream, peer, b"")),
        Security::Tls => b"",
        Security::StartTls => {
            start_tls(&mut stream, hello).await?;
            GREETING
        }
    };
    let name = ServerName::try_from(server.host.clone()).map_err(|_| "unknown host".to_owned())?;
    let stream = tls.connect(name, stream).await.map_err(|error| io_word(&error))?;
    Ok(ServerStream::boxed(stream, peer, greeting))
}

/// Finds the addresses of the server. Without TLS all must be of the own network, whatever its name says today.
async fn addresses(server: &MailServer) -> Result<Vec<SocketAddr>, String> {
    let found = lookup_host((server.host.as_str(), server.port)).await;
    let found: Vec<_> = found.map_err(|_| "unknown host".to_owned())?.collect();
    if server.security == Security::Plain && !found.iter().all(|address| is_of_own_network(address.ip())) {
        return Err("public address".to_owned());
    }
    Ok(found)
}

/// Connects to the first address that takes the connection; the error is that of the last one.
async fn connect_tcp(addresses: &[SocketAddr]) -> Result<TcpStream, String> {
    let mut word = "unknown host".to_owned();
    for address in addresses {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => word = io_word(&error),
            Err(_) => "timeout".clone_into(&mut word),
        }
    }
    Err(word)
}

/// Speaks with the server in clear until it is ready for TLS.
async fn start_tls(stream: &mut TcpStream, hello: &ClientId) -> Result<(), String> {
    read_answer(stream).await?;
    let answer = command(stream, &Ehlo::new(hello.clone()).to_string()).await?;
    let offers_tls = ServerInfo::from_response(&answer).is_ok_and(|info| info.supports_feature(Extension::StartTls));
    if !offers_tls {
        return Err("no STARTTLS".to_owned());
    }
    command(stream, &Starttls.to_string()).await?;
    Ok(())
}

async fn command(stream: &mut TcpStream, command: &str) -> Result<Response, String> {
    stream.write_all(command.as_bytes()).await.map_err(|error| io_word(&error))?;
    read_answer(stream).await
}

/// Reads an answer byte by byte, and none after it. A refusal is an error with its codes.
async fn read_answer(stream: &mut TcpStream) -> Result<Response, String> {
    let (mut answer, mut line) = (String::new(), 0);
    let mut reader = stream.take(ANSWERS_MAX);
    loop {
        match reader.read_u8().await {
            Ok(byte) => answer.push(char::from(byte)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err("no answer".to_owned()),
            Err(error) => return Err(io_word(&error)),
        }
        if answer.ends_with('\n') {
            // A hyphen after the code says that another line follows.
            if answer.get(line..).and_then(|line| line.chars().nth(3)) != Some('-') {
                break;
            }
            line = answer.len();
        }
    }
    let answer: Response = answer.parse().map_err(|_| "no answer".to_owned())?;
    if answer.is_positive() { Ok(answer) } else { Err(answer_codes(&answer)) }
}

/// The stream that lettre reads and writes: an end after [`ANSWERS_MAX`], since lettre itself reads a line of any length.
#[derive(Debug)]
struct ServerStream<S> {
    stream: Take<Chain<&'static [u8], S>>,
    peer: SocketAddr,
}

impl<S: AsyncTransport> ServerStream<S> {
    fn boxed(stream: S, peer: SocketAddr, greeting: &'static [u8]) -> Box<dyn AsyncTokioStream> {
        Box::new(ServerStream { stream: greeting.chain(stream).take(ANSWERS_MAX), peer })
    }

    fn writer(&mut self) -> Pin<&mut S> {
        Pin::new(self.stream.get_mut().get_mut().1)
    }
}

/// A stream that [`ServerStream`] can wrap.
trait AsyncTransport: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + 'static {}
impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + 'static> AsyncTransport for S {}

impl<S: AsyncTransport> AsyncTokioStream for ServerStream<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl<S: AsyncTransport> AsyncRead for ServerStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncTransport> AsyncWrite for ServerStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.writer().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writer().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writer().poll_shutdown(context)
    }
}
