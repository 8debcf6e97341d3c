//! Signing in with name, password and second factor.
//!
//! `sign_in("sato", password, "123456", address)` → [`SignIn::SignedIn`]; the same code again → [`SignIn::Refused`]
//!
//! A wrong name, password or code, an account that is disabled, and one without a set-up cost the same work before they are
//! refused: two reads, one password hash, three one-time codes and one keyed hash. Only a sign-in writes before it answers.

use std::net::IpAddr;
use std::time::Duration;

use kakekomi_store::{AccountChange, EventKind, SecondFactor, SecretHash, StoredAccount};
use serde_json::json;

use crate::account_event::{account_event, actor_of};
use crate::name::{is_account_name, normalized_name};
use crate::recovery_code::normalized_code;
use crate::sessions::{SESSION_IDLE, SESSION_LIFETIME, millis};
use crate::token::token_hash;
use crate::totp::TotpSecret;
use crate::{AccountError, Accounts, SessionToken};

/// The outcome of an attempt to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// The token of the new session, for its cookie.
    SignedIn(SessionToken),
    /// Name, password or code is wrong, or the account may not sign in.
    Refused,
    /// Too many failures with this name from this address.
    Locked {
        /// The time until the next attempt.
        wait: Duration,
    },
    /// Too many sign in at the same time.
    Busy,
}

/// Credentials that were compared and are right.
pub(crate) struct Verified {
    pub account: StoredAccount,
    pub password: String,
    pub second: SecondFactor,
}

/// The outcome of comparing credentials and using them for something.
pub(crate) enum Judged<T> {
    Used(T),
    Refused,
    Locked { wait: Duration },
    Busy,
}

