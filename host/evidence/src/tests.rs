//! Tests of evidence files on both databases, with a storage in a folder and a clock of their own.
//!
//! `desk.sent(b"abc")` → a file of three bytes that has arrived

mod binding;
mod failing;
mod limits;
mod reading;
mod removing;
mod secrecy;
mod uploading;
mod writers;

use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use kakekomi_sealing::{HashKey, Identities, open_body};
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    Change, CodedAnswers, Event, EventKind, FileId, FileLine, Inserted, NewCase, NewEvent, Part, Store,
    UnfinishedReceipt, open, url_in,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{AppendEnd, Evidence, EvidenceLimits, FolderStorage, NewUpload, PartStorage, UploadState, What, bind};

const START: i64 = 1_795_140_000_000;
const KIB: usize = 1024;
const NAME: &str = "fw-秘密.log";

static CLOCK: AtomicI64 = AtomicI64::new(START);

/// The clock of all tests: each reading is a millisecond later.
fn clock() -> i64 {
    CLOCK.fetch_add(1, Ordering::SeqCst)
}

/// A store with one case, and its evidence files.
struct Desk {
    evidence: Evidence,
    number: Number,
    identities: Identities,
    folder: PathBuf,
    url: String,
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kakekomi-evidence-{}", FileId::random().unwrap()));
    fs::create_dir(&folder).unwrap();
    folder
}

/// Runs a statement on a PostgreSQL server.
async fn run(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}

/// A desk on each database; PostgreSQL's where the test command has named a server.
async fn desks() -> Vec<Desk> {
    let on_sqlite = folder();
    let mut desks = vec![Desk::at(on_sqlite.clone(), url_in(&on_sqlite)).await];
    match std::env::var("KAKEKOMI_TEST_POSTGRES") {
        Ok(server) => {
            let name = format!("evidence_{}", FileId::random().unwrap());
            run(&format!("{server}/postgres"), format!("CREATE DATABASE {name}")).await;
            desks.push(Desk::at(folder(), format!("{server}/{name}")).await);
        }
        Err(_) => eprintln!("not run on PostgreSQL: KAKEKOMI_TEST_POSTGRES is not set"),
    }
    desks
}

/// A desk on SQLite, for what does not depend on the database.
async fn desk() -> Desk {
    let folder = folder();
    Desk::at(folder.clone(), url_in(&folder)).await
}

impl Desk {
    async fn at(folder: PathBuf, url: String) -> Desk {
        let store = open(&url).await.unwrap();
        let storage: Arc<dyn PartStorage> = Arc::new(FolderStorage::open(&folder.join("evidence")).unwrap());
        bind(&*store, &storage).await.unwrap();
        let limits = EvidenceLimits { part_bytes: 64 * KIB as u64, min_free_percent: 0, ..EvidenceLimits::default() };
        let evidence = Evidence { store, storage, key: HashKey::generate().unwrap(), limits };
        let identities = Identities::generate();
        let number = with_case(&evidence.store, &identities).await;
        Desk { evidence, number, identities, folder, url }
    }

    async fn create(&self, length: usize, sha256: Option<[u8; 32]>) -> UploadState {
        self.evidence.create(&self.number, upload(length, sha256), clock()).await.unwrap()
    }

    async fn append<S>(&self, id: &FileId, offset: u64, body: S) -> Result<UploadState, AppendEnd>
    where
        S: Stream<Item = Result<Bytes, Infallible>> + Send,
    {
        self.evidence.append(&self.number, id, offset, body, clock).await
    }

    async fn state(&self, id: &FileId) -> UploadState {
        self.evidence.state(&self.number, id, clock()).await.unwrap()
    }

    /// Sends a whole file in one body.
    async fn sent(&self, bytes: &[u8]) -> UploadState {
        let id = self.create(bytes.len(), Some(digest(bytes))).await.id;
        if bytes.is_empty() {
            return self.state(&id).await;
        }
        self.append(&id, 0, body(bytes, 10_000)).await.unwrap()
    }

