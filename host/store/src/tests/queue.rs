//! The queue on both databases: its order, its filters, its pages, and the index that serves them.

use serde_json::json;
use sqlx::{AssertSqlSafe, QueryBuilder};

use super::sql::Sql;
use super::{Database, appended, databases, new_case, new_event, stored};
use crate::receipt_number::Number;
use crate::{Assignee, EventKind, NewCase, NewEvent, QueueFilter, QueueKey, QueueLine, query, queue};

/// Cases of the test of the index.
const MANY: i64 = 30_000;

/// Reads the numbers of the queue in pages of two.
async fn numbers(database: &Database, filter: &QueueFilter) -> Vec<String> {
    let (mut after, mut numbers) = (None, Vec::new());
    loop {
        let page: Vec<QueueLine> =
            database.store.queue(filter, after, 2).await.unwrap().into_iter().map(Result::unwrap).collect();
        let Some(last) = page.last() else { return numbers };
        after = Some(last.key());
        numbers.extend(page.into_iter().map(|line| line.line.number));
    }
}

/// Stores a case with an urgency, received at a moment after the others'.
async fn case(database: &Database, urgency: Option<&str>, received_at: i64) -> Number {
    let case = new_case(&Number::random().unwrap().to_string());
    stored(&database.store, NewCase { received_at, first_urgency: urgency.map(str::to_owned), ..case }).await.0
}

async fn append(database: &Database, case: &Number, kind: EventKind, at: i64, body: serde_json::Value) {
    let change = crate::Change::of(kind, at, &body).unwrap();
    let event = NewEvent { at, change, ..new_event(case, kind, &body) };
    assert!(matches!(appended(&database.store, event).await, crate::Appended::Stored { .. }), "{kind}");
}

#[tokio::test]
async fn the_queue_is_ordered_by_urgency_and_by_the_time_that_applicants_wait() {
    for database in databases().await {
        let low = case(&database, Some("low"), 1).await;
        let late = case(&database, Some("high"), 9).await;
        let none = case(&database, None, 2).await;
        let asked = case(&database, Some("high"), 3).await;
        let normal = case(&database, Some("normal"), 3).await;
        let high = case(&database, Some("high"), 4).await;
        let critical = case(&database, Some("critical"), 8).await;
        let closed = case(&database, Some("critical"), 5).await;
        let later_closed = case(&database, Some("low"), 5).await;
        let erased = case(&database, Some("critical"), 5).await;
        let raised = case(&database, Some("low"), 6).await;
        append(&database, &asked, EventKind::QuestionAsked, 10, json!({})).await;
        append(&database, &closed, EventKind::CaseClosed, 12, json!({"outcome": "advised"})).await;
        append(&database, &later_closed, EventKind::CaseClosed, 11, json!({"outcome": "advised"})).await;
        append(&database, &erased, EventKind::CaseErased, 12, json!({})).await;
        append(&database, &raised, EventKind::CaseUrgency, 12, json!({"urgency": "critical"})).await;
        let expected = [&raised, &critical, &high, &late, &asked, &none, &normal, &low].map(ToString::to_string);
        assert_eq!(numbers(&database, &QueueFilter::default()).await, expected);
        let status = |status: &str| QueueFilter { status: Some(status.to_owned()), ..QueueFilter::default() };
        let closed = [&later_closed, &closed].map(ToString::to_string);
        assert_eq!(numbers(&database, &status("closed")).await, closed, "the last received first");
        assert_eq!(numbers(&database, &status("waiting")).await, [asked.to_string()]);
        assert_eq!(numbers(&database, &status("received")).await.len(), 7);
        // An answer puts the case back to its place.
        append(&database, &asked, EventKind::AnswerReceived, 20, json!({})).await;
        assert_eq!(numbers(&database, &QueueFilter::default()).await[4], asked.to_string());
    }
}

