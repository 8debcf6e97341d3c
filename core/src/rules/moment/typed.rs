//! Typed dates: in parts or in one text, by era or by the Common Era, with any separator.
//!
//! `令和8年11月20日（金） 9時半` → year 2026 (令和), month 11, day 20, minute 570.

use super::english;
use super::point::{Grain, Moment, YEAR_MAX, YEAR_MIN};
use super::weekday::is_weekday;
use crate::civil::{JAPAN, month_length};
use crate::code::Code;
use crate::rules::characters::visible;
use crate::rules::era::Era;
use crate::rules::numerals::arabic;
use crate::rules::time_of_day::{self, roughly};
use crate::rules::width::fold;
use crate::text::{are_digits, parse_u16, rsplit_once};

/// The longest text that is looked at, in bytes; full-width characters take three each.
pub const TYPED_MAX: usize = 192;

/// A typed moment, in one text or in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// One text.
    Text(String),
    /// Year (`2026年`, `令和8`, `R8`, `令和元年`), month (`11月`), day (`20日`) and time, as [`time_of_day::read`] takes it; a blank part
    /// counts as not given.
    Parts([Option<String>; 4]),
}

/// A year as typed: by era, or of the Common Era.
#[derive(Clone, Copy)]
struct Year {
    number: i32,
    era: Option<&'static Era>,
}

/// The numbers of a date, not yet checked against the calendar.
pub(super) struct Date {
    year: Year,
    month: Option<u8>,
    day: Option<u8>,
    minute: Option<u16>,
    about: bool,
    /// The offset that was typed behind the time.
    offset: Option<i16>,
}

impl Date {
    /// Checks the numbers against the calendar, the era and the range, in this order. An offset of its own must equal the one that
    /// was typed with the time, if there is one; without any it is Japanese time.
    pub(super) fn moment(&self, offset: Option<i16>) -> Result<Moment, Code> {
        let offset = match (self.offset, offset) {
            (Some(typed), Some(own)) if typed != own => return Err(Code::MomentOffset),
            (typed, own) => typed.or(own).unwrap_or(JAPAN),
        };
        let year = self.year.number;
        let (from, to, grain) = match (self.month, self.day, self.minute) {
            (None, None, None) => ((1, 1), (12, 31), Grain::Year),
            (Some(month), None, None) => ((month, 1), (month, 31), Grain::Month),
            (Some(month), Some(day), None) => ((month, day), (month, day), Grain::Day),
            (Some(month), Some(day), Some(_)) => ((month, day), (month, day), Grain::Minute),
            _ => return Err(Code::MomentGap),
        };
        let (month, day) = from;
        if !(1..=month_length(i64::from(year), month)).contains(&day) {
            return Err(Code::MomentNoSuchDay);
        }
        if self.year.era.is_some_and(|era| !era.meets((year, month, day), (year, to.0, to.1))) {
            return Err(Code::MomentEra);
        }
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            return Err(Code::MomentRange);
        }
        Ok(Moment { year, month, day, minute: self.minute.unwrap_or(0), grain, about: self.about, offset })
    }

    pub(super) fn of_parts(parts: &[Option<String>; 4]) -> Result<Date, Code> {
        let [year, month, day, time] = parts.each_ref().map(Option::as_deref);
        let mut about = false;
        let mut part = |typed: Option<&str>, unit: char| {
            let Some(typed) = typed else { return Ok(None) };
            let folded = folded(typed)?;
            let (exact, rough) = roughly(&folded);
            let exact = without_weekday(exact);
            about |= rough;
            Ok(Some(exact.strip_suffix(unit).unwrap_or(exact).trim().to_owned())
                .filter(|text| !text.is_empty() || rough))
        };
        let year = part(year, '年')?.ok_or(Code::MomentYear)?;
        let (month, day) = (part(month, '月')?, part(day, '日')?);
        let month = month.map(|month| english::named(&month).map_or(month, |number| number.to_string()));
        let time = match time {
            Some(time) if !time.trim().is_empty() => Some(time_of_day::read(time, false)?),
            _ => None,
        };
        let (year, rest) = Scan(&year).year()?;
        if !rest.0.is_empty() {
            return Err(Code::MomentUnreadable);
        }
        Ok(Date {
            year,
            month: month.as_deref().map(of_two).transpose()?,
            day: day.as_deref().map(of_two).transpose()?,
            minute: time.map(|time| time.minute),
            about: about || time.is_some_and(|time| time.about),
            offset: time.and_then(|time| time.offset),
        })
    }

    pub(super) fn of_text(typed: &str) -> Result<Date, Code> {
        let folded = folded(typed)?;
        let (text, mut about) = roughly(&folded);
        let in_numbers = english::in_numbers(text);
        let text = in_numbers.as_deref().unwrap_or(text);
        if text.is_empty() {
            return Err(Code::MomentUnreadable);
        }
        let (year, month, day, rest) = match basic(text) {
            Some((year, month, day, rest)) => {
                let year = Year { number: i32::from(number(year)?), era: None };
                (year, Some(of_two(month)?), Some(of_two(day)?), Scan(rest))
            }
            None => Scan(text).date()?,
        };
        let is_iso = rest.0.starts_with(['T', 't']);
        let rest = rest.after_day(day.is_some());
        let time = match rest.0 {
            "" => None,
            _ if day.is_none() => return Err(rest.without_day()),
            // From one day to another: no time was meant.
            span if span.starts_with(['~', '-', '/']) => return Err(Code::MomentUnreadable),
            time => {
                let time = time_of_day::read(time, is_iso)?;
                about |= time.about;
                Some(time)
            }
        };
        let (minute, offset) = (time.map(|time| time.minute), time.and_then(|time| time.offset));
        Ok(Date { year, month, day, minute, about, offset })
    }
}

