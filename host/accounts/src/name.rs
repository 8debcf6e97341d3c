//! Names of accounts: they are IDs, for ever.
//!
//! `normalized_name(" Ｓato ")` → `"sato"`; `is_account_name("sato.t")` → `true`

use unicode_normalization::UnicodeNormalization as _;

/// The longest name of an account.
const MAX_NAME: usize = 32;

/// Reports whether a text is a name: `[a-z][a-z0-9._-]{0,31}`.
pub fn is_account_name(text: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    text.len() <= MAX_NAME
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(is_name_byte)
}

/// Folds width and letter case of a typed name, since input methods and phones change both.
pub(crate) fn normalized_name(typed: &str) -> String {
    typed.nfkc().collect::<String>().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_lower_case_and_begin_with_a_letter() {
        for name in ["a", "sato", "sato.t-1_x", &"a".repeat(32)] {
            assert!(is_account_name(name), "{name}");
        }
        for text in ["", "1a", ".a", "Sato", "sa to", "佐藤", "a/b", "a:b", &"a".repeat(33)] {
            assert!(!is_account_name(text), "{text}");
        }
        assert_eq!(normalized_name(" Ｓａto\u{3000}"), "sato");
    }
}
