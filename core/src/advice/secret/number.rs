//! Numbers that are secrets by themselves: that of a card, the recovery key of a disk.
//!
//! `4111 1111 1111 1111` and `123456-234567-…` (eight groups) are; an order's number whose check digit does
//! not fit, a longer run of digits and a telephone number are not.

/// Digits of a card: fifteen of one brand, sixteen of the others (ISO/IEC 7812).
const CARD_DIGITS: [usize; 2] = [15, 16];
/// Groups of a recovery key, and digits of each.
const RECOVERY: (usize, usize) = (8, 6);

/// Checks if a text, which begins with a digit that none precedes, begins with a card's number: its length, its first
/// digits, and its check digit by Luhn's formula.
pub fn is_card(text: &str) -> bool {
    let mut digits: Vec<u32> = Vec::new();
    let mut group = 0_usize;
    let longest = CARD_DIGITS.iter().max().copied().unwrap_or_default();
    for char in text.chars().take(longest + 4) {
        match char.to_digit(10) {
            Some(digit) => {
                digits.push(digit);
                group += 1;
            }
            None if matches!(char, ' ' | '-') && matches!(group, 4..=6) && digits.len() < longest => group = 0,
            None => break,
        }
    }
    let fits = match digits.as_slice() {
        [3, 4 | 7, ..] => digits.len() == 15,
        [3..=6, ..] => digits.len() == 16,
        _ => false,
    };
    fits && CARD_DIGITS.contains(&digits.len()) && luhn(&digits)
}

/// Checks if the digits' weighted sum ends in 0: from the right, every second one counts twice.
fn luhn(digits: &[u32]) -> bool {
    let weighted = digits.iter().rev().enumerate().map(|(index, digit)| match (index % 2, digit * 2) {
        (0, _) => *digit,
        (_, double) => double / 10 + double % 10,
    });
    weighted.sum::<u32>() % 10 == 0
}

/// Checks if a text begins with eight groups of six digits.
pub fn is_recovery_key(text: &str) -> bool {
    let (groups, digits) = RECOVERY;
    let mut rest = text.as_bytes();
    for index in 0..groups {
        let Some((group, after)) = rest.split_at_checked(digits) else { return false };
        if !group.iter().all(u8::is_ascii_digit) {
            return false;
        }
        rest = match after.split_first() {
            Some((b'-' | b' ', after)) => after,
            _ => return index + 1 == groups,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{is_card, is_recovery_key};

    #[test]
    fn cards_by_length_beginning_and_check_digit() {
        for text in [
            "4111111111111111",
            "4111-1111-1111-1111 12/28",
            "5555 5555 5555 4444",
            "378282246310005",
            "3782 822463 10005",
        ] {
            assert!(is_card(text), "{text}");
        }
        for text in [
            "4111111111111112",
            "41111111111111111",
            "411111111111111",
            "1111111111111117",
            "4111 1111 1111",
            "4-1-1",
            "0332119999",
        ] {
            assert!(!is_card(text), "{text}");
        }
    }

    #[test]
    fn recovery_keys_by_their_groups() {
        let key = "123456-234567-345678-456789-567890-678901-789012-890123";
        assert!(
            is_recovery_key(key) && is_recovery_key(&format!("{key} です")) && is_recovery_key(&key.replace('-', " "))
        );
        assert!(
            !is_recovery_key(&key[..54])
                && !is_recovery_key("123456-234567")
                && !is_recovery_key("123456-23456-345678")
        );
    }
}
