//! Reception numbers of digits: eleven random ones and a check digit after H. M. Damm → `260948731059`.
//!
//! The table is a totally anti-symmetric quasigroup of order ten: no other digit in one place, and no swap of two
//! neighbours, leaves the check sum zero. Weights modulo ten cannot do both, and a check modulo eleven needs a letter.

/// Digits of a number, including the check digit.
pub const LENGTH: usize = 12;
/// Digits of a group, as a number is shown and said.
pub const GROUP: usize = 4;
/// The number of numbers without their check digit, 10¹¹: 36.5 bits.
const COUNT: u64 = 100_000_000_000;
/// The bits of a random candidate: 2³⁷ is the first power of two above [`COUNT`].
const CANDIDATE_BITS: u32 = 37;

/// The next interim digit by the one before (row) and the digit (column).
const TABLE: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Draws a number without groups.
pub fn random() -> Result<String, getrandom::Error> {
    loop {
        if let Some(digits) = from_random(getrandom::u64()?) {
            return Ok(digits);
        }
    }
}

/// Makes a number of random bits. Candidates beyond the last number are dropped, about one of four, so that each number is
/// as likely as the next.
fn from_random(bits: u64) -> Option<String> {
    let candidate = bits >> (u64::BITS - CANDIDATE_BITS);
    (candidate < COUNT).then(|| {
        let digits = format!("{candidate:0width$}", width = LENGTH - 1);
        // The table has zeros on its diagonal: the interim digit is its own check digit.
        let check = digits.bytes().fold(0, |interim, digit| next(interim, digit.wrapping_sub(b'0')));
        format!("{digits}{check}")
    })
}

/// Computes the check sum: zero for a number. The error is a character that is no digit.
pub fn check_sum(characters: &[char]) -> Result<u8, char> {
    characters.iter().try_fold(0, |interim, character| {
        let digit = character.to_digit(10).and_then(|digit| u8::try_from(digit).ok()).ok_or(*character)?;
        Ok(next(interim, digit))
    })
}

/// Looks up the next interim digit; both are below ten.
fn next(interim: u8, digit: u8) -> u8 {
    TABLE.get(usize::from(interim)).and_then(|row| row.get(usize::from(digit))).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(digits: &[char]) -> u8 {
        check_sum(digits).unwrap()
    }

    #[test]
    fn the_published_example_has_its_check_digit() {
        assert_eq!(sum(&['5', '7', '2']), 4);
        assert_eq!(sum(&['5', '7', '2', '4']), 0);
    }

    #[test]
    fn the_table_is_totally_anti_symmetric() {
        for row in 0..10 {
            assert_eq!(next(row, row), 0);
            for (one, other) in (0..10).flat_map(|one| (0..one).map(move |other| (one, other))) {
                assert_ne!(next(row, one), next(row, other), "a wrong digit");
                assert_ne!(next(next(row, one), other), next(next(row, other), one), "two neighbours swapped");
            }
        }
    }

    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbours_is_detected() {
        let fixed = ["000000000000", "111111111117", "123456789018", "260948731059"];
        let drawn = (0..2_000).map(|_| random().unwrap());
        for number in fixed.into_iter().map(str::to_owned).chain(drawn) {
            let digits: Vec<char> = number.chars().collect();
            assert_eq!((digits.len(), sum(&digits)), (LENGTH, 0), "{number}");
            for place in 0..LENGTH {
                for wrong in ('0'..='9').filter(|wrong| *wrong != digits[place]) {
                    let mut changed = digits.clone();
                    changed[place] = wrong;
                    assert_ne!(sum(&changed), 0, "{number}: {wrong} at {place}");
                }
                if place > 0 && digits[place] != digits[place - 1] {
                    let mut changed = digits.clone();
                    changed.swap(place, place - 1);
                    assert_ne!(sum(&changed), 0, "{number}: {} and {place} swapped", place - 1);
                }
            }
        }
    }

    #[test]
    fn numbers_are_drawn_without_bias() {
        let shift = u64::BITS - CANDIDATE_BITS;
        assert_eq!(from_random(0).as_deref(), Some("000000000000"));
        assert_eq!(
            from_random(((12_345_678_901 + 1) << shift) - 1).as_deref(),
            Some("123456789018"),
            "low bits are unused"
        );
        assert_eq!(
            from_random((COUNT - 1) << shift).map(|number| number[..11].to_owned()).as_deref(),
            Some("99999999999")
        );
        assert_eq!(from_random(COUNT << shift), None, "no remainder is taken");
        assert_eq!(from_random(u64::MAX), None);
    }

    #[test]
    fn a_character_that_is_no_digit_is_named() {
        assert_eq!(check_sum(&['1', 'A']), Err('A'));
    }
}