    async fn line(&self, id: &FileId) -> FileLine {
        self.evidence.store.file(id).await.unwrap().unwrap()
    }

    async fn parts(&self, id: &FileId) -> Vec<Part> {
        self.evidence.store.parts(self.line(id).await.seq).await.unwrap()
    }

    /// Reads a file as the desk does.
    async fn read(&self, id: &FileId) -> Vec<u8> {
        let (line, parts) = (self.line(id).await, self.parts(id).await);
        let storage = Arc::clone(&self.evidence.storage);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut crate::read(storage, &line, parts, self.identities.clone()), &mut bytes)
            .unwrap();
        bytes
    }

    /// Reads the events of the case but the first, with their opened bodies.
    async fn events(&self) -> Vec<(Event, Value)> {
        let events = self.evidence.store.events(0, 500, Some(&self.number)).await.unwrap();
        let opened = |event: Event| {
            let opened = open_body(&self.identities, event.body.as_ref().unwrap()).unwrap();
            assert_eq!(opened.commitment.as_slice(), event.commitment);
            (event, serde_json::from_slice(&opened.body).unwrap())
        };
        events.into_iter().skip(1).map(opened).collect()
    }

    async fn kinds(&self) -> Vec<String> {
        self.events().await.into_iter().map(|(event, _)| event.kind).collect()
    }

    /// Writes an event of the desk.
    async fn write(&self, kind: EventKind, body: &Value) {
        let at = clock();
        let event = NewEvent {
            case: Some(self.number.clone()),
            at,
            actor: "cli:root".to_owned(),
            kind,
            body: None,
            commitment: [0; 32],
            change: Change::of(kind, at, body).unwrap(),
            after: None,
            request: None,
            return_code: None,
        };
        let appended = self.evidence.store.append(vec![event]).await.unwrap();
        assert!(matches!(appended[0], kakekomi_store::Appended::Stored { .. }), "{appended:?}");
    }

    fn objects(&self) -> Vec<PathBuf> {
        files_below(&self.folder.join("evidence/parts"))
    }

    fn spools(&self) -> Vec<PathBuf> {
        files_below(&self.folder.join("evidence/incoming"))
    }
}

/// Stores a case with a recipient of its own.
async fn with_case(store: &Arc<dyn Store>, identities: &Identities) -> Number {
    let number = Number::random().unwrap();
    let module = format!("sha256:{}", "cd".repeat(32));
    let case = NewCase {
        number: number.clone(),
        received_at: START,
        partner: None,
        test: false,
        locale: "ja".to_owned(),
        key: number.to_string(),
        accepted: true,
        ruleset: "2026.11.1".to_owned(),
        module,
        page_module: None,
        text_hash: vec![7; 32],
        recipient: identities.recipients().concat(),
        coded: CodedAnswers::default(),
        first_urgency: None,
        taken_by: None,
        first_events: Vec::new(),
        receipt: UnfinishedReceipt(br#"{"number":"x"}"#.to_vec()),
        sealed: b"sealed".to_vec(),
        sealed_to: "desk".to_owned(),
        search: Vec::new(),
        commitment: [1; 32],
        return_code: None,
    };
    assert!(matches!(store.insert(case.into()).await.unwrap(), Inserted::Stored(_)));
    number
}

fn upload(length: usize, sha256: Option<[u8; 32]>) -> NewUpload {
    let (name, media_type) = (NAME.to_owned(), "text/plain".to_owned());
    NewUpload { what: What::Log, log: Some(0), name, media_type, length: length as u64, sha256 }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A body of chunks.
fn body(bytes: &[u8], chunk: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + use<> {
    let chunks: Vec<_> = bytes.chunks(chunk.max(1)).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    stream::iter(chunks)
}

/// Reproducible bytes that do not repeat.
fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed + 1);
    (0..length).map(|_| u8::try_from(random.below(256)).unwrap()).collect()
}

/// A generator (xorshift) with a seed that a failure names.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % end
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Waits until a condition holds.
async fn until(condition: impl AsyncFn() -> bool) {
    for _ in 0..500 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the condition does not come");
}
