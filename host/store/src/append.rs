//! Events after the first one. The event of an erasure erases its case in the same transaction.
//!
//! `append(session, [case.closed of 2609-4873-1059])` → `[Stored { seq: 12, n: Some(4) }]`, to be committed by the caller
//!
//! The state of each case is read, checked and written under the same lock as its events: no event is lost or doubled, and
//! the projection is always the sum of the events.

use std::collections::{BTreeMap, HashMap};

use sqlx::QueryBuilder;

use crate::audit::{AuditHead, Link};
use crate::case::NO_STATE;
use crate::error::StoreError;
use crate::event::{Appended, ApplicantRequest, ERASED, EventKind, NewEvent, Projection, Refusal};
use crate::file_removal::erase_files;
use crate::insert::{self, EVENTS};
use crate::package_removal::destroy_of_case;
use crate::query::{self, Bind, TableRows, Value};
use crate::returns;
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
    #[sqlx(skip)]
    is_changed: bool,
    /// The moment of a withdrawal or an erasure, which ends its packages.
    #[sqlx(skip)]
    withdrawn_at: Option<i64>,
    /// True after a withdrawal of the application or an erasure, which ends the grants as well.
    #[sqlx(skip)]
    ends_grants: bool,
    /// True after a withdrawal that destroys a package: the next event may say so.
    #[sqlx(skip)]
    ends_package: bool,
    /// The code that replaces the case's one.
    #[sqlx(skip)]
    return_code: Option<[u8; 32]>,
}

impl Row {
    /// Refuses an event of a package that comes neither with it nor with the withdrawal that destroys it.
    fn require_package(&mut self, kind: EventKind, with_package: bool) -> Result<&mut Row, Appended> {
        let is_destroyed = kind == EventKind::HandoverDestroyed && self.ends_package;
        if with_package || is_destroyed || !kind.needs_package() {
            return Ok(self);
        }
        Err(Appended::Refused(Refusal::NoPackage))
    }
}

/// The requests of applicants that have caused events, by case and key: hash of the text, and number of the event.
type Requests = HashMap<(i64, [u8; 32]), ([u8; 32], i64)>;

/// Writes events in their order; one that is refused does not stop the others.
///
/// # Errors
/// [`StoreError::Database`]: nothing is stored.
pub(crate) async fn append<S: Session>(session: &mut S, events: &[NewEvent]) -> Result<Vec<Appended>, StoreError> {
    write(session, events, false).await
}

/// Writes events as [`append`] does; those of a package, too, whose rows are written in the same transaction.
pub(crate) async fn append_with_package<S: Session>(
    session: &mut S,
    events: &[NewEvent],
) -> Result<Vec<Appended>, StoreError> {
    write(session, events, true).await
}

