//! The conversion of a database of an earlier version, made by that version's own migrations.

use std::sync::Arc;
use std::time::Duration;

use super::erasure::is_on_disk;
use super::{Sql, new_case, random, stored, urls, verified_events};
use crate::digest::hex;
use crate::migrate::migrator;
use crate::receipt_number::Number;
use crate::sqlite::{back_up, restore};
use crate::{
    ClearCase, Filter, NewCase, Seal, Store, StoreError, UnfinishedReceipt, file_of, open, open_existing, open_to_write,
};

/// Cases of the earlier version: two full batches and a part of one.
const CASES: i64 = 150;
/// A word that every sealed column of the earlier version has.
const WORD: &str = "clear-text-of-an-applicant";

/// The position of a case; some positions were never used.
fn seq(index: i64) -> i64 {
    index + index / 10
}

fn key(index: i64) -> String {
    format!("key-{index}")
}

/// Makes a database as the earlier version left it.
async fn earlier_version(url: &str) {
    let mut sql = Sql::connect(url).await;
    match &mut sql {
        Sql::Sqlite(connection) => {
            let steps = migrator([
                (1, "cases", include_str!("../../migrations/sqlite/0001_cases.sql")),
                (2, "probe", include_str!("../../migrations/sqlite/0002_probe.sql")),
            ]);
            steps.run(connection).await.unwrap();
        }
        Sql::Postgres(connection) => {
            let steps = migrator([(1, "cases", include_str!("../../migrations/postgres/0001_cases.sql"))]);
            steps.run(connection).await.unwrap();
        }
    }
    if sql.is_sqlite() {
        sql.run("PRAGMA journal_mode = WAL").await.unwrap();
    }
    for index in 1..=CASES {
        let insert = clear_row(sql.is_sqlite(), index);
        sql.run(&insert).await.unwrap();
    }
    sql.close().await;
}

