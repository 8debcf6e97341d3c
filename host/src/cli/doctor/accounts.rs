//! Comparison of the accounts with their sealed events.
//!
//! `account.role {"account":"sato","role":"operator"}`, but the row has `lead` → error: `the role of sato is "lead", by its events
//! "operator"`
//!
//! The rows are clear: without this comparison, whoever can write the database could raise a role unseen.

use std::collections::BTreeMap;

use kakekomi_sealing::Identities;
use kakekomi_service::sealed_case::open_event;
use kakekomi_store::{Event, EventKind, LINES_A_PAGE, Store, StoreError, StoredAccount};
use serde_json::Value;

use super::finding::{Outcome, error, warning};

/// Number of faults that the message names.
const NAMED_FAULTS: usize = 5;
/// Number of attempts to read accounts that nobody changes meanwhile.
const ATTEMPTS: u32 = 5;

/// Reports whether an event says how an account has to be.
pub fn is_of_account(event: &Event) -> bool {
    event.case_number.is_none() && kind_of(event).is_some()
}

fn kind_of(event: &Event) -> Option<EventKind> {
    event.kind.parse().ok().filter(|kind| {
        matches!(
            kind,
            EventKind::AccountAdded
                | EventKind::AccountRole
                | EventKind::AccountLinked
                | EventKind::AccountDisabled
                | EventKind::AccountEnabled
        )
    })
}

/// Compares the accounts with their events, of which the last one in the chain is `last`.
pub async fn compare(store: &dyn Store, identities: &Identities, events: &[Event], mut last: i64) -> Outcome {
    let mut expected = Expected::default();
    expected.add(identities, events);
    for _ in 0..ATTEMPTS {
        let accounts = store.accounts().await?;
        let later = events_after(store, &mut last).await?;
        if later.is_empty() {
            return expected.compare(accounts);
        }
        expected.add(identities, &later);
    }
    warning("they were changed during each comparison with their events: run the command again")
}

async fn events_after(store: &dyn Store, last: &mut i64) -> Result<Vec<Event>, StoreError> {
    let mut of_accounts = Vec::new();
    loop {
        let page = store.events(*last, LINES_A_PAGE, None).await?;
        let Some(end) = page.last() else { return Ok(of_accounts) };
        *last = end.seq;
        of_accounts.extend(page.into_iter().filter(is_of_account));
    }
}

/// An account as its events give it; `None` where an event that cannot be read may have changed the value.
#[derive(Debug, Default)]
struct Known {
    display_name: Option<String>,
    role: Option<String>,
    disabled: Option<bool>,
    /// The person at the identity provider, or `none`.
    person: Option<String>,
}

/// The accounts as their events give them.
#[derive(Debug, Default)]
struct Expected {
    accounts: BTreeMap<String, Known>,
    /// Events that none of the identities opens.
    unreadable: u64,
    /// Events without a body. Nothing erases the body of an account's event, so someone else did.
    without_body: Vec<i64>,
    /// True if an unreadable event added an account.
    may_have_others: bool,
}

impl Expected {
    fn add(&mut self, identities: &Identities, events: &[Event]) {
        for event in events {
            let Some(kind) = kind_of(event) else { continue };
            match open_event(identities, event) {
                Ok(Some(body)) => self.apply(kind, &body),
                Ok(None) => self.without_body.push(event.seq),
                Err(_) => self.forget(kind),
            }
        }
    }

    fn apply(&mut self, kind: EventKind, body: &Value) {
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(name) = text("account") else { return self.forget(kind) };
        let account = self.accounts.entry(name).or_default();
        match kind {
            EventKind::AccountRole => account.role = text("role"),
            EventKind::AccountLinked => account.person = Some(person_of(body)),
            EventKind::AccountDisabled => account.disabled = Some(true),
            EventKind::AccountEnabled => account.disabled = Some(false),
            _ => {
                let person = Some(person_of(body));
                *account =
                    Known { display_name: text("display_name"), role: text("role"), disabled: Some(false), person };
            }
        }
    }

    /// Forgets the values that an unreadable event may have changed.
    fn forget(&mut self, kind: EventKind) {
        self.unreadable = self.unreadable.saturating_add(1);
        for account in self.accounts.values_mut() {
            match kind {
                EventKind::AccountRole => account.role = None,
                EventKind::AccountLinked => account.person = None,
                EventKind::AccountDisabled | EventKind::AccountEnabled => account.disabled = None,
                _ => {}
            }
        }
        self.may_have_others |= kind == EventKind::AccountAdded;
    }

    fn compare(mut self, accounts: Vec<StoredAccount>) -> Outcome {
        let (count, mut faults) = (accounts.len(), Vec::new());
        for account in accounts {
            match self.accounts.remove(&account.name) {
                Some(known) => faults.extend(known.differences(&account)),
                None if self.may_have_others => {}
                None => faults.push(format!("no event added the account {}", account.name)),
            }
        }
        faults.extend(self.without_body.iter().map(|seq| format!("event {seq} of an account has no body")));
        faults.extend(self.accounts.keys().map(|name| format!("the account {name} is missing")));
        if !faults.is_empty() {
            let named = faults.iter().take(NAMED_FAULTS).map(String::as_str).collect::<Vec<_>>().join("; ");
            return error(format!("{named}; {} in all; someone changed the database directly", faults.len()));
        }
        match self.unreadable {
            0 => Ok(format!("names, roles and marks of all {count} are those of their events")),
            unreadable => warning(format!(
                "{unreadable} events of accounts are sealed to keys that are not here, so not everything of the {count} \
                 accounts could be compared"
            )),
        }
    }
}

/// Names the person of an event.
fn person_of(body: &Value) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    person(text("issuer"), text("subject"))
}

/// Names the person at the identity provider to whom an account belongs.
fn person(issuer: Option<&str>, subject: Option<&str>) -> String {
    issuer.zip(subject).map_or_else(|| "none".to_owned(), |(issuer, subject)| format!("{subject:?} at {issuer:?}"))
}

impl Known {
    fn differences(self, account: &StoredAccount) -> Vec<String> {
        let name = &account.name;
        let quoted = |text: &str| format!("{text:?}");
        let marked = |disabled: bool| if disabled { "disabled" } else { "enabled" }.to_owned();
        [
            ("display name", quoted(&account.display_name), self.display_name.as_deref().map(quoted)),
            ("role", quoted(&account.role), self.role.as_deref().map(quoted)),
            ("mark", marked(account.disabled), self.disabled.map(marked)),
            ("person", person(account.issuer.as_deref(), account.subject.as_deref()), self.person),
        ]
        .into_iter()
        .filter_map(|(value, stored, known)| {
            let known = known.filter(|known| *known != stored)?;
            Some(format!("the {value} of {name} is {stored}, by its events {known}"))
        })
        .collect()
    }
}
