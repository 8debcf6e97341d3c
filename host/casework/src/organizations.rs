//! The register of organizations that may receive something (clauses 1②⑤).
//!
//! `add_organization(&lead, &recipients, NewOrganization { id: "ntt-at", … })` → the event `organization.added`

use std::io;

use kakekomi_sealing::{PartSealer, Recipients};
use kakekomi_service::sealed_case::{EventDraft, seal_store_event};
use kakekomi_store::{EventKind, Organization, OrganizationChange, OrganizationKind};
use serde_json::{Value, json};

use crate::casework::{Casework, demand};
use crate::handover::error::{HandoverError, MissingStep};
use crate::limits::{NAME_CHARACTERS_MAX, ORGANIZATION_ID_MAX, PAGE_MAX};
use crate::operator::{Operator, Right};

/// An organization before it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganization {
    /// A short word in addresses and commands, given once.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: OrganizationKind,
    /// Its age recipient.
    pub recipient: String,
}

impl Casework {
    /// Lists all organizations, by their ids.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn organizations(&self, operator: &Operator) -> Result<Vec<Organization>, HandoverError> {
        demand(operator, Right::Release)?;
        Ok(self.store().organizations().await?)
    }

    /// Registers an organization. `desk` are the recipients of events without a case.
    ///
    /// # Errors
    /// [`HandoverError`]: a value is wrong, or the id is taken.
    pub async fn add_organization(
        &self,
        operator: &Operator,
        desk: &Recipients,
        new: NewOrganization,
    ) -> Result<(), HandoverError> {
        demand(operator, Right::Release)?;
        let new = checked(new)?;
        // Sealed, so that another recipient in the database is found.
        let body = json!({ "id": new.id, "name": new.name, "kind": new.kind.as_str(), "recipient": new.recipient });
        let NewOrganization { id, name, kind, recipient } = new;
        let organization = Organization { id, name, kind, recipient, disabled: false, created_at: self.now() };
        let change = OrganizationChange::Add(organization);
        let is_new = self.change(operator, desk, EventKind::OrganizationAdded, &body, change).await?;
        if is_new { Ok(()) } else { Err(HandoverError::Id) }
    }

    /// Disables an organization: its links end at once. False if it is unknown or was so already.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn disable_organization(
        &self,
        operator: &Operator,
        desk: &Recipients,
        id: &str,
    ) -> Result<bool, HandoverError> {
        let change = OrganizationChange::Disable(id.to_owned());
        self.change(operator, desk, EventKind::OrganizationDisabled, &json!({ "id": id }), change).await
    }

    /// Enables an organization; its former links stay ended, and can be renewed. False if it is unknown or was so already.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn enable_organization(
        &self,
        operator: &Operator,
        desk: &Recipients,
        id: &str,
    ) -> Result<bool, HandoverError> {
        let change = OrganizationChange::Enable(id.to_owned());
        self.change(operator, desk, EventKind::OrganizationEnabled, &json!({ "id": id }), change).await
    }

    /// Checks that the recipient in the register is the one of the sealed event with which the organization was added. Ids are given
    /// once, so the first event counts.
    pub(crate) async fn check_recipient(&self, organization: &Organization) -> Result<(), HandoverError> {
        let reader = self.parts.reader.as_deref().ok_or(HandoverError::Missing(vec![MissingStep::Identity]))?;
        let (mut sealed, mut before) = (None, None);
        loop {
            let events = self.store().store_events(EventKind::OrganizationAdded, before, PAGE_MAX).await?;
            let Some(last) = events.last() else { break };
            before = Some(last.seq);
            let mut bodies = events.iter().filter_map(|event| reader.open_store_event(event).ok().flatten());
            sealed = bodies.rfind(|body| has(body, "id", &organization.id)).or(sealed);
        }
        let is_sealed = sealed.is_some_and(|body| has(&body, "recipient", &organization.recipient));
        if is_sealed { Ok(()) } else { Err(HandoverError::OtherRecipient) }
    }

    async fn change(
        &self,
        operator: &Operator,
        desk: &Recipients,
        kind: EventKind,
        body: &Value,
        change: OrganizationChange,
    ) -> Result<bool, HandoverError> {
        demand(operator, Right::Release)?;
        let draft = EventDraft { at: self.now(), actor: operator.actor(), kind, body, after: None, also_to: None };
        Ok(self.store().change_organization(change, seal_store_event(desk, &draft)?).await?)
    }
}

fn has(body: &Value, name: &str, value: &str) -> bool {
    body.get(name).and_then(Value::as_str) == Some(value)
}

/// Checks the values of an organization.
fn checked(new: NewOrganization) -> Result<NewOrganization, HandoverError> {
    let NewOrganization { id, name, kind, recipient } = new;
    let (name, recipient) = (name.trim().to_owned(), recipient.trim().to_owned());
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !id.starts_with(|first: char| first.is_ascii_lowercase())
        || id.len() > ORGANIZATION_ID_MAX
        || !id.bytes().all(is_word)
    {
        return Err(HandoverError::Id);
    }
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.contains(char::is_control) {
        return Err(HandoverError::Name);
    }
    PartSealer::new(&recipient, io::sink()).map_err(|_| HandoverError::Recipient)?;
    Ok(NewOrganization { id, name, kind, recipient })
}

#[cfg(test)]
mod tests {
    use kakekomi_sealing::Identities;

    use super::*;

    #[test]
    fn wrong_values_are_named() {
        let key = Identities::generate().recipients().concat();
        let check = |id: &str, name: &str, recipient: &str| {
            let kind = OrganizationKind::Forensics;
            let new = NewOrganization { id: id.into(), name: name.into(), kind, recipient: recipient.into() };
            checked(new)
        };
        assert_eq!(check("ntt-at", " 会社 ", &format!(" {key}\n")).unwrap().name, "会社");
        for id in ["", "1a", "-a", "A", "a b", "a/b", &"a".repeat(41)] {
            assert!(matches!(check(id, "n", &key), Err(HandoverError::Id)), "{id}");
        }
        for name in ["", " ", "a\nb", &"会".repeat(201)] {
            assert!(matches!(check("a", name, &key), Err(HandoverError::Name)), "{name}");
        }
        for recipient in ["", "age1", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA"] {
            assert!(matches!(check("a", "n", recipient), Err(HandoverError::Recipient)), "{recipient}");
        }
    }
}
