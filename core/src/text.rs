//! Small replacements for functions of the standard library, for the module's size: each saves some hundred bytes to two
//! kilobytes (docs/performance.md).
//!
//! `concat(&["/logs/", "3"])` → `/logs/3` · `parse_i64("-12")` → −12 · `contains("03-1234 内線 5", "内線")` → true

/// Joins texts: `concat`, `join`.
pub fn concat(parts: &[&str]) -> String {
    let mut whole = String::new();
    for part in parts {
        whole.push_str(part);
    }
    whole
}

/// Splits at the last of an ASCII sign: `rsplit_once`. `None` without one.
pub fn rsplit_once(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == sign)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Checks if a text contains another, which is not empty: `contains`.
pub fn contains(text: &str, part: &str) -> bool {
    text.char_indices().any(|(at, _)| text.get(at..).is_some_and(|rest| rest.starts_with(part)))
}

/// Checks if a character is one of a list: `contains`.
#[inline(never)]
pub fn is_one_of(char: char, list: &str) -> bool {
    list.chars().any(|other| other == char)
}

/// Checks if a character lies in one of the ranges of a list, which has the first and the last character of each.
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

/// Removes the characters of a list from the beginning: `trim_start_matches`.
#[inline(never)]
pub fn trim_start<'t>(text: &'t str, list: &str) -> &'t str {
    text.trim_start_matches(|char| is_one_of(char, list))
}

/// Removes the characters of a list from the end: `trim_end_matches`.
#[inline(never)]
pub fn trim_end<'t>(text: &'t str, list: &str) -> &'t str {
    text.trim_end_matches(|char| is_one_of(char, list))
}

/// Checks if a text begins with a character of a list: `starts_with`.
#[inline(never)]
pub fn starts_with_any(text: &str, list: &str) -> bool {
    text.chars().next().is_some_and(|first| is_one_of(first, list))
}

/// Counts the code points of a text: `chars().count()`.
pub fn code_points(text: &str) -> usize {
    let begins = |byte: u8| byte & 0b1100_0000 != 0b1000_0000;
    text.bytes().map(|byte| usize::from(begins(byte))).sum()
}

/// Checks if a text is one ASCII digit or more.
pub fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses one to four ASCII digits, and nothing beside them: `parse`.
pub fn parse_u16(digits: &str) -> Option<u16> {
    let fits = digits.len() <= 4 && are_digits(digits);
    fits.then(|| digits.bytes().fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
}

/// Parses an optional minus and one ASCII digit or more: `parse`. `None` beyond an `i64`.
pub fn parse_i64(written: &str) -> Option<i64> {
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
            assert_eq!(parse_i64(&number.to_string()), Some(number));
        }
        assert_eq!(parse_i64("-0"), Some(0));
        assert_eq!(parse_i64("007"), Some(7));
        for text in ["", "-", "+1", "--1", "1.0", " 1", "１", "9223372036854775808", "-9223372036854775809"] {
            assert_eq!(parse_i64(text), None, "{text}");
        }
        assert_eq!(parse_u16("0000"), Some(0));
        assert_eq!(parse_u16("9999"), Some(9999));
        for text in ["", "12345", "+1", "-1", "1a", "１"] {
            assert_eq!(parse_u16(text), None, "{text}");
        }
    }

    #[test]
    fn they_return_the_same_as_the_standard_library() {
        for text in ["", "a", "a,b", "髙,橋,", ",", "内線😀"] {
            assert_eq!(rsplit_once(text, b','), text.rsplit_once(','), "{text}");
            assert_eq!(code_points(text), text.chars().count(), "{text}");
            for part in ["b", "a", "橋", "橋,", "線😀x"] {
                assert_eq!(contains(text, part), text.contains(part), "{text} {part}");
            }
            assert_eq!(concat(&[text, "-", text]), format!("{text}-{text}"));
        }
    }
}
