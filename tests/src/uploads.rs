//! Evidence files over tus, for tests of uploads.
//!
//! `Upload::declare(&server, &token, "a.log", 11)` → `upload.patch(&server, 0, b"hello world")` → 204

use std::io::Read as _;
use std::net::{Shutdown, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kakekomi_evidence::FolderStorage;
use kakekomi_sealing::KeyFolder;
use kakekomi_service::sealed_case::CaseReader;
use kakekomi_store::receipt_number::Number;
use serde_json::Value;

use crate::returning::{authorized, run};
use crate::server::{Home, Server};
use crate::wire::{Answer, Request};

/// The path of all uploads.
pub const FILES: &str = "/v1/files";
const BYTES: &str = "application/offset+octet-stream";

/// Adds the version of the protocol.
pub fn resumable(request: Request) -> Request {
    request.header("tus-resumable", "1.0.0")
}

/// A value of `Upload-Metadata`.
pub fn encoded(value: impl AsRef<[u8]>) -> String {
    STANDARD.encode(value)
}

/// `Upload-Metadata` of these keys.
pub fn metadata(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key} {}", encoded(value))).collect::<Vec<_>>().join(",")
}

/// A request that declares a file.
pub fn declaration(token: &str, length: u64, metadata: &str) -> Request {
    resumable(authorized(Request::post(FILES), token))
        .header("upload-length", &length.to_string())
        .header("upload-metadata", metadata)
}

/// An upload of a visit.
#[derive(Debug, Clone)]
pub struct Upload {
    /// `/v1/files/<32 hex>`.
    pub path: String,
    /// The token of the visit.
    pub token: String,
}

impl Upload {
    /// Declares a file by its name.
    pub fn declare(server: &Server, token: &str, name: &str, length: u64) -> Upload {
        Upload::of(server, token, length, &metadata(&[("what", "log"), ("filename", name)]))
    }

    /// Declares a file by its metadata.
    pub fn of(server: &Server, token: &str, length: u64, metadata: &str) -> Upload {
        let answer = server.send(&declaration(token, length, metadata));
        assert_eq!(answer.status, 201, "{}", answer.text());
        Upload { path: answer.header("location").unwrap().to_owned(), token: token.to_owned() }
    }

    /// Its name.
    pub fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    /// A request of this upload.
    pub fn request(&self, request: impl FnOnce(&str) -> Request) -> Request {
        resumable(authorized(request(&self.path), &self.token))
    }

    /// A request with bytes.
    pub fn bytes(&self, offset: u64, bytes: &[u8]) -> Request {
        let request = self.request(Request::patch).header("content-type", BYTES);
        request.header("upload-offset", &offset.to_string()).body(bytes)
    }

    /// Sends bytes.
    pub fn patch(&self, server: &Server, offset: u64, bytes: &[u8]) -> Answer {
        server.send(&self.bytes(offset, bytes))
    }

    /// Announces all bytes, sends some of them, and breaks off.
    pub fn cut(&self, to: SocketAddr, offset: u64, bytes: &[u8], sent: usize) {
        if let Ok(stream) = self.bytes(offset, bytes).send_in_part(to, sent) {
            _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Asks for the state.
    pub fn head(&self, server: &Server) -> Answer {
        server.send(&self.request(Request::head))
    }

    /// The bytes that are stored.
    pub fn offset(&self, server: &Server) -> u64 {
        let answer = self.head(server);
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
        offset_of(&answer)
    }
}

/// The offset in a response.
pub fn offset_of(answer: &Answer) -> u64 {
    answer.header("upload-offset").unwrap_or_else(|| panic!("{}: {}", answer.status, answer.text())).parse().unwrap()
}

/// The entry of an upload in the state of its case.
pub fn listed(state: &Value, upload: &Upload) -> Value {
    let files = state["files"].as_array().unwrap();
    files.iter().find(|file| file["id"] == upload.id()).unwrap_or_else(|| panic!("{state}")).clone()
}

/// Opens a stored file with the desk's identity.
pub fn opened(home: &Home, storage: &Path, number: &str, upload: &Upload) -> Vec<u8> {
    kept(home, storage, number, upload).expect("a file with all its parts")
}

/// Opens what is stored of a file; `None` where the file, its case or a part is missing.
pub fn kept(home: &Home, storage: &Path, number: &str, upload: &Upload) -> Option<Vec<u8>> {
    let reader = CaseReader::load(&KeyFolder::at(home.keys()), None).unwrap().unwrap();
    let storage = Arc::new(FolderStorage::open(storage).unwrap());
    let (line, parts, identities) = run(home, async |store| {
        let case = store.show(&Number::read(number).unwrap()).await.ok()??.ok()?;
        let line = store.file(&upload.id().parse().unwrap()).await.ok()??;
        let parts = store.parts(line.seq).await.ok()?;
        Some((line, parts, reader.open(&case).ok()??.identity))
    })?;
    let mut bytes = Vec::new();
    kakekomi_evidence::read(storage, &line, parts, identities).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The folder of the evidence files of a home.
pub fn evidence_folder(home: &Home) -> std::path::PathBuf {
    home.path().join("data/evidence")
}

/// Bytes without a pattern that a part's length could hide.
pub fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
