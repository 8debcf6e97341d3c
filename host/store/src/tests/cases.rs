//! Inserts, lists and their filters.

use std::sync::Arc;

use super::{databases, new_case, sqlite, stored, verified_events};
use crate::receipt_number::Number;
use crate::{Filter, Inserted, NewCase, QUEUE, SearchHash, SearchKind, Store, StoreError};

/// An empty store of each kind.
async fn stores() -> Vec<Arc<dyn Store>> {
    databases().await.into_iter().map(|database| database.store).collect()
}

#[tokio::test]
async fn a_key_makes_one_case_and_keeps_its_receipt() {
    for store in stores().await {
        let first = Arc::new(new_case("k"));
        let Inserted::Stored(head) = store.insert(Arc::clone(&first)).await.unwrap() else { panic!() };
        assert_eq!(store.insert(new_case("k").into()).await.unwrap(), Inserted::KeyTaken);
        let record = store.by_key("k").await.unwrap().unwrap();
        assert_eq!(record.receipt, Some(first.receipt.with_audit(&head)));
        assert_eq!(record.text_hash, Some(first.text_hash.clone()));
        assert_eq!(store.by_key("other").await.unwrap(), None);
        assert_eq!(store.count(&Filter::default()).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_case_is_read_with_all_that_was_stored() {
    for store in stores().await {
        let page_module = Some(format!("sha256:{}", "ef".repeat(32)));
        let first = Arc::new(NewCase { page_module, partner: Some("p".to_owned()), ..new_case("a") });
        store.insert(Arc::clone(&first)).await.unwrap();
        let case = store.show(&first.number).await.unwrap().unwrap().unwrap();
        assert_eq!((case.sealed.as_ref(), case.sealed_to.as_ref()), (Some(&first.sealed), Some(&first.sealed_to)));
        assert_eq!(
            (case.text_hash.as_ref(), case.recipient.as_ref()),
            (Some(&first.text_hash), Some(&first.recipient))
        );
        assert_eq!((&case.idempotency_key, &case.page_module), (&first.key, &first.page_module));
        assert_eq!((case.waiting_since, case.follow_up), (Some(first.received_at), None));
        assert_eq!((case.last_n, case.changed_n), (1, 1));
        let line = &case.line;
        assert_eq!((line.number.as_str(), line.received_at), (first.number.to_string().as_str(), first.received_at));
        assert_eq!((line.status.as_str(), &line.coded, &line.partner), ("received", &first.coded, &first.partner));
        assert_eq!((line.accepted, line.test, line.locale.as_str()), (first.accepted, first.test, "ja"));
        assert_eq!((&line.module, &line.ruleset, line.held), (&first.module, &first.ruleset, false));
        let hashes: Vec<_> = first.search.iter().map(|search| ("phone".to_owned(), search.hash.to_vec())).collect();
        assert_eq!(store.search_hashes(line.seq).await.unwrap(), hashes);
    }
}

#[tokio::test]
async fn a_case_may_have_more_search_hashes_than_a_statement_has_parameters() {
    for store in stores().await {
        let search: Vec<_> = (0..12_000_u16)
            .map(|index| {
                let mut hash = [0; 32];
                hash[..2].copy_from_slice(&index.to_le_bytes());
                SearchHash { kind: SearchKind::Phone, hash }
            })
            .collect();
        let last = Filter { search: search.last().copied(), ..Filter::default() };
        store.insert(NewCase { search, ..new_case("a") }.into()).await.unwrap();
        assert_eq!(store.count(&last).await.unwrap(), 1);
        assert_eq!(store.search_hashes(1).await.unwrap().len(), 12_000);
    }
}

#[tokio::test]
async fn a_taken_number_and_a_taken_key_are_distinguished() {
    for store in stores().await {
        let first = Arc::new(new_case("a"));
        store.insert(Arc::clone(&first)).await.unwrap();
        let second = NewCase { number: first.number.clone(), ..new_case("b") };
        assert_eq!(store.insert(second.into()).await.unwrap(), Inserted::NumberTaken);
        let shown = store.show(&first.number).await.unwrap().unwrap().unwrap();
        assert_eq!(shown.idempotency_key, "a");
        assert_eq!(store.audit_head().await.unwrap().seq, 1, "a refused case has no event");
    }
}

#[tokio::test]
async fn pages_follow_the_sequence_and_not_the_clock() {
    for store in stores().await {
        for (index, received_at) in [50, 10, 40, 20, 30].into_iter().enumerate() {
            store.insert(NewCase { received_at, ..new_case(&index.to_string()) }.into()).await.unwrap();
        }
        let all = Filter::default();
        let (mut after, mut times) = (0, Vec::new());
        loop {
            let page: Vec<_> = store.lines(after, 2, &all).await.unwrap().into_iter().map(Result::unwrap).collect();
            let cases = store.cases(after, 2, &all).await.unwrap();
            assert_eq!(page, cases.into_iter().map(|case| case.unwrap().line).collect::<Vec<_>>());
            let Some(last) = page.last() else { break };
            after = last.seq;
            times.extend(page.iter().map(|line| line.received_at));
        }
        assert_eq!(times, [50, 10, 40, 20, 30]);
    }
}

#[tokio::test]
async fn filters_apply_to_lists_and_counts_alike() {
    for store in stores().await {
        let partner = Some("れい商事".to_owned());
        let first = new_case("1");
        let begin = Number::begin(&first.number.to_string()[..6]).unwrap();
        store.insert(NewCase { received_at: 10, ..first }.into()).await.unwrap();
        store.insert(NewCase { received_at: 20, partner: partner.clone(), ..new_case("2") }.into()).await.unwrap();
        store
            .insert(NewCase { received_at: 30, partner: partner.clone(), test: true, ..new_case("3") }.into())
            .await
            .unwrap();
        let rows: [(Filter, &[i64]); 8] = [
            (Filter { since: Some(20), ..Filter::default() }, &[20, 30]),
            (Filter { until: Some(20), ..Filter::default() }, &[10]),
            (Filter { test: Some(false), ..Filter::default() }, &[10, 20]),
            (Filter { test: Some(true), ..Filter::default() }, &[30]),
            (Filter { partner_keys: vec!["れい商事".to_owned()], since: Some(30), ..Filter::default() }, &[30]),
            (Filter { partner_keys: ["れい商事", "other"].map(str::to_owned).into(), ..Filter::default() }, &[20, 30]),
            (Filter { status: Some("closed".to_owned()), ..Filter::default() }, &[]),
            (Filter { number: Some(begin), until: Some(20), ..Filter::default() }, &[10]),
        ];
        for (filter, expected) in rows {
            let lines = store.lines(0, 10, &filter).await.unwrap();
            assert_eq!(
                lines.iter().map(|line| line.as_ref().unwrap().received_at).collect::<Vec<_>>(),
                expected,
                "{filter:?}"
            );
            assert_eq!(store.count(&filter).await.unwrap(), expected.len() as u64, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn numbers_of_both_forms_are_found_by_the_beginning_of_any_group() {
    for store in stores().await {
        let (digits, letters) = ("2609-4873-1059", "234-679-AC6");
        for number in [digits, letters] {
            let case = NewCase { number: Number::read(number).unwrap(), ..new_case(number) };
            store.insert(case.into()).await.unwrap();
        }
        let rows: [(&str, &[&str]); 13] = [
            ("", &[digits, letters]),
            ("2", &[digits, letters]),
            ("2609", &[digits]),
            ("4873 1", &[digits]),
            ("４８", &[digits]),
            ("1059", &[digits]),
            ("260948731059", &[digits]),
            ("873", &[]),
            ("3", &[]),
            ("234", &[letters]),
            ("679-a", &[letters]),
            ("ac6", &[letters]),
            ("c6", &[]),
        ];
        for (typed, expected) in rows {
            let filter = Filter { number: Some(Number::begin(typed).unwrap()), ..Filter::default() };
            let lines = store.lines(0, 10, &filter).await.unwrap();
            let found: Vec<_> = lines.into_iter().map(|line| line.unwrap().number).collect();
            assert_eq!(found, expected, "{typed}");
            assert_eq!(store.count(&filter).await.unwrap(), expected.len() as u64, "{typed}");
        }
        let shown = store.show(&Number::read("234679ac6").unwrap()).await.unwrap().unwrap();
        assert_eq!(shown.unwrap().line.number, letters, "an earlier number is read");
    }
}

#[tokio::test]
async fn concurrent_cases_are_written_together_with_their_own_outcomes() {
    for store in stores().await {
        store.insert(new_case("before").into()).await.unwrap();
        let taken = Arc::new(new_case("number"));
        store.insert(Arc::clone(&taken)).await.unwrap();
        let twice = Arc::new(new_case("twice"));
        let mut cases: Vec<Arc<NewCase>> = (0..40).map(|index| new_case(&format!("k{index}")).into()).collect();
        cases.push(new_case("before").into());
        cases.push(Arc::clone(&twice));
        cases.push(new_case("twice").into());
        cases.push(twice);
        cases.push(NewCase { number: taken.number.clone(), ..new_case("other") }.into());
        let outcomes = together(&store, &cases).await;
        assert!(outcomes[..40].iter().all(|outcome| matches!(outcome, Ok(Inserted::Stored(_)))));
        let rest: Vec<Inserted> = outcomes.into_iter().skip(40).map(Result::unwrap).collect();
        let key = Inserted::KeyTaken;
        let [a, Inserted::Stored(_), c, d, e] = rest[..] else { panic!("{rest:?}") };
        assert_eq!([a, c, d, e], [key, key, key, Inserted::NumberTaken]);
        assert_eq!(store.count(&Filter::default()).await.unwrap(), 43);
    }
}

#[tokio::test]
async fn a_rejected_case_does_not_affect_the_others() {
    let file = sqlite().await;
    file.refuse_bad().await;
    let mut stores = stores().await;
    // SQLite takes any text: a rule of the table makes one bad. PostgreSQL takes no NUL.
    stores[0] = Arc::new(file);
    for (store, partner) in stores.into_iter().zip(["bad", "\0"]) {
        let bad = NewCase { partner: Some(partner.to_owned()), ..new_case("bad") };
        let cases: Vec<Arc<NewCase>> = vec![new_case("a").into(), bad.into(), new_case("b").into()];
        let outcomes = together(&store, &cases).await;
        assert!(matches!(outcomes[..], [Ok(Inserted::Stored(_)), Err(_), Ok(Inserted::Stored(_))]), "{outcomes:?}");
    }
}

#[tokio::test]
async fn a_full_queue_is_busy_at_once_and_loses_nothing() {
    for store in stores().await {
        // Nothing is written before the first await of this thread: so exactly the queue is taken.
        let cases: Vec<Arc<NewCase>> = (0..=QUEUE).map(|index| new_case(&format!("k{index}")).into()).collect();
        let outcomes = together(&store, &cases).await;
        let stored = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Inserted::Stored(_)))).count();
        assert_eq!(stored, QUEUE);
        assert!(matches!(outcomes.last(), Some(Err(StoreError::Busy))));
        assert_eq!(store.count(&Filter::default()).await.unwrap(), QUEUE as u64);
    }
}

/// Inserts cases that are all queued before the first one is written.
async fn together(store: &Arc<dyn Store>, cases: &[Arc<NewCase>]) -> Vec<Result<Inserted, StoreError>> {
    let mut set = tokio::task::JoinSet::new();
    for (index, case) in cases.iter().cloned().enumerate() {
        let store = Arc::clone(store);
        set.spawn(async move { (index, store.insert(case).await) });
    }
    let mut outcomes = set.join_all().await;
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

#[tokio::test]
async fn the_operator_who_takes_a_case_by_telephone_is_its_actor() {
    for store in stores().await {
        stored(&store, new_case("a")).await;
        stored(&store, NewCase { taken_by: Some("operator:sato".to_owned()), ..new_case("b") }).await;
        let actors: Vec<_> = verified_events(&store).await.into_iter().map(|event| event.actor).collect();
        assert_eq!(actors, ["applicant", "operator:sato"]);
    }
}
