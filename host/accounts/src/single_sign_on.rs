//! Signing in at an identity provider.
//!
//! `begin_at_provider("/audit", address)` → the provider's address and a secret for the browser's cookie;
//! `finish_at_provider(&answer, cookie, address)` → [`ProviderSession`] for `/audit`, or a [`SingleSignOnRefusal`] with a code
//!
//! An attempt is a row of the database, so that any host finishes what another one began. It is bound to the browser by the
//! cookie, used once, and over after ten minutes.

use std::net::IpAddr;
use std::time::Duration;

use kakekomi_oidc::{AttemptSecrets, Identity};
use kakekomi_store::{AccountChange, EventKind, NewAttempt, SecretHash};
use serde_json::json;

use crate::account_event::actor_of;
use crate::address_places::network;
use crate::provider_account::NAME_CLAIM;
use crate::role_rules::SingleSignOn;
use crate::sessions::{SESSION_IDLE, SESSION_LIFETIME, millis};
use crate::single_sign_on_refusal::{RefusalClass, SingleSignOnRefusal};
use crate::token::{random_token, token_hash};
use crate::{Accounts, SessionToken};

/// The time in which an attempt can be finished.
pub const ATTEMPT_LIFETIME: Duration = Duration::from_mins(10);
/// The most attempts of one address, or one network of an IPv6 address, under way; its oldest ones above are removed, so that one
/// person behind an address that many share keeps nobody out.
pub const ATTEMPTS_OF_ADDRESS: i64 = 100;
/// The most attempts under way; the oldest ones above are removed.
pub const ATTEMPTS: i64 = 10_000;

/// The beginning of an attempt.
pub struct ProviderStart {
    /// The address at the provider to which the browser goes.
    pub address: String,
    /// The secret for the browser's cookie.
    pub browser: String,
}

/// The answer of the provider, from the parameters of the address to which it sent the browser back.
#[derive(Clone, Default)]
pub struct ProviderAnswer {
    /// The state of the attempt.
    pub state: String,
    /// The code.
    pub code: Option<String>,
    /// The issuer (RFC 9207).
    pub issuer: Option<String>,
    /// True if the provider answers with an error.
    pub is_error: bool,
}

/// A session that began at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSession {
    /// The token for the session's cookie.
    pub token: SessionToken,
    /// The page of the desk to go on with.
    pub next: String,
}

impl Accounts {
    /// Begins an attempt to sign in at the provider. The caller has checked that `next` is a page of the desk.
    ///
    /// # Errors
    /// [`SingleSignOnRefusal`].
    pub async fn begin_at_provider(&self, next: &str, address: IpAddr) -> Result<ProviderStart, SingleSignOnRefusal> {
        self.begin_attempt(next, address).await.inspect_err(log)
    }

    async fn begin_attempt(&self, next: &str, address: IpAddr) -> Result<ProviderStart, SingleSignOnRefusal> {
        let provider = &self.single_sign_on()?.provider;
        let (state, browser) = (random_token("")?, random_token("")?);
        let (state_hash, browser_hash) = (token_hash(&state), token_hash(&browser));
        let now = (self.now)();
        let secrets = AttemptSecrets::new(state, browser.clone());
        let location = provider.authorization_address(&secrets, now).await?;
        let attempt = NewAttempt {
            state: state_hash,
            browser: browser_hash,
            address: network(address).to_string(),
            next: next.to_owned(),
            at: now,
        };
        let change = AccountChange::BeginOidc {
            attempt,
            began_before: now.saturating_sub(millis(ATTEMPT_LIFETIME)),
            max_of_address: ATTEMPTS_OF_ADDRESS,
            max: ATTEMPTS,
        };
        self.store.change_account(change, None).await?;
        Ok(ProviderStart { address: location, browser })
    }

    /// Finishes an attempt with the provider's answer; `browser` is the secret of the browser's cookie.
    ///
    /// # Errors
    /// [`SingleSignOnRefusal`]: it is in the log with its code, and in the events unless the provider is not there.
    pub async fn finish_at_provider(
        &self,
        answer: &ProviderAnswer,
        browser: Option<&str>,
        address: IpAddr,
    ) -> Result<ProviderSession, SingleSignOnRefusal> {
        let mut account = None;
        let finished = self.finish_attempt(answer, browser, address, &mut account).await;
        finished.inspect_err(|refusal| {
            log(refusal);
            let is_outage =
                matches!(refusal.class(), RefusalClass::Unreachable | RefusalClass::Failed | RefusalClass::NoProvider);
            if !is_outage {
                self.note_refusal(account, address, Some(refusal.code()));
            }
        })
    }

