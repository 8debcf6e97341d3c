//! Storage of new cases: rows, seals, search hashes, states and events in one transaction.
//!
//! `insert(session, cases)` → `[Stored(7:…), KeyTaken, …]`, to be committed by the caller
//!
//! The write lock is held, so keys and numbers that are taken are read first, and no case of a batch can meet another one's.

use std::collections::HashSet;
use std::iter;
use std::sync::Arc;

use sqlx::QueryBuilder;

use crate::audit::{AuditHead, Link};
use crate::case::{Inserted, NewCase};
use crate::error::StoreError;
use crate::event::{APPLICANT, Change, EventKind, Projection};
use crate::query::{self, TableRows, Value};
use crate::session::Session;

/// A case that gets a row, with its place in the sequence and its first events.
pub(crate) struct Placed<'a> {
    pub case: &'a NewCase,
    pub seq: i64,
    /// Its events, `case.received` first.
    pub events: Vec<FirstEvent<'a>>,
    /// The receipt's bytes as they are stored.
    pub receipt: Vec<u8>,
    /// Moment of its events.
    pub at: i64,
}

/// One of the events that come with a case.
pub(crate) struct FirstEvent<'a> {
    kind: EventKind,
    n: i64,
    head: AuditHead,
    /// The one who caused it.
    actor: &'a str,
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
            let (next, received) = Placed::after(ends, case, seq, case.received_at, actor);
            ends = next.ends();
            keys.insert(case.key.clone());
            numbers.insert(number);
            placed.push(next);
            Inserted::Stored(received)
        });
    }
    write(session, &placed).await?;
    Ok(outcomes)
}

impl<'a> Placed<'a> {
    /// Gives a case the next positions of both sequences; `actor` caused `case.received`, whose head comes with it.
    pub fn after(ends: Ends, case: &'a NewCase, seq: i64, at: i64, actor: &'a str) -> (Placed<'a>, AuditHead) {
        let number = case.number.to_string();
        let sender = case.taken_by.as_deref().unwrap_or(APPLICANT);
        let kinds =
            iter::once((EventKind::CaseReceived, actor)).chain(case.first_events.iter().map(|kind| (*kind, sender)));
        let mut head = ends.head;
        let events: Vec<_> = kinds
            .zip(1..)
            .map(|((kind, actor), n)| {
                let commitment = &case.commitment;
                let link = Link { case_number: Some(&number), n: Some(n), at, actor, kind: kind.as_str(), commitment };
                head = head.next(&link);
                FirstEvent { kind, n, head, actor }
            })
            .collect();
        let received = events.first().map_or(head, |event| event.head);
        let receipt = case.receipt.with_audit(&received);
        (Placed { case, seq, events, receipt, at }, received)
    }

    /// Returns the ends of both sequences after the case.
    pub fn ends(&self) -> Ends {
        Ends { last_case: self.seq, head: self.events.last().map_or(AuditHead::START, |event| event.head) }
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

    fn event_rows(&self) -> impl Iterator<Item = [Value; 9]> {
        self.events.iter().map(|event| {
            [
                Value::Integer(event.head.seq),
                Value::OptionalText(Some(self.case.number.to_string())),
                Value::OptionalInteger(Some(event.n)),
                Value::Integer(self.at),
                Value::Text(event.actor.to_owned()),
                Value::Text(event.kind.as_str().to_owned()),
                Value::OptionalBytes(None),
                Value::Bytes(self.case.commitment.to_vec()),
                Value::Bytes(event.head.hash.to_vec()),
            ]
        })
    }

    /// Computes the state of the case after its first events.
    fn state(&self) -> Projection {
        let NewCase { received_at, first_urgency, coded, .. } = self.case;
        let mut state = Projection::received(*received_at, first_urgency.clone(), coded.services.as_deref());
        for event in self.events.iter().skip(1) {
            state.apply(event.kind, event.actor, &Change::default());
        }
        state
    }
}

/// Writes the rows of cases.
pub(crate) async fn write<S: Session>(session: &mut S, placed: &[Placed<'_>]) -> Result<(), StoreError> {
    let mut cases = vec![
        TableRows::new(CASES, placed.iter().map(Placed::case_row)),
        TableRows::new("case_seals (case_seq, sealed_to, sealed)", placed.iter().map(Placed::seal_row)),
        TableRows::new(PROJECTIONS, placed.iter().map(|placed| projection_row(placed.seq, placed.state()))),
    ];
    let events = TableRows::new(EVENTS, placed.iter().flat_map(Placed::event_rows));
    let search = TableRows::new("case_search (case_seq, kind, hash)", placed.iter().flat_map(Placed::search_rows));
    let groups = if events.rows.len() == placed.len() {
        cases.push(events);
        vec![cases, vec![search]]
    } else {
        vec![cases, vec![events], vec![search]]
    };
    session.insert_groups(groups).await
}

/// The table of cases with its columns, in the order of a row.
const CASES: &str = "cases (seq, number, received_at, partner, test, locale, accepted, ruleset, module, page_module, \
    idempotency_key, text_hash, recipient, kind, ongoing, services, first_urgency, receipt, return_code)";
/// The table of events with its columns, in the order of a row.
pub(crate) const EVENTS: &str = "events (seq, case_number, n, at, actor, kind, body, commitment, hash)";
/// The table of states with its columns, in the order of [`projection_row`].
pub(crate) const PROJECTIONS: &str = "projections (case_seq, status, outcome, assignee, urgency, waiting_since, follow_up, held, referral, remote, \
     recorded_by, reported, last_n, changed_n)";

/// Builds the row of a case's state.
pub(crate) fn projection_row(case_seq: i64, state: Projection) -> [Value; 14] {
    [
        Value::Integer(case_seq),
        Value::Text(state.status),
        Value::OptionalText(state.outcome),
        Value::OptionalText(state.assignee),
        Value::OptionalText(state.urgency),
        Value::OptionalInteger(state.waiting_since),
        Value::OptionalInteger(state.follow_up),
        Value::Boolean(state.held),
        Value::OptionalText(state.clauses.referral),
        Value::OptionalText(state.clauses.remote),
        Value::OptionalText(state.clauses.recorded_by),
        Value::Boolean(state.clauses.reported),
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
