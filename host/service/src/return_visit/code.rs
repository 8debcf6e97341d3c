//! The return code: 20 random digits and two check digits, with which an applicant comes back to the case.
//!
//! `ReturnCode::random()` → `1234 5678 9012 3456 7890 12`; its [`ReturnHash`] comes with the submission, and the store keeps
//! [`ReturnHash::bound_to`] a number: the code opens no other case, and nobody reads it from the database.
//!
//! The check digits are those of ISO 7064 MOD 97-10, `98 − ((100 × the first twenty) mod 97)`.

use std::fmt;

use kakekomi_store::receipt_number::Number;
use sha2::{Digest as _, Sha256};

/// Random digits of a code.
const RANDOM_DIGITS: usize = 20;
/// Digits of a group, as a code is shown.
const GROUP: usize = 4;
/// Digits of a hash in a header.
const HEX_DIGITS: usize = 64;

/// A return code. It is shown once and never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnCode(String);

impl ReturnCode {
    /// Makes a random code.
    ///
    /// # Errors
    /// The system's source of randomness fails.
    pub fn random() -> Result<ReturnCode, getrandom::Error> {
        let mut digits = String::with_capacity(RANDOM_DIGITS + 2);
        while digits.len() < RANDOM_DIGITS {
            let mut bytes = [0; RANDOM_DIGITS];
            getrandom::fill(&mut bytes)?;
            // Bytes above 249 would make small digits more frequent.
            let fair = bytes.into_iter().filter(|byte| *byte < 250).map(|byte| char::from(b'0' + byte % 10));
            digits.extend(fair.take(RANDOM_DIGITS - digits.len()));
        }
        let check = check_digits(&digits);
        Ok(ReturnCode(digits + &check))
    }

    /// Reads a code as people type it; `None` where its check digits are wrong.
    pub fn read(text: &str) -> Option<ReturnCode> {
        let code = digits_of(text);
        let is_long = code.len() == RANDOM_DIGITS + 2 && code.bytes().all(|byte| byte.is_ascii_digit());
        let (digits, check) = code.split_at_checked(RANDOM_DIGITS).filter(|_| is_long)?;
        (check_digits(digits) == check).then(|| ReturnCode(code.clone()))
    }

    /// Returns the hash that a submission carries.
    pub fn hash(&self) -> ReturnHash {
        ReturnHash::of_typed(&self.0)
    }
}

impl fmt::Display for ReturnCode {
    /// Writes groups of four digits.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, digit) in self.0.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
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

/// Computes the two check digits.
fn check_digits(digits: &str) -> String {
    let remainder = digits.bytes().fold(0_u32, |remainder, digit| (remainder * 10 + u32::from(digit - b'0')) % 97);
    format!("{:02}", 98 - remainder * 100 % 97)
}

/// SHA-256 of a code's digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReturnHash([u8; 32]);

impl ReturnHash {
    /// Reads `sha256:` and 64 hexadecimal digits of either case.
    pub fn read(header: &str) -> Option<ReturnHash> {
        let (algorithm, hex) = header.split_once(':')?;
        let digits: &[u8; HEX_DIGITS] = hex.as_bytes().try_into().ok()?;
        // `from_str_radix` would accept a sign.
        let is_hex = algorithm.eq_ignore_ascii_case("sha256") && digits.iter().all(u8::is_ascii_hexdigit);
        is_hex.then_some(())?;
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(ReturnHash(hash))
    }

    /// Hashes a code as people type it, without spaces and hyphens and with full-width digits; any other text has a hash too,
    /// so that a wrong code takes the same work.
    pub(super) fn of_typed(text: &str) -> ReturnHash {
        ReturnHash(Sha256::digest(digits_of(text)).into())
    }

    /// Returns the hash that a case of this number stores.
    pub fn bound_to(&self, number: &Number) -> [u8; 32] {
        self.bound_to_text(&number.to_string())
    }

    pub(crate) fn bound_to_text(self, number: &str) -> [u8; 32] {
        Sha256::new().chain_update(number).chain_update(self.0).finalize().into()
    }
}

impl fmt::Debug for ReturnHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ReturnHash(…)")
    }
}

/// Removes the separators of a typed code, and narrows its digits.
fn digits_of(text: &str) -> String {
    text.chars().filter(|char| !is_separator(*char)).map(to_half_width).collect()
}

fn is_separator(char: char) -> bool {
    char.is_whitespace() || matches!(char, '-' | '‐' | '‑' | '–' | '−' | 'ー' | '－')
}

fn to_half_width(char: char) -> char {
    match char {
        '０'..='９' => char::from_u32(u32::from(char) - u32::from('０') + u32::from('0')).unwrap_or(char),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_code_has_its_check_digits_and_groups() {
        for _ in 0..200 {
            let code = ReturnCode::random().unwrap();
            let value: u128 = code.0.parse().unwrap();
            assert_eq!((code.0.len(), value % 97), (22, 1), "ISO 7064 MOD 97-10");
            let shown = code.to_string();
            assert_eq!(shown.split(' ').map(str::len).collect::<Vec<_>>(), [4, 4, 4, 4, 4, 2]);
            assert_eq!(ReturnHash::of_typed(&shown), code.hash());
            assert!(!format!("{code:?}").contains(&code.0[..4]));
        }
        assert_ne!(ReturnCode::random().unwrap(), ReturnCode::random().unwrap());
    }

    #[test]
    fn check_digits_are_those_of_the_contract() {
        assert_eq!(check_digits("12345678901234567890"), "89");
        assert_eq!(check_digits("00000000000000000000"), "98");
        let leading_zero =
            (0_u128..200).map(|number| check_digits(&format!("{number:020}"))).find(|d| d.starts_with('0'));
        assert!(leading_zero.is_some());
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let hash = ReturnHash::of_typed("1234567890123456789089");
        for typed in
            ["1234 5678 9012 3456 7890 89", "１２３４－５６７８ 9012-3456-7890-89", "\u{3000}1234567890123456789089\n"]
        {
            assert_eq!(ReturnHash::of_typed(typed), hash, "{typed}");
            assert_eq!(ReturnCode::read(typed).map(|code| code.hash()), Some(hash), "{typed}");
        }
        assert_ne!(ReturnHash::of_typed("1234567890123456789098"), hash);
        for wrong in ["", "1234567890123456789098", "123456789012345678908", "1234567890123456789a89", "１"] {
            assert!(ReturnCode::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_header_is_a_digest_with_its_algorithm() {
        let hex = "ab".repeat(32);
        let hash = ReturnHash::read(&format!("sha256:{hex}")).unwrap();
        assert_eq!(ReturnHash::read(&format!("SHA256:{}", hex.to_uppercase())), Some(hash));
        for wrong in [
            "",
            &hex,
            "sha256:",
            &format!("sha256:{}+a", &hex[2..]),
            &format!("sha512:{hex}"),
            &format!("sha256:{hex}0"),
        ] {
            assert_eq!(ReturnHash::read(wrong), None, "{wrong}");
        }
        let [one, other] =
            ["2609-4873-1059", "0000-0000-0000"].map(|number| hash.bound_to(&Number::read(number).unwrap()));
        assert_ne!(one, other, "a code belongs to one number");
    }
}
