//! The account of a person whom the identity provider has identified.
//!
//! subject `248289` with `preferred_username` `sato` and a new role → the account `sato`, an event `account.role`
//!
//! The first sign-in adds the account under its name, for ever; later ones find it by issuer and subject, whatever its name at the
//! provider is then. An account that a person here has added is never taken over.

use kakekomi_oidc::Identity;
use kakekomi_store::{AccountChange, EventKind, ProviderSubject, StoredAccount};
use serde_json::json;

use crate::manage::is_display_name;
use crate::name::{is_account_name, normalized_name};
use crate::single_sign_on_refusal::SingleSignOnRefusal;
use crate::{AccountError, Accounts, Role};

/// The claim with the name of an account.
pub(crate) const NAME_CLAIM: &str = "preferred_username";
/// The claim with the name that people read. An account does without it.
const DISPLAY_NAME_CLAIM: &str = "name";
/// The most bytes of a subject (OpenID Connect Core 2).
const MAX_SUBJECT: usize = 255;
/// The actor of events that the provider causes.
const SYSTEM: &str = "system";

impl Accounts {
    /// Returns the person of an identity.
    pub(crate) fn person(&self, identity: &Identity) -> Result<ProviderSubject, SingleSignOnRefusal> {
        let issuer = self.single_sign_on()?.provider.issuer().to_owned();
        Ok(ProviderSubject { issuer, subject: identity.subject.clone() })
    }

    /// Finds or adds the account of a person and gives it its role; returns its name.
    pub(crate) async fn provider_account(
        &self,
        identity: &Identity,
        person: &ProviderSubject,
        role: Role,
    ) -> Result<String, SingleSignOnRefusal> {
        let account = match self.store.account_of_subject(&person.issuer, &person.subject).await? {
            Some(account) => account,
            None => self.add_of_provider(identity, person, role).await?,
        };
        if account.disabled {
            return Err(SingleSignOnRefusal::Disabled);
        }
        if account.role != role.as_str() {
            self.follow_role(&account.name, role).await?;
        }
        Ok(account.name)
    }

    /// Gives an account to a person at a provider: password, second factor, recovery codes, sessions and link end. `false` if it
    /// is of this person already.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn link(&self, actor: &str, name: &str, person: ProviderSubject) -> Result<bool, AccountError> {
        let ProviderSubject { issuer, subject } = &person;
        if issuer.is_empty() || !(1..=MAX_SUBJECT).contains(&subject.len()) {
            return Err(AccountError::Person);
        }
        if self.store.account(name).await?.is_none() {
            return Err(AccountError::NoAccount);
        }
        match self.store.account_of_subject(issuer, subject).await? {
            Some(account) if account.name == name => return Ok(false),
            Some(account) => return Err(AccountError::PersonTaken(account.name)),
            None => {}
        }
        let body = json!({"account": name, "issuer": issuer, "subject": subject});
        let event = self.event(actor, EventKind::AccountLinked, &body)?;
        let change = AccountChange::Link { name: name.to_owned(), person };
        Ok(self.store.change_account(change, Some(event)).await?)
    }

    /// Adds the account of a person who signs in for the first time.
    async fn add_of_provider(
        &self,
        identity: &Identity,
        person: &ProviderSubject,
        role: Role,
    ) -> Result<StoredAccount, SingleSignOnRefusal> {
        let [name, display_name] = [NAME_CLAIM, DISPLAY_NAME_CLAIM].map(|claim| identity.text(claim));
        let name = normalized_name(name.ok_or(SingleSignOnRefusal::Name)?);
        if !is_account_name(&name) {
            return Err(SingleSignOnRefusal::Name);
        }
        let display_name = display_name.map(str::trim).filter(|text| is_display_name(text)).unwrap_or(&name);
        let body = json!({"account": name, "display_name": display_name, "role": role.as_str(),
                          "issuer": person.issuer, "subject": person.subject});
        let event = self.event(SYSTEM, EventKind::AccountAdded, &body)?;
        let change = AccountChange::AddOfProvider {
            display_name: display_name.to_owned(),
            name,
            role: role.as_str().to_owned(),
            at: (self.now)(),
            person: person.clone(),
        };
        self.store.change_account(change, Some(event)).await?;
        // Another host may have added the same person; otherwise the name is another account's.
        let added = self.store.account_of_subject(&person.issuer, &person.subject).await?;
        added.ok_or(SingleSignOnRefusal::NameTaken)
    }

    /// Ends the sessions and tokens of an account that has no role at the provider any more.
    pub(crate) async fn end_access(&self, name: &str) -> Result<(), AccountError> {
        let body =
            json!({"account": name, "by": "provider", "tokens": true, "code": SingleSignOnRefusal::NoRole.code()});
        let event = self.event(SYSTEM, EventKind::AccountSignedOut, &body)?;
        self.store.change_account(AccountChange::EndAccess { name: name.to_owned() }, Some(event)).await?;
        Ok(())
    }

    async fn follow_role(&self, name: &str, role: Role) -> Result<(), AccountError> {
        let body = json!({"account": name, "role": role.as_str(), "by": "provider"});
        let event = self.event(SYSTEM, EventKind::AccountRole, &body)?;
        let change = AccountChange::SetRole { name: name.to_owned(), role: role.as_str().to_owned() };
        self.store.change_account(change, Some(event)).await?;
        Ok(())
    }
}
