//! Tests of both databases through the trait [`Store`], and of their tables by SQL.

mod accounts;
mod cases;
mod clauses;
mod closed;
mod conversion;
mod direct_sql;
mod erasure;
mod events;
mod files;
mod filters;
mod histories;
mod oidc;
mod outbox;
mod packages;
mod queue;
mod returns;
mod sql;
mod states;
mod upgrade;

use std::path::PathBuf;
use std::sync::Arc;

use super::sqlite::Sqlite;
use super::{
    Appended, AuditCheck, AuditHead, Change, CodedAnswers, Event, EventKind, Inserted, NewCase, NewEvent, SearchHash,
    SearchKind, Store, UnfinishedReceipt, open, url_in,
};
use crate::receipt_number::Number;
use sql::Sql;

/// The moment at which all cases of these tests were received.
const RECEIVED_AT: i64 = 1_795_140_000_000;

/// An empty store with its URL.
struct Database {
    store: Arc<dyn Store>,
    url: String,
}

impl Database {
    /// Connects past the store, as another program would.
    async fn sql(&self) -> Sql {
        Sql::connect(&self.url).await
    }
}

/// Creates a folder of its own for a test.
fn folder() -> PathBuf {
    let name = format!("kakekomi-store-{}-{}", std::process::id(), Number::random().unwrap());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// An empty file in a folder of its own.
pub async fn sqlite() -> Sqlite {
    Sqlite::open(&url_in(&folder())).await.unwrap()
}

/// The URLs of a new, empty database of each kind; PostgreSQL's where the test command has named a server.
async fn urls() -> Vec<String> {
    let mut urls = vec![url_in(&folder())];
    match std::env::var("KAKEKOMI_TEST_POSTGRES") {
        Ok(server) => {
            let name = format!("store_{}", Number::random().unwrap().to_string().replace('-', "_").to_lowercase());
            let mut sql = Sql::connect(&format!("{server}/postgres")).await;
            sql.run(&format!("CREATE DATABASE {name}")).await.unwrap();
            urls.push(format!("{server}/{name}"));
        }
        Err(_) => eprintln!("not run on PostgreSQL: KAKEKOMI_TEST_POSTGRES is not set"),
    }
    urls
}

/// An empty store of each kind.
async fn databases() -> Vec<Database> {
    let mut databases = Vec::new();
    for url in urls().await {
        databases.push(Database { store: open(&url).await.unwrap(), url });
    }
    databases
}

fn new_case(key: &str) -> NewCase {
    let number = Number::random().unwrap();
    let module = format!("sha256:{}", "cd".repeat(32));
    let receipt = format!(r#"{{"number":"{number}","received_at":1,"module":"{module}","consent":{{}}}}"#);
    NewCase {
        number,
        received_at: RECEIVED_AT,
        partner: None,
        test: false,
        locale: "ja".to_owned(),
        key: key.to_owned(),
        accepted: true,
        ruleset: "2026.11.1".to_owned(),
        module,
        page_module: None,
        text_hash: vec![7; 32],
        recipient: format!("age1{key}"),
        coded: CodedAnswers {
            kind: Some("ransomware".to_owned()),
            ongoing: Some("yes".to_owned()),
            services: Some("consultation remote".to_owned()),
        },
        first_urgency: Some("high".to_owned()),
        taken_by: None,
        first_events: Vec::new(),
        receipt: UnfinishedReceipt(receipt.into_bytes()),
        sealed: format!("sealed contents of {key}").into_bytes(),
        sealed_to: "desk".to_owned(),
        search: vec![SearchHash { kind: SearchKind::Phone, hash: [1; 32] }],
        commitment: random(),
        return_code: Some(random()),
    }
}

/// An event of a case, with the change that its body makes.
fn new_event(case: &Number, kind: EventKind, body: &serde_json::Value) -> NewEvent {
    let at = RECEIVED_AT + 1000;
    NewEvent {
        case: (!kind.is_store_wide()).then(|| case.clone()),
        at,
        actor: "cli:root".to_owned(),
        kind,
        body: Some(format!("sealed body of {kind}").into_bytes()),
        commitment: random(),
        change: Change::of(kind, at, body).unwrap(),
        after: None,
        request: None,
        return_code: None,
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// Stores a case; returns its number and the head of its event.
async fn stored(store: &Arc<dyn Store>, case: NewCase) -> (Number, AuditHead) {
    let number = case.number.clone();
    match store.insert(case.into()).await.unwrap() {
        Inserted::Stored(head) => (number, head),
        other => panic!("{other:?}"),
    }
}

/// Writes one event.
async fn appended(store: &Arc<dyn Store>, event: NewEvent) -> Appended {
    store.append(vec![event]).await.unwrap()[0]
}

/// Reads all events and verifies their chain.
async fn verified_events(store: &Arc<dyn Store>) -> Vec<Event> {
    let (mut check, mut events) = (AuditCheck::default(), Vec::<Event>::new());
    loop {
        let page = store.events(check.head().seq, 100, None).await.unwrap();
        if page.is_empty() {
            break;
        }
        for event in &page {
            check.next(event).unwrap();
        }
        events.extend(page);
    }
    assert_eq!(check.head(), store.audit_head().await.unwrap());
    events
}