/// A typed text in ASCII digits and signs.
fn folded(typed: &str) -> Result<String, Code> {
    if typed.len() > TYPED_MAX { Err(Code::MomentUnreadable) } else { Ok(arabic(&fold(&visible(typed)))) }
}

/// The unread rest of a text.
#[derive(Clone, Copy)]
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    /// A year, and a month and a day if they follow.
    fn date(self) -> Result<(Year, Option<u8>, Option<u8>, Scan<'a>), Code> {
        let (year, rest) = self.year()?;
        let (month, rest) = rest.next_number('年')?;
        let (day, rest) = if month.is_some() { rest.next_number('月')? } else { (None, rest) };
        Ok((year, month, day, rest))
    }

    /// The ASCII digits it begins with, and the rest.
    fn digits(self) -> (&'a str, Scan<'a>) {
        let end = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(end).unwrap_or(("", self.0));
        (digits, Scan(rest))
    }

    /// A year of four digits, or by era.
    fn year(self) -> Result<(Year, Scan<'a>), Code> {
        let text = self.0.trim_start();
        if let Some((era, rest)) = Era::strip(text) {
            let rest = rest.trim_start();
            if let Some(rest) = rest.strip_prefix('元') {
                return Ok((Year { number: era.year(1), era: Some(era) }, Scan(rest)));
            }
            let (digits, rest) = Scan(rest).digits();
            return match (digits.len(), number(digits)) {
                (0, _) => Err(Code::MomentUnreadable),
                (1 | 2, Ok(of_era @ 1..)) => Ok((Year { number: era.year(of_era), era: Some(era) }, rest)),
                _ => Err(Code::MomentEra),
            };
        }
        let (digits, rest) = Scan(text.strip_prefix("西暦").unwrap_or(text).trim_start()).digits();
        match digits.len() {
            4 => Ok((Year { number: i32::from(number(digits)?), era: None }, rest)),
            1 | 2 => Err(rest.short_year(digits)),
            _ => Err(Code::MomentUnreadable),
        }
    }

    /// The code of one or two digits where a year belongs: a short year, or a missing one.
    fn short_year(self, digits: &str) -> Code {
        let rest = self.0.trim_start();
        let third = rest.strip_prefix(is_separator).is_some_and(|rest| rest.contains(is_separator));
        let month = of_two(digits).is_ok_and(|month| month <= 12);
        if rest.starts_with(['月', '日', '時', ':']) || (rest.starts_with(['/', '-', '.']) && month && !third) {
            Code::MomentYear
        } else if rest.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= 4) {
            Code::MomentUnreadable // 20/11/2026: the year is elsewhere
        } else {
            Code::MomentYearShort
        }
    }

    /// Reads one or two digits behind a separator or the unit of the number before, if any are left.
    fn next_number(self, unit: char) -> Result<(Option<u8>, Scan<'a>), Code> {
        let text = self.0.trim_start();
        let spaced = text.len() < self.0.len() && matches!(Scan(text).digits().0.len(), 1 | 2);
        let (rest, must) = match (text.strip_prefix(unit), text.strip_prefix(['-', '/', '.', '・', '･'])) {
            (Some(rest), _) => (rest, false),
            (None, Some(rest)) => (rest, true),
            (None, None) if spaced => (text, false),
            (None, None) => return Ok((None, self)),
        };
        let (digits, after) = Scan(rest.trim_start()).digits();
        let behind_a_space = rest.starts_with(char::is_whitespace) && digits.len() > 2;
        let is_time = !must && (behind_a_space || after.0.starts_with([':', '時']));
        if digits.is_empty() || is_time {
            return if must { Err(Code::MomentUnreadable) } else { Ok((None, Scan(rest))) };
        }
        Ok((Some(of_two(digits)?), after))
    }

    /// Skips 日 or a dot, the day of the week, and the T or the spaces before a time.
    fn after_day(self, day: bool) -> Scan<'a> {
        if !day {
            return Scan(self.0.trim_start());
        }
        let text = self.0.trim_start();
        let text = text.strip_prefix(['日', '.']).unwrap_or(text).trim_start();
        let bracket = text.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let named = bracket.or_else(|| Some(text.split_once(' ').unwrap_or((text, ""))));
        let text = match named {
            Some((name, rest)) if is_weekday(name) => rest,
            _ => text,
        };
        // Windows writes a file's date as 2026年11月20日、9:30.
        let text = text.trim_start().trim_start_matches(['、', ',', 'の']).trim_start();
        Scan(text.strip_prefix(['T', 't']).filter(|rest| !rest.is_empty()).unwrap_or(text))
    }

    /// The code of a rest without a day before it: a gap before a time of day, or not a date.
    fn without_day(self) -> Code {
        let time = self.0.strip_prefix(['T', 't']).unwrap_or(self.0);
        if time_of_day::read(time, false).is_ok() { Code::MomentGap } else { Code::MomentUnreadable }
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '/' | '.' | '・' | '･' | '年' | '月')
}