fn clear_row(is_sqlite: bool, index: i64) -> String {
    let blob = |text: &str| {
        let hex = hex(text.as_bytes());
        if is_sqlite { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
    };
    let number = Number::random().unwrap();
    let module = format!("sha256:{}", "cd".repeat(32));
    let receipt = format!(r#"{{"number":"{number}","received_at":{index},"module":"{module}","consent":{{}}}}"#);
    // Some drafts fit beside others into a page, others take several.
    let text = format!("{WORD} {index} ").repeat(usize::try_from(1 + index % 7 * 40).unwrap());
    let (yes, no) = if is_sqlite { ("1", "0") } else { ("true", "false") };
    let overriding = if is_sqlite { "" } else { "OVERRIDING SYSTEM VALUE" };
    let page_report = if index % 3 == 0 { blob(WORD) } else { "NULL".to_owned() };
    format!(
        "INSERT INTO cases (seq, number, received_at, partner, test, locale, accepted, ruleset, module, idempotency_key, \
         text_sha256, consent, receipt, text, report, page_report) {overriding} VALUES ({}, '{number}', {index}, 'p', {no}, \
         'ja', {yes}, '2026.11.1', '{module}', '{}', '', '{WORD}', {}, {}, {}, {page_report})",
        seq(index),
        key(index),
        blob(&receipt),
        blob(&text),
        blob(&format!("report of {WORD}")),
    )
}

/// Seals as a test can: each byte is inverted.
fn seal() -> Seal {
    Arc::new(|clear: ClearCase| {
        assert!(clear.consent.contains(WORD) && clear.report.ends_with(WORD.as_bytes()));
        Ok(NewCase {
            number: Number::read(&clear.number).unwrap(),
            received_at: clear.received_at,
            partner: clear.partner,
            test: clear.test,
            locale: clear.locale,
            accepted: clear.accepted,
            ruleset: clear.ruleset,
            module: clear.module,
            page_module: clear.page_module,
            receipt: UnfinishedReceipt(clear.receipt),
            sealed: clear.text.iter().map(|byte| !byte).collect(),
            text_hash: random().to_vec(),
            ..new_case(&clear.idempotency_key)
        })
    })
}

/// Ends a process: closes its store, and waits until another one may serve from the file.
async fn restarted(store: Arc<dyn Store>, url: &str) -> Arc<dyn Store> {
    store.close().await.unwrap();
    drop(store);
    for _ in 0..500 {
        match open(url).await {
            Err(StoreError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.unwrap(),
        }
    }
    panic!("the file is still in use");
}

async fn assert_unconverted(url: &str) {
    for opened in [open_existing(url).await, open_to_write(url).await] {
        assert!(matches!(opened.err(), Some(StoreError::Unconverted(_))));
    }
    if let Some(file) = file_of(url) {
        let copy = file.with_extension("copy");
        let copied = back_up(url, &copy, false).await;
        assert!(matches!(copied, Err(StoreError::Unconverted(_))), "a backup has no clear text");
        assert!(!copy.exists());
    }
}

#[tokio::test]
async fn a_conversion_goes_on_where_it_was_interrupted_and_leaves_no_clear_text() {
    let urls = [(urls().await, false), (urls().await, true)];
    let urls = urls.into_iter().flat_map(|(urls, ends)| urls.into_iter().map(move |url| (url, ends)));
    for (url, is_removed_at_the_start) in urls {
        earlier_version(&url).await;
        let mut store = open(&url).await.unwrap();
        for (converted, left) in [(64, 86), (64, 22), (22, 0)] {
            assert_unconverted(&url).await;
            assert_eq!(store.convert(seal()).await.unwrap(), converted);
            assert_eq!(store.count_clear().await.unwrap(), left);
            if left > 0 {
                store = restarted(store, &url).await;
            }
        }
        assert_unconverted(&url).await;
        if is_removed_at_the_start {
            store = restarted(store, &url).await;
        }
        assert_eq!(store.convert(seal()).await.unwrap(), 0, "the empty table is removed");
        let mut sql = Sql::connect(&url).await;
        assert!(!sql.tables().await.contains(&"clear_cases".to_owned()));
        if sql.is_sqlite() {
            assert!(!is_on_disk(&url, WORD.as_bytes()));
        }
        assert_eq!((store.convert(seal()).await.unwrap(), store.count_clear().await.unwrap()), (0, 0));
        assert_converted(&store).await;
        store = restarted(store, &url).await;
        assert_eq!(open_existing(&url).await.unwrap().last().await.unwrap(), seq(CASES));
        let (_, head) = stored(&store, new_case("next")).await;
        assert_eq!((head.seq, store.last().await.unwrap()), (CASES + 1, seq(CASES) + 1));
    }
}

/// Checks that each case has its place, key, contents, receipt and event.
async fn assert_converted(store: &Arc<dyn Store>) {
    let events = verified_events(store).await;
    let cases = store.cases(0, 1000, &Filter::default()).await.unwrap();
    assert_eq!((cases.len(), events.len()), (150, 150));
    for ((index, case), event) in (1..).zip(cases).zip(events) {
        let case = case.unwrap();
        assert_eq!(case.faults().len(), 0, "{:?}", case.faults());
        assert_eq!((case.line.seq, case.idempotency_key), (seq(index), key(index)));
        let text: Vec<u8> = case.sealed.unwrap().iter().map(|byte| !byte).collect();
        assert!(text.starts_with(format!("{WORD} {index} ").as_bytes()));
        assert_eq!((event.kind.as_str(), event.actor.as_str(), event.at), ("case.received", "system", index));
        assert_eq!((event.case_number, event.n), (Some(case.line.number), Some(1)));
        assert!(store.by_key(&key(index)).await.unwrap().unwrap().receipt.is_some());
    }
}

#[tokio::test]
async fn a_backup_of_the_earlier_version_is_restored_and_sealed() {
    let Some(backup) = urls().await.into_iter().find(|url| url.starts_with("sqlite:")) else { return };
    earlier_version(&backup).await;
    let target = urls().await.into_iter().find(|url| url.starts_with("sqlite:")).unwrap();
    let restored = restore(&target, &file_of(&backup).unwrap()).await.unwrap();
    assert_eq!((restored.copied.cases, restored.copied.last_seq), (CASES.unsigned_abs(), seq(CASES)));
    let store = open(&target).await.unwrap();
    while store.convert(seal()).await.unwrap() > 0 {}
    assert_converted(&store).await;
}

#[tokio::test]
async fn a_case_that_cannot_be_sealed_leaves_its_batch_as_it_was() {
    for url in urls().await {
        earlier_version(&url).await;
        let store = open(&url).await.unwrap();
        let seal_all = seal();
        let fails: Seal =
            Arc::new(move |clear| if clear.seq == seq(70) { Err("no report".to_owned()) } else { seal_all(clear) });
        assert_eq!(store.convert(Arc::clone(&fails)).await.unwrap(), 64);
        let mut sql = Sql::connect(&url).await;
        let (clear, cases) = (sql.table("clear_cases").await, sql.table("cases").await);
        for _ in 0..2 {
            let error = store.convert(Arc::clone(&fails)).await.unwrap_err();
            assert!(matches!(&error, StoreError::NotConverted(at, _) if *at == seq(70)), "{error}");
        }
        assert_eq!((sql.table("clear_cases").await, sql.table("cases").await), (clear, cases));
        while store.convert(seal()).await.unwrap() > 0 {}
        assert_converted(&store).await;
    }
}

#[tokio::test]
async fn a_new_database_has_nothing_to_convert() {
    for url in urls().await {
        let hosts = if url.starts_with("sqlite:") { 1 } else { 3 };
        let starts: Vec<_> = (0..hosts)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move { open(&url).await.unwrap() })
            })
            .collect();
        let mut stores = Vec::new();
        for start in starts {
            stores.push(start.await.unwrap());
        }
        let store = &stores[0];
        assert_eq!(store.count_clear().await.unwrap(), 0);
        open_existing(&url).await.unwrap();
        open_to_write(&url).await.unwrap();
    }
}

/// PostgreSQL stores no text that is not UTF-8.
#[tokio::test]
async fn a_case_whose_texts_are_damaged_is_converted_as_well() {
    for url in urls().await.into_iter().filter(|url| url.starts_with("sqlite:")) {
        earlier_version(&url).await;
        let mut sql = Sql::connect(&url).await;
        for column in ["partner", "locale", "ruleset", "module", "page_module", "idempotency_key", "text_sha256"] {
            sql.run(&format!("UPDATE cases SET {column} = CAST(x'61ff' AS TEXT) WHERE seq = 3")).await.unwrap();
        }
        sql.close().await;
        let store = open(&url).await.unwrap();
        while store.convert(seal()).await.unwrap() > 0 {}
        assert_eq!(store.count_clear().await.unwrap(), 0);
        let cases = store.cases(2, 1, &Filter::default()).await.unwrap();
        let line = &cases[0].as_ref().unwrap().line;
        assert_eq!((line.seq, line.partner.as_deref(), line.locale.as_str()), (3, Some("a\u{fffd}"), "a\u{fffd}"));
        assert_eq!(verified_events(&store).await.len(), usize::try_from(CASES).unwrap());
    }
}
