//! Failures of the database: 503 with the desk's phone number, and no case lost.
//!
//! The store here is a double that fails on demand; everything else is the real code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use kakekomi_http as http;
use kakekomi_http::{
    App, body::UnfinishedBodies, client_ip::Trusted, desk::ConsentFiles, docs::DocsFiles,
    document_files::DocumentFiles, metrics::Metrics, module::ModuleFiles, page::PageFiles, rate_limit::RateLimits,
};
use kakekomi_sandbox::Sandbox;
use kakekomi_sealing::KeyFolder;
use kakekomi_service::capacity::{Capacity, CapacityLimits};
use kakekomi_service::desk::Desk;
use kakekomi_service::desk::document_archive::DocumentArchive;
use kakekomi_service::example;
use kakekomi_service::module_archive::ArchivedModule;
use kakekomi_service::return_visit::ReturnParts;
use kakekomi_service::sealed_case::CaseSealer;
use kakekomi_service::submit::Intake;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::sqlite::Sqlite;
use kakekomi_store::{self as store, clock};
use kakekomi_store::{AccountChange, AccountStore, SecretHash, StoredAccount, StoredLink, StoredSession, StoredToken};
use kakekomi_store::{
    Appended, ApplicantRequest, AuditHead, Case, CaseLine, Event, Filter, IdempotencyRecord, Inserted, NewCase,
    NewEvent, NewVisit, Projection, QueueFilter, QueueKey, QueueLine, Read, Resealed, ReturnStore, Seal, Store,
    StoreError, StoreFuture,
};
use kakekomi_store::{Declared, FileEnd, FileEnding, FileId, FileLine, FileStore, NewFile, NewPart, Part, PartAdded};
use serde_json::Value;
use tower::ServiceExt;

/// A database that fails while `broken` is set, says that the first `taken` numbers are taken, and panics while `panics` is
/// set.
struct Trouble {
    inner: Sqlite,
    broken: AtomicBool,
    taken: AtomicU32,
    panics: AtomicBool,
}

impl Trouble {
    fn check(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) { Err(StoreError::Missing("a disk".to_owned())) } else { Ok(()) }
    }
}

impl ReturnStore for Trouble {
    fn return_code<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.inner.return_code(number)
    }

    fn begin_visit(&self, visit: NewVisit) -> StoreFuture<'_, bool> {
        self.inner.begin_visit(visit)
    }

    fn visited(&self, token_hash: [u8; 32], now: i64) -> StoreFuture<'_, Option<String>> {
        self.inner.visited(token_hash, now)
    }

    fn end_visit(&self, token_hash: [u8; 32]) -> StoreFuture<'_, ()> {
        self.inner.end_visit(token_hash)
    }

    fn outcome_of<'a>(&'a self, number: &'a Number, request: ApplicantRequest) -> StoreFuture<'a, Option<Appended>> {
        self.inner.outcome_of(number, request)
    }
}

impl FileStore for Trouble {
    fn declare_file(&self, file: NewFile, events: Vec<NewEvent>) -> StoreFuture<'_, Declared> {
        self.inner.declare_file(file, events)
    }

    fn file<'a>(&'a self, id: &'a FileId) -> StoreFuture<'a, Option<FileLine>> {
        self.inner.file(id)
    }

    fn files_of<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Vec<FileLine>> {
        self.inner.files_of(number)
    }

    fn add_part(&self, part: NewPart, end: Option<FileEnd>) -> StoreFuture<'_, PartAdded> {
        self.inner.add_part(part, end)
    }

    fn parts(&self, file_seq: i64) -> StoreFuture<'_, Vec<Part>> {
        self.inner.parts(file_seq)
    }

    fn last_part(&self, file_seq: i64) -> StoreFuture<'_, Option<Part>> {
        self.inner.last_part(file_seq)
    }

    fn end_file<'a>(&'a self, id: &'a FileId, ending: FileEnding, event: NewEvent) -> StoreFuture<'a, bool> {
        self.inner.end_file(id, ending, event)
    }

    fn overdue_files(&self, now: i64, limit: u32) -> StoreFuture<'_, Vec<FileLine>> {
        self.inner.overdue_files(now, limit)
    }

    fn discarded_objects(&self, limit: u32) -> StoreFuture<'_, Vec<String>> {
        self.inner.discarded_objects(limit)
    }

    fn forget_objects(&self, objects: Vec<String>) -> StoreFuture<'_, ()> {
        self.inner.forget_objects(objects)
    }

    fn unknown_objects(&self, objects: Vec<String>) -> StoreFuture<'_, Vec<String>> {
        self.inner.unknown_objects(objects)
    }
}

impl AccountStore for Trouble {
    fn account<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<StoredAccount>> {
        self.inner.account(name)
    }

