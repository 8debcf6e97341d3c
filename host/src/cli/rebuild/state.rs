//! The state of a case as the sum of its events, compared with the stored one.
//!
//! `state_of(Some(&reader), &case, &events)` → [`Projection`]; `differences(&stored, &state)` → `["status \"closed\", by its events
//! \"waiting\""]`

use std::fmt::Debug;

use kakekomi_service::sealed_case::{CaseReader, open_event};
use kakekomi_store::{Case, Change, Event, EventKind, Projection};
use serde_json::Value;

/// Adds up the events of a case. Its contents are opened only if an event has a body.
///
/// # Errors
/// The reason why the state cannot be made, for the operator.
pub fn state_of(reader: Option<&CaseReader>, case: &Case, events: &[Event]) -> Result<Projection, String> {
    let (first, later) = events.split_first().ok_or("it has no events")?;
    if first.kind != EventKind::CaseReceived.as_str() {
        return Err(format!("its first event is {:?}", first.kind));
    }
    let mut state = Projection::received(first.at, case.first_urgency.clone(), case.line.coded.services.as_deref());
    let has_bodies = later.iter().any(|event| event.body.is_some());
    let opened = match (has_bodies, reader) {
        (false, _) => None,
        (true, None) => return Err("no identity is here to read its events (--identity FILE)".to_owned()),
        (true, Some(reader)) => reader.open(case).map_err(|error| error.to_string())?,
    };
    let is_erased = events.last().is_some_and(|event| event.kind == EventKind::CaseErased.as_str());
    for event in later {
        let kind: EventKind = event.kind.parse().map_err(|_| format!("event {} has an unknown kind", event.seq))?;
        let body = match &opened {
            Some(opened) => {
                open_event(&opened.identity, event).map_err(|error| format!("event {}: {error}", event.seq))?
            }
            None => None,
        };
        let change = match Change::of(kind, event.at, &body.unwrap_or(Value::Null)) {
            Some(change) => change,
            // The bodies of an erased case are gone; the erasure itself sets every value.
            None if is_erased => Change::default(),
            None => return Err(format!("event {} of kind {kind} has no such body", event.seq)),
        };
        state.apply(kind, &event.actor, &change);
    }
    Ok(state)
}

/// Makes a provisional state from the clear columns, to be replaced by the right one.
pub fn provisional(events: &[Event]) -> Projection {
    let mut state = Projection::received(events.first().map_or(0, |event| event.at), None, None);
    for event in events.iter().skip(1) {
        if let Ok(kind) = event.kind.parse::<EventKind>() {
            let change = if kind == EventKind::CaseErased { Change::of(kind, event.at, &Value::Null) } else { None };
            state.apply(kind, &event.actor, &change.unwrap_or_default());
        }
    }
    state
}

/// Returns the stored state of a case.
pub fn stored(case: &Case) -> Projection {
    let line = case.line.clone();
    Projection {
        status: line.status,
        outcome: line.outcome,
        assignee: line.assignee,
        urgency: line.urgency,
        waiting_since: case.waiting_since,
        follow_up: case.follow_up,
        held: line.held,
        clauses: case.clauses.clone(),
        last_n: case.last_n,
        changed_n: case.changed_n,
    }
}

/// Lists the values of the stored state that differ from the computed one.
pub fn differences(stored: &Projection, state: &Projection) -> Vec<String> {
    let pairs: [(&str, &dyn Debug, &dyn Debug); 10] = [
        ("status", &stored.status, &state.status),
        ("outcome", &stored.outcome, &state.outcome),
        ("assignee", &stored.assignee, &state.assignee),
        ("urgency", &stored.urgency, &state.urgency),
        ("waiting_since", &stored.waiting_since, &state.waiting_since),
        ("follow_up", &stored.follow_up, &state.follow_up),
        ("held", &stored.held, &state.held),
        ("clauses", &stored.clauses, &state.clauses),
        ("last_n", &stored.last_n, &state.last_n),
        ("changed_n", &stored.changed_n, &state.changed_n),
    ];
    let written = pairs.map(|(name, stored, state)| (name, format!("{stored:?}"), format!("{state:?}")));
    let differing = written.into_iter().filter(|(_, stored, state)| stored != state);
    differing.map(|(name, stored, state)| format!("{name} {stored}, by its events {state}")).collect()
}
