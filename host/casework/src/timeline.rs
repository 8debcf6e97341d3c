//! The events of a case as they are shown.
//!
//! stored event with a sealed body → [`ShownEvent`] `{ n: 3, kind: "note.added", body: {"text":"…"}, … }`

use kakekomi_sealing::Identities;
use kakekomi_service::sealed_case::{OpenedCase, open_event};
use kakekomi_store::{Event, EventKind};
use serde::Serialize;
use serde_json::Value;

/// An event as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownEvent {
    /// Position in the store's chain.
    pub seq: i64,
    /// Number in its case.
    pub n: Option<i64>,
    /// Milliseconds since the epoch, UTC.
    pub at: i64,
    /// The one who caused it.
    pub actor: String,
    /// Its kind; any text in a database that others wrote to.
    pub kind: String,
    /// The opened body; `None` where it stays sealed, or was erased.
    pub body: Option<Value>,
}

impl ShownEvent {
    /// Reports whether the event only records a reading.
    pub fn is_reading(&self) -> bool {
        is_reading(&self.kind)
    }

    /// Returns a text of the opened body.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.body.as_ref()?.get(name)?.as_str()
    }

    fn of(event: Event, body: Option<Value>) -> ShownEvent {
        let Event { seq, n, at, actor, kind, .. } = event;
        ShownEvent { seq, n, at, actor, kind, body }
    }
}

/// Reports whether a stored kind is that of a reading.
pub(crate) fn is_reading(kind: &str) -> bool {
    kind.parse::<EventKind>().is_ok_and(EventKind::is_reading)
}

/// Opens the bodies of events, if the case is opened; adds the faults of those that cannot be opened. The body of the first
/// event is the case's record.
pub fn shown(events: Vec<Event>, opened: Option<&OpenedCase>, faults: &mut Vec<String>) -> Vec<ShownEvent> {
    let mut open = |event: &Event| {
        let opened = opened?;
        let body = if event.kind == EventKind::CaseReceived.as_str() {
            serde_json::to_value(&opened.record).map(Some).map_err(|error| error.to_string())
        } else {
            open_event(&opened.identity, event).map_err(|error| error.to_string())
        };
        body.unwrap_or_else(|error| {
            faults.push(format!("event {}: {error}", event.seq));
            None
        })
    };
    let shown = events.into_iter().map(|event| {
        let body = open(&event);
        ShownEvent::of(event, body)
    });
    shown.collect()
}

/// Opens the bodies of events with an identity; `None` for those that are not sealed to it.
pub(crate) fn shown_by(identity: &Identities, events: Vec<Event>) -> Vec<ShownEvent> {
    let shown = events.into_iter().map(|event| {
        let body = open_event(identity, &event).ok().flatten();
        ShownEvent::of(event, body)
    });
    shown.collect()
}
