//! The client against a server of a few lines on loopback.

use std::path::PathBuf;
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
