//! State, nonce and PKCE verifier of one attempt to sign in.
//!
//! `AttemptSecrets::new(state, browser).challenge()` → `E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM`
//!
//! Nonce and verifier are hashes of the browser's secret, as OpenID Connect Core 15.5.2 advises for the nonce: so a database that
//! knows the attempt needs no secret of it in clear, and any host that gets the browser's cookie computes them.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The secrets of one attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct AttemptSecrets {
    state: String,
    browser: String,
}

impl AttemptSecrets {
    /// Makes the secrets of an attempt from its state, which the provider returns, and the secret of the browser's cookie. Both are
    /// texts of 256 random bits.
    pub fn new(state: String, browser: String) -> AttemptSecrets {
        AttemptSecrets { state, browser }
    }

    /// Returns the state (RFC 6749, 4.1.1).
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Computes the nonce of the ID token.
    pub fn nonce(&self) -> String {
        self.derive("nonce")
    }

    /// Computes the code verifier: 43 characters (RFC 7636, 4.1).
    pub fn verifier(&self) -> String {
        self.derive("verifier")
    }

    /// Computes the code challenge of the method S256 (RFC 7636, 4.2).
    pub fn challenge(&self) -> String {
        challenge_of(&self.verifier())
    }

    fn derive(&self, purpose: &str) -> String {
        let text = format!("kakekomi oidc {purpose} {} {}", self.state, self.browser);
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(text))
    }
}

impl fmt::Debug for AttemptSecrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("AttemptSecrets(…)")
    }
}

fn challenge_of(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_is_that_of_the_appendix_of_rfc_7636() {
        let challenge = challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn nonce_and_verifier_depend_on_state_and_browser() {
        let of = |state: &str, browser: &str| AttemptSecrets::new(state.to_owned(), browser.to_owned());
        let one = of("a", "b");
        assert_eq!(one.verifier().len(), 43);
        assert_ne!(one.verifier(), one.nonce());
        for other in [of("a", "c"), of("b", "b")] {
            assert_ne!(one.verifier(), other.verifier());
            assert_ne!(one.nonce(), other.nonce());
        }
    }
}
