//! Storage of new cases: rows, seals, search hashes, states and events in one transaction.
//!
//! `insert(session, cases)` → `[Stored(7:…), KeyTaken, …]`, to be committed by the caller
//!
//! The write lock is held, so keys and numbers that are taken are read first, and no case of a batch can meet another one's.

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::QueryBuilder;

use crate::audit::{AuditHead, Link};
use crate::case::{Inserted, NewCase};
use crate::error::StoreError;
use crate::event::{EventKind, Projection};
use crate::query::{self, TableRows, Value};
use crate::session::Session;

/// The actor of an event that an applicant caused.
const APPLICANT: &str = "applicant";

/// A case that gets a row, with its place in the sequence and its first event.
pub(crate) struct Placed<'a> {
    pub case: &'a NewCase,
    pub seq: i64,
    pub head: AuditHead,
    /// The receipt's bytes as they are stored.
    pub receipt: Vec<u8>,
    /// Moment of its event.
    pub at: i64,
    /// The one who caused the event.
    pub actor: &'a str,
}

/// The ends of both sequences.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub last_case: i64,
    pub head: AuditHead,
}

/// Inserts the cases whose keys and numbers are free.
///
/// # Errors
/// [`StoreError::Database`]: nothing is stored.
pub(crate) async fn insert<S: Session>(session: &mut S, cases: &[Arc<NewCase>]) -> Result<Vec<Inserted>, StoreError> {
    let (mut keys, mut numbers) = taken(session, cases).await?;
    let mut ends = ends(session).await?;
    let (mut placed, mut outcomes) = (Vec::new(), Vec::new());
    for case in cases {
        let number = case.number.to_string();
        outcomes.push(if keys.contains(&case.key) {
            Inserted::KeyTaken
        } else if numbers.contains(&number) {
            Inserted::NumberTaken
        } else {
            let seq = ends.last_case.saturating_add(1);
            let actor = case.taken_by.as_deref().unwrap_or(APPLICANT);
            let next = Placed::after(ends, case, seq, case.received_at, actor);
            ends = Ends { last_case: seq, head: next.head };
            keys.insert(case.key.clone());
            numbers.insert(number);
            let head = next.head;
            placed.push(next);
            Inserted::Stored(head)
        });
    }
    write(session, &placed).await?;
    Ok(outcomes)
}

impl<'a> Placed<'a> {
    /// Gives a case the next position of both sequences.
    pub fn after(ends: Ends, case: &'a NewCase, seq: i64, at: i64, actor: &'a str) -> Placed<'a> {
        let number = case.number.to_string();
        let head = ends.head.next(&Link {
            case_number: Some(&number),
            n: Some(1),
            at,
            actor,
            kind: EventKind::CaseReceived.as_str(),
            commitment: &case.commitment,
        });
        let receipt = case.receipt.with_audit(&head);
        Placed { case, seq, head, receipt, at, actor }
    }

    fn case_row(&self) -> [Value; 19] {
        let Placed { case, seq, receipt, .. } = self;
        [
            Value::Integer(*seq),
            Value::Text(case.number.to_string()),
            Value::Integer(case.received_at),
            Value::OptionalText(case.partner.clone()),
            Value::Boolean(case.test),
            Value::Text(case.locale.clone()),
            Value::Boolean(case.accepted),
            Value::Text(case.ruleset.clone()),
            Value::Text(case.module.clone()),
            Value::OptionalText(case.page_module.clone()),
            Value::Text(case.key.clone()),
            Value::Bytes(case.text_hash.clone()),
            Value::Text(case.recipient.clone()),
            Value::OptionalText(case.coded.kind.clone()),
            Value::OptionalText(case.coded.ongoing.clone()),
            Value::OptionalText(case.coded.services.clone()),
            Value::OptionalText(case.first_urgency.clone()),
            Value::Bytes(receipt.clone()),
            Value::OptionalBytes(case.return_code.map(Vec::from)),
        ]
    }

    fn seal_row(&self) -> [Value; 3] {
        let Placed { case, seq, .. } = self;
        [Value::Integer(*seq), Value::Text(case.sealed_to.clone()), Value::Bytes(case.sealed.clone())]
    }

    fn search_rows(&self) -> impl Iterator<Item = [Value; 3]> {
        self.case.search.iter().map(|search| {
            let kind = search.kind.as_str().to_owned();
            [Value::Integer(self.seq), Value::Text(kind), Value::Bytes(search.hash.to_vec())]
        })
    }

    fn event_row(&self) -> [Value; 9] {
        let Placed { case, head, at, actor, .. } = self;
        [
            Value::Integer(head.seq),
            Value::OptionalText(Some(case.number.to_string())),
            Value::OptionalInteger(Some(1)),
            Value::Integer(*at),
            Value::Text((*actor).to_owned()),
            Value::Text(EventKind::CaseReceived.as_str().to_owned()),
            Value::OptionalBytes(None),
            Value::Bytes(case.commitment.to_vec()),
            Value::Bytes(head.hash.to_vec()),
        ]
    }
}

