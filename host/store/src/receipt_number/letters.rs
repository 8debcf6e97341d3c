//! Reception numbers of the earlier form: nine letters and digits, the last a check character → `234679AC6`.
//!
//! The alphabet has 23 characters, a prime, without look-alikes (0/O/Q, 1/I/L, 5/S, 8/B, 2/Z, U/V). With distinct weights
//! modulo a prime, every wrong character and every swap of two characters changes the sum. On a Japanese telephone too many
//! of the letters sound alike (C, D, G, P, T, V; M and N), so no new number is made of them.

/// The characters by their values.
const ALPHABET: &[u8; 23] = b"234679CDFGHJKMNPRTVWXYA";
/// Characters of a number, including the check character.
pub const LENGTH: usize = 9;
/// Characters of a group.
pub const GROUP: usize = 3;

/// Sums the values by the weights 9, 8, … 1, modulo 23: zero for a number. The error is a character outside of the alphabet.
pub fn check_sum(characters: &[char]) -> Result<u8, char> {
    let weighted = characters
        .iter()
        .zip((1..=9).rev())
        .map(|(character, weight)| value_of(*character).map(|value| u32::from(value) * weight).ok_or(*character));
    let sum: u32 = weighted.sum::<Result<u32, char>>()?;
    Ok((sum % 23) as u8)
}

/// Returns the value of a character of the alphabet.
pub fn value_of(character: char) -> Option<u8> {
    let value = ALPHABET.iter().position(|letter| char::from(*letter) == character)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_character_and_every_swap_is_detected() {
        for number in ["234679AC6", "222222222", "WGGCVCJGA", "22N44VCDC"] {
            let values: Vec<char> = number.chars().collect();
            assert_eq!(check_sum(&values), Ok(0), "{number}");
            for index in 0..LENGTH {
                for wrong in ALPHABET.iter().map(|wrong| char::from(*wrong)).filter(|wrong| *wrong != values[index]) {
                    let mut changed = values.clone();
                    changed[index] = wrong;
                    assert_ne!(check_sum(&changed), Ok(0));
                }
                for other in (0..index).filter(|other| values[*other] != values[index]) {
                    let mut changed = values.clone();
                    changed.swap(index, other);
                    assert_ne!(check_sum(&changed), Ok(0));
                }
            }
        }
    }

    #[test]
    fn the_alphabet_has_distinct_characters() {
        let letters: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(letters.len(), ALPHABET.len());
    }
}
