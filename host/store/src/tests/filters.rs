//! Filters that read another table than `cases`.

use serde_json::json;

use super::{appended, databases, new_case, new_event, stored};
use crate::{EventKind, Filter, NewCase, SearchHash, SearchKind};

fn search(kind: SearchKind, byte: u8) -> SearchHash {
    SearchHash { kind, hash: [byte; 32] }
}

#[tokio::test]
async fn a_keyed_hash_finds_its_cases_by_kind_and_each_once() {
    for database in databases().await {
        let store = &database.store;
        let (phone, email) = (search(SearchKind::Phone, 1), search(SearchKind::Email, 2));
        for (key, search) in [("both", vec![phone, email]), ("twice", vec![phone, phone]), ("none", vec![])] {
            stored(store, NewCase { search, ..new_case(key) }).await;
        }
        let rows: [(SearchHash, &[&str]); 4] = [
            (phone, &["both", "twice"]),
            (email, &["both"]),
            (search(SearchKind::Company, 1), &[]),
            (search(SearchKind::Phone, 3), &[]),
        ];
        for (search, expected) in rows {
            let filter = Filter { search: Some(search), ..Filter::default() };
            let cases = store.cases(0, 10, &filter).await.unwrap();
            let found: Vec<_> = cases.into_iter().map(|case| case.unwrap().idempotency_key).collect();
            assert_eq!(found, expected, "{search:?}");
            assert_eq!(store.count(&filter).await.unwrap(), expected.len() as u64, "{search:?}");
        }
    }
}

#[tokio::test]
async fn cases_of_other_recipients_are_found_without_the_erased_ones() {
    for database in databases().await {
        let store = &database.store;
        for (key, sealed_to) in [("old", "first"), ("new", "second"), ("older", "zeroth")] {
            stored(store, NewCase { sealed_to: sealed_to.to_owned(), ..new_case(key) }).await;
        }
        let (erased, _) = stored(store, NewCase { sealed_to: "first".to_owned(), ..new_case("erased") }).await;
        store.erase(new_event(&erased, EventKind::CaseErased, &json!({}))).await.unwrap();
        let filter = Filter { not_sealed_to: Some("second".to_owned()), ..Filter::default() };
        let cases = store.cases(0, 10, &filter).await.unwrap();
        let found: Vec<_> = cases.into_iter().map(|case| case.unwrap().idempotency_key).collect();
        assert_eq!(found, ["old", "older"]);
        assert_eq!(store.count(&filter).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_status_finds_the_cases_that_have_it_now() {
    for database in databases().await {
        let store = &database.store;
        let (waiting, _) = stored(store, new_case("waiting")).await;
        stored(store, new_case("received")).await;
        appended(store, new_event(&waiting, EventKind::CaseState, &json!({"status": "waiting"}))).await;
        for (status, expected) in [("waiting", "waiting"), ("received", "received")] {
            let filter = Filter { status: Some(status.to_owned()), ..Filter::default() };
            let cases = store.cases(0, 10, &filter).await.unwrap();
            let found: Vec<_> = cases.into_iter().map(|case| case.unwrap().idempotency_key).collect();
            assert_eq!(found, [expected]);
            assert_eq!(store.count(&filter).await.unwrap(), 1);
        }
    }
}