impl Accounts {
    /// Signs in; `second` is a one-time code or a recovery code.
    ///
    /// # Errors
    /// [`AccountError`]: nobody can sign in now.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        second: &str,
        address: IpAddr,
    ) -> Result<SignIn, AccountError> {
        let begin = async |verified| self.begin_session(verified, address).await;
        Ok(match self.authenticate(name, password, second, address, begin).await? {
            Judged::Used(token) => SignIn::SignedIn(token),
            Judged::Refused => SignIn::Refused,
            Judged::Locked { wait } => SignIn::Locked { wait },
            Judged::Busy => SignIn::Busy,
        })
    }

    /// Compares credentials and uses them once; `use_up` returns `None` if another attempt was faster.
    pub(crate) async fn authenticate<T>(
        &self,
        name: &str,
        password: &str,
        second: &str,
        address: IpAddr,
        use_up: impl AsyncFnOnce(Verified) -> Result<Option<T>, AccountError>,
    ) -> Result<Judged<T>, AccountError> {
        if !self.allows_local {
            return Ok(Judged::Refused);
        }
        let name = normalized_name(name);
        let attempt = match self.lockout.begin(&name, address, (self.now)()) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(Judged::Locked { wait }),
        };
        let judged = self.judge(&name, password, second, address, use_up).await;
        match &judged {
            Ok(Judged::Used(_)) => self.lockout.forget(&attempt),
            Ok(Judged::Busy) | Err(_) => self.lockout.take_back(&attempt),
            Ok(_) => {}
        }
        judged
    }

    async fn judge<T>(
        &self,
        name: &str,
        password: &str,
        second: &str,
        address: IpAddr,
        use_up: impl AsyncFnOnce(Verified) -> Result<Option<T>, AccountError>,
    ) -> Result<Judged<T>, AccountError> {
        // One of a flood is refused before it costs a read.
        let Ok(place) = self.passwords.place(address) else { return Ok(Judged::Busy) };
        // A text that is no name is looked up as one that nobody has.
        let name = if is_account_name(name) { name } else { "" };
        let account = self.store.account(name).await?;
        let codes = self.store.recovery_codes(name).await?;
        let hash = account.as_ref().and_then(|account| account.password.as_deref());
        let Ok(is_password) = self.passwords.verify(place, password, hash).await else { return Ok(Judged::Busy) };
        let second = self.second_factor(account.as_ref(), &codes, second);
        let known = account.as_ref().map(|account| account.name.clone());
        if let Some(verified) = verified(account, is_password, second)
            && let Some(used) = use_up(verified).await?
        {
            return Ok(Judged::Used(used));
        }
        self.note_refusal(known, address, None);
        Ok(Judged::Refused)
    }

    /// Finds what a typed code is: a one-time code whose step is later than the last one, or an unused recovery code. Both are
    /// computed in any case.
    fn second_factor(&self, account: Option<&StoredAccount>, codes: &[Vec<u8>], typed: &str) -> Option<SecondFactor> {
        let code = normalized_code(typed);
        let (name, last_step) = account.map_or(("", 0), |account| (account.name.as_str(), account.totp_step));
        let wrapped = account.and_then(|account| account.totp.as_deref());
        let unwrapped = wrapped.and_then(|wrapped| match TotpSecret::unwrap(&self.key, name, wrapped) {
            Ok(secret) => Some(secret),
            Err(error) => {
                tracing::error!(%error, account = name, "the second factor of an account cannot be read with this hash.key");
                None
            }
        });
        // Everybody knows the secret that is compared where an account has none: its codes count for nobody.
        let matched = unwrapped.unwrap_or(TotpSecret::NOBODY).matched_step(&code, (self.now)());
        let step = matched.filter(|step| unwrapped.is_some() && *step > last_step);
        let hash: SecretHash = self.key.recovery_code(name, &code);
        // The hashes are keyed: the time of their comparison tells nothing about a code.
        let is_recovery_code = codes.iter().any(|code| code.as_slice() == hash);
        step.map(SecondFactor::Step).or_else(|| is_recovery_code.then_some(SecondFactor::RecoveryCode(hash)))
    }

    /// Uses up the second factor and begins a session; `None` if another sign-in was faster, or the account has changed.
    async fn begin_session(&self, verified: Verified, address: IpAddr) -> Result<Option<SessionToken>, AccountError> {
        let Verified { account, password, second } = verified;
        let (token, now, name) = (SessionToken::random()?, (self.now)(), account.name);
        let factor = match second {
            SecondFactor::Step(_) => "one_time_code",
            SecondFactor::RecoveryCode(_) => "recovery_code",
        };
        let body = json!({"account": name, "factor": factor, "address": address});
        let event = self.event(&actor_of(&name), EventKind::AccountSignedIn, &body)?;
        let change = AccountChange::SignIn {
            name,
            password,
            second,
            token: token_hash(token.as_str()),
            at: now,
            idle_before: now.saturating_sub(millis(SESSION_IDLE)),
            began_before: now.saturating_sub(millis(SESSION_LIFETIME)),
        };
        Ok(self.store.change_account(change, Some(event)).await?.then_some(token))
    }

    /// Writes an event of refusals if one is due, without waiting for it. The code is that of a refusal after the provider's answer.
    pub(crate) fn note_refusal(&self, account: Option<String>, address: IpAddr, code: Option<&'static str>) {
        let now = (self.now)();
        let Some(refused) = self.refusals.count(account.as_deref(), now) else { return };
        let (store, recipients) = (self.store.clone(), self.recipients.clone());
        tokio::spawn(async move {
            let body = match code {
                Some(code) => json!({"account": account, "refused": refused, "address": address, "code": code}),
                None => json!({"account": account, "refused": refused, "address": address}),
            };
            let written = match account_event(&recipients, now, "system", EventKind::AccountRefused, &body) {
                Ok(event) => store.append(vec![event]).await.map(drop).map_err(AccountError::from),
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                tracing::error!(%error, "the event of a refused sign-in is not written");
            }
        });
    }
}

/// Returns the credentials if all of them are right.
fn verified(account: Option<StoredAccount>, is_password: bool, second: Option<SecondFactor>) -> Option<Verified> {
    let account = account.filter(|account| is_password && !account.disabled && account.totp.is_some())?;
    let password = account.password.clone()?;
    Some(Verified { account, password, second: second? })
}
