//! Events after the first one, and the erasure of a case.
//!
//! `append(session, [case.closed of 2609-4873-1059])` → `[Stored { seq: 12, n: Some(4) }]`, to be committed by the caller
//!
//! The state of each case is read, checked and written under the same lock as its events: no event is lost or doubled, and
//! the projection is always the sum of the events.

use std::collections::BTreeMap;

use sqlx::QueryBuilder;

use crate::audit::{AuditHead, Link};
use crate::error::StoreError;
use crate::event::{Appended, NewEvent, Projection};
use crate::insert::{self, EVENTS};
use crate::query::{self, Bind, Value};
use crate::session::Session;

/// The most events that are written in one transaction.
pub const EVENTS_AT_ONCE: usize = 500;

/// A case with its state.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    seq: i64,
    number: String,
    #[sqlx(flatten)]
    state: Projection,
}

/// Writes events in their order; one that is refused does not stop the others.
///
/// # Errors
/// [`StoreError::Database`]: none is stored.
pub(crate) async fn append<S: Session>(session: &mut S, events: &[NewEvent]) -> Result<Vec<Appended>, StoreError> {
    let mut head = insert::ends(session).await?.head;
    let mut cases = states(session, events).await?;
    let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
    for event in events {
        let number = event.case.as_ref().map(ToString::to_string);
        let n = match &number {
            None => None,
            Some(number) => match cases.get_mut(number).map(|row| advance(&mut row.state, event)) {
                Some(Ok(n)) => Some(n),
                Some(Err(refused)) => {
                    outcomes.push(refused);
                    continue;
                }
                None => {
                    outcomes.push(Appended::NoCase);
                    continue;
                }
            },
        };
        let link = Link {
            case_number: number.as_deref(),
            n,
            at: event.at,
            actor: &event.actor,
            kind: event.kind.as_str(),
            commitment: &event.commitment,
        };
        head = head.next(&link);
        outcomes.push(Appended::Stored { seq: head.seq, n });
        rows.push(row(event, number, n, head));
    }
    if let Some(insert) = query::insert(EVENTS, rows) {
        session.execute(insert).await?;
    }
    for row in cases.into_values() {
        write_state(session, row.seq, row.state).await?;
    }
    Ok(outcomes)
}

/// Adds an event to the state of its case; returns its number in the case.
fn advance(state: &mut Projection, event: &NewEvent) -> Result<i64, Appended> {
    state.allows(event.kind).map_err(Appended::Refused)?;
    if event.after.is_some_and(|seen| seen != state.changed_n) {
        return Err(Appended::Conflict { changed_n: state.changed_n });
    }
    state.apply(event.kind, &event.change);
    Ok(state.last_n)
}

fn row(event: &NewEvent, number: Option<String>, n: Option<i64>, head: AuditHead) -> [Value; 9] {
    [
        Value::Integer(head.seq),
        Value::OptionalText(number),
        Value::OptionalInteger(n),
        Value::Integer(event.at),
        Value::Text(event.actor.clone()),
        Value::Text(event.kind.as_str().to_owned()),
        Value::OptionalBytes(event.body.clone()),
        Value::Bytes(event.commitment.to_vec()),
        Value::Bytes(head.hash.to_vec()),
    ]
}

/// Reads the states of the events' cases, by their numbers.
async fn states<S: Session>(session: &mut S, events: &[NewEvent]) -> Result<BTreeMap<String, Row>, StoreError> {
    let numbers: Vec<_> = events.iter().filter_map(|event| event.case.as_ref()).map(ToString::to_string).collect();
    if numbers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let columns = "SELECT cases.seq, number, status, outcome, assignee, urgency, waiting_since, follow_up, held, last_n, \
        changed_n FROM cases JOIN projections ON projections.case_seq = cases.seq WHERE number IN ";
    let mut query = QueryBuilder::new(columns);
    query::push_list(&mut query, numbers.into_iter().map(Value::Text));
    let rows: Vec<Row> = session.fetch(query).await?;
    Ok(rows.into_iter().map(|row| (row.number.clone(), row)).collect())
}

/// Writes the state of a case that has one already.
pub(crate) async fn write_state<S: Session>(
    session: &mut S,
    case_seq: i64,
    state: Projection,
) -> Result<(), StoreError> {
    let values = [
        ("status", Value::Text(state.status)),
        ("outcome", Value::OptionalText(state.outcome)),
        ("assignee", Value::OptionalText(state.assignee)),
        ("urgency", Value::OptionalText(state.urgency)),
        ("waiting_since", Value::OptionalInteger(state.waiting_since)),
        ("follow_up", Value::OptionalInteger(state.follow_up)),
        ("held", Value::Boolean(state.held)),
        ("last_n", Value::Integer(state.last_n)),
        ("changed_n", Value::Integer(state.changed_n)),
    ];
    let mut query = QueryBuilder::new("UPDATE projections SET ");
    let mut before = "";
    for (column, value) in values {
        value.bind(query.push(format_args!("{before}{column} = ")));
        before = ", ";
    }
    S::Database::bind(query.push(" WHERE case_seq = "), case_seq);
    session.execute(query).await.map(drop)
}

/// Erases a case: writes the event, and removes all that is sealed or derived from what the applicant wrote. The number, the
/// times, the key of the submission and the events without their bodies remain.
///
/// # Errors
/// [`StoreError::Database`]: nothing was erased.
pub(crate) async fn erase<S: Session>(session: &mut S, event: &NewEvent) -> Result<Appended, StoreError> {
    let outcomes = append(session, std::slice::from_ref(event)).await?;
    let outcome = outcomes.first().copied().unwrap_or(Appended::NoCase);
    let (Appended::Stored { .. }, Some(number)) = (outcome, &event.case) else { return Ok(outcome) };
    for statement in [
        "DELETE FROM case_seals WHERE case_seq = (SELECT seq FROM cases WHERE number = ",
        "DELETE FROM case_search WHERE case_seq = (SELECT seq FROM cases WHERE number = ",
        "UPDATE cases SET text_hash = NULL, recipient = NULL, kind = NULL, ongoing = NULL, services = NULL, receipt = NULL \
         WHERE seq = (SELECT seq FROM cases WHERE number = ",
        "UPDATE events SET body = NULL WHERE body IS NOT NULL AND case_number IN (",
    ] {
        let mut query = QueryBuilder::new(statement);
        S::Database::bind(&mut query, number.to_string());
        query.push(")");
        session.execute(query).await?;
    }
    Ok(outcome)
}
