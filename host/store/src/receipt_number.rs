//! The reception number: digits that are easy to say on the phone, random, with a check digit.
//!
//! Eleven random digits and one check digit in three groups → `2609-4873-1059`. The check digit is that of `digits`: every
//! wrong digit and every swap of two neighbours is detected. The number is random: it reveals neither how many cases there
//! are nor when one was received.
//!
//! Earlier cases have nine letters and digits, `234-679-AC6` (`letters`). They are read wherever a number is read; the length
//! tells one form from the other.

use std::fmt;

mod digits;
mod letters;

/// A well-formed reception number: its length, characters and check sum are right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number(String);

/// The beginning of a number or of one of its groups, in the forms whose characters it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// As a number of digits: `4873-1`.
    pub digits: Option<String>,
    /// As a number of the earlier form: `679-A`.
    pub letters: Option<String>,
}

/// The reason why a text is no reception number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It has the length of neither form.
    #[error("a reception number has 12 digits (an earlier one 9 characters), this has {0}")]
    Length(usize),
    /// It is digits that were cut short. Nine of them are no earlier number, unless their check character fits.
    #[error("digits are missing: a reception number has 12, this lacks {0}")]
    Missing(usize),
    /// It has a character that its form does not have.
    #[error("no reception number has the character {0:?} here")]
    Character(char),
    /// The check digit does not match: a digit is wrong, or two are swapped.
    #[error("the check digit does not fit: a digit is wrong, or two are swapped")]
    Check,
}

impl Number {
    /// Creates a random number.
    ///
    /// # Errors
    /// The system's source of randomness fails.
    pub fn random() -> Result<Number, getrandom::Error> {
        let characters: Vec<char> = digits::random()?.chars().collect();
        Ok(Number(grouped(&characters, digits::GROUP)))
    }

    /// Parses a number as people write it: ignores spaces and hyphens, accepts full-width digits and small letters.
    ///
    /// # Errors
    /// [`NumberError`]: the reason why the text is not a number.
    pub fn read(text: &str) -> Result<Number, NumberError> {
        let characters = characters(text);
        let missing = digits::LENGTH.saturating_sub(characters.len());
        let cut_short = missing > 0 && !characters.is_empty() && characters.iter().all(char::is_ascii_digit);
        let (sum, group) = match characters.len() {
            digits::LENGTH => (digits::check_sum(&characters), digits::GROUP),
            letters::LENGTH => (letters::check_sum(&characters), letters::GROUP),
            _ if cut_short => return Err(NumberError::Missing(missing)),
            other => return Err(NumberError::Length(other)),
        };
        match sum {
            Ok(0) => Ok(Number(grouped(&characters, group))),
            _ if cut_short => Err(NumberError::Missing(missing)),
            Ok(_) => Err(NumberError::Check),
            Err(character) => Err(NumberError::Character(character)),
        }
    }

