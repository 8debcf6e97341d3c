//! Statements of other programs on the table of events, with the defaults of the databases' own shells.

use serde_json::json;

use super::{Database, appended, databases, new_case, new_event, stored, verified_events};
use crate::receipt_number::Number;
use crate::{Appended, AuditCheck, AuditFault, EventKind};

/// Makes a store with three events of two cases; returns the first case's number.
async fn three_events(database: &Database) -> String {
    let (first, _) = stored(&database.store, new_case("a")).await;
    stored(&database.store, new_case("b")).await;
    appended(&database.store, new_event(&first, EventKind::NoteAdded, &json!({}))).await;
    first.to_string()
}

/// Writes bytes as a literal.
fn blob(is_sqlite: bool, hex: &str) -> String {
    if is_sqlite { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
}

/// Writes a row of `events` as literals.
fn row(is_sqlite: bool, seq: i64, case: &str, n: &str) -> String {
    let hash = blob(is_sqlite, &"00".repeat(32));
    format!("({seq}, {case}, {n}, 5, 'cli:root', 'note.added', NULL, {hash}, {hash})")
}

/// Runs statements that must all fail, and checks that the table stays as it was.
async fn all_refused(database: &Database, statements: &[String]) {
    let mut sql = database.sql().await;
    let before = sql.table("events").await;
    for statement in statements {
        let error = sql.run(statement).await.expect_err(statement).to_string();
        assert!(error.contains("events are never"), "{statement}: {error}");
    }
    assert_eq!(sql.table("events").await, before);
    assert_eq!(verified_events(&database.store).await.len(), before.len());
}

#[tokio::test]
async fn no_column_of_an_event_can_be_rewritten() {
    for database in databases().await {
        let number = three_events(&database).await;
        let is_sqlite = database.sql().await.is_sqlite();
        let bytes = blob(is_sqlite, "ab");
        let mut statements = Vec::new();
        for (column, value) in [
            ("seq", "99"),
            ("case_number", "NULL"),
            ("n", "9"),
            ("n", "NULL"),
            ("at", "1"),
            ("actor", "'x'"),
            ("kind", "'x'"),
            ("body", bytes.as_str()),
            ("commitment", bytes.as_str()),
            ("hash", bytes.as_str()),
        ] {
            statements.push(format!("UPDATE events SET {column} = {value}"));
            statements.push(format!("UPDATE events SET {column} = {value} WHERE seq = 3"));
            if column != "body" {
                statements.push(format!("UPDATE events SET body = NULL, {column} = {value} WHERE seq = 3"));
            }
        }
        statements.push("UPDATE events SET at = at WHERE seq = 3".to_owned());
        statements.push(format!("UPDATE events SET body = {bytes} WHERE seq = 1 AND case_number = '{number}'"));
        all_refused(&database, &statements).await;
    }
}

#[tokio::test]
async fn events_are_not_deleted_replaced_or_inserted_before_the_last_one() {
    for database in databases().await {
        let number = three_events(&database).await;
        let is_sqlite = database.sql().await.is_sqlite();
        let into = "INTO events (seq, case_number, n, at, actor, kind, body, commitment, hash) VALUES";
        let row = |seq, case: &str, n| row(is_sqlite, seq, case, n);
        let case = format!("'{number}'");
        let mut statements = vec![
            "DELETE FROM events".to_owned(),
            "DELETE FROM events WHERE seq = 3".to_owned(),
            format!("INSERT {into} {} ON CONFLICT (seq) DO UPDATE SET actor = 'x'", row(3, "NULL", "NULL")),
            format!("INSERT {into} {} ON CONFLICT (seq) DO UPDATE SET body = NULL", row(3, "NULL", "NULL")),
            format!("INSERT {into} {} ON CONFLICT DO NOTHING", row(2, "NULL", "NULL")),
        ];
        for seq in [-5, 0, 1, 3] {
            statements.push(format!("INSERT {into} {}", row(seq, "NULL", "NULL")));
        }
        // A gap is left for the row that is inserted before the last one.
        let late = format!("INSERT {into} {}, {}", row(9, "NULL", "NULL"), row(7, "NULL", "NULL"));
        statements.push(late);
        if is_sqlite {
            statements.extend([
                format!("INSERT OR REPLACE {into} {}", row(3, "NULL", "NULL")),
                format!("INSERT OR REPLACE {into} {}", row(4, &case, "2")),
                format!("REPLACE {into} {}", row(1, &case, "1")),
                format!("INSERT OR IGNORE {into} {}", row(3, "NULL", "NULL")),
                "UPDATE OR REPLACE events SET seq = 1 WHERE seq = 2".to_owned(),
                "UPDATE OR REPLACE events SET rowid = 1 WHERE seq = 2".to_owned(),
                format!("UPDATE OR REPLACE events SET case_number = {case}, n = 2 WHERE seq = 2"),
                "UPDATE OR IGNORE events SET actor = 'x'".to_owned(),
            ]);
        } else {
            // Without CASCADE the foreign key of the hand-overs refuses it before the trigger.
            statements.extend(["TRUNCATE events CASCADE", "TRUNCATE cases CASCADE"].map(str::to_owned));
        }
        all_refused(&database, &statements).await;
    }
}

#[tokio::test]
async fn a_number_in_a_case_is_used_once() {
    for database in databases().await {
        let number = three_events(&database).await;
        let mut sql = database.sql().await;
        let twice = format!(
            "INSERT INTO events (seq, case_number, n, at, actor, kind, body, commitment, hash) VALUES {}",
            row(sql.is_sqlite(), 4, &format!("'{number}'"), "2")
        );
        assert!(sql.run(&twice).await.is_err());
        assert_eq!(verified_events(&database.store).await.len(), 3);
    }
}

#[tokio::test]
async fn bodies_are_emptied_behind_the_erasure_of_their_case_alone() {
    for database in databases().await {
        let number = three_events(&database).await;
        let emptied = "UPDATE events SET body = NULL WHERE body IS NOT NULL".to_owned();
        all_refused(&database, &[emptied, "UPDATE events SET body = NULL".to_owned()]).await;
        assert!(verified_events(&database.store).await[2].body.is_some());
        let erased = new_event(&Number::read(&number).unwrap(), EventKind::CaseErased, &json!({}));
        assert!(matches!(database.store.erase(erased).await.unwrap(), Appended::Stored { .. }));
        let after = verified_events(&database.store).await;
        assert!(after.iter().all(|event| event.body.is_none()));
    }
}

#[tokio::test]
async fn a_foreign_event_at_the_end_is_named_and_stops_no_submission() {
    for database in databases().await {
        three_events(&database).await;
        let mut sql = database.sql().await;
        let (is_sqlite, into) =
            (sql.is_sqlite(), "INTO events (seq, case_number, n, at, actor, kind, body, commitment, hash)");
        let short = blob(is_sqlite, "00");
        sql.run(&format!("INSERT {into} VALUES (4, NULL, NULL, 5, 'x', 'export.made', NULL, {short}, {short})"))
            .await
            .unwrap();
        stored(&database.store, new_case("c")).await;
        let mut check = AuditCheck::default();
        let events = database.store.events(0, 10, None).await.unwrap();
        let faults: Vec<_> = events.iter().filter_map(|event| check.next(event).err()).collect();
        assert_eq!(faults, [AuditFault::Changed { seq: 4, kind: "export.made".to_owned() }]);
        assert_eq!(database.store.audit_head().await.unwrap(), check.head());
    }
}
