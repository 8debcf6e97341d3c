//! The desk's interface for files: tus 1.0.0, with number and code in the headers of each request.
//!
//! `connection.create(&NewUpload { name: "fw.log", … })` → the upload with its address at the desk

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kakekomi_http_client::header::{self, HeaderMap, HeaderName, HeaderValue};
use kakekomi_http_client::{
    ClientOptions, FileBody, HttpClient, Method, Request, RequestBody, RequestBuilder, RequestError, Response, empty,
    file, read_body,
};
use kakekomi_service::return_visit::ReturnCode;
use kakekomi_store::receipt_number::Number;
use serde::Deserialize;
use tokio::fs::File;
use url::{Host, Url};

use super::failure::Failure;
use crate::error::CliError;

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const CASE: HeaderName = HeaderName::from_static("kakekomi-case");
const CODE: HeaderName = HeaderName::from_static("kakekomi-code");
/// The version of tus.
const VERSION: &str = "1.0.0";
/// The media type of a part of a file.
const OFFSET_OCTET_STREAM: &str = "application/offset+octet-stream";
/// The longest list of files that is read, in bytes.
const LIST_MAX: usize = 4 << 20;

/// A desk, and the case that files are for.
pub struct Connection {
    client: HttpClient,
    desk: Url,
    number: String,
    code: String,
}

/// The kind of files.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub what: &'static str,
    pub log: Option<u32>,
}

/// A file that is to be created at the desk.
pub struct NewUpload<'a> {
    pub name: &'a str,
    pub kind: Kind,
    pub length: u64,
    pub sha256: &'a str,
}

/// A file as the desk describes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Upload {
    pub id: String,
    pub length: u64,
    pub offset: u64,
    pub state: String,
    /// The declared digest, or the computed one.
    pub sha256: Option<String>,
}

#[derive(Deserialize)]
struct CaseFiles {
    files: Vec<Upload>,
}

/// Reads the address of a desk. Without TLS everybody on the way could read code and files, so plain HTTP is for this machine.
pub fn desk_url(text: &str) -> Result<Url, CliError> {
    let usage = |why: &str| CliError::Usage(format!("--desk {text}: {why}"));
    let mut url = Url::parse(text).map_err(|error| usage(&error.to_string()))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if is_here => {}
        "http" => return Err(usage("http:// is for this machine alone: code and files could be read on the way")),
        _ => return Err(usage("write https://…")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(usage("it must not have a user or a password"));
    }
    // The interface lies beside the form.
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

impl Connection {
    pub fn new(desk: Url, number: &Number, code: &ReturnCode, ca: Option<&Path>) -> Result<Connection, CliError> {
        let client =
            HttpClient::new(&ClientOptions { authorities: ca.map(Path::to_path_buf), ..ClientOptions::default() })?;
        Ok(Connection { client, desk, number: number.to_string(), code: code.to_string() })
    }

    /// Lists the files of the case.
    pub async fn uploads(&self) -> Result<Vec<Upload>, Failure> {
        let request = built(self.request(Method::GET, "v1/files").body(empty()))?;
        let response = succeeded(self.client.send(request).await?).await?;
        let body = read_body(response, LIST_MAX).await?;
        let list: CaseFiles = serde_json::from_slice(&body).map_err(|error| unexpected(&error.to_string()))?;
        Ok(list.files)
    }

    /// Declares a file.
    pub async fn create(&self, new: &NewUpload<'_>) -> Result<Upload, Failure> {
        let request = self.request(Method::POST, "v1/files");
        let request = request.header(UPLOAD_LENGTH, new.length).header(UPLOAD_METADATA, metadata(new));
        let response = succeeded(self.client.send(built(request.body(empty()))?).await?).await?;
        let location = text(response.headers(), &header::LOCATION).unwrap_or_default();
        // Only the file's own name is taken: code and number go to this desk alone.
        let id = location.rsplit('/').next().unwrap_or_default();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(unexpected("it names no upload"));
        }
        let offset = offset(response.headers()).unwrap_or(0);
        let sha256 = Some(new.sha256.to_owned());
        Ok(Upload { id: id.to_owned(), length: new.length, offset, state: "declared".to_owned(), sha256 })
    }

    /// Reads how many bytes of a file the desk has.
    pub async fn offset(&self, id: &str) -> Result<u64, Failure> {
        let request = built(self.request(Method::HEAD, &format!("v1/files/{id}")).body(empty()))?;
        let response = succeeded(self.client.send(request).await?).await?;
        offset(response.headers()).ok_or_else(|| unexpected("it names no offset"))
    }

    /// Sends the next bytes of a file; returns how many the desk has then.
    pub async fn append(
        &self,
        upload: &Upload,
        bytes: File,
        length: u64,
        sent: &Arc<AtomicU64>,
    ) -> Result<u64, Failure> {
        let request = self.request(Method::PATCH, &format!("v1/files/{}", upload.id));
        let request = request.header(UPLOAD_OFFSET, upload.offset).header(header::CONTENT_TYPE, OFFSET_OCTET_STREAM);
        let body = FileBody::new(bytes, length, Arc::clone(sent));
        let response = succeeded(self.client.send(built(request.body(file(body)))?).await?).await?;
        offset(response.headers()).ok_or_else(|| unexpected("it names no offset"))
    }

    /// Begins a request; problems are answered in the language of the command line.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let code = HeaderValue::from_str(&self.code).map(|mut code| {
            code.set_sensitive(true);
            code
        });
        let uri = format!("{}{path}?locale=en", self.desk);
        let agent = concat!("kakekomi/", env!("CARGO_PKG_VERSION"));
        let request = Request::builder().method(method).uri(uri).header(header::USER_AGENT, agent);
        let request = request.header(TUS_RESUMABLE, VERSION).header(CASE, &self.number);
        match code {
            Ok(code) => request.header(CODE, code),
            Err(_) => request,
        }
    }
}

