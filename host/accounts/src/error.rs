//! Errors of accounts. Their messages are for the log and the operator, and name no secret.
//!
//! `accounts.add("cli:root", "Sato", …)` → [`AccountError::Name`]

use kakekomi_sealing::SealingError;
use kakekomi_store::StoreError;

/// The reason why something cannot be done with an account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The text cannot be the name of an account.
    #[error(
        "a name has 1 to 32 characters, begins with a letter a-z, and goes on with a-z, 0-9, dot, hyphen or underscore"
    )]
    Name,
    /// The display name is empty or too long, or has control characters.
    #[error("a display name has 1 to 64 characters and no control characters")]
    DisplayName,
    /// An account has, or had, this name.
    #[error("there is an account of this name already; names are given once")]
    Taken,
    /// There is no account of this name.
    #[error("there is no account of this name")]
    NoAccount,
    /// The account may not sign in, so it gets no token.
    #[error("the account is disabled: enable it first")]
    Disabled,
    /// The account is of the identity provider, so it has no password, second factor or role of its own.
    #[error("the account is of the identity provider: its password, second factor and role are changed there")]
    OfProvider,
    /// The person at the identity provider cannot be named so.
    #[error("issuer and subject are texts, the subject of at most 255 bytes")]
    Person,
    /// Another account is of the person.
    #[error("the account {0} is of this person")]
    PersonTaken(String),
    /// Nobody signs in with a password here.
    #[error("accounts with a password are switched off (local_accounts)")]
    LocalOff,
    /// An event cannot be sealed, or a secret not be wrapped or unwrapped.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Randomness(#[from] getrandom::Error),
    /// The password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Password(String),
    /// An event could not be made.
    #[error("an event of the kind {0} cannot have this body")]
    Event(kakekomi_store::EventKind),
}
