//! Small things done to texts that the standard library does as well, with far more code: each of these takes the place of
//! some hundred bytes to two kilobytes of the module (docs/performance.md).
//!
//! `joined(&["/logs/", "3"])` → `/logs/3` · `integer("-12")` → −12 · `holds("03-1234 内線 5", "内線")` → true

/// One text of several: `concat`, `join`.
pub fn joined(parts: &[&str]) -> String {
    let mut whole = String::new();
    for part in parts {
        whole.push_str(part);
    }
    whole
}

/// What stands before and behind the last of an ASCII sign: `rsplit_once`. `None` without one.
pub fn split_last(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == sign)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Whether a text holds another, which is not empty: `contains`.
pub fn holds(text: &str, part: &str) -> bool {
    text.char_indices().any(|(at, _)| text.get(at..).is_some_and(|rest| rest.starts_with(part)))
}

/// Whether a character is one of a list: `contains`.
#[inline(never)]
pub fn is_one_of(char: char, list: &str) -> bool {
    list.chars().any(|other| other == char)
}

/// Whether a character lies in one of the ranges of a list, which holds the first and the last character of each.
///
/// `is_in_ranges('b', "acxz")` → true. In the module a list costs a third of a `match` of the same ranges.
#[inline(never)]
pub fn is_in_ranges(char: char, ranges: &str) -> bool {
    let mut ends = ranges.chars();
    while let (Some(first), Some(last)) = (ends.next(), ends.next()) {
        if (first..=last).contains(&char) {
            return true;
        }
    }
    false
}

/// A text without the characters of a list at its beginning: `trim_start_matches`.
#[inline(never)]
pub fn trim_start<'t>(text: &'t str, list: &str) -> &'t str {
    text.trim_start_matches(|char| is_one_of(char, list))
}

/// A text without the characters of a list at its end: `trim_end_matches`.
#[inline(never)]
pub fn trim_end<'t>(text: &'t str, list: &str) -> &'t str {
    text.trim_end_matches(|char| is_one_of(char, list))
}

/// Whether a text begins with a character of a list: `starts_with`.
#[inline(never)]
pub fn starts_with_any(text: &str, list: &str) -> bool {
    text.chars().next().is_some_and(|first| is_one_of(first, list))
}

/// How many code points a text has: `chars().count()`.
pub fn code_points(text: &str) -> usize {
    let begins = |byte: u8| byte & 0b1100_0000 != 0b1000_0000;
    text.bytes().map(|byte| usize::from(begins(byte))).sum()
}

/// The number of one to four ASCII digits, and nothing beside them: `parse`.
pub fn up_to_four_digits(digits: &str) -> Option<u16> {
    let fits = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.bytes().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

/// The number of an optional minus and one ASCII digit or more: `parse`. `None` beyond an `i64`.
pub fn integer(written: &str) -> Option<i64> {
    let digits = written.strip_prefix('-').unwrap_or(written);
    let sign = if digits.len() < written.len() { -1 } else { 1 };
    let mut number = 0_i64;
    for digit in digits.bytes() {
        let digit = char::from(digit).to_digit(10)?;
        number = number.checked_mul(10)?.checked_add(sign * i64::from(digit))?;
    }
    (!digits.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_their_ends_and_no_further() {
        for number in [i64::MIN, i64::MIN + 1, -10, -1, 0, 7, 10, i64::MAX] {
            assert_eq!(integer(&number.to_string()), Some(number));
        }
        assert_eq!(integer("-0"), Some(0));
        assert_eq!(integer("007"), Some(7));
        for text in ["", "-", "+1", "--1", "1.0", " 1", "１", "9223372036854775808", "-9223372036854775809"] {
            assert_eq!(integer(text), None, "{text}");
        }
        assert_eq!(up_to_four_digits("0000"), Some(0));
        assert_eq!(up_to_four_digits("9999"), Some(9999));
        for text in ["", "12345", "+1", "-1", "1a", "１"] {
            assert_eq!(up_to_four_digits(text), None, "{text}");
        }
    }

    #[test]
    fn they_say_what_the_standard_library_says() {
        for text in ["", "a", "a,b", "髙,橋,", ",", "内線😀"] {
            assert_eq!(split_last(text, b','), text.rsplit_once(','), "{text}");
            assert_eq!(code_points(text), text.chars().count(), "{text}");
            for part in ["b", "a", "橋", "橋,", "線😀x"] {
                assert_eq!(holds(text, part), text.contains(part), "{text} {part}");
            }
            assert_eq!(joined(&[text, "-", text]), format!("{text}-{text}"));
        }
    }
}
