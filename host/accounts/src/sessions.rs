//! Sessions: each request asks the database, so that a disabled account and a changed role count at once.
//!
//! `accounts.session(cookie)` → `Some(Session { account: "sato", role: Operator, … })`

use std::time::Duration;

use kakekomi_store::{AccountChange, EventKind, StoredSession};
use serde_json::json;

use crate::account_event::actor_of;
use crate::token::token_hash;
use crate::{AccountError, Accounts, Role};

/// The longest time between two requests of a session.
pub const SESSION_IDLE: Duration = Duration::from_mins(30);
/// The longest time of a session.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(12);
/// The moment of the last request is written when it is older than this.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// A session of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its row, for lists.
    pub id: i64,
    /// The account's name.
    pub account: String,
    /// The account's name as people read it.
    pub display_name: String,
    /// The account's role now.
    pub role: Role,
    /// Moment of the sign-in, in milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Moment of the last request, to the minute.
    pub last_seen_at: i64,
    /// True if the account is one of the identity provider.
    pub of_provider: bool,
}

impl Accounts {
    /// Finds the session of a token, if it has not ended and its account may sign in.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn session(&self, token: &str) -> Result<Option<Session>, AccountError> {
        let Some(session) = self.peek(token).await? else { return Ok(None) };
        let now = (self.now)();
        if now.saturating_sub(session.last_seen_at) >= millis(SEEN_EVERY) {
            let seen = AccountChange::SeeSession { id: session.id, at: now };
            // A database that cannot be written to must not keep an operator from reading.
            if let Err(error) = self.store.change_account(seen, None).await {
                tracing::warn!(%error, "the moment of a session's last request is not written");
            }
        }
        Ok(Some(session))
    }

    /// Finds a session as [`Accounts::session`] does, without prolonging it: for requests that a page makes by itself.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn peek(&self, token: &str) -> Result<Option<Session>, AccountError> {
        let stored = self.store.session(token_hash(token)).await?.and_then(|stored| open(stored, (self.now)()));
        // A session of before passwords were switched off is over as well.
        Ok(stored.filter(|session| self.allows_local || session.of_provider))
    }

    /// Lists the sessions of an account that have not ended, the newest first.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn sessions(&self, account: &str) -> Result<Vec<Session>, AccountError> {
        let now = (self.now)();
        Ok(self.store.sessions(account).await?.into_iter().filter_map(|stored| open(stored, now)).collect())
    }

    /// Ends a session at the wish of its account.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn sign_out(&self, session: &Session) -> Result<(), AccountError> {
        self.revoke(&session.account, session.id).await.map(drop)
    }

    /// Ends one of an account's own sessions; `false` if it has no such session.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn revoke(&self, account: &str, id: i64) -> Result<bool, AccountError> {
        let body = json!({"account": account, "session": id});
        let event = self.event(&actor_of(account), EventKind::AccountSignedOut, &body)?;
        let end = AccountChange::EndSession { name: account.to_owned(), id };
        Ok(self.store.change_account(end, Some(event)).await?)
    }
}

/// Converts a stored session unless it has ended.
fn open(stored: StoredSession, now: i64) -> Option<Session> {
    let StoredSession { id, account, display_name, role, disabled, created_at, last_seen_at, issuer } = stored;
    let is_open = !disabled
        && now.saturating_sub(last_seen_at) < millis(SESSION_IDLE)
        && now.saturating_sub(created_at) < millis(SESSION_LIFETIME);
    let role = role.parse().ok().filter(|_| is_open)?;
    Some(Session { id, account, display_name, role, created_at, last_seen_at, of_provider: issuer.is_some() })
}

/// Converts a duration to milliseconds.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