/// Writes the rows of cases.
pub(crate) async fn write<S: Session>(session: &mut S, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    let state = |placed: &Placed<'_>| {
        let urgency = placed.case.first_urgency.clone();
        projection_row(placed.seq, Projection::received(placed.case.received_at, urgency))
    };
    let tables = vec![
        TableRows::new(CASES, placed.iter().map(Placed::case_row)),
        TableRows::new("case_seals (case_seq, sealed_to, sealed)", placed.iter().map(Placed::seal_row)),
        TableRows::new(PROJECTIONS, placed.iter().map(state)),
        TableRows::new(EVENTS, placed.iter().map(Placed::event_row)),
    ];
    session.insert(tables).await?;
    let search = placed.iter().flat_map(Placed::search_rows);
    session.insert(vec![TableRows::new("case_search (case_seq, kind, hash)", search)]).await
}

/// The table of cases with its columns, in the order of a row.
const CASES: &str = "cases (seq, number, received_at, partner, test, locale, accepted, ruleset, module, page_module, \
    idempotency_key, text_hash, recipient, kind, ongoing, services, first_urgency, receipt, return_code)";
/// The table of events with its columns, in the order of a row.
pub(crate) const EVENTS: &str = "events (seq, case_number, n, at, actor, kind, body, commitment, hash)";
/// The table of states with its columns, in the order of [`projection_row`].
pub(crate) const PROJECTIONS: &str =
    "projections (case_seq, status, outcome, assignee, urgency, waiting_since, follow_up, held, last_n, changed_n)";

/// Builds the row of a case's state.
pub(crate) fn projection_row(case_seq: i64, state: Projection) -> [Value; 10] {
    [
        Value::Integer(case_seq),
        Value::Text(state.status),
        Value::OptionalText(state.outcome),
        Value::OptionalText(state.assignee),
        Value::OptionalText(state.urgency),
        Value::OptionalInteger(state.waiting_since),
        Value::OptionalInteger(state.follow_up),
        Value::Boolean(state.held),
        Value::Integer(state.last_n),
        Value::Integer(state.changed_n),
    ]
}

/// Reads the ends of both sequences.
pub(crate) async fn ends<S: Session>(session: &mut S) -> Result<Ends, StoreError> {
    let ends: Vec<(i64, i64, Option<Vec<u8>>)> = session.fetch(QueryBuilder::new(query::ENDS)).await?;
    let Some((last_case, seq, hash)) = ends.into_iter().next() else { return Err(sqlx::Error::RowNotFound.into()) };
    let last = hash.map(|hash| (seq, hash));
    Ok(Ends { last_case, head: head_of(last.as_ref()) })
}

/// Reads the head of the chain from the last event. A hash of another length is read as zeros, as `audit verify` reads and
/// names it: a damaged event must not stop the submissions.
pub(crate) fn head_of(last: Option<&(i64, Vec<u8>)>) -> AuditHead {
    let Some((seq, hash)) = last else { return AuditHead::START };
    AuditHead { seq: *seq, hash: hash.as_slice().try_into().unwrap_or_default() }
}

/// Reads which keys and numbers of a batch have a case already.
async fn taken<S: Session>(
    session: &mut S,
    cases: &[Arc<NewCase>],
) -> Result<(HashSet<String>, HashSet<String>), StoreError> {
    let mut query = QueryBuilder::new("SELECT idempotency_key, number FROM cases WHERE idempotency_key IN ");
    query::push_texts(&mut query, cases.iter().map(|case| case.key.clone()).collect());
    query::push_texts(query.push(" OR number IN "), cases.iter().map(|case| case.number.to_string()).collect());
    let rows: Vec<(String, String)> = session.fetch(query).await?;
    Ok(rows.into_iter().unzip())
}