async fn write<S: Session>(
    session: &mut S,
    events: &[NewEvent],
    with_package: bool,
) -> Result<Vec<Appended>, StoreError> {
    let mut head = insert::ends(session).await?.head;
    let mut cases = states(session, events).await?;
    let mut requests = requests(session, events, &cases).await?;
    let (mut rows, mut request_rows, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        let number = event.case.as_ref().map(ToString::to_string);
        let placed = match &number {
            None if event.kind.is_store_wide() => Ok(None),
            None => Err(Appended::NoCase),
            Some(number) => cases
                .get_mut(number)
                .ok_or(Appended::NoCase)
                .and_then(|row| row.require_package(event.kind, with_package))
                .and_then(|row| advance(row, event, &mut requests, &mut request_rows))
                .map(Some),
        };
        let n = match placed {
            Ok(n) => n,
            Err(refused) => {
                outcomes.push(refused);
                continue;
            }
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
    session.insert(TableRows::new(EVENTS, rows)).await?;
    session.insert(TableRows::new("applicant_requests (case_seq, key_hash, text_hash, n)", request_rows)).await?;
    for row in cases.into_values().filter(|row| row.is_changed) {
        if let Some(return_code) = row.return_code {
            returns::replace_code(session, row.seq, return_code).await?;
        }
        if let Some(at) = row.withdrawn_at {
            destroy_of_case(session, row.seq, at, row.ends_grants).await?;
        }
        if row.state.status == ERASED {
            erase(session, row.seq, &row.number).await?;
        }
        write_state(session, row.seq, row.state).await?;
    }
    Ok(outcomes)
}

/// Adds an event to the state of its case; returns its number in the case.
fn advance(
    row: &mut Row,
    event: &NewEvent,
    requests: &mut Requests,
    request_rows: &mut Vec<[Value; 4]>,
) -> Result<i64, Appended> {
    let state = &mut row.state;
    if let Some(request) = event.request.filter(|_| state.status != ERASED)
        && let Some((text_hash, n)) = requests.get(&(row.seq, request.key_hash))
    {
        return Err(request.repeated(text_hash, *n));
    }
    state.allows_by(event.kind, &event.actor).map_err(Appended::Refused)?;
    if event.after.is_some_and(|seen| seen != state.changed_n) {
        return Err(Appended::Conflict { changed_n: state.changed_n });
    }
    let has_package = state.clauses.has_package();
    state.apply(event.kind, &event.actor, &event.change);
    row.is_changed = true;
    if [EventKind::IntentWithdrawn, EventKind::CaseWithdrawn, EventKind::CaseErased].contains(&event.kind) {
        row.withdrawn_at = Some(event.at);
        row.ends_grants |= event.kind != EventKind::IntentWithdrawn;
        row.ends_package = has_package;
    }
    if event.kind == EventKind::HandoverDestroyed {
        row.ends_package = false;
    }
    row.return_code = event.return_code.or(row.return_code);
    if let Some(ApplicantRequest { key_hash, text_hash }) = event.request {
        requests.insert((row.seq, key_hash), (text_hash, state.last_n));
        request_rows.push(returns::request_row(row.seq, key_hash, text_hash, state.last_n));
    }
    Ok(state.last_n)
}

/// Reads which requests of the events have caused an event already.
async fn requests<S: Session>(
    session: &mut S,
    events: &[NewEvent],
    cases: &BTreeMap<String, Row>,
) -> Result<Requests, StoreError> {
    let keys: Vec<_> = events.iter().filter_map(|event| event.request).map(|request| request.key_hash).collect();
    // Lists without a value are no SQL.
    if keys.is_empty() || cases.is_empty() {
        return Ok(Requests::new());
    }
    let mut query =
        QueryBuilder::new("SELECT case_seq, key_hash, text_hash, n FROM applicant_requests WHERE case_seq IN ");
    query::push_list(&mut query, cases.values().map(|row| Value::Integer(row.seq)));
    query::push_list(query.push(" AND key_hash IN "), keys.into_iter().map(|key| Value::Bytes(key.into())));
    let rows: Vec<(i64, Vec<u8>, Vec<u8>, i64)> = session.fetch(query).await?;
    let found = rows
        .into_iter()
        .filter_map(|(seq, key, text, n)| Some(((seq, key.try_into().ok()?), (text.try_into().ok()?, n))));
    Ok(found.collect())
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

/// Reads the states of the events' cases, by their numbers. A case without one is damaged.
async fn states<S: Session>(session: &mut S, events: &[NewEvent]) -> Result<BTreeMap<String, Row>, StoreError> {
    let numbers: Vec<_> = events.iter().filter_map(|event| event.case.as_ref()).map(ToString::to_string).collect();
    if numbers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let columns = "SELECT cases.seq, number, coalesce(status, '') AS status, outcome, assignee, urgency, waiting_since, \
        follow_up, coalesce(held, 1 = 0) AS held, referral, remote, recorded_by, coalesce(reported, 1 = 0) AS reported, \
        coalesce(last_n, 0) AS last_n, coalesce(changed_n, 0) AS changed_n \
        FROM cases LEFT JOIN projections ON projections.case_seq = cases.seq WHERE number IN ";
    let mut query = QueryBuilder::new(columns);
    query::push_texts(&mut query, numbers);
    let rows: Vec<Row> = session.fetch(query).await?;
    if let Some(damaged) = rows.iter().find(|row| row.state.status.is_empty()) {
        return Err(StoreError::Damaged(damaged.seq, NO_STATE.to_owned()));
    }
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
        ("referral", Value::OptionalText(state.clauses.referral)),
        ("remote", Value::OptionalText(state.clauses.remote)),
        ("recorded_by", Value::OptionalText(state.clauses.recorded_by)),
        ("reported", Value::Boolean(state.clauses.reported)),
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

/// Removes all that is sealed or derived from what the applicant wrote. The number, the times, the key of the submission and
/// the events without their bodies remain.
async fn erase<S: Session>(session: &mut S, case_seq: i64, number: &str) -> Result<(), StoreError> {
    erase_files(session, case_seq).await?;
    for statement in [
        "DELETE FROM case_seals WHERE case_seq = ",
        "DELETE FROM case_search WHERE case_seq = ",
        "DELETE FROM return_tokens WHERE case_seq = ",
        "DELETE FROM applicant_requests WHERE case_seq = ",
        "UPDATE cases SET text_hash = NULL, recipient = NULL, kind = NULL, ongoing = NULL, services = NULL, \
         first_urgency = NULL, receipt = NULL, return_code = NULL WHERE seq = ",
    ] {
        let mut query = QueryBuilder::new(statement);
        S::Database::bind(&mut query, case_seq);
        session.execute(query).await?;
    }
    let mut query = QueryBuilder::new("UPDATE events SET body = NULL WHERE body IS NOT NULL AND case_number = ");
    S::Database::bind(&mut query, number.to_owned());
    session.execute(query).await.map(drop)
}
