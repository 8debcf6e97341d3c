//! Erasure: what it removes, and what it leaves.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{appended, databases, new_case, new_event, random, stored, verified_events};
use crate::{
    Appended, ApplicantRequest, EventKind, Inserted, NewCase, NewEvent, NewVisit, SearchHash, SearchKind,
    UnfinishedReceipt, file_of,
};

/// The columns of `cases` that an erasure leaves, all known without the applicant's text.
const KEPT: [&str; 11] = [
    "seq",
    "number",
    "received_at",
    "partner",
    "test",
    "locale",
    "accepted",
    "ruleset",
    "module",
    "page_module",
    "idempotency_key",
];

#[tokio::test]
async fn nothing_that_is_sealed_or_derived_remains_of_an_erased_case() {
    for database in databases().await {
        let store = &database.store;
        let (erased, _) = stored(store, new_case("erased")).await;
        let (other, _) = stored(store, new_case("other")).await;
        for case in [&erased, &other] {
            appended(store, new_event(case, EventKind::NoteAdded, &json!({}))).await;
        }
        for (case, key) in [(&erased, 1), (&other, 2)] {
            let request = Some(ApplicantRequest { key_hash: [key; 32], text_hash: [key; 32] });
            let amendment = new_event(case, EventKind::AmendmentReceived, &json!({}));
            appended(store, NewEvent { request, ..amendment }).await;
            let return_code = <[u8; 32]>::try_from(store.return_code(case).await.unwrap().unwrap()).unwrap();
            let visit = NewVisit { number: case.clone(), return_code, token_hash: [key; 32], now: 0, expires_at: 9 };
            assert!(store.begin_visit(visit).await.unwrap());
        }
        let mut sql = database.sql().await;
        let kept = KEPT.map(|column| format!("coalesce(CAST({column} AS TEXT), '')")).join(" || '|' || ");
        let kept = format!("SELECT {kept} FROM cases ORDER BY seq");
        let before = sql.texts(&kept).await;
        let written = verified_events(store).await;
        // The event erases its case among others too.
        let kinds = [(&erased, EventKind::CaseErased), (&other, EventKind::CaseViewed)];
        let events = kinds.map(|(case, kind)| new_event(case, kind, &json!({})));
        assert_eq!(store.append(events.into()).await.unwrap()[0], Appended::Stored { seq: 7, n: Some(4) });

        assert_eq!(sql.texts(&kept).await, before, "these columns stay");
        let columns = if sql.is_sqlite() {
            "SELECT name FROM pragma_table_info('cases')"
        } else {
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'cases'"
        };
        for column in sql.texts(columns).await {
            let filled = format!("SELECT CAST(count({column}) AS TEXT) FROM cases WHERE idempotency_key = 'erased'");
            if !KEPT.contains(&column.as_str()) {
                assert_eq!(sql.texts(&filled).await, ["0"], "{column}");
            }
        }
        for table in ["case_seals", "case_search", "return_tokens", "applicant_requests"] {
            assert_eq!(sql.texts(&format!("SELECT CAST(case_seq AS TEXT) FROM {table}")).await, ["2"], "{table}");
        }
        assert_eq!(store.visited([1; 32], 0).await.unwrap(), None);
        assert_eq!(store.visited([2; 32], 0).await.unwrap(), Some(other.to_string()));

        let after = verified_events(store).await;
        for (event, before) in after.iter().zip(&written) {
            let is_erased = event.case_number == Some(erased.to_string());
            assert_eq!(event.body, if is_erased { None } else { before.body.clone() });
            assert_eq!((&event.commitment, &event.hash), (&before.commitment, &before.hash));
        }
        assert_eq!((after[6].kind.as_str(), &after[6].body), ("case.erased", &None));
    }
}

#[tokio::test]
async fn an_erased_case_is_known_by_its_key_and_shown_without_contents() {
    for database in databases().await {
        let store = &database.store;
        let (number, _) = stored(store, new_case("k")).await;
        let named = new_event(&number, EventKind::CaseAssigned, &json!({"assignee": "sato"}));
        appended(store, named).await;
        store.erase(new_event(&number, EventKind::CaseErased, &json!({}))).await.unwrap();
        let record = store.by_key("k").await.unwrap().unwrap();
        assert_eq!((record.text_hash, record.receipt), (None, None));
        assert_eq!(store.insert(new_case("k").into()).await.unwrap(), Inserted::KeyTaken);
        let again = NewCase { number: number.clone(), ..new_case("other") };
        assert_eq!(store.insert(again.into()).await.unwrap(), Inserted::NumberTaken);
        let case = store.show(&number).await.unwrap().unwrap().unwrap();
        assert!(case.line.is_erased());
        assert_eq!(case.faults(), Vec::<String>::new());
        assert_eq!((case.sealed, case.sealed_to, case.line.assignee), (None, None, None));
        assert_eq!((case.last_n, case.changed_n), (3, 3));
    }
}