/// Removes a day of the week in brackets: `20(金)` → `20`.
fn without_weekday(text: &str) -> &str {
    let bracket = text.strip_suffix(')').and_then(|text| rsplit_once(text, b'('));
    bracket.filter(|(_, name)| is_weekday(name)).map_or(text, |(day, _)| day.trim_end())
}

/// Splits the basic form of ISO 8601: eight digits and the rest; twelve digits are a date and a time.
fn basic(text: &str) -> Option<(&str, &str, &str, &str)> {
    if !matches!(text.bytes().take_while(u8::is_ascii_digit).count(), 8 | 12) {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let (month, rest) = rest.split_at_checked(2)?;
    let (day, rest) = rest.split_at_checked(2)?;
    Some((year, month, day, rest))
}

/// At most four digits.
fn number(digits: &str) -> Result<u16, Code> {
    parse_u16(digits).ok_or(Code::MomentUnreadable)
}

/// A month or a day: one or two digits. A longer number is not a day.
fn of_two(digits: &str) -> Result<u8, Code> {
    if !are_digits(digits) {
        return Err(Code::MomentUnreadable);
    }
    let number = parse_u16(digits).filter(|_| digits.len() <= 2).and_then(|number| u8::try_from(number).ok());
    number.ok_or(Code::MomentNoSuchDay)
}
