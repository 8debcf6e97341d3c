//! Dates of the Gregorian calendar, times of day and offsets from UTC, as numbers and as texts.
//!
//! `days(2026, 11, 20)` → 20,777 days since 1970 · `"09:30"` → 570 minutes · `"-03:30"` → −210 minutes east of UTC.

use crate::text::{concat, parse_u16};

/// A minute, in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// A day, in minutes.
pub const DAY_MINUTES: i64 = 24 * 60;
/// Japan's offset from UTC, in minutes: the whole country has one.
pub const JAPAN: i16 = 9 * 60;

/// Counts the days from 1970-01-01 to a date of the proleptic Gregorian calendar.
pub const fn days(year: i64, month: u8, day: u8) -> i64 {
    // Count from 1 March, so that a leap day comes last: 153 days are five months from March on.
    let (year, month) = if month > 2 { (year, month as i64 - 3) } else { (year - 1, month as i64 + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (153 * month + 2) / 5 + day as i64 - 1 - 719_468
}

/// Converts a count of days since 1970-01-01 to a year, month and day.
pub fn date(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let (cycle, of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_cycle_year = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * of_cycle_year + of_cycle_year / 4 - of_cycle_year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = cycle * 400 + of_cycle_year + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or_default(), u8::try_from(day).unwrap_or_default())
}

/// Counts the days of a month; 0 if there is no such month.
pub const fn month_length(year: i64, month: u8) -> u8 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}

/// Parses two ASCII digits.
pub const fn two(tens: u8, ones: u8) -> Option<u8> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() { Some((tens - b'0') * 10 + (ones - b'0')) } else { None }
}

/// Parses `YYYY-MM-DD`.
pub fn parse_date(text: &str) -> Option<(i64, u8, u8)> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = i64::from(parse_u16(year)?);
    let (month, day) = parse_day_of_year(rest.strip_prefix('-')?, year)?;
    Some((year, month, day))
}

/// Parses `MM-DD` of a year.
pub fn parse_day_of_year(text: &str, year: i64) -> Option<(u8, u8)> {
    let &[m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    (1..=month_length(year, month)).contains(&day).then_some((month, day))
}

/// Parses `HH:MM`, at most `24:00`, into minutes.
pub fn parse_clock(text: &str) -> Option<u16> {
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let minute = u16::from(two(m1, m2).filter(|minute| *minute < 60)?);
    Some(u16::from(two(h1, h2)?) * 60 + minute).filter(|all| *all <= 1440)
}

/// Parses `±HH:MM` into minutes east of UTC.
pub fn parse_offset(text: &str) -> Option<i16> {
    let (sign, size) = text.split_at_checked(1)?;
    signed_offset(sign, parse_clock(size)?)
}

/// Puts a sign and minutes together to an offset from −12:00 to +14:00.
pub fn signed_offset(sign: &str, minutes: u16) -> Option<i16> {
    let minutes = i16::try_from(minutes).ok()?;
    match sign {
        "+" if minutes <= 14 * 60 => Some(minutes),
        "-" if minutes <= 12 * 60 => Some(-minutes),
        _ => None,
    }
}

/// Formats minutes as `HH:MM`.
pub fn clock_text(minutes: u16) -> String {
    pair_text(minutes / 60, ':', minutes % 60)
}

/// Formats an offset as `±HH:MM`.
pub fn offset_text(offset: i16) -> String {
    concat(&[if offset < 0 { "-" } else { "+" }, &clock_text(offset.unsigned_abs())])
}

/// Formats two numbers of two digits with a sign between them.
pub fn pair_text(first: impl Into<u32>, sign: char, second: impl Into<u32>) -> String {
    let (first, second) = (first.into(), second.into());
    let digit = |number: u32| char::from_digit(number % 10, 10).unwrap_or_default();
    [digit(first / 10), digit(first), sign, digit(second / 10), digit(second)].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        assert_eq!((days(1970, 1, 1), days(2000, 3, 1), days(2026, 11, 20)), (0, 11_017, 20_777));
        for day in days(1899, 1, 1)..days(2101, 1, 1) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
            assert!((1..=month_length(year, month)).contains(&of_month));
        }
        assert_eq!([2000, 1900, 2024, 2026].map(|year| month_length(year, 2)), [29, 28, 29, 28]);
    }
}