    fn accounts(&self) -> StoreFuture<'_, Vec<StoredAccount>> {
        self.inner.accounts()
    }

    fn recovery_codes<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<Vec<u8>>> {
        self.inner.recovery_codes(account)
    }

    fn session(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredSession>> {
        self.inner.session(token)
    }

    fn sessions<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<StoredSession>> {
        self.inner.sessions(account)
    }

    fn set_up_link(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredLink>> {
        self.inner.set_up_link(token)
    }

    fn api_token(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredToken>> {
        self.inner.api_token(token)
    }

    fn api_tokens(&self) -> StoreFuture<'_, Vec<StoredToken>> {
        self.inner.api_tokens()
    }

    fn change_account(&self, change: AccountChange, event: Option<NewEvent>) -> StoreFuture<'_, bool> {
        self.inner.change_account(change, event)
    }
}

impl Store for Trouble {
    fn by_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<IdempotencyRecord>> {
        assert!(!self.panics.load(Ordering::SeqCst), "a fault in the program");
        self.inner.by_key(key)
    }

    fn insert(&self, case: Arc<NewCase>) -> StoreFuture<'_, Inserted> {
        Box::pin(async move {
            self.check()?;
            let left = |left: u32| left.checked_sub(1);
            if self.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left).is_ok() {
                return Ok(Inserted::NumberTaken);
            }
            self.inner.insert(case).await
        })
    }

    fn lines<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<CaseLine>>> {
        self.inner.lines(after, limit, filter)
    }

    fn cases<'a>(&'a self, after: i64, limit: u32, filter: &'a Filter) -> StoreFuture<'a, Vec<Read<Case>>> {
        self.inner.cases(after, limit, filter)
    }

    fn count<'a>(&'a self, filter: &'a Filter) -> StoreFuture<'a, u64> {
        self.inner.count(filter)
    }

    fn last(&self) -> StoreFuture<'_, i64> {
        self.inner.last()
    }

    fn show<'a>(&'a self, number: &'a Number) -> StoreFuture<'a, Option<Read<Case>>> {
        self.inner.show(number)
    }

    fn append(&self, events: Vec<NewEvent>) -> StoreFuture<'_, Vec<Appended>> {
        self.inner.append(events)
    }

    fn erase(&self, event: NewEvent) -> StoreFuture<'_, Appended> {
        self.inner.erase(event)
    }

    fn purge(&self) -> StoreFuture<'_, bool> {
        self.inner.purge()
    }

    fn events<'a>(&'a self, after: i64, limit: u32, case: Option<&'a Number>) -> StoreFuture<'a, Vec<Event>> {
        self.inner.events(after, limit, case)
    }

    fn audit_head(&self) -> StoreFuture<'_, AuditHead> {
        self.inner.audit_head()
    }

    fn reseal(&self, seals: Vec<Resealed>) -> StoreFuture<'_, u64> {
        self.inner.reseal(seals)
    }

    fn search_hashes(&self, seq: i64) -> StoreFuture<'_, Vec<(String, Vec<u8>)>> {
        self.inner.search_hashes(seq)
    }

    fn setting<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        self.inner.setting(name)
    }

    fn set_once<'a>(&'a self, name: &'a str, value: Vec<u8>) -> StoreFuture<'a, Vec<u8>> {
        self.inner.set_once(name, value)
    }

    fn rebuild(&self, states: Vec<(i64, Projection)>) -> StoreFuture<'_, Vec<i64>> {
        self.inner.rebuild(states)
    }

    fn count_clear(&self) -> StoreFuture<'_, u64> {
        self.inner.count_clear()
    }

    fn convert(&self, seal: Seal) -> StoreFuture<'_, usize> {
        self.inner.convert(seal)
    }

    fn queue<'a>(
        &'a self,
        filter: &'a QueueFilter,
        after: Option<QueueKey>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Read<QueueLine>>> {
        self.inner.queue(filter, after, limit)
    }

    fn ready(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.check() })
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        self.inner.close()
    }
}

/// Milliseconds by which the host's clock has jumped.
static JUMPED: AtomicI64 = AtomicI64::new(0);

fn now() -> i64 {
    clock::now() + JUMPED.load(Ordering::SeqCst)
}

