//! Accounts of the desk: their secrets as hashes, sessions, set-up links and tokens of the interface for programs.
//!
//! `store.change_account(AccountChange::Disable { … }, Some(event))` → `true`, and the account's sessions are gone
//!
//! Each change is one transaction under the write lock, together with its event: of two hosts that use the same one-time code
//! at the same time, one succeeds. The store gets no secret in clear: tokens arrive as SHA-256, recovery codes as keyed hashes,
//! passwords as argon2 strings, and the secret of the second factor wrapped.

mod change;
mod implementation;
mod oidc;
mod read;

use std::fmt;

use crate::error::StoreFuture;
use crate::event::NewEvent;

/// SHA-256 of a token, or a keyed hash of a code.
pub type SecretHash = [u8; 32];

/// Accounts in a database.
pub trait AccountStore: Send + Sync + 'static {
    /// Reads an account with its secrets; `None` for an unknown name.
    fn account<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<StoredAccount>>;

    /// Reads all accounts, in the order of their names.
    fn accounts(&self) -> StoreFuture<'_, Vec<StoredAccount>>;

    /// Reads the keyed hashes of an account's unused recovery codes.
    fn recovery_codes<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<Vec<u8>>>;

    /// Finds a session by its token's hash, with the present state of its account.
    fn session(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredSession>>;

    /// Reads the sessions of an account, the newest first.
    fn sessions<'a>(&'a self, account: &'a str) -> StoreFuture<'a, Vec<StoredSession>>;

    /// Finds a set-up link by its token's hash.
    fn set_up_link(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredLink>>;

    /// Finds a token of the interface for programs by its hash, with the present state of its account.
    fn api_token(&self, token: SecretHash) -> StoreFuture<'_, Option<StoredToken>>;

    /// Reads all tokens of the interface for programs.
    fn api_tokens(&self) -> StoreFuture<'_, Vec<StoredToken>>;

    /// Finds the account of a person at an identity provider.
    fn account_of_subject<'a>(&'a self, issuer: &'a str, subject: &'a str) -> StoreFuture<'a, Option<StoredAccount>>;

    /// Reads the sessions that began with a session at the provider.
    fn sessions_of_provider(&self, provider_session: SecretHash) -> StoreFuture<'_, Vec<StoredSession>>;

    /// Finds an attempt to sign in at the provider by the hash of its state.
    fn oidc_attempt(&self, state: SecretHash) -> StoreFuture<'_, Option<StoredAttempt>>;

    /// Changes an account and writes the event, in one transaction. `false`: the change does not apply (any more), and
    /// nothing is written.
    fn change_account(&self, change: AccountChange, event: Option<NewEvent>) -> StoreFuture<'_, bool>;
}

/// An account as it is stored.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredAccount {
    /// Its name, which is its ID.
    pub name: String,
    /// The name that people read.
    pub display_name: String,
    /// The word of its role.
    pub role: String,
    /// True if it may not sign in.
    pub disabled: bool,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// The argon2 string; `None` before the set-up.
    pub password: Option<String>,
    /// The wrapped secret of the second factor; `None` before the set-up.
    pub totp: Option<Vec<u8>>,
    /// The last step of the second factor that was used.
    pub totp_step: i64,
    /// The number of unused recovery codes.
    pub recovery_codes: i64,
    /// The identity provider; `None` for an account with a password.
    pub issuer: Option<String>,
    /// The ID of the person at the provider.
    pub subject: Option<String>,
}

impl fmt::Debug for StoredAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("StoredAccount").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A session as it is stored, with the present state of its account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredSession {
    /// Its row.
    pub id: i64,
    /// The account's name.
    pub account: String,
    /// The account's display name.
    pub display_name: String,
    /// The account's role.
    pub role: String,
    /// True if the account may not sign in.
    pub disabled: bool,
    /// Moment of the sign-in, in milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Moment of the last request, to the minute.
    pub last_seen_at: i64,
    /// The identity provider of the account; `None` for an account with a password.
    pub issuer: Option<String>,
}

/// An attempt to sign in at the provider.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredAttempt {
    /// SHA-256 of the browser's cookie.
    pub browser: Vec<u8>,
    /// The page of the desk to go on with.
    pub next: String,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
}

/// An attempt to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAttempt {
    /// SHA-256 of the state.
    pub state: SecretHash,
    /// SHA-256 of the browser's cookie.
    pub browser: SecretHash,
    /// The address, or network, that begins it.
    pub address: String,
    /// The page of the desk to go on with.
    pub next: String,
    /// The present moment.
    pub at: i64,
}

/// A person at an identity provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSubject {
    /// The provider.
    pub issuer: String,
    /// The ID of the person there.
    pub subject: String,
}

/// A set-up link as it is stored, with the state of its account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredLink {
    /// The account's name.
    pub account: String,
    /// The account's display name.
    pub display_name: String,
    /// True if the account may not sign in.
    pub disabled: bool,
    /// Its end, in milliseconds since the epoch, UTC.
    pub expires_at: i64,
}

/// A token of the interface for programs as it is stored, with the present state of its account.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredToken {
    /// Its row.
    pub id: i64,
    /// The account's name.
    pub account: String,
    /// The account's role.
    pub role: String,
    /// True if the account may not sign in.
    pub disabled: bool,
    /// The word of its scope.
    pub scope: String,
    /// Milliseconds since the epoch, UTC.
    pub created_at: i64,
    /// Moment of the last request, to the minute.
    pub last_used_at: Option<i64>,
}

