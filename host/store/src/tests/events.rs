//! Events of cases and of the store: their order, their refusals, and their chain.

use serde_json::json;

use super::{appended, databases, new_case, new_event, random, stored, verified_events};
use crate::receipt_number::Number;
use crate::{Appended, EVENTS_AT_ONCE, EventKind, NewEvent, Refusal};

fn stored_at(seq: i64, n: i64) -> Appended {
    Appended::Stored { seq, n: Some(n) }
}

#[tokio::test]
async fn events_are_numbered_in_the_store_and_in_their_case() {
    for database in databases().await {
        let store = &database.store;
        let (first, _) = stored(store, new_case("a")).await;
        let (second, _) = stored(store, new_case("b")).await;
        let (note, view) = (EventKind::NoteAdded, EventKind::CaseViewed);
        let events = [(&first, note), (&second, note), (&first, view), (&first, EventKind::ExportMade), (&first, note)];
        let events: Vec<_> = events.map(|(case, kind)| new_event(case, kind, &json!({}))).into();
        let outcomes = store.append(events.clone()).await.unwrap();
        let store_wide = Appended::Stored { seq: 6, n: None };
        assert_eq!(outcomes, [stored_at(3, 2), stored_at(4, 2), stored_at(5, 3), store_wide, stored_at(7, 4)]);

        let read = verified_events(store).await;
        assert_eq!(read.len(), 7);
        for (event, read) in events.iter().zip(&read[2..]) {
            assert_eq!(read.case_number, event.case.as_ref().map(ToString::to_string));
            assert_eq!((read.at, &read.actor, read.kind.as_str()), (event.at, &event.actor, event.kind.as_str()));
            assert_eq!((&read.body, read.commitment.as_slice()), (&event.body, event.commitment.as_slice()));
        }
        let of_first = store.events(0, 10, Some(&first)).await.unwrap();
        assert_eq!(of_first.iter().map(|event| event.n.unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4]);
        let page = store.events(3, 1, Some(&first)).await.unwrap();
        assert_eq!(page.iter().map(|event| event.seq).collect::<Vec<_>>(), [5]);
        let exports = |before| store.store_events(EventKind::ExportMade, before, 10);
        assert_eq!(exports(None).await.unwrap(), [read[5].clone()]);
        assert_eq!((exports(Some(7)).await.unwrap().len(), exports(Some(6)).await.unwrap().len()), (1, 0));
        let case = store.show(&first).await.unwrap().unwrap().unwrap();
        assert_eq!((case.last_n, case.changed_n), (4, 4));
    }
}

#[tokio::test]
async fn a_stale_writer_gets_a_conflict_and_a_reading_makes_nobody_stale() {
    for database in databases().await {
        let store = &database.store;
        let (case, _) = stored(store, new_case("a")).await;
        let after = |kind, after| NewEvent { after: Some(after), ..new_event(&case, kind, &json!({})) };
        let events = vec![
            after(EventKind::CaseViewed, 1),
            after(EventKind::NoteAdded, 1),
            after(EventKind::NoteAdded, 1),
            after(EventKind::CaseViewed, 2),
            after(EventKind::NoteAdded, 3),
        ];
        let conflict = Appended::Conflict { changed_n: 3 };
        let outcomes = store.append(events).await.unwrap();
        assert_eq!(outcomes, [stored_at(2, 2), stored_at(3, 3), conflict, conflict, stored_at(4, 4)]);
        assert_eq!(verified_events(store).await.len(), 4);
    }
}

