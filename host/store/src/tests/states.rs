//! Rotation of the seals, settings, and states that are made again.

use std::collections::BTreeMap;

use serde_json::json;

use super::sql::Sql;
use super::{appended, databases, new_case, new_event, stored};
use crate::{Case, EventKind, Projection, Resealed, StoreError};

/// Reads all tables.
async fn dump(sql: &mut Sql) -> BTreeMap<String, Vec<String>> {
    let mut tables = BTreeMap::new();
    for table in sql.tables().await {
        tables.insert(table.clone(), sql.table(&table).await);
    }
    tables
}

#[tokio::test]
async fn a_rotation_changes_the_seals_alone() {
    for database in databases().await {
        let store = &database.store;
        let mut numbers = Vec::new();
        for key in ["rotated", "other", "changed", "erased"] {
            numbers.push(stored(store, new_case(key)).await.0);
        }
        store.erase(new_event(&numbers[3], EventKind::CaseErased, &json!({}))).await.unwrap();
        store.set_once("hash_key", vec![1]).await.unwrap();
        let mut sql = database.sql().await;
        let before = dump(&mut sql).await;
        assert!(["cases", "events", "projections", "case_search"].iter().all(|table| !before[*table].is_empty()));
        let seal = |seq, before: &str| Resealed {
            seq,
            before: before.to_owned(),
            sealed: b"sealed again".to_vec(),
            sealed_to: "new desk".to_owned(),
        };
        let seals = vec![seal(1, "desk"), seal(3, "a list that it no longer has"), seal(4, "desk"), seal(9, "desk")];
        assert_eq!(store.reseal(seals).await.unwrap(), 1);
        let mut after = dump(&mut sql).await;
        let (old, new) = (&before["case_seals"], after["case_seals"].clone());
        assert_eq!((&new[1..], old.len()), (&old[1..], 3));
        assert_ne!(new[0], old[0]);
        after.insert("case_seals".to_owned(), old.clone());
        assert_eq!(after, before);
        let case = store.show(&numbers[0]).await.unwrap().unwrap().unwrap();
        assert_eq!((case.sealed.as_deref(), case.sealed_to.as_deref()), (Some(&b"sealed again"[..]), Some("new desk")));
    }
}

#[tokio::test]
async fn a_setting_is_written_once() {
    for database in databases().await {
        let store = &database.store;
        assert_eq!(store.setting("hash_key").await.unwrap(), None);
        let writers = (1..=8).map(|value| {
            let store = store.clone();
            tokio::spawn(async move { store.set_once("hash_key", vec![value]).await.unwrap() })
        });
        let mut values = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            values.push(writer.await.unwrap());
        }
        assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
        assert_eq!(store.setting("hash_key").await.unwrap().as_ref(), values.first());
        assert_eq!(store.set_once("hash_key", vec![99]).await.unwrap(), values[0]);
        assert_eq!(store.set_once("other", vec![99]).await.unwrap(), [99]);
    }
}

/// The state of a case as its row has it.
pub fn state(case: &Case) -> Projection {
    Projection {
        status: case.line.status.clone(),
        outcome: case.line.outcome.clone(),
        assignee: case.line.assignee.clone(),
        urgency: case.line.urgency.clone(),
        waiting_since: case.waiting_since,
        follow_up: case.follow_up,
        held: case.line.held,
        clauses: case.clauses.clone(),
        last_n: case.last_n,
        changed_n: case.changed_n,
    }
}

#[tokio::test]
async fn missing_and_wrong_states_are_made_again_unless_an_event_came_between() {
    for database in databases().await {
        let store = &database.store;
        let (mut numbers, mut states) = (Vec::new(), Vec::new());
        for key in ["missing", "wrong", "changed", "right"] {
            let (number, _) = stored(store, new_case(key)).await;
            appended(store, new_event(&number, EventKind::CaseAssigned, &json!({"assignee": key}))).await;
            appended(store, new_event(&number, EventKind::CaseViewed, &json!({}))).await;
            let case = store.show(&number).await.unwrap().unwrap().unwrap();
            states.push((case.line.seq, state(&case)));
            numbers.push(number);
        }
        let mut sql = database.sql().await;
        let whole = dump(&mut sql).await;
        sql.run("DELETE FROM projections WHERE case_seq = 1").await.unwrap();
        assert!(store.show(&numbers[0]).await.unwrap().unwrap().is_err(), "a case without a state is damaged");
        let view = new_event(&numbers[0], EventKind::CaseViewed, &json!({}));
        assert!(matches!(store.append(vec![view]).await, Err(StoreError::Damaged(1, _))));
        sql.run(
            "UPDATE projections SET status = 'closed', outcome = 'advised', assignee = NULL, last_n = 9, changed_n = 8 \
            WHERE case_seq = 2",
        )
        .await
        .unwrap();
        appended(store, new_event(&numbers[2], EventKind::CaseViewed, &json!({}))).await;
        assert_eq!(store.rebuild(states.clone()).await.unwrap(), [3]);
        let case = store.show(&numbers[2]).await.unwrap().unwrap().unwrap();
        assert_eq!((case.last_n, case.changed_n), (4, 2), "a case with a newer event is left alone");
        for index in [0, 1, 3] {
            let case = store.show(&numbers[index]).await.unwrap().unwrap().unwrap();
            assert_eq!(state(&case), states[index].1);
        }
        let now = dump(&mut sql).await;
        for table in whole.keys().filter(|table| !["projections", "events"].contains(&table.as_str())) {
            assert_eq!(now[table], whole[table], "{table}");
        }
        assert_eq!(now["events"].len(), whole["events"].len() + 1);
        assert_eq!(store.rebuild(vec![(99, states[0].1.clone())]).await.unwrap(), [0_i64; 0], "there is no such case");
    }
}
