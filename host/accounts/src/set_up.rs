//! One-time links that set the password and the second factor of an account.
//!
//! `set_up(token)` → [`SetUp`] with a secret for the authenticator; `finish_set_up(token, password, "123456")` →
//! [`RecoveryCodes`], and the link is used
//!
//! An account that wants another password, authenticator or recovery codes makes such a link itself: `renew`.

use std::net::IpAddr;
use std::time::Duration;

use kakekomi_store::{AccountChange, EventKind, StoredLink};
use serde_json::json;

use crate::account_event::actor_of;
use crate::link::SetUpLink;
use crate::password::{self, Busy, PasswordFault};
use crate::recovery_code::{RecoveryCodes, normalized_code};
use crate::sign_in::{Judged, Verified};
use crate::token::token_hash;
use crate::totp::TotpSecret;
use crate::{AccountError, Accounts};

/// The time in which an account can use the link that it made for itself.
pub const RENEWAL_LIFETIME: Duration = Duration::from_hours(1);

/// The outcome of an account's wish to set itself up anew.
#[derive(Clone, PartialEq, Eq)]
pub enum Renewal {
    /// A link; until it is used, everything stays as it is.
    Link(SetUpLink),
    /// Password or code is wrong.
    Refused,
    /// Too many failures with this name from this address.
    Locked {
        /// The time until the next attempt.
        wait: Duration,
    },
    /// Too many sign in at the same time.
    Busy,
}

/// What the page of a set-up link shows.
#[derive(Clone, PartialEq, Eq)]
pub struct SetUp {
    /// The account's name.
    pub account: String,
    /// The account's name as people read it.
    pub display_name: String,
    /// The secret of the second factor, for people who type it.
    pub totp_secret: String,
    /// The URI of the second factor, for a QR code.
    pub totp_uri: String,
}

/// The reason why a set-up is not finished.
#[derive(Debug)]
pub enum SetUpRefusal {
    /// The link is unknown, used or too old, or its account is disabled.
    Link,
    /// Entries are wrong; the link is unused.
    Entries {
        /// The fault of the password.
        password: Option<PasswordFault>,
        /// True if the one-time code is wrong.
        code: bool,
    },
    /// Too many sign in at the same time; the link is unused.
    Busy,
    /// The set-up cannot be stored now.
    Failed(AccountError),
}

impl From<AccountError> for SetUpRefusal {
    fn from(error: AccountError) -> SetUpRefusal {
        SetUpRefusal::Failed(error)
    }
}

impl Accounts {
    /// Finds what a set-up link is for; `None` if it cannot be used.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn set_up(&self, token: &str) -> Result<Option<SetUp>, AccountError> {
        let Some(StoredLink { account, display_name, .. }) = self.usable_link(token).await? else { return Ok(None) };
        let secret = TotpSecret::of_link(&self.key, token);
        Ok(Some(SetUp { totp_secret: secret.text(), totp_uri: secret.uri(&account)?, account, display_name }))
    }

    /// Sets the password and the second factor, and uses up the link. The code that confirms the second factor cannot be used
    /// to sign in.
    ///
    /// # Errors
    /// [`SetUpRefusal`].
    pub async fn finish_set_up(&self, token: &str, password: &str, code: &str) -> Result<RecoveryCodes, SetUpRefusal> {
        let Some(StoredLink { account, display_name, .. }) = self.usable_link(token).await? else {
            return Err(SetUpRefusal::Link);
        };
        let now = (self.now)();
        let secret = TotpSecret::of_link(&self.key, token);
        let own = [account.as_str(), display_name.as_str()];
        let names: Vec<_> = own.into_iter().chain(self.desk_names.iter().map(String::as_str)).collect();
        let fault = password::fault(password, &names);
        let totp_step = match (secret.matched_step(&normalized_code(code), now), fault) {
            (Some(step), None) => step,
            (step, password) => return Err(SetUpRefusal::Entries { password, code: step.is_none() }),
        };
        let hashed = match self.passwords.hash(password).await {
            Ok(hashed) => hashed?,
            Err(Busy) => return Err(SetUpRefusal::Busy),
        };
        let codes = RecoveryCodes::random()?;
        let hash = |code: &String| self.key.recovery_code(&account, &normalized_code(code));
        let event = self.event(&actor_of(&account), EventKind::AccountSetUp, &json!({"account": account}))?;
        let change = AccountChange::FinishSetUp {
            token: token_hash(token),
            at: now,
            password: hashed,
            totp: secret.wrap(&self.key, &account).map_err(AccountError::from)?,
            totp_step,
            recovery_codes: codes.as_slice().iter().map(hash).collect(),
        };
        if self.store.change_account(change, Some(event)).await.map_err(AccountError::from)? {
            Ok(codes)
        } else {
            Err(SetUpRefusal::Link)
        }
    }

    /// Makes a link with which an account sets itself up anew, if it knows its present password and a code.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn renew(
        &self,
        account: &str,
        password: &str,
        second: &str,
        address: IpAddr,
    ) -> Result<Renewal, AccountError> {
        let make_link = async |verified| self.renewal_link(verified).await;
        Ok(match self.authenticate(account, password, second, address, make_link).await? {
            Judged::Used(link) => Renewal::Link(link),
            Judged::Refused => Renewal::Refused,
            Judged::Locked { wait } => Renewal::Locked { wait },
            Judged::Busy => Renewal::Busy,
        })
    }

    async fn renewal_link(&self, verified: Verified) -> Result<Option<SetUpLink>, AccountError> {
        let Verified { account, password, second } = verified;
        let (link, new) = self.new_link(RENEWAL_LIFETIME)?;
        let name = account.name;
        let body = json!({"account": name, "by_itself": true});
        let event = self.event(&actor_of(&name), EventKind::AccountReset, &body)?;
        let change = AccountChange::Renew { name, password, second, link: new };
        Ok(self.store.change_account(change, Some(event)).await?.then_some(link))
    }

    async fn usable_link(&self, token: &str) -> Result<Option<StoredLink>, AccountError> {
        if !self.allows_local {
            return Ok(None);
        }
        let link = self.store.set_up_link(token_hash(token)).await?;
        Ok(link.filter(|link| !link.disabled && (self.now)() < link.expires_at))
    }
}
