//! Management of accounts: adding, disabling, resetting, roles.
//!
//! `add("cli:root", "sato", "佐藤", Role::Operator)` → a [`SetUpLink`] that the person opens once

use kakekomi_store::{AccountChange, EventKind, StoredAccount};
use serde_json::json;

use crate::link::{LINK_LIFETIME, SetUpLink};
use crate::name::is_account_name;
use crate::{AccountError, Accounts, Role};

/// The most characters of a display name.
pub const MAX_DISPLAY_NAME: usize = 64;
/// The accounts of a first start: one that works on cases and one that manages accounts, since no role does both.
const FIRST_ACCOUNTS: [(&str, &str, Role); 2] = [("lead", "主担当", Role::Lead), ("admin", "管理者", Role::Admin)];
/// The actor of a first start.
const SYSTEM: &str = "system";

/// An account in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// Its name.
    pub name: String,
    /// The name that people read.
    pub display_name: String,
    /// Its role; `None` if the database has a word that is none.
    pub role: Option<Role>,
    /// True if it may not sign in.
    pub disabled: bool,
    /// True if it has a password and a second factor.
    pub set_up: bool,
    /// Its unused recovery codes.
    pub recovery_codes: i64,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// The identity provider; `None` for an account with a password.
    pub issuer: Option<String>,
}

impl Accounts {
    /// Lists all accounts, in the order of their names.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn list(&self) -> Result<Vec<AccountLine>, AccountError> {
        Ok(self.store.accounts().await?.into_iter().map(line).collect())
    }

    /// Adds an account; returns the link with which its owner sets it up. `actor` is `operator:NAME` or `cli:USER`.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn add(&self, actor: &str, name: &str, display: &str, role: Role) -> Result<SetUpLink, AccountError> {
        if !self.allows_local {
            return Err(AccountError::LocalOff);
        }
        let display_name = display.trim();
        if !is_account_name(name) {
            return Err(AccountError::Name);
        }
        if !is_display_name(display_name) {
            return Err(AccountError::DisplayName);
        }
        let (link, new) = self.new_link(LINK_LIFETIME)?;
        let body = json!({"account": name, "display_name": display_name, "role": role.as_str()});
        let event = self.event(actor, EventKind::AccountAdded, &body)?;
        let change = AccountChange::Add {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            role: role.as_str().to_owned(),
            at: (self.now)(),
            link: new,
        };
        if self.store.change_account(change, Some(event)).await? { Ok(link) } else { Err(AccountError::Taken) }
    }

    /// Removes an account's password, second factor, recovery codes, sessions and tokens; returns a link that sets the former anew.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn reset(&self, actor: &str, name: &str) -> Result<SetUpLink, AccountError> {
        if !self.allows_local {
            return Err(AccountError::LocalOff);
        }
        self.local_account(name).await?;
        let (link, new) = self.new_link(LINK_LIFETIME)?;
        let change = AccountChange::Reset { name: name.to_owned(), link: new };
        let event = self.event(actor, EventKind::AccountReset, &json!({"account": name}))?;
        if self.store.change_account(change, Some(event)).await? { Ok(link) } else { Err(AccountError::NoAccount) }
    }

    /// Disables an account: its sessions, its link and its tokens end at once. `false` if it was disabled already.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn disable(&self, actor: &str, name: &str) -> Result<bool, AccountError> {
        let change = AccountChange::Disable { name: name.to_owned() };
        self.change(actor, EventKind::AccountDisabled, name, json!({"account": name}), change).await
    }

    /// Enables a disabled account; it signs in as before, and has no tokens. `false` if it was not disabled.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn enable(&self, actor: &str, name: &str) -> Result<bool, AccountError> {
        let change = AccountChange::Enable { name: name.to_owned() };
        self.change(actor, EventKind::AccountEnabled, name, json!({"account": name}), change).await
    }

    /// Gives an account another role, which its sessions have at once. `false` if it had the role already.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn set_role(&self, actor: &str, name: &str, role: Role) -> Result<bool, AccountError> {
        self.local_account(name).await?;
        let change = AccountChange::SetRole { name: name.to_owned(), role: role.as_str().to_owned() };
        let body = json!({"account": name, "role": role.as_str()});
        self.change(actor, EventKind::AccountRole, name, body, change).await
    }

    /// Makes the accounts and links of a first start; an empty list once one of the accounts is set up, or others exist. A later
    /// start without a set-up gives new links, since the first ones may be lost.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn first_links(&self) -> Result<Vec<(&'static str, Role, SetUpLink)>, AccountError> {
        let accounts = self.store.accounts().await?;
        let is_first = |account: &StoredAccount| {
            account.password.is_none()
                && account.issuer.is_none()
                && FIRST_ACCOUNTS.iter().any(|(name, ..)| *name == account.name)
        };
        if !accounts.iter().all(is_first) {
            return Ok(Vec::new());
        }
        let mut links = Vec::new();
        for (name, display_name, role) in FIRST_ACCOUNTS {
            let link = match self.add(SYSTEM, name, display_name, role).await {
                Err(AccountError::Taken) => self.reset(SYSTEM, name).await?,
                added => added?,
            };
            links.push((name, role, link));
        }
        Ok(links)
    }

    /// Refuses a change of an account that does not exist, or whose password and role are the provider's.
    async fn local_account(&self, name: &str) -> Result<(), AccountError> {
        match self.store.account(name).await? {
            None => Err(AccountError::NoAccount),
            Some(account) if account.issuer.is_some() => Err(AccountError::OfProvider),
            Some(_) => Ok(()),
        }
    }

    /// Makes a change that an account may have already.
    async fn change(
        &self,
        actor: &str,
        kind: EventKind,
        name: &str,
        body: serde_json::Value,
        change: AccountChange,
    ) -> Result<bool, AccountError> {
        if self.store.account(name).await?.is_none() {
            return Err(AccountError::NoAccount);
        }
        let event = self.event(actor, kind, &body)?;
        Ok(self.store.change_account(change, Some(event)).await?)
    }
}

/// Reports whether a text can be shown as the name of a person.
pub(crate) fn is_display_name(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_DISPLAY_NAME && !text.chars().any(char::is_control)
}

fn line(account: StoredAccount) -> AccountLine {
    AccountLine {
        role: account.role.parse().ok(),
        disabled: account.disabled,
        set_up: account.password.is_some(),
        recovery_codes: account.recovery_codes,
        created_at: account.created_at,
        issuer: account.issuer,
        name: account.name,
        display_name: account.display_name,
    }
}
