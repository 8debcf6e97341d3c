//! Return codes, tokens and requests of applicants.

use std::sync::Arc;

use serde_json::json;

use super::{appended, databases, new_case, new_event, stored, verified_events};
use crate::receipt_number::Number;
use crate::{Appended, ApplicantRequest, EventKind, NewCase, NewEvent, NewVisit, Refusal, Store};

const NOW: i64 = 1000;

fn visit(number: &Number, return_code: [u8; 32], token: u8) -> NewVisit {
    NewVisit { number: number.clone(), return_code, token_hash: [token; 32], now: NOW, expires_at: NOW + 10 }
}

fn amendment(case: &Number, key: u8, text: u8) -> NewEvent {
    let request = ApplicantRequest { key_hash: [key; 32], text_hash: [text; 32] };
    NewEvent { request: Some(request), ..new_event(case, EventKind::AmendmentReceived, &json!({})) }
}

/// Stores a case with a code.
async fn with_code(store: &Arc<dyn Store>, key: &str, code: u8) -> Number {
    stored(store, NewCase { return_code: Some([code; 32]), ..new_case(key) }).await.0
}

#[tokio::test]
async fn a_code_opens_its_case_until_the_token_ends() {
    for database in databases().await {
        let store = &database.store;
        let number = with_code(store, "a", 1).await;
        let without = stored(store, NewCase { return_code: None, ..new_case("b") }).await.0;
        let record = store.by_key("a").await.unwrap().unwrap();
        assert_eq!((record.number, record.return_code), (number.to_string(), Some(vec![1; 32])));
        assert_eq!(store.return_code(&number).await.unwrap(), Some(vec![1; 32]));
        for unknown in [&without, &Number::random().unwrap()] {
            assert_eq!(store.return_code(unknown).await.unwrap(), None);
            assert!(!store.begin_visit(visit(unknown, [1; 32], 9)).await.unwrap());
        }
        assert!(!store.begin_visit(visit(&number, [2; 32], 9)).await.unwrap());
        assert!(store.begin_visit(visit(&number, [1; 32], 1)).await.unwrap());
        assert!(store.begin_visit(visit(&number, [1; 32], 2)).await.unwrap(), "two devices");
        let at = |token: u8, now| store.visited([token; 32], now);
        assert_eq!(at(1, NOW + 9).await.unwrap(), Some(number.to_string()));
        assert_eq!((at(1, NOW + 10).await.unwrap(), at(9, NOW).await.unwrap()), (None, None));
        store.end_visit([1; 32]).await.unwrap();
        assert_eq!((at(1, NOW).await.unwrap(), at(2, NOW).await.unwrap()), (None, Some(number.to_string())));
        let later = NewVisit { now: NOW + 10, expires_at: NOW + 20, ..visit(&number, [1; 32], 3) };
        assert!(store.begin_visit(later).await.unwrap());
        assert_eq!(database.sql().await.table("return_tokens").await.len(), 1, "tokens that ended are removed");
    }
}

#[tokio::test]
async fn a_new_code_comes_with_its_event_and_ends_the_visits_of_the_old_one() {
    for database in databases().await {
        let store = &database.store;
        let (number, other) = (with_code(store, "a", 1).await, with_code(store, "b", 2).await);
        for (case, code) in [(&number, 1), (&other, 2)] {
            assert!(store.begin_visit(visit(case, [code; 32], code)).await.unwrap());
        }
        let issued = new_event(&number, EventKind::CodeIssued, &json!({"channel": "phone"}));
        let issued = NewEvent { return_code: Some([7; 32]), ..issued };
        let stale = NewEvent { after: Some(9), return_code: Some([8; 32]), ..issued.clone() };
        assert_eq!(appended(store, stale).await, Appended::Conflict { changed_n: 1 });
        assert_eq!(store.return_code(&number).await.unwrap(), Some(vec![1; 32]), "no event, no code");
        assert!(matches!(appended(store, issued).await, Appended::Stored { n: Some(2), .. }));
        assert_eq!(store.return_code(&number).await.unwrap(), Some(vec![7; 32]));
        assert!(!store.begin_visit(visit(&number, [1; 32], 3)).await.unwrap());
        assert_eq!(store.visited([1; 32], NOW).await.unwrap(), None);
        assert_eq!(store.visited([2; 32], NOW).await.unwrap(), Some(other.to_string()));
        assert_eq!(store.return_code(&other).await.unwrap(), Some(vec![2; 32]));
    }
}

