//! The reception number: short, easy to say on the phone, random, with a check character.
//!
//! Eight random characters and one check character in three groups → `234-679-ACD`. The alphabet has 23 characters, a
//! prime: six digits and seventeen letters without look-alikes (0/O/Q, 1/I/L, 5/S, 8/B, 2/Z, U/V) and with a single vowel,
//! so that words are unlikely. With distinct weights modulo a prime, every wrong character and every swap of two characters
//! changes the sum.
//!
//! The number is random: it reveals neither how many cases there are nor when one was received.

use std::fmt;

/// The characters by their values.
const ALPHABET: &[u8; 23] = b"234679CDFGHJKMNPRTVWXYA";
/// Characters of a number, including the check character.
const LENGTH: usize = 9;

/// A well-formed reception number: its length, characters and check sum are right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number([u8; LENGTH]);

/// The reason why a text is no reception number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It does not have nine characters.
    #[error("a reception number has {LENGTH} characters, this has {0}")]
    Length(usize),
    /// It has a character outside of the alphabet.
    #[error("no reception number has the character {0:?}")]
    Letter(char),
    /// The check character does not match: a character is wrong, or two are swapped.
    #[error("the check character does not fit: one character is wrong, or two are swapped")]
    Check,
}

impl Number {
    /// Creates a random number.
    ///
    /// # Errors
    /// The system's source of randomness fails.
    pub fn random() -> Result<Number, getrandom::Error> {
        // 23⁸ is below 2³⁷: the bias of the remainders is below 2⁻²⁷.
        let mut random = getrandom::u64()?;
        let mut values = [0; LENGTH];
        for value in values.iter_mut().take(LENGTH - 1) {
            *value = (random % 23) as u8;
            random /= 23;
        }
        // Makes the weighted sum zero: the last weight is one.
        values[LENGTH - 1] = (23 - weighted_sum(&values)) % 23;
        Ok(Number(values))
    }

    /// Parses a number as people write it: ignores spaces and hyphens, accepts small and full-width letters.
    ///
    /// # Errors
    /// [`NumberError`]: the reason why the text is not a number.
    pub fn read(text: &str) -> Result<Number, NumberError> {
        let characters = characters(text);
        if characters.len() != LENGTH {
            return Err(NumberError::Length(characters.len()));
        }
        let mut values = [0; LENGTH];
        for (value, character) in values.iter_mut().zip(characters) {
            *value = value_of(character).ok_or(NumberError::Letter(character))?;
        }
        if weighted_sum(&values) == 0 { Ok(Number(values)) } else { Err(NumberError::Check) }
    }

    /// Normalizes the beginning of a number or of one of its groups: `"679 a"` → `"679-A"`.
    ///
    /// # Errors
    /// [`NumberError`]: it is longer than a number, or has a character outside of the alphabet.
    pub fn begin(text: &str) -> Result<String, NumberError> {
        let characters = characters(text);
        if characters.len() > LENGTH {
            return Err(NumberError::Length(characters.len()));
        }
        if let Some(letter) = characters.iter().find(|letter| value_of(**letter).is_none()) {
            return Err(NumberError::Letter(*letter));
        }
        let groups: Vec<String> = characters.chunks(3).map(|group| group.iter().collect()).collect();
        Ok(groups.join("-"))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 && index % 3 == 0 {
                formatter.write_str("-")?;
            }
            let character = ALPHABET.get(usize::from(*value)).copied().unwrap_or(b'?');
            write!(formatter, "{}", char::from(character))?;
        }
        Ok(())
    }
}

/// Sums the values by the weights 9, 8, … 1, modulo 23.
fn weighted_sum(values: &[u8; LENGTH]) -> u8 {
    let sum: u32 = values.iter().zip((1..=9).rev()).map(|(value, weight)| u32::from(*value) * weight).sum();
    (sum % 23) as u8
}

fn value_of(character: char) -> Option<u8> {
    let value = ALPHABET.iter().position(|letter| char::from(*letter) == character)?;
    u8::try_from(value).ok()
}

/// Lists the characters without separators, full-width forms as ASCII and small letters as capitals.
fn characters(text: &str) -> Vec<char> {
    let narrow = |character| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        other => other,
    };
    let folded = text.chars().map(|character| narrow(character).to_ascii_uppercase());
    folded.filter(|character| !is_separator(*character)).collect()
}

/// Reports whether it is a space or any dash of a keyboard, including the Japanese ones.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | 'ｰ' | '.' | '_' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_grouped_and_parses_again() {
        for _ in 0..1_000 {
            let number = Number::random().unwrap();
            let shown = number.to_string();
            assert_eq!(shown.len(), 11);
            assert_eq!(Number::read(&shown), Ok(number.clone()));
            assert_eq!(Number::read(&format!(" {} ", shown.to_lowercase().replace('-', " "))), Ok(number.clone()));
            assert_eq!(Number::read(&shown.replace('-', "ー")), Ok(number));
        }
    }

    #[test]
    fn every_wrong_character_and_every_swap_is_detected() {
        for _ in 0..50 {
            let Number(values) = Number::random().unwrap();
            for index in 0..LENGTH {
                for wrong in (0..23).filter(|wrong| *wrong != values[index]) {
                    let mut changed = values;
                    changed[index] = wrong;
                    assert_ne!(weighted_sum(&changed), 0);
                }
                for other in (0..index).filter(|other| values[*other] != values[index]) {
                    let mut changed = values;
                    changed.swap(index, other);
                    assert_ne!(weighted_sum(&changed), 0);
                }
            }
        }
    }

    #[test]
    fn errors_give_the_reason() {
        assert_eq!(Number::read("234"), Err(NumberError::Length(3)));
        assert_eq!(Number::read("234-679-COD"), Err(NumberError::Letter('O')));
        assert_eq!(Number::read("222-222-223"), Err(NumberError::Check));
        assert!(Number::read("２２２ー２２２ー２２２").is_ok());
    }

    #[test]
    fn begin_groups_the_characters() {
        assert_eq!(Number::begin("６７９ー a"), Ok("679-A".to_owned()));
        assert_eq!(Number::begin(""), Ok(String::new()));
        assert_eq!(Number::begin("2222222222"), Err(NumberError::Length(10)));
        assert_eq!(Number::begin("%"), Err(NumberError::Letter('%')));
    }

    #[test]
    fn the_alphabet_has_distinct_characters() {
        let letters: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(letters.len(), ALPHABET.len());
    }
}
