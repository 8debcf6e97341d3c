//! The return code, with which an applicant comes back to a case.
//!
//! 20 random digits and the check digits 98 − ((100 × them) mod 97) → `1234 5678 9012 3456 7890 12`

use std::fmt;

use kakekomi_store::receipt_number::Number;
use sha2::{Digest as _, Sha256};

/// The random digits of a code.
const RANDOM_DIGITS: usize = 20;
/// The digits of a group, as they are said and shown.
const GROUP: usize = 4;

/// A new return code. The host forgets it after it was shown once; its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnCode(String);

impl ReturnCode {
    /// Makes a random code.
    ///
    /// # Errors
    /// The system's source of randomness fails.
    pub fn random() -> Result<ReturnCode, getrandom::Error> {
        let mut digits = String::with_capacity(RANDOM_DIGITS.saturating_add(2));
        while digits.len() < RANDOM_DIGITS {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes)?;
            // The bytes below 250 have each digit equally often.
            let fair = bytes.into_iter().filter(|byte| *byte < 250).map(|byte| char::from(b'0' + byte % 10));
            digits.extend(fair.take(RANDOM_DIGITS - digits.len()));
        }
        let check = check_digits(&digits);
        Ok(ReturnCode(format!("{digits}{check:02}")))
    }

    /// Returns the 22 digits without spaces.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Returns the hash that the case of a number stores.
    pub(crate) fn bound_to(&self, number: &Number) -> [u8; 32] {
        let code = Sha256::digest(self.0.as_bytes());
        Sha256::new().chain_update(number.to_string()).chain_update(code).finalize().into()
    }
}

/// Computes the check digits of ISO 7064 MOD 97-10.
fn check_digits(digits: &str) -> u32 {
    let remainder = digits.bytes().chain(*b"00").fold(0, |sum, byte| (sum * 10 + u32::from(byte - b'0')) % 97);
    98 - remainder
}

impl fmt::Display for ReturnCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, digit) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                out.write_str(" ")?;
            }
            write!(out, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ReturnCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ReturnCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_check_digits_and_is_shown_in_groups() {
        for _ in 0..1000 {
            let code = ReturnCode::random().unwrap();
            assert_eq!(code.digits().len(), 22);
            let value = code.digits().bytes().fold(0_u32, |sum, byte| (sum * 10 + u32::from(byte - b'0')) % 97);
            assert_eq!(value, 1, "ISO 7064: the whole number is 1 modulo 97");
            assert_eq!(code.to_string().replace(' ', ""), code.digits());
        }
        assert_eq!(check_digits("00000000000000000001"), 98 - 3);
        let code = ReturnCode(format!("{:022}", 12));
        assert_eq!(code.to_string(), "0000 0000 0000 0000 0000 12");
        assert_eq!(format!("{code:?}"), "ReturnCode(…)");
    }
}
