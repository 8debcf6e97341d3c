//! Tokens of the read-only interface for programs. Each belongs to an account and ends with it.
//!
//! `add_token("cli:root", "sato", TokenScope::Queue)` → `kakekomi_5f…`, shown once; `token("kakekomi_5f…")` → [`ApiToken`]

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use kakekomi_store::{AccountChange, EventKind, StoredToken};
use serde_json::json;

use crate::role::UnknownWord;
use crate::sessions::millis;
use crate::token::{random_token, token_hash};
use crate::{AccountError, Accounts, Role};

/// The beginning of a token, by which scanners for secrets find it.
const PREFIX: &str = "kakekomi_";
/// The moment of the last request is written when it is older than this.
const USED_EVERY: Duration = Duration::from_mins(1);

/// What a token may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenScope {
    /// The list of cases.
    Queue,
    /// The list and the contents of cases, as far as the role of its account allows.
    Cases,
}

impl TokenScope {
    /// All scopes.
    pub const ALL: [TokenScope; 2] = [TokenScope::Queue, TokenScope::Cases];

    /// Returns the stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            TokenScope::Queue => "queue",
            TokenScope::Cases => "cases",
        }
    }
}

impl fmt::Display for TokenScope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for TokenScope {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<TokenScope, UnknownWord> {
        TokenScope::ALL.into_iter().find(|scope| scope.as_str() == word).ok_or(UnknownWord)
    }
}

/// A token of the interface for programs, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its row, by which it is revoked.
    pub id: i64,
    /// The account's name.
    pub account: String,
    /// The account's role now.
    pub role: Role,
    /// What it may read.
    pub scope: TokenScope,
    /// True if its account is disabled, which ends its tokens since this version: it reads nothing.
    pub disabled: bool,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Moment of the last request, to the minute.
    pub last_used_at: Option<i64>,
}

impl Accounts {
    /// Adds a token for an account; returns the secret, which nobody can read again.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn add_token(&self, actor: &str, name: &str, scope: TokenScope) -> Result<String, AccountError> {
        if self.store.account(name).await?.is_some_and(|account| account.disabled) {
            return Err(AccountError::Disabled);
        }
        let token = random_token(PREFIX)?;
        let body = json!({"account": name, "scope": scope.as_str()});
        let event = self.event(actor, EventKind::AccountTokenAdded, &body)?;
        let change = AccountChange::AddToken {
            name: name.to_owned(),
            token: token_hash(&token),
            scope: scope.as_str().to_owned(),
            at: (self.now)(),
        };
        if self.store.change_account(change, Some(event)).await? { Ok(token) } else { Err(AccountError::NoAccount) }
    }

    /// Finds the token of a secret, if its account may sign in.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn token(&self, secret: &str) -> Result<Option<ApiToken>, AccountError> {
        let stored = self.store.api_token(token_hash(secret)).await?;
        let Some(token) = stored.and_then(read).filter(|token| !token.disabled) else { return Ok(None) };
        let now = (self.now)();
        if token.last_used_at.is_none_or(|used| now.saturating_sub(used) >= millis(USED_EVERY)) {
            let used = AccountChange::UseToken { id: token.id, at: now };
            if let Err(error) = self.store.change_account(used, None).await {
                tracing::warn!(%error, "the moment of a token's last request is not written");
            }
        }
        Ok(Some(token))
    }

    /// Lists all tokens.
    ///
    /// # Errors
    /// [`AccountError::Store`].
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, AccountError> {
        Ok(self.store.api_tokens().await?.into_iter().filter_map(read).collect())
    }

    /// Removes a token; `false` for an unknown row.
    ///
    /// # Errors
    /// [`AccountError`].
    pub async fn revoke_token(&self, actor: &str, id: i64) -> Result<bool, AccountError> {
        let Some(token) = self.tokens().await?.into_iter().find(|token| token.id == id) else { return Ok(false) };
        let body = json!({"account": token.account, "token": id, "scope": token.scope.as_str()});
        let event = self.event(actor, EventKind::AccountTokenRevoked, &body)?;
        Ok(self.store.change_account(AccountChange::RevokeToken { id }, Some(event)).await?)
    }
}

fn read(stored: StoredToken) -> Option<ApiToken> {
    let StoredToken { id, account, role, disabled, scope, created_at, last_used_at } = stored;
    let (role, scope) = (role.parse().ok()?, scope.parse().ok()?);
    Some(ApiToken { id, account, role, scope, disabled, created_at, last_used_at })
}