    /// Normalizes the beginning of a number or of one of its groups: `"679 a"` → `679-A` in letters, nothing in digits.
    ///
    /// # Errors
    /// [`NumberError`]: it is longer than a number of its characters, or has a character that no number has.
    pub fn begin(text: &str) -> Result<Beginning, NumberError> {
        let characters = characters(text);
        let in_digits = characters.iter().all(char::is_ascii_digit);
        let in_letters = characters.iter().all(|character| letters::value_of(*character).is_some());
        let beginning = Beginning {
            digits: (in_digits && characters.len() <= digits::LENGTH).then(|| grouped(&characters, digits::GROUP)),
            letters: (in_letters && characters.len() <= letters::LENGTH).then(|| grouped(&characters, letters::GROUP)),
        };
        if beginning.digits.is_some() || beginning.letters.is_some() {
            return Ok(beginning);
        }
        // Of `1A` each character is in one of the forms, and the letter keeps it from being digits.
        let is_letter = |character: &&char| !character.is_ascii_digit();
        let strange = characters.iter().filter(is_letter).find(|character| letters::value_of(**character).is_none());
        let strange = strange.or_else(|| characters.iter().find(is_letter).filter(|_| !in_letters));
        Err(strange.map_or(NumberError::Length(characters.len()), |character| NumberError::Character(*character)))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Joins characters in groups with hyphens.
fn grouped(characters: &[char], length: usize) -> String {
    let groups: Vec<String> = characters.chunks(length).map(|group| group.iter().collect()).collect();
    groups.join("-")
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

    /// A number as it is shown.
    fn read(typed: &str) -> Result<String, NumberError> {
        Number::read(typed).map(|number| number.to_string())
    }

    #[test]
    fn a_number_is_grouped_and_parses_again() {
        for _ in 0..1_000 {
            let number = Number::random().unwrap();
            let shown = number.to_string();
            let groups: Vec<_> = shown.split('-').collect();
            assert!(groups.len() == 3 && groups.iter().all(|group| group.len() == 4), "{shown}");
            assert!(shown.chars().all(|character| character.is_ascii_digit() || character == '-'), "{shown}");
            assert_eq!(Number::read(&shown), Ok(number));
        }
    }

    #[test]
    fn what_people_type_is_read() {
        for typed in [
            "2609-4873-1059",
            "260948731059",
            " 2609 4873 1059 ",
            "２６０９－４８７３－１０５９",
            "２６０９　４８７３　１０５９",
            "2609ー4873ｰ1059",
            "2609‐4873–1059",
            "2609—4873−1059",
            "2609/4873.1059",
        ] {
            assert_eq!(read(typed).as_deref(), Ok("2609-4873-1059"), "{typed}");
        }
    }

    #[test]
    fn earlier_numbers_are_still_read() {
        for typed in ["234-679-AC6", "234679ac6", "２３４ー６７９ーａｃ６", " 234 679 AC6 "] {
            assert_eq!(read(typed).as_deref(), Ok("234-679-AC6"), "{typed}");
        }
        assert_eq!(read("222222222").as_deref(), Ok("222-222-222"), "the length tells");
    }

    #[test]
    fn errors_give_the_reason() {
        for (typed, error) in [
            ("", NumberError::Length(0)),
            ("2609-4873-105", NumberError::Missing(1)),
            ("2609-4873-10590", NumberError::Length(13)),
            ("2609-4873-105O", NumberError::Character('O')),
            ("2609-4873-1058", NumberError::Check),
            ("2609-4873-1509", NumberError::Check),
            ("234", NumberError::Missing(9)),
            ("234-679-AC", NumberError::Length(8)),
            ("234-679-COD", NumberError::Character('O')),
            ("234-679-AC7", NumberError::Check),
            ("2609-4873-1", NumberError::Missing(3)),
            ("222-222-223", NumberError::Missing(3)),
        ] {
            assert_eq!(Number::read(typed), Err(error), "{typed}");
        }
    }

    #[test]
    fn begin_groups_the_characters_in_each_form() {
        for (typed, digits, letters) in [
            ("", Some(""), Some("")),
            ("６７９ー a", None, Some("679-A")),
            ("4873 1", Some("4873-1"), None),
            ("2346", Some("2346"), Some("234-6")),
            ("2222222222", Some("2222-2222-22"), None),
        ] {
            let expected = Beginning { digits: digits.map(str::to_owned), letters: letters.map(str::to_owned) };
            assert_eq!(Number::begin(typed), Ok(expected), "{typed}");
        }
        for (typed, error) in [
            ("2222222222222", NumberError::Length(13)),
            ("ACDACDACDA", NumberError::Length(10)),
            ("%", NumberError::Character('%')),
            ("12%", NumberError::Character('%')),
            ("1A", NumberError::Character('A')),
        ] {
            assert_eq!(Number::begin(typed), Err(error), "{typed}");
        }
    }
}
