//! The tokens of set-up links.
//!
//! `accounts.new_link(LINK_LIFETIME)` → a token for its owner, and its SHA-256 for the store

use std::time::Duration;

use kakekomi_store::NewLink;

use crate::sessions::millis;
use crate::token::{random_token, token_hash};
use crate::{AccountError, Accounts};

/// The time in which a link can be used.
pub const LINK_LIFETIME: Duration = Duration::from_hours(72);

/// The token of a set-up link, to be shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct SetUpLink {
    /// The last part of the link's path.
    pub token: String,
    /// Its end, in milliseconds since the epoch, UTC.
    pub expires_at: i64,
}

impl Accounts {
    pub(crate) fn new_link(&self, lifetime: Duration) -> Result<(SetUpLink, NewLink), AccountError> {
        let token = random_token("")?;
        let expires_at = (self.now)().saturating_add(millis(lifetime));
        let new = NewLink { token: token_hash(&token), expires_at };
        Ok((SetUpLink { token, expires_at }, new))
    }
}
