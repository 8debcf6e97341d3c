//! Accounts of the desk: passwords, second factors, sessions, set-up links, tokens.
//!
//! `accounts.sign_in("sato", password, "123456", address)` → [`SignIn::SignedIn`] with the token of a session
//!
//! It knows neither HTTP nor SQL. Every change is an event of the store (`account.*`), sealed to the desk's recipients and
//! written in the same transaction.
//!
//! - [`Accounts`]: all that pages and commands may ask for
//! - `sign_in`, `sessions`: a sign-in costs the same time whatever is wrong; a session is looked up anew for each request
//! - `set_up`, `link`: one-time links that set password and second factor
//! - `manage`, `api_tokens`: what an administrator does
//! - `single_sign_on`, `provider_account`, `role_rules`: sign-in at an identity provider, and its accounts
//! - `password`, `guessable`, `totp`, `recovery_code`, `token`: the secrets; `lockout`, `address_places`,
//!   `refusals`: what limits guessing

#![forbid(unsafe_code)]

mod account_event;
mod accounts;
mod address_places;
mod api_tokens;
mod error;
mod guessable;
mod link;
mod lockout;
mod manage;
mod name;
mod password;
mod provider_account;
mod recovery_code;
mod refusals;
mod role;
mod role_rules;
mod sessions;
mod set_up;
mod sign_in;
mod single_sign_on;
mod single_sign_on_refusal;
#[cfg(test)]
mod tests;
mod token;
mod totp;

pub use accounts::Accounts;
pub use api_tokens::{ApiToken, TokenScope};
pub use error::AccountError;
pub use link::{LINK_LIFETIME, SetUpLink};
pub use lockout::{LOCK_AFTER, LOCK_WINDOW};
pub use manage::{AccountLine, MAX_DISPLAY_NAME};
pub use name::is_account_name;
pub use password::{MAX_PASSWORD, MIN_PASSWORD, PASSWORD_QUEUE, PasswordFault};
pub use recovery_code::{RECOVERY_CODES, RecoveryCodes};
pub use role::{Role, UnknownWord};
pub use role_rules::{RoleRules, SingleSignOn};
pub use sessions::{SESSION_IDLE, SESSION_LIFETIME, Session};
pub use set_up::{RENEWAL_LIFETIME, Renewal, SetUp, SetUpRefusal};
pub use sign_in::SignIn;
pub use single_sign_on::{
    ATTEMPT_LIFETIME, ATTEMPTS, ATTEMPTS_OF_ADDRESS, ProviderAnswer, ProviderSession, ProviderStart,
};
pub use single_sign_on_refusal::{RefusalClass, SingleSignOnRefusal};
pub use token::SessionToken;