/// Finishes a request, whose parts are all checked before.
fn built(request: Result<Request<RequestBody>, RequestError>) -> Result<Request<RequestBody>, Failure> {
    request.map_err(|error| Failure::Desk(CliError::Remote(error.to_string())))
}

async fn succeeded(response: Response) -> Result<Response, Failure> {
    if response.status().is_success() { Ok(response) } else { Err(Failure::of(response).await) }
}

/// A response that is not one of this interface: the address is that of another service, or of an older desk.
fn unexpected(why: &str) -> Failure {
    Failure::Desk(CliError::Remote(format!("the answer is not that of a desk that takes files: {why}")))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn offset(headers: &HeaderMap) -> Option<u64> {
    text(headers, &UPLOAD_OFFSET)?.parse().ok()
}

/// Writes the description of a file: keys, each with a value in base64.
fn metadata(new: &NewUpload<'_>) -> String {
    let NewUpload { name, kind, sha256, .. } = new;
    let log = kind.log.map(|log| ("log", log.to_string()));
    let pairs = [("what", kind.what.to_owned()), ("filename", (*name).to_owned()), ("sha256", (*sha256).to_owned())];
    let pairs = pairs.into_iter().chain(log).map(|(key, value)| format!("{key} {}", BASE64.encode(value)));
    pairs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_reached_over_tls_or_on_this_machine() {
        let read = |text| desk_url(text).map(String::from).map_err(|error| error.exit() as u8);
        assert_eq!(read("https://desk.example/return?x#y"), Ok("https://desk.example/".to_owned()));
        for here in ["http://localhost:8080", "http://127.0.0.1:8080/", "http://[::1]:8080"] {
            assert!(read(here).is_ok(), "{here}");
        }
        for wrong in ["http://desk.example", "ftp://desk.example", "desk.example", "https://user:secret@desk.example"] {
            assert_eq!(read(wrong), Err(2), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_sent_whatever_its_characters_are() {
        let kind = Kind { what: "log", log: Some(2) };
        let new = NewUpload { name: "記録,a b.log", kind, length: 1, sha256: "ab" };
        assert_eq!(metadata(&new), "what bG9n,filename 6KiY6YyyLGEgYi5sb2c=,sha256 YWI=,log Mg==");
    }
}
