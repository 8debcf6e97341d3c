//! OpenID Connect as a relying party: the authorization code flow with PKCE, and logout.
//!
//! `provider.authorization_address(&attempt, now)` → the address at which a person signs in;
//! `provider.identify(code, &attempt, &["groups"], now)` → an [`Identity`] with subject and claims, or an [`OidcError`] with a code
//!
//! Written after OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0, Back-Channel Logout 1.0, RFC 6749, RFC 7515,
//! RFC 7517, RFC 7636 and RFC 9207. It knows neither an HTTP server nor SQL, and it decides nothing about accounts.
//!
//! - [`Provider`]: all that a desk asks of its identity provider
//! - [`AttemptSecrets`]: state, nonce and verifier of one attempt to sign in
//! - `metadata`, `keys`, `jwk`: the provider's description and public keys
//! - `jws`, `claims`: signatures, and the claims of ID tokens and logout tokens
//! - `endpoint`, `fetch`: addresses and requests with their limits

#![forbid(unsafe_code)]

mod attempt;
mod claims;
mod endpoint;
mod error;
mod fetch;
mod identity;
mod jwk;
mod jws;
mod keys;
mod metadata;
mod provider;
#[cfg(test)]
mod tests;

pub use attempt::AttemptSecrets;
pub use claims::{CLOCK_TOLERANCE, LOGOUT_TOKEN_LIFETIME, Logout};
pub use error::{OidcError, TokenFault};
pub use identity::Identity;
pub use provider::{Provider, ProviderOptions};