#[tokio::test]
async fn a_repeated_request_writes_no_second_event() {
    for database in databases().await {
        let store = &database.store;
        let (case, other) = (with_code(store, "a", 1).await, with_code(store, "b", 2).await);
        let first = amendment(&case, 1, 1);
        assert_eq!(store.outcome_of(&case, first.request.unwrap()).await.unwrap(), None);
        let events = vec![
            first,
            amendment(&case, 1, 1),
            amendment(&case, 1, 2),
            amendment(&other, 1, 2),
            amendment(&case, 2, 1),
        ];
        let outcomes = store.append(events).await.unwrap();
        let stored = |seq, n| Appended::Stored { seq, n: Some(n) };
        let expected = [stored(3, 2), Appended::Replayed { n: 2 }, Appended::KeyReused, stored(4, 2), stored(5, 3)];
        assert_eq!(outcomes, expected);
        let closed = new_event(&case, EventKind::CaseWithdrawn, &json!({}));
        let closing = NewEvent { request: amendment(&case, 3, 1).request, ..closed };
        assert_eq!(appended(store, closing.clone()).await, stored(6, 4));
        assert_eq!(
            appended(store, closing.clone()).await,
            Appended::Replayed { n: 4 },
            "before the state is looked at"
        );
        let stale = NewEvent { after: Some(1), ..closing.clone() };
        assert_eq!(appended(store, stale).await, Appended::Replayed { n: 4 });
        let reused = NewEvent { request: amendment(&case, 3, 2).request, ..closing.clone() };
        assert_eq!(appended(store, reused).await, Appended::KeyReused);
        let repeated = amendment(&case, 1, 1).request.unwrap();
        assert_eq!(store.outcome_of(&case, repeated).await.unwrap(), Some(Appended::Replayed { n: 2 }));
        let other_text = amendment(&case, 1, 2).request.unwrap();
        assert_eq!(store.outcome_of(&case, other_text).await.unwrap(), Some(Appended::KeyReused));
        assert_eq!(verified_events(store).await.len(), 6);
        store.erase(new_event(&case, EventKind::CaseErased, &json!({}))).await.unwrap();
        assert_eq!(appended(store, closing).await, Appended::Refused(Refusal::Erased));
        assert_eq!(store.outcome_of(&case, repeated).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    for database in databases().await {
        let store = &database.store;
        let case = with_code(store, "a", 1).await;
        let answer = |after| NewEvent { after, ..amendment(&case, 1, 1) };
        assert_eq!(appended(store, answer(Some(5))).await, Appended::Conflict { changed_n: 1 });
        assert_eq!(appended(store, answer(Some(1))).await, Appended::Stored { seq: 2, n: Some(2) });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_hosts_writes_a_request() {
    for database in databases().await {
        let store = &database.store;
        let case = with_code(store, "a", 1).await;
        let other = if database.url.starts_with("sqlite:") {
            crate::open_to_write(&database.url).await
        } else {
            crate::open(&database.url).await
        };
        let handles = [Arc::clone(store), other.unwrap()];
        let writers = (0..8).map(|index| {
            let (store, event) = (Arc::clone(&handles[index % 2]), amendment(&case, 1, 1));
            tokio::spawn(async move { appended(&store, event).await })
        });
        let mut outcomes = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            outcomes.push(writer.await.unwrap());
        }
        let stored = outcomes.iter().filter(|outcome| matches!(outcome, Appended::Stored { .. })).count();
        let replayed = outcomes.iter().filter(|outcome| **outcome == Appended::Replayed { n: 2 }).count();
        assert_eq!((stored, replayed), (1, 7), "{outcomes:?}");
    }
}