#[tokio::test]
async fn a_line_of_the_queue_names_the_step_of_a_hand_over_that_the_desk_has_to_take() {
    for database in databases().await {
        let referred = case(&database, None, 1).await;
        let pending = async |status: Option<&str>| {
            let filter = QueueFilter { status: status.map(str::to_owned), ..QueueFilter::default() };
            let mut lines = database.store.queue(&filter, None, 9).await.unwrap();
            lines.pop().unwrap().unwrap().pending_referral().map(str::to_owned)
        };
        assert_eq!(pending(None).await, None);
        for (kind, actor, expected) in [
            (EventKind::ReferralApplied, "operator:sato", None),
            (EventKind::IntentRecorded, "operator:sato", Some("recorded")),
            (EventKind::IntentGiven, "operator:suzuki", Some("intent")),
            (EventKind::HandoverReleased, "operator:lead", Some("released")),
            (EventKind::IntentWithdrawn, "operator:sato", None),
            (EventKind::IntentGiven, "applicant", Some("intent")),
        ] {
            let event = NewEvent { actor: actor.to_owned(), ..new_event(&referred, kind, &json!({})) };
            assert!(matches!(appended(&database.store, event).await, crate::Appended::Stored { .. }), "{kind}");
            assert_eq!(pending(None).await.as_deref(), expected, "{kind}");
        }
        for (outcome, expected) in [("advised", None), ("introduced", Some("intent"))] {
            append(&database, &referred, EventKind::CaseClosed, 12, json!({"outcome": outcome})).await;
            assert_eq!(pending(Some("closed")).await.as_deref(), expected, "only an introduced case is handed over");
            append(&database, &referred, EventKind::CaseReopened, 13, json!({})).await;
        }
    }
}

#[tokio::test]
async fn each_condition_of_the_queue_leaves_out_the_others() {
    for database in databases().await {
        let [mine, other, test, late] = {
            let mut cases = Vec::new();
            for at in 1..=4 {
                cases.push(new_case(&format!("{at}")));
            }
            cases[2].test = true;
            cases[3].coded.kind = Some("malware".to_owned());
            cases[3].first_urgency = None;
            let mut numbers = Vec::new();
            for case in cases {
                numbers.push(stored(&database.store, case).await.0);
            }
            <[Number; 4]>::try_from(numbers).unwrap()
        };
        append(&database, &mine, EventKind::CaseAssigned, 5, json!({"assignee": "sato"})).await;
        append(&database, &other, EventKind::CaseFollowUp, 5, json!({"at": 100})).await;
        append(&database, &late, EventKind::CaseState, 5, json!({"status": "waiting"})).await;
        let all = QueueFilter::default;
        let none: &[&Number] = &[];
        for (filter, expected) in [
            (QueueFilter { assignee: Some(Assignee::Name("sato".to_owned())), ..all() }, &[&mine][..]),
            (QueueFilter { assignee: Some(Assignee::Nobody), ..all() }, &[&other, &test, &late]),
            (QueueFilter { assignee: Some(Assignee::Name("none".to_owned())), ..all() }, none),
            (QueueFilter { kind: Some("malware".to_owned()), ..all() }, &[&late]),
            (QueueFilter { urgency: Some("normal".to_owned()), ..all() }, &[&late]),
            (QueueFilter { urgency: Some("high".to_owned()), ..all() }, &[&mine, &other, &test]),
            (QueueFilter { test: Some(true), ..all() }, &[&test]),
            (QueueFilter { test: Some(true), assignee: Some(Assignee::Nobody), ..all() }, &[&test]),
            (QueueFilter { test: Some(true), status: Some("closed".to_owned()), ..all() }, none),
            (QueueFilter { test: Some(false), ..all() }, &[&mine, &other, &late]),
            (QueueFilter { follow_up_before: Some(101), ..all() }, &[&other]),
            (QueueFilter { follow_up_before: Some(100), ..all() }, none),
            (QueueFilter { waiting_only: true, ..all() }, &[&mine, &other, &test]),
            (QueueFilter { status: Some("erased".to_owned()), ..all() }, none),
        ] {
            let expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(numbers(&database, &filter).await, expected, "{filter:?}");
        }
    }
}

/// Fills the tables with cases of which one in ten is open.
async fn fill(sql: &mut Sql) {
    let series = if sql.is_sqlite() {
        format!("WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {MANY})")
    } else {
        format!("WITH s AS (SELECT i FROM generate_series(1, {MANY}) AS t(i))")
    };
    let no = if sql.is_sqlite() { "0" } else { "false" };
    let cases = format!(
        "INSERT INTO cases (seq, number, received_at, test, locale, accepted, ruleset, module, idempotency_key) \
         {series} SELECT i, 'n' || i, i, {no}, 'ja', {no}, '', '', 'k' || i FROM s"
    );
    let states = format!(
        "INSERT INTO projections (case_seq, status, urgency, waiting_since, held, last_n, changed_n) {series} \
         SELECT i, CASE WHEN i % 10 = 0 THEN 'received' ELSE 'closed' END, CASE i % 3 WHEN 0 THEN 'high' ELSE 'low' END, \
         i, {no}, 1, 1 FROM s"
    );
    sql.run(&cases).await.unwrap();
    sql.run(&states).await.unwrap();
    if !sql.is_sqlite() {
        sql.run("ANALYZE").await.unwrap();
    }
}

