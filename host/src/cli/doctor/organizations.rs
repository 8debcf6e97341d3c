//! Comparison of the register of organizations with its sealed events.
//!
//! `organization.added {"id":"ntt-at","recipient":"age1a…"}`, but the row has `age1b…` → error: `the recipient of ntt-at is not that
//! of its event`
//!
//! The rows are clear: whoever can write the database could have the next package sealed to a key of their own.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use kakekomi_sealing::Identities;
use kakekomi_service::sealed_case::open_event;
use kakekomi_store::{Event, EventKind, LINES_A_PAGE, Organization, Store, StoreError};
use serde_json::Value;

use super::finding::{Outcome, error, warning};

/// Attempts to read a register that nobody changes meanwhile.
const ATTEMPTS: u32 = 5;
/// The kinds of events that say how an organization has to be.
const KINDS: [EventKind; 3] =
    [EventKind::OrganizationAdded, EventKind::OrganizationDisabled, EventKind::OrganizationEnabled];

/// Compares the organizations with their events.
pub async fn compare(store: &dyn Store, identities: &Identities) -> Outcome {
    for _ in 0..ATTEMPTS {
        let organizations = store.organizations().await?;
        let events = events(store).await?;
        if store.organizations().await? == organizations {
            return Expected::of(identities, &events).compare(organizations);
        }
    }
    warning("they were changed during each comparison with their events: run the command again")
}

/// Reads the events of organizations in the order of the chain.
async fn events(store: &dyn Store) -> Result<Vec<(EventKind, Event)>, StoreError> {
    let mut found = Vec::new();
    for kind in KINDS {
        let mut before = None;
        loop {
            let page = store.store_events(kind, before, LINES_A_PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            found.extend(page.into_iter().map(|event| (kind, event)));
        }
    }
    found.sort_by_key(|(_, event)| event.seq);
    Ok(found)
}

/// An organization as its events give it.
#[derive(Debug)]
struct Known {
    name: Option<String>,
    kind: Option<String>,
    recipient: Option<String>,
    disabled: bool,
}

/// The organizations as their events give them.
#[derive(Debug, Default)]
struct Expected {
    organizations: BTreeMap<String, Known>,
    /// Events that none of the identities opens.
    unreadable: u64,
    faults: Vec<String>,
}

impl Expected {
    fn of(identities: &Identities, events: &[(EventKind, Event)]) -> Expected {
        let mut expected = Expected::default();
        for (kind, event) in events {
            match open_event(identities, event) {
                Ok(Some(body)) => expected.apply(*kind, &body),
                // Nothing erases the body of an organization's event, so someone else did.
                Ok(None) => expected.faults.push(format!("event {} of an organization has no body", event.seq)),
                Err(_) => expected.unreadable = expected.unreadable.saturating_add(1),
            }
        }
        expected
    }

    fn apply(&mut self, kind: EventKind, body: &Value) {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(id) = text("id") else { return };
        match self.organizations.entry(id) {
            Entry::Occupied(known) if kind == EventKind::OrganizationAdded => {
                self.faults.push(format!("{} was added twice", known.key()));
            }
            Entry::Occupied(mut known) => known.get_mut().disabled = kind == EventKind::OrganizationDisabled,
            Entry::Vacant(new) if kind == EventKind::OrganizationAdded => {
                let (name, kind, recipient) = (text("name"), text("kind"), text("recipient"));
                new.insert(Known { name, kind, recipient, disabled: false });
            }
            Entry::Vacant(_) => {}
        }
    }

    fn compare(mut self, organizations: Vec<Organization>) -> Outcome {
        let (count, mut faults) = (organizations.len(), self.faults);
        for organization in organizations {
            match self.organizations.remove(&organization.id) {
                Some(known) => faults.extend(known.differences(&organization, self.unreadable > 0)),
                None if self.unreadable > 0 => {}
                None => faults.push(format!("no event added the organization {}", organization.id)),
            }
        }
        faults.extend(self.organizations.keys().map(|id| format!("the organization {id} is missing")));
        if !faults.is_empty() {
            return error(format!("{}; someone changed the database directly", faults.join("; ")));
        }
        match self.unreadable {
            0 => Ok(format!("names, kinds, recipients and marks of all {count} are those of their events")),
            unreadable => warning(format!(
                "{unreadable} events of organizations are sealed to keys that are not here, so not all of the {count} could be \
                 compared"
            )),
        }
    }
}

impl Known {
    /// Names the values that differ. An unreadable event may have changed the mark.
    fn differences(&self, row: &Organization, has_unreadable: bool) -> Vec<String> {
        let differs = [
            ("name", self.name.as_deref() != Some(&row.name)),
            ("kind", self.kind.as_deref() != Some(row.kind.as_str())),
            ("recipient", self.recipient.as_deref() != Some(&row.recipient)),
            ("mark", self.disabled != row.disabled && !has_unreadable),
        ];
        let named = differs.into_iter().filter(|(_, differs)| *differs);
        named.map(|(value, _)| format!("the {value} of {} is not that of its event", row.id)).collect()
    }
}