    /// Finishes an attempt; notes the account as soon as it is known, for the event of a refusal.
    async fn finish_attempt(
        &self,
        answer: &ProviderAnswer,
        browser: Option<&str>,
        address: IpAddr,
        known: &mut Option<String>,
    ) -> Result<ProviderSession, SingleSignOnRefusal> {
        let SingleSignOn { provider, roles } = self.single_sign_on()?;
        let (secrets, next) = self.use_up_attempt(&answer.state, browser).await?;
        let now = (self.now)();
        provider.check_answer(answer.issuer.as_deref(), now).await?;
        let code = answer.code.as_deref().filter(|_| !answer.is_error).ok_or(SingleSignOnRefusal::Denied)?;
        let identity = provider.identify(code, &secrets, &[NAME_CLAIM, &roles.claim], now).await?;
        let person = self.person(&identity)?;
        if let Some(account) = self.store.account_of_subject(&person.issuer, &person.subject).await? {
            *known = Some(account.name);
        }
        let Some(role) = roles.role_of(&identity) else {
            if let Some(name) = known {
                self.end_access(name).await?;
            }
            return Err(SingleSignOnRefusal::NoRole);
        };
        let name = self.provider_account(&identity, &person, role).await?;
        *known = Some(name.clone());
        let token = SessionToken::random()?;
        let event = json!({"account": name, "factor": "provider", "address": address});
        let event = self.event(&actor_of(&name), EventKind::AccountSignedIn, &event)?;
        let change = AccountChange::SignInOfProvider {
            name,
            person,
            provider_session: self.provider_session(&identity),
            token: token_hash(token.as_str()),
            at: now,
            idle_before: now.saturating_sub(millis(SESSION_IDLE)),
            began_before: now.saturating_sub(millis(SESSION_LIFETIME)),
        };
        let is_begun = self.store.change_account(change, Some(event)).await?;
        if is_begun { Ok(ProviderSession { token, next }) } else { Err(SingleSignOnRefusal::Disabled) }
    }

    /// Finds the attempt of a state and uses it up; returns its secrets and the page to go on with. Another browser uses nothing up.
    async fn use_up_attempt(
        &self,
        state: &str,
        browser: Option<&str>,
    ) -> Result<(AttemptSecrets, String), SingleSignOnRefusal> {
        let hash = token_hash(state);
        let attempt = self.store.oidc_attempt(hash).await?.ok_or(SingleSignOnRefusal::State)?;
        // Hashes of random secrets: the time of their comparison tells nothing about them.
        let is_same = |browser: &&str| token_hash(browser).as_slice() == attempt.browser;
        let browser = browser.filter(is_same).ok_or(SingleSignOnRefusal::Browser)?;
        if !self.store.change_account(AccountChange::EndOidc { state: hash }, None).await? {
            return Err(SingleSignOnRefusal::State);
        }
        let age = (self.now)().saturating_sub(attempt.created_at);
        if !(0..millis(ATTEMPT_LIFETIME)).contains(&age) {
            return Err(SingleSignOnRefusal::AttemptExpired);
        }
        Ok((AttemptSecrets::new(state.to_owned(), browser.to_owned()), attempt.next))
    }

    /// Ends the sessions that a logout token of the provider names (Back-Channel Logout). Unknown ones are no error.
    ///
    /// # Errors
    /// [`SingleSignOnRefusal`]: the token is wrong, or the sessions could not be ended.
    pub async fn log_out_by_provider(&self, token: &str) -> Result<(), SingleSignOnRefusal> {
        self.end_sessions_of(token).await.inspect_err(log)
    }

    async fn end_sessions_of(&self, token: &str) -> Result<(), SingleSignOnRefusal> {
        let provider = &self.single_sign_on()?.provider;
        let logout = provider.check_logout_token(token, (self.now)()).await?;
        let session = logout.session.map(|session| session_hash(provider.issuer(), &session));
        let accounts: Vec<String> = match (&logout.subject, session) {
            (Some(subject), _) => {
                let account = self.store.account_of_subject(provider.issuer(), subject).await?;
                account.map(|account| account.name).into_iter().collect()
            }
            (None, Some(session)) => {
                let found = self.store.sessions_of_provider(session).await?;
                found.into_iter().map(|session| session.account).take(1).collect()
            }
            (None, None) => Vec::new(),
        };
        for name in accounts {
            let body = json!({"account": name, "by": "provider"});
            let event = self.event("system", EventKind::AccountSignedOut, &body)?;
            let change =
                AccountChange::EndSessionsOfProvider { name, provider_session: session, began_before: logout.before };
            self.store.change_account(change, Some(event)).await?;
        }
        Ok(())
    }

    /// Makes the address at which a person ends the session at the provider as well; `None` if it has none.
    pub async fn end_session_address(&self) -> Option<String> {
        self.single_sign_on.as_ref()?.provider.end_session_address((self.now)()).await
    }

    pub(crate) fn single_sign_on(&self) -> Result<&SingleSignOn, SingleSignOnRefusal> {
        self.single_sign_on.as_ref().ok_or(SingleSignOnRefusal::NoProvider)
    }

    fn provider_session(&self, identity: &Identity) -> Option<SecretHash> {
        let issuer = self.single_sign_on.as_ref()?.provider.issuer();
        identity.session.as_deref().map(|session| session_hash(issuer, session))
    }
}

fn session_hash(issuer: &str, session: &str) -> SecretHash {
    token_hash(&format!("{issuer} {session}"))
}

/// Writes the line of a refusal: its code, and a reason without any text of the answer.
fn log(refusal: &SingleSignOnRefusal) {
    if refusal.class() != RefusalClass::NoProvider {
        tracing::warn!(code = refusal.code(), reason = %refusal, "single sign-on is refused");
    }
}