/// A set-up link to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct NewLink {
    /// SHA-256 of its token.
    pub token: SecretHash,
    /// Its end, in milliseconds since the epoch, UTC.
    pub expires_at: i64,
}

/// The second factor that a sign-in uses up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// The step of a one-time code; it must be later than the last one.
    Step(i64),
    /// The keyed hash of a recovery code.
    RecoveryCode(SecretHash),
}

/// A change of an account.
#[derive(Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// Adds an account with its set-up link; does not apply if the name was ever given.
    Add {
        /// Its name.
        name: String,
        /// The name that people read.
        display_name: String,
        /// The word of its role.
        role: String,
        /// The present moment.
        at: i64,
        /// Its first link.
        link: NewLink,
    },
    /// Adds an account of a provider, without a link; does not apply if the name or the person is there already.
    AddOfProvider {
        /// Its name.
        name: String,
        /// The name that people read.
        display_name: String,
        /// The word of its role.
        role: String,
        /// The present moment.
        at: i64,
        /// The person.
        person: ProviderSubject,
    },
    /// Notes an attempt to sign in at the provider, and removes attempts that began before a moment and those beyond the limits.
    BeginOidc {
        /// The attempt.
        attempt: NewAttempt,
        /// Attempts that began before this moment are removed.
        began_before: i64,
        /// The most attempts of one address; its oldest ones above are removed.
        max_of_address: i64,
        /// The most attempts; the oldest ones above are removed.
        max: i64,
    },
    /// Uses up an attempt to sign in at the provider. Does not apply if another request did.
    EndOidc {
        /// SHA-256 of the state.
        state: SecretHash,
    },
    /// Begins a session of an account of a provider. Does not apply to a disabled account, and to one of another person.
    SignInOfProvider {
        /// The account's name.
        name: String,
        /// The person.
        person: ProviderSubject,
        /// SHA-256 of the ID of the session at the provider.
        provider_session: Option<SecretHash>,
        /// SHA-256 of the session's token.
        token: SecretHash,
        /// The present moment.
        at: i64,
        /// Sessions that were seen last before this moment are removed.
        idle_before: i64,
        /// Sessions that began before this moment are removed.
        began_before: i64,
    },
    /// Ends the sessions of an account that began with a session at the provider, and those of which none is known; or all of them.
    EndSessionsOfProvider {
        /// The account's name.
        name: String,
        /// SHA-256 of the ID of the session at the provider; `None` for all.
        provider_session: Option<SecretHash>,
        /// Sessions that began at this moment or later go on.
        began_before: i64,
    },
    /// Ends the sessions and tokens of an account that has lost its role at the provider. Does not apply if it has neither.
    EndAccess {
        /// The account's name.
        name: String,
    },
    /// Removes an account's secrets, sessions, link and tokens, and adds a link. Does not apply to an account of a provider.
    Reset {
        /// The account's name.
        name: String,
        /// The link.
        link: NewLink,
    },
    /// Uses a set-up link: sets the secrets of its account.
    FinishSetUp {
        /// SHA-256 of the link's token.
        token: SecretHash,
        /// The present moment.
        at: i64,
        /// The argon2 string.
        password: String,
        /// The wrapped secret of the second factor.
        totp: Vec<u8>,
        /// The step that confirmed the second factor.
        totp_step: i64,
        /// Keyed hashes of the recovery codes.
        recovery_codes: Vec<SecretHash>,
    },
    /// Uses up the second factor and begins a session. Does not apply if another sign-in used the factor, or if the account
    /// was disabled or got another password meanwhile.
    SignIn {
        /// The account's name.
        name: String,
        /// The argon2 string that the password was compared with.
        password: String,
        /// The factor.
        second: SecondFactor,
        /// SHA-256 of the session's token.
        token: SecretHash,
        /// The present moment.
        at: i64,
        /// Sessions that were seen last before this moment are removed.
        idle_before: i64,
        /// Sessions that began before this moment are removed.
        began_before: i64,
    },
    /// Uses up the second factor and gives an account a link beside its secrets. Does not apply as [`AccountChange::SignIn`].
    Renew {
        /// The account's name.
        name: String,
        /// The argon2 string that the password was compared with.
        password: String,
        /// The factor.
        second: SecondFactor,
        /// The link.
        link: NewLink,
    },
    /// Notes the moment of a session's last request.
    SeeSession {
        /// The session's row.
        id: i64,
        /// The present moment.
        at: i64,
    },
    /// Ends a session of an account.
    EndSession {
        /// The account's name.
        name: String,
        /// The session's row.
        id: i64,
    },
    /// Disables an account and ends its sessions, its link and its tokens.
    Disable {
        /// The account's name.
        name: String,
    },
    /// Enables a disabled account; its tokens of before stay removed.
    Enable {
        /// The account's name.
        name: String,
    },
    /// Gives an account another role.
    SetRole {
        /// The account's name.
        name: String,
        /// The word of the role.
        role: String,
    },
    /// Gives an account to a person at a provider, and removes its secrets, sessions and link. Does not apply if the person has one.
    Link {
        /// The account's name.
        name: String,
        /// The person.
        person: ProviderSubject,
    },
    /// Adds a token of the interface for programs. Does not apply to a disabled account.
    AddToken {
        /// The account's name.
        name: String,
        /// SHA-256 of the token.
        token: SecretHash,
        /// The word of its scope.
        scope: String,
        /// The present moment.
        at: i64,
    },
    /// Notes the moment of a token's last request.
    UseToken {
        /// The token's row.
        id: i64,
        /// The present moment.
        at: i64,
    },
    /// Removes a token of the interface for programs.
    RevokeToken {
        /// The token's row.
        id: i64,
    },
}