async fn desk(name: &str) -> (Arc<App>, Arc<Trouble>) {
    let folder = std::env::temp_dir().join(format!("kakekomi-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let inner = Sqlite::open(&store::url_in(&folder)).await.unwrap();
    let trouble = Arc::new(Trouble {
        inner,
        broken: AtomicBool::new(false),
        taken: AtomicU32::new(0),
        panics: AtomicBool::new(false),
    });
    let keys = KeyFolder::at(folder.join("keys"));
    keys.create_demo().unwrap();
    let desk = Arc::new(Desk::load(None).unwrap());
    let docs = DocsFiles::new(kakekomi_http::paths(), &desk);
    let page = PageFiles::new(&desk, None);
    let consent = ConsentFiles::new(&desk);
    let intake = Intake {
        desk,
        sandbox: Arc::new(Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).unwrap()),
        store: trouble.clone(),
        sealer: Arc::new(CaseSealer::load(&keys, None).unwrap()),
        capacity: Arc::new(Capacity::new(CapacityLimits::default(), None)),
        retired: Arc::new(BTreeSet::new()),
        rulesets: Arc::new(BTreeMap::new()),
    };
    let app = App {
        intake,
        returns: Arc::new(ReturnParts::load(&keys).unwrap()),
        module: Arc::new(ModuleFiles::new([&ArchivedModule::own()])),
        page,
        consent,
        documents: DocumentFiles::new(&DocumentArchive::default()),
        unfinished: Arc::new(UnfinishedBodies::default()),
        rates: Arc::new(RateLimits::new(0, Trusted::default())),
        now,
        metrics: Arc::new(Metrics::default()),
        dropped_log_lines: || 0,
        docs,
    };
    (Arc::new(app), trouble)
}

async fn submit(app: &Arc<App>, key: &str) -> (Response<()>, Value) {
    let draft = example::example("other", &app.intake.desk).unwrap();
    let request = Request::post("/v1/submissions")
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(draft))
        .unwrap();
    let response = http::router(Arc::clone(app)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (Response::from_parts(parts, ()), serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_failing_database_is_a_503_with_the_phone_number() {
    let (app, trouble) = desk("failing").await;
    trouble.broken.store(true, Ordering::SeqCst);
    let (response, problem) = submit(&app, "k").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem["code"], "store.failed");
    assert_eq!(problem["phone"], app.intake.desk.profile().phone.as_str());
    assert!(problem["detail"].as_str().unwrap().contains(&app.intake.desk.profile().phone));
    assert!(response.headers().contains_key("retry-after"));

    trouble.broken.store(false, Ordering::SeqCst);
    let (response, _) = submit(&app, "k").await;
    assert_eq!(response.status(), StatusCode::CREATED, "the failure bound no key");
}

#[tokio::test]
async fn panic_of_a_handler_is_a_500_with_the_phone_number() {
    let (app, trouble) = desk("panicking").await;
    trouble.panics.store(true, Ordering::SeqCst);
    let (response, problem) = submit(&app, "k").await;
    assert_eq!((response.status(), &problem["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &"http.failed".into()));
    assert!(problem["detail"].as_str().unwrap().contains(&app.intake.desk.profile().phone));

    trouble.panics.store(false, Ordering::SeqCst);
    assert_eq!(submit(&app, "k").await.0.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn a_number_that_is_taken_is_replaced_by_another() {
    let (app, trouble) = desk("numbers").await;
    trouble.taken.store(2, Ordering::SeqCst);
    let (response, receipt) = submit(&app, "k").await;
    assert_eq!(response.status(), StatusCode::CREATED);
    assert!(Number::read(receipt["number"].as_str().unwrap()).is_ok());
    assert_eq!(trouble.count(&Filter::default()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_replay_says_so_and_has_the_very_bytes() {
    let (app, _) = desk("replay").await;
    let (first, receipt) = submit(&app, "k").await;
    let (second, again) = submit(&app, "\"k\"").await;
    assert_eq!((first.status(), second.status()), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(receipt, again);
    assert!(!first.headers().contains_key("idempotency-replayed"));
    assert_eq!(second.headers()["idempotency-replayed"], "true");
}

#[tokio::test]
async fn a_clock_that_jumps_loses_nothing_and_changes_no_order() {
    const HOUR: i64 = 3_600_000;
    let leap_day = clock::parse("2028-02-29T23:59:59+09:00").unwrap() - clock::now();
    let (app, trouble) = desk("clock").await;
    let mut numbers = Vec::new();
    for (index, jump) in [0, HOUR, 0, 24 * HOUR, 0, 3_653 * 24 * HOUR, leap_day, 0].into_iter().enumerate() {
        JUMPED.store(jump, Ordering::SeqCst);
        let (response, receipt) = submit(&app, &format!("k{index}")).await;
        assert_eq!(response.status(), StatusCode::CREATED, "{jump}: {receipt}");
        numbers.push(receipt["number"].as_str().unwrap().to_owned());
        let (again, same) = submit(&app, "k0").await;
        assert_eq!(
            (again.status(), &same["number"]),
            (StatusCode::CREATED, &Value::from(numbers[0].clone())),
            "{jump}"
        );
    }
    JUMPED.store(0, Ordering::SeqCst);
    let lines = trouble.lines(0, 100, &Filter::default()).await.unwrap();
    assert_eq!(lines.into_iter().map(|line| line.unwrap().number).collect::<Vec<_>>(), numbers);
}