/// Reports whether bytes are in SQLite's file or its log.
pub fn is_on_disk(url: &str, bytes: &[u8]) -> bool {
    let file = file_of(url).unwrap();
    let log = format!("{}-wal", file.display());
    [file.as_path(), Path::new(&log)].iter().any(|path| {
        let contents = std::fs::read(path).unwrap_or_default();
        contents.windows(bytes.len()).any(|window| window == bytes)
    })
}

#[tokio::test]
async fn a_purge_leaves_no_erased_bytes_in_the_files() {
    for database in databases().await {
        let store = &database.store;
        let word = |key: usize, what: &str| format!("{what}{key}-{}", "ab".repeat(6));
        let case = |key: usize| {
            let new = new_case(&key.to_string());
            let receipt =
                String::from_utf8(new.receipt.0).unwrap().replace("{}", &format!("\"{}\"", word(key, "receipt")));
            NewCase {
                receipt: UnfinishedReceipt(receipt.into_bytes()),
                // One that fits into a page, and one that takes several.
                sealed: word(key, "sealed").repeat(if key.is_multiple_of(2) { 1 } else { 700 }).into_bytes(),
                recipient: word(key, "recipient"),
                search: vec![SearchHash { kind: SearchKind::Email, hash: random() }],
                ..new
            }
        };
        let mut hashes = Vec::new();
        let mut numbers = Vec::new();
        for key in 10..40 {
            let case = case(key);
            hashes.push(case.search[0].hash);
            let (number, _) = stored(store, case).await;
            let body = Some(word(key, "body").into_bytes());
            let note = new_event(&number, EventKind::NoteAdded, &json!({}));
            appended(store, crate::NewEvent { body, ..note }).await;
            numbers.push(number);
        }
        for number in numbers.iter().step_by(3) {
            store.erase(new_event(number, EventKind::CaseErased, &json!({}))).await.unwrap();
        }
        assert!(store.purge().await.unwrap());
        let mut sql = database.sql().await;
        if !sql.is_sqlite() {
            sql.run("CHECKPOINT").await.unwrap();
            let path = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('case_seals')";
            let path = sql.texts(path).await.concat();
            // A server of another user, or on another machine, does not show its files.
            let Ok(file) = std::fs::read(path) else { continue };
            for key in (10..40).filter(|key| key % 2 == 0) {
                let sealed = word(key, "sealed");
                let is_there = file.windows(sealed.len()).any(|bytes| bytes == sealed.as_bytes());
                assert_eq!(is_there, (key - 10) % 3 != 0, "seal of case {key}");
            }
            continue;
        }
        for (key, hash) in (10..40).zip(&hashes) {
            let is_kept = (key - 10) % 3 != 0;
            for what in ["receipt", "sealed", "recipient", "body"] {
                let is_there = is_on_disk(&database.url, word(key, what).as_bytes());
                assert_eq!(is_there, is_kept, "{what} of case {key}");
            }
            assert_eq!(is_on_disk(&database.url, hash), is_kept, "search hash of case {key}");
        }
    }
}

#[tokio::test]
async fn a_purge_beside_an_older_transaction_says_that_bytes_remain() {
    for database in databases().await {
        let (store, mut reader) = (&database.store, database.sql().await);
        if reader.is_sqlite() {
            continue;
        }
        let (number, _) = stored(store, new_case("a")).await;
        reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
        reader.texts("SELECT name FROM settings").await;
        store.erase(new_event(&number, EventKind::CaseErased, &json!({}))).await.unwrap();
        assert!(!store.purge().await.unwrap());
        reader.run("COMMIT").await.unwrap();
        assert!(store.purge().await.unwrap());
    }
}

#[tokio::test]
async fn a_purge_beside_a_reader_holds_up_no_submission_and_says_that_bytes_remain() {
    for database in databases().await {
        let (store, mut reader) = (&database.store, database.sql().await);
        if !reader.is_sqlite() {
            continue;
        }
        stored(store, new_case("a")).await;
        reader.run("BEGIN").await.unwrap();
        reader.texts("SELECT number FROM cases").await;
        stored(store, new_case("b")).await;
        let inserts = async {
            for key in 0..20 {
                let started = Instant::now();
                stored(store, new_case(&key.to_string())).await;
                assert!(started.elapsed() < Duration::from_secs(2), "a submission waits for the purge");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let (purged, ()) = tokio::join!(store.purge(), inserts);
        assert!(!purged.unwrap());
        reader.run("COMMIT").await.unwrap();
        assert!(store.purge().await.unwrap());
    }
}
