//! The accounts with all that their use needs.
//!
//! `Accounts::new(store, recipients, key, clock::now)` → signs in, sets up and manages

use std::sync::Arc;

use kakekomi_sealing::{HashKey, Recipients};
use kakekomi_store::Store;

use crate::lockout::Lockout;
use crate::password::PasswordPool;
use crate::refusals::Refusals;
use crate::role_rules::SingleSignOn;

/// The accounts of a desk. One of them serves a whole process: lock-outs and the places of password hashing are its own.
pub struct Accounts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) recipients: Recipients,
    pub(crate) key: HashKey,
    pub(crate) now: fn() -> i64,
    pub(crate) passwords: PasswordPool,
    pub(crate) lockout: Lockout,
    pub(crate) refusals: Refusals,
    pub(crate) desk_names: Vec<String>,
    pub(crate) single_sign_on: Option<SingleSignOn>,
    pub(crate) allows_local: bool,
}

impl Accounts {
    /// Creates the accounts of a store. Events are sealed to the recipients; the key wraps the secrets of second factors and
    /// hashes recovery codes.
    pub fn new(store: Arc<dyn Store>, recipients: Recipients, key: HashKey, now: fn() -> i64) -> Accounts {
        Accounts {
            store,
            recipients,
            key,
            now,
            passwords: PasswordPool::new(),
            lockout: Lockout::default(),
            refusals: Refusals::default(),
            desk_names: Vec::new(),
            single_sign_on: None,
            allows_local: true,
        }
    }

    /// Sets the names of the desk, which no password may contain.
    #[must_use]
    pub fn with_desk_names(self, desk_names: Vec<String>) -> Accounts {
        Accounts { desk_names, ..self }
    }

    /// Lets people sign in at an identity provider; without `allows_local` nobody signs in with a password any more.
    #[must_use]
    pub fn with_single_sign_on(self, single_sign_on: SingleSignOn, allows_local: bool) -> Accounts {
        Accounts { single_sign_on: Some(single_sign_on), allows_local, ..self }
    }

    /// Reports whether people can sign in at an identity provider.
    pub fn has_single_sign_on(&self) -> bool {
        self.single_sign_on.is_some()
    }

    /// Reports whether people can sign in with a password.
    pub fn allows_local(&self) -> bool {
        self.allows_local
    }
}
