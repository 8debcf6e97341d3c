//! One-time codes of the second factor (RFC 6238): SHA-1, six digits, a step of 30 seconds.
//!
//! `matched_step(secret, "287082", 59_000)` → `Some(1)`; the caller takes each step once
//!
//! The step before and the step after the present one are accepted as well, since clocks differ and people type slowly.

use kakekomi_sealing::{HashKey, SealingError};
use totp_rs::{Builder, Totp};

use crate::AccountError;

/// Bytes of a secret: the length of SHA-1, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// The issuer that an authenticator shows.
const ISSUER: &str = "kakekomi";
/// The purpose of the wrapped secrets.
const PURPOSE: &str = "totp";

/// The secret of a second factor.
#[derive(Clone, Copy)]
pub(crate) struct TotpSecret([u8; SECRET_BYTES]);

impl TotpSecret {
    /// The secret that is compared where an account has none.
    pub const NOBODY: TotpSecret = TotpSecret([0; SECRET_BYTES]);

    /// Derives the secret that a set-up link offers, so that each request and host shows the same one and none is stored
    /// before it is confirmed.
    pub fn of_link(key: &HashKey, token: &str) -> TotpSecret {
        let mut secret = [0; SECRET_BYTES];
        secret.iter_mut().zip(key.set_up_secret(token)).for_each(|(to, from)| *to = from);
        TotpSecret(secret)
    }

    /// Unwraps the stored secret of an account.
    pub fn unwrap(key: &HashKey, account: &str, wrapped: &[u8]) -> Result<TotpSecret, SealingError> {
        let secret = key.unwrap(PURPOSE, account, wrapped)?;
        secret.as_slice().try_into().map(TotpSecret).map_err(|_| SealingError::Contents)
    }

    /// Wraps the secret for its account: it cannot be moved to another one.
    pub fn wrap(&self, key: &HashKey, account: &str) -> Result<Vec<u8>, SealingError> {
        key.wrap(PURPOSE, account, &self.0)
    }

    /// Finds the step of a code that is valid at a moment.
    pub fn matched_step(&self, code: &str, now: i64) -> Option<i64> {
        let seconds = u64::try_from(now.div_euclid(1000)).ok()?;
        self.totp("").check(code, seconds)?.try_into().ok()
    }

    /// Writes the secret as people type it, in groups of four.
    pub fn text(&self) -> String {
        let secret = self.totp("").secret().to_base32();
        let groups: Vec<_> = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// Writes the URI that authenticators read from a QR code.
    pub fn uri(&self, account: &str) -> Result<String, AccountError> {
        self.totp(account).to_url().map_err(|_| AccountError::Name)
    }

    fn totp(&self, account: &str) -> Totp {
        Builder::new().with_secret(self.0).with_account_name(account).with_issuer(Some(ISSUER)).build_noncompliant()
    }
}

#[cfg(test)]
impl TotpSecret {
    /// Computes the code of a moment, as an authenticator does.
    pub fn code(&self, now: i64) -> String {
        self.totp("").generate(u64::try_from(now / 1000).unwrap()).to_string()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's test vectors for SHA-1, and their moments with the last six of their eight digits.
    const RFC_SECRET: TotpSecret = TotpSecret(*b"12345678901234567890");
    const RFC_VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        for (seconds, code) in RFC_VECTORS {
            let step = seconds / 30;
            assert_eq!(RFC_SECRET.matched_step(code, seconds * 1000), Some(step), "{seconds}");
            for near in [step - 1, step + 1] {
                assert_eq!(RFC_SECRET.matched_step(code, near * 30_000), Some(step), "{seconds}");
            }
            for far in [(step - 1) * 30_000 - 1, (step + 2) * 30_000] {
                assert_eq!(RFC_SECRET.matched_step(code, far), None, "{seconds}");
            }
        }
        for text in ["", "28708", "2870820", "+87082", "28708a"] {
            assert_eq!(RFC_SECRET.matched_step(text, 59_000), None, "{text}");
        }
        assert_eq!(RFC_SECRET.matched_step("287082", -1), None);
    }

    #[test]
    fn an_authenticator_gets_the_secret_the_account_and_the_issuer() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(RFC_SECRET.text().replace(' ', ""), secret);
        let uri = format!("otpauth://totp/kakekomi:sato.t?secret={secret}&issuer=kakekomi");
        assert_eq!(RFC_SECRET.uri("sato.t").unwrap(), uri);
    }

    #[test]
    fn a_wrapped_secret_opens_with_its_key_and_for_its_account_alone() {
        let key = HashKey::generate().unwrap();
        let wrapped = RFC_SECRET.wrap(&key, "sato").unwrap();
        assert!(TotpSecret::unwrap(&key, "sato", &wrapped).unwrap().0 == RFC_SECRET.0);
        assert!(TotpSecret::unwrap(&key, "suzuki", &wrapped).is_err());
        assert!(TotpSecret::unwrap(&HashKey::generate().unwrap(), "sato", &wrapped).is_err());
    }
}
