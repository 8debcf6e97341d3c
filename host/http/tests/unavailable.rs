//! Failures of the database: 503 with the desk's phone number, and no case lost.
//!
//! The store here is a double that fails on demand; everything else is the real code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops")]

mod failing_store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use kakekomi_evidence::{Evidence, EvidenceLimits, FolderStorage};
use kakekomi_http as http;
use kakekomi_http::files::{Files, UploadsAtOnce};
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
use kakekomi_store::{self as store, Filter, Store as _, clock};
use serde_json::Value;
use tower::ServiceExt;

use crate::failing_store::Trouble;

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
    let files = Files {
        evidence: Evidence {
            store: trouble.clone(),
            storage: Arc::new(FolderStorage::open(&folder.join("evidence")).unwrap()),
            key: keys.hash_key().unwrap(),
            limits: EvidenceLimits::default(),
        },
        uploads: UploadsAtOnce::new(0),
        quota: Arc::new(Capacity::new(CapacityLimits::default(), None)),
        stop: tokio::sync::watch::channel(false).1,
    };
    let app = App {
        intake,
        files,
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
