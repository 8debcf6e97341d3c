//! Recovery codes: ten for an account, each usable once instead of a one-time code.
//!
//! `RecoveryCodes::random()` → `["7k2mq-x0c4d", …]`; a typed `７Ｋ2MQ XOC4D` is the same code
//!
//! 50 random bits each, in an alphabet without look-alike letters. The store gets keyed hashes.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use crate::AccountError;

/// The number of recovery codes of an account.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a code.
const CODE_LENGTH: usize = 10;
/// 32 characters (Crockford's base 32): `i`, `l`, `o` and `u` are missing.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The recovery codes of an account, to be shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes(Vec<String>);

impl RecoveryCodes {
    pub(crate) fn random() -> Result<RecoveryCodes, AccountError> {
        (0..RECOVERY_CODES).map(|_| random_code()).collect::<Result<_, _>>().map(RecoveryCodes)
    }

    /// Returns the codes as people read them.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RecoveryCodes(…)")
    }
}

/// Makes two groups of five characters.
fn random_code() -> Result<String, AccountError> {
    let mut bytes = [0; CODE_LENGTH];
    getrandom::fill(&mut bytes)?;
    // 256 is a multiple of 32, so each character is equally likely.
    let mut code: String =
        bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|byte| char::from(*byte)).collect();
    code.insert(CODE_LENGTH / 2, '-');
    Ok(code)
}

/// Folds width, letter case, look-alike letters, spaces and hyphens of a typed code, of either kind.
pub(crate) fn normalized_code(typed: &str) -> String {
    let plain = typed.nfkc().flat_map(char::to_lowercase).filter(char::is_ascii_alphanumeric);
    plain
        .map(|char| match char {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .take(2 * CODE_LENGTH)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_are_read_as_people_type_them() {
        let codes = RecoveryCodes::random().unwrap();
        let mut normalized: Vec<_> = codes.as_slice().iter().map(|code| normalized_code(code)).collect();
        assert!(normalized.iter().all(|code| code.len() == CODE_LENGTH));
        normalized.sort();
        normalized.dedup();
        assert_eq!(normalized.len(), RECOVERY_CODES);
        assert_eq!(normalized_code(" ７Ｋ2MQ－XOC4D "), "7k2mqx0c4d");
        assert_eq!(normalized_code("１２３ ４５６"), "123456");
        assert_eq!(normalized_code("IL-o"), "110");
    }
}