/// Asks the database for the plan of a page of the queue.
async fn plan(sql: &mut Sql, filter: &QueueFilter, after: Option<QueueKey>) -> String {
    match sql {
        Sql::Sqlite(connection) => {
            let query: QueryBuilder<sqlx::Sqlite> = query::queue(filter, after, 50);
            let text =
                AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", with_literals(query.sql().as_str(), filter, after)));
            let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(text).fetch_all(connection).await.unwrap();
            rows.into_iter().map(|(_, _, _, detail)| detail).collect::<Vec<_>>().join("\n")
        }
        Sql::Postgres(connection) => {
            let query: QueryBuilder<sqlx::Postgres> = query::queue(filter, after, 50);
            let text = AssertSqlSafe(format!("EXPLAIN {}", with_literals(query.sql().as_str(), filter, after)));
            let rows: Vec<String> = sqlx::query_scalar(text).fetch_all(connection).await.unwrap();
            rows.join("\n")
        }
    }
}

/// Replaces the parameters of a statement by their values.
fn with_literals(sql: &str, filter: &QueueFilter, after: Option<QueueKey>) -> String {
    let is_closed = filter.status.as_deref() == Some("closed");
    let mut values: Vec<String> = filter.status.iter().map(|status| format!("'{status}'")).collect();
    values.extend(
        filter
            .urgency
            .iter()
            .map(|urgency| if is_closed { format!("'{urgency}'") } else { queue::rank(Some(urgency)).to_string() }),
    );
    values.extend(after.into_iter().flat_map(|QueueKey { rank, waiting_since, seq }| {
        if is_closed { vec![seq] } else { vec![rank, waiting_since, seq] }.into_iter().map(|value| value.to_string())
    }));
    if let Some(Assignee::Name(name)) = &filter.assignee {
        values.push(format!("'{name}'"));
    }
    values.extend(filter.follow_up_before.map(|before| before.to_string()));
    values.push("50".to_owned());
    let mut parts = sql.split(['?', '$']);
    let mut text = parts.next().unwrap().to_owned();
    for (part, value) in parts.zip(values) {
        text.push_str(&value);
        text.push_str(part.trim_start_matches(|char: char| char.is_ascii_digit()));
    }
    text
}

#[tokio::test]
async fn a_page_of_the_queue_is_read_from_its_index_without_sorting() {
    for database in databases().await {
        let mut sql = database.sql().await;
        fill(&mut sql).await;
        let page = database.store.queue(&QueueFilter::default(), None, 50).await.unwrap();
        let after = page.last().unwrap().as_ref().unwrap().key();
        assert_eq!((after.rank, page.len()), (1, 50));
        let status = |status: &str| QueueFilter { status: Some(status.to_owned()), ..QueueFilter::default() };
        for (filter, index) in [
            (QueueFilter::default(), "projections_queue"),
            (status("received"), "projections_queue"),
            // Either the index of the states or the primary key, backwards.
            (status("closed"), "projections_"),
            (QueueFilter { urgency: Some("low".to_owned()), ..QueueFilter::default() }, "projections_queue"),
            (
                QueueFilter { assignee: Some(Assignee::Name("sato".to_owned())), ..QueueFilter::default() },
                "projections_assignee",
            ),
            (QueueFilter { follow_up_before: Some(1), ..QueueFilter::default() }, "projections_follow_up"),
            (QueueFilter { test: Some(true), ..QueueFilter::default() }, "cases_test"),
            (QueueFilter { test: Some(true), ..status("closed") }, "cases_test"),
        ] {
            for after in [None, Some(after)] {
                let plan = plan(&mut sql, &filter, after).await;
                assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{filter:?} {after:?}\n{plan}");
                // PostgreSQL expects few cases of a status or an urgency after a place, and may sort these.
                let is_narrow = filter.status.is_some() || filter.urgency.is_some();
                let may_sort = index == "projections_queue" && is_narrow && after.is_some();
                // The few test cases are sorted.
                let may_sort = (may_sort && !sql.is_sqlite()) || filter.test.is_some();
                let sorts = plan.contains("Sort") || plan.contains("TEMP B-TREE");
                assert!(!sorts || may_sort, "{filter:?} {after:?}\n{plan}");
            }
        }
        let (mut count, mut after) = (0, None);
        loop {
            let page = database.store.queue(&QueueFilter::default(), after, 500).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.as_ref().unwrap().key());
            count += page.len();
        }
        assert_eq!(count, usize::try_from(MANY / 10).unwrap(), "each open case is on one page");
    }
}
