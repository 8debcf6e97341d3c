//! The reception number: short, speakable on the phone, random, with a check character.
//!
//! `234-679-ACD` is the shape: eight random characters and one check character in three groups. The
//! alphabet has 23 characters, a prime: six digits and seventeen letters, without look-alikes
//! (0/O/Q, 1/I/L, 5/S, 8/B, 2/Z, U/V), and with a single vowel, so that hardly a word comes out.
//! With distinct weights modulo a prime, every single wrong character and every swap of two
//! characters changes the sum: both are noticed when the number is read back.
//!
//! The number is random and not made from time or a counter: it says nothing about how many cases
//! there are, nor when one came.

use std::fmt;

/// The characters, each standing for its place.
const ALPHABET: &[u8; 23] = b"234679CDFGHJKMNPRTVWXYA";
/// How many characters a number has, the check character among them.
const LENGTH: usize = 9;
/// Random bytes from this one on are thrown away, so that every character is as likely as another.
const FAIR: u8 = 253; // 11 * 23

/// A reception number that is well-formed: the right length, the right letters, the right sum.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number([u8; LENGTH]);

/// Why something is no reception number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not nine characters.
    #[error("a reception number has {LENGTH} characters, this has {0}")]
    Length(usize),
    /// A character that no reception number has.
    #[error("no reception number has the character {0:?}")]
    Letter(char),
    /// The check character does not fit: a character is wrong, or two are swapped.
    #[error("the check character does not fit: one character is wrong, or two are swapped")]
    Check,
}

impl Number {
    /// A new random number.
    ///
    /// # Errors
    /// The system's source of randomness fails.
    pub fn random() -> Result<Number, getrandom::Error> {
        let mut places = [0; LENGTH];
        for place in places.iter_mut().take(LENGTH - 1) {
            *place = random_place()?;
        }
        Ok(Number::with_check(places))
    }

    /// A number as people write it: spaces and any hyphens are skipped, small letters and
    /// full-width characters are taken.
    ///
    /// # Errors
    /// [`NumberError`]: what is wrong with it.
    pub fn read(text: &str) -> Result<Number, NumberError> {
        let characters: Vec<char> = text.chars().map(fold).filter(|character| !is_separator(*character)).collect();
        if characters.len() != LENGTH {
            return Err(NumberError::Length(characters.len()));
        }
        let mut places = [0; LENGTH];
        for (place, character) in places.iter_mut().zip(characters) {
            *place = place_of(character).ok_or(NumberError::Letter(character))?;
        }
        if weighted_sum(&places) == 0 { Ok(Number(places)) } else { Err(NumberError::Check) }
    }

    /// The beginning of a number, or of one of its groups, as people write it: `"679 a"` → `"679-A"`.
    ///
    /// # Errors
    /// [`NumberError`]: it is longer than a number, or has a letter that no number has.
    pub fn begin(text: &str) -> Result<String, NumberError> {
        let characters: Vec<char> = text.chars().map(fold).filter(|character| !is_separator(*character)).collect();
        if characters.len() > LENGTH {
            return Err(NumberError::Length(characters.len()));
        }
        if let Some(letter) = characters.iter().find(|letter| place_of(**letter).is_none()) {
            return Err(NumberError::Letter(*letter));
        }
        let groups: Vec<String> = characters.chunks(3).map(|group| group.iter().collect()).collect();
        Ok(groups.join("-"))
    }

    /// Chooses the last character so that the weighted sum is zero.
    fn with_check(mut places: [u8; LENGTH]) -> Number {
        if let Some(last) = places.last_mut() {
            *last = 0;
        }
        let missing = (23 - weighted_sum(&places)) % 23;
        // The last weight is one, so that the character that is missing is the sum that is missing.
        if let Some(last) = places.last_mut() {
            *last = missing;
        }
        Number(places)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.0.iter().enumerate() {
            if index > 0 && index % 3 == 0 {
                formatter.write_str("-")?;
            }
            let character = ALPHABET.get(usize::from(*place)).copied().unwrap_or(b'?');
            write!(formatter, "{}", char::from(character))?;
        }
        Ok(())
    }
}

/// The sum of the places by the weights 9, 8, … 1, modulo 23.
fn weighted_sum(places: &[u8; LENGTH]) -> u8 {
    let sum: u32 = places.iter().zip((1..=9).rev()).map(|(place, weight)| u32::from(*place) * weight).sum();
    (sum % 23) as u8
}

fn random_place() -> Result<u8, getrandom::Error> {
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        let [value] = byte;
        if value < FAIR {
            return Ok(value % 23);
        }
    }
}

fn place_of(character: char) -> Option<u8> {
    let place = ALPHABET.iter().position(|letter| char::from(*letter) == character)?;
    u8::try_from(place).ok()
}

/// Full-width forms become ASCII, small letters capitals.
fn fold(character: char) -> char {
    let narrow = match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
        other => other,
    };
    narrow.to_ascii_uppercase()
}

/// Spaces and every dash that a keyboard offers, the Japanese ones included.
fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | 'ー' | 'ｰ' | '.' | '_' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_grouped_and_reads_back() {
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
    fn every_wrong_character_and_every_swap_is_noticed() {
        for _ in 0..50 {
            let Number(places) = Number::random().unwrap();
            for index in 0..LENGTH {
                for wrong in (0..23).filter(|wrong| *wrong != places[index]) {
                    let mut changed = places;
                    changed[index] = wrong;
                    assert_ne!(weighted_sum(&changed), 0);
                }
                for other in (0..index).filter(|other| places[*other] != places[index]) {
                    let mut changed = places;
                    changed.swap(index, other);
                    assert_ne!(weighted_sum(&changed), 0);
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        assert_eq!(Number::read("234"), Err(NumberError::Length(3)));
        assert_eq!(Number::read("234-679-COD"), Err(NumberError::Letter('O')));
        assert_eq!(Number::read("222-222-223"), Err(NumberError::Check));
        assert!(Number::read("２２２ー２２２ー２２２").is_ok());
    }

    #[test]
    fn a_beginning_is_grouped_as_a_number_is() {
        assert_eq!(Number::begin("６７９ー a"), Ok("679-A".to_owned()));
        assert_eq!(Number::begin(""), Ok(String::new()));
        assert_eq!(Number::begin("2222222222"), Err(NumberError::Length(10)));
        assert_eq!(Number::begin("%"), Err(NumberError::Letter('%')));
    }

    #[test]
    fn the_alphabet_has_no_character_twice() {
        let letters: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(letters.len(), ALPHABET.len());
    }
}
