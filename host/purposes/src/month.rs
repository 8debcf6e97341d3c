//! A calendar month of statistics.
//!
//! `Month::read("2026-10")` → its first day `2026-10-01` and the first day after it, `2026-11-01`

use std::fmt;

/// A calendar month. A desk's clock decides when it begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// Reads `2026-10`.
    pub fn read(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-')?;
        let is_digits =
            |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(year, 4) || !is_digits(month, 2) {
            return None;
        }
        let month = Month { year: year.parse().ok()?, month: month.parse().ok()? };
        (month.year > 0 && (1..=12).contains(&month.month)).then_some(month)
    }

    /// Returns the month after it.
    #[must_use]
    pub fn next(self) -> Month {
        match self.month {
            12 => Month { year: self.year.saturating_add(1), month: 1 },
            month => Month { year: self.year, month: month.saturating_add(1) },
        }
    }

    /// Formats its first day as `2026-10-01`.
    pub fn first_day(self) -> String {
        format!("{self}-01")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_its_first_day_and_the_next_one() {
        let month = Month::read("2026-12").unwrap();
        assert_eq!((month.first_day().as_str(), month.next().first_day().as_str()), ("2026-12-01", "2027-01-01"));
        assert_eq!(Month::read("2026-01").unwrap().next().to_string(), "2026-02");
        for wrong in
            ["", "2026", "2026-13", "2026-00", "0000-01", "2026-1", "26-10", "2026-10-01", "+026-10", "２０２６-10"]
        {
            assert_eq!(Month::read(wrong), None, "{wrong}");
        }
    }
}