#[tokio::test]
async fn an_event_of_an_unknown_number_stores_nothing_and_stops_no_other() {
    for database in databases().await {
        let store = &database.store;
        let (case, _) = stored(store, new_case("a")).await;
        let unknown = Number::random().unwrap();
        let events = [&unknown, &case, &unknown].map(|case| new_event(case, EventKind::NoteAdded, &json!({})));
        let outcomes = store.append(events.into()).await.unwrap();
        assert_eq!(outcomes, [Appended::NoCase, stored_at(2, 2), Appended::NoCase]);
        let without_case = NewEvent { case: None, ..new_event(&case, EventKind::NoteAdded, &json!({})) };
        assert_eq!(appended(store, without_case).await, Appended::NoCase);
        let erased = store.erase(new_event(&unknown, EventKind::CaseErased, &json!({}))).await.unwrap();
        assert_eq!(erased, Appended::NoCase);
        assert_eq!(verified_events(store).await.len(), 2);
        assert_eq!(store.append(Vec::new()).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_state_refuses_the_events_that_it_does_not_allow() {
    for database in databases().await {
        let store = &database.store;
        let (case, _) = stored(store, new_case("a")).await;
        let refused = Appended::Refused;
        let rows = [
            (EventKind::CaseReopened, json!({}), refused(Refusal::NotClosed)),
            (EventKind::CaseHold, json!({"hold": true}), stored_at(2, 2)),
            (EventKind::CaseErased, json!({}), refused(Refusal::Held)),
            (EventKind::CaseHold, json!({"hold": false}), stored_at(3, 3)),
            (EventKind::CaseClosed, json!({"outcome": "advised"}), stored_at(4, 4)),
            (EventKind::CaseAssigned, json!({"assignee": "sato"}), refused(Refusal::Closed)),
            (EventKind::NoteAdded, json!({}), stored_at(5, 5)),
            (EventKind::CaseErased, json!({}), stored_at(6, 6)),
            (EventKind::CaseErased, json!({}), refused(Refusal::Erased)),
            (EventKind::CaseViewed, json!({}), refused(Refusal::Erased)),
        ];
        for (kind, body, expected) in rows {
            let event = new_event(&case, kind, &body);
            let outcome = match kind {
                EventKind::CaseErased => store.erase(event).await.unwrap(),
                _ => appended(store, event).await,
            };
            assert_eq!(outcome, expected, "{kind} {body}");
        }
        assert_eq!(verified_events(store).await.len(), 6);
    }
}

#[tokio::test]
async fn as_many_events_as_are_allowed_are_written_in_one_transaction() {
    for database in databases().await {
        let store = &database.store;
        let (case, _) = stored(store, new_case("a")).await;
        let events: Vec<_> = (0..EVENTS_AT_ONCE).map(|_| new_event(&case, EventKind::NoteAdded, &json!({}))).collect();
        let last = i64::try_from(EVENTS_AT_ONCE).unwrap() + 1;
        assert_eq!(store.append(events).await.unwrap().last(), Some(&stored_at(last, last)));
        assert_eq!(verified_events(store).await.len(), EVENTS_AT_ONCE + 1);
    }
}

#[tokio::test]
async fn receipts_carry_the_head_at_their_own_event() {
    for database in databases().await {
        let store = &database.store;
        let (first, head) = stored(store, new_case("a")).await;
        appended(store, new_event(&first, EventKind::NoteAdded, &json!({}))).await;
        let (second, later) = stored(store, new_case("b")).await;
        assert_eq!(store.audit_head().await.unwrap(), later);
        let events = verified_events(store).await;
        for (number, head) in [(first, head), (second, later)] {
            let event = &events[usize::try_from(head.seq).unwrap() - 1];
            let received = (event.case_number.clone(), event.n, event.kind.as_str(), event.actor.as_str());
            assert_eq!(received, (Some(number.to_string()), Some(1), "case.received", "applicant"));
            assert_eq!(event.hash, head.hash);
            let receipt = store.show(&number).await.unwrap().unwrap().unwrap().receipt.unwrap();
            let receipt: serde_json::Value = serde_json::from_slice(&receipt).unwrap();
            assert_eq!(receipt["audit"], json!({"seq": head.seq, "hash": head.hex()}));
        }
    }
}

#[tokio::test]
async fn a_failed_event_stores_none_of_its_transaction() {
    for database in databases().await {
        let store = &database.store;
        let (case, _) = stored(store, new_case("a")).await;
        let forbids = if database.sql().await.is_sqlite() {
            "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN new.actor = 'bad' BEGIN SELECT RAISE(ABORT, 'bad'); END"
        } else {
            "ALTER TABLE events ADD CHECK (actor <> 'bad')"
        };
        database.sql().await.run(forbids).await.unwrap();
        let good = new_event(&case, EventKind::NoteAdded, &json!({}));
        let bad = NewEvent { actor: "bad".to_owned(), commitment: random(), ..good.clone() };
        assert!(store.append(vec![good.clone(), bad]).await.is_err());
        assert_eq!(appended(store, good).await, stored_at(2, 2));
        let case = store.show(&case).await.unwrap().unwrap().unwrap();
        assert_eq!((case.last_n, verified_events(store).await.len()), (2, 2));
    }
}
