//! A point in time as far as it is known: an interval, never a guess at what was not said.
//!
//! | typed | read |
//! |---|---|
//! | `2026-11-20T09:30`, `令和8年11月20日 9時半`, `Ｒ８．１１．２０ 9:30` | `2026-11-20T09:30`, minute |
//! | year `令和８年`, month `１１`, day `20日` | `2026-11-20`, day |
//! | `2026年11月` | `2026-11`, month |
//! | `2026/11/20 9時頃` | `2026-11-20T09:00`, about |
//!
//! Refused: `26/11/20` (which century?), `11月20日` (which year?), a day without a month,
//! `2026-02-29`, `平成40年` (the era ended), `1969` and `2100` (outside what makes sense), a precision
//! that claims more than was typed. What goes out reads back as the same moment.

use std::fmt::Write as _;

use super::era::Era;
use super::time_of_day::{self, roughly};
use super::width::fold;
use crate::calendar::{days, month_length};
use crate::code::Code;

/// The first year that a moment may lie in.
pub const YEAR_MIN: i32 = 1970;
/// The last year that a moment may lie in.
pub const YEAR_MAX: i32 = 2099;

/// The longest text that is looked at, in bytes; full-width characters take three each.
const TYPED_MAX: usize = 192;
const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;
/// The offset where none is given: Japan has one time.
const JAPAN: i16 = 9 * 60;

/// How much of a moment is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// The minute.
    Minute,
    /// The day.
    Day,
    /// The month.
    Month,
    /// The year.
    Year,
    /// Roughly what was typed: a day more on either side.
    About,
}

impl Precision {
    const ALL: [Precision; 5] =
        [Precision::Minute, Precision::Day, Precision::Month, Precision::Year, Precision::About];

    /// The word of the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Precision::Minute => "minute",
            Precision::Day => "day",
            Precision::Month => "month",
            Precision::Year => "year",
            Precision::About => "about",
        }
    }

    /// The precision of a word, `None` if there is none.
    pub fn read(word: &str) -> Option<Precision> {
        Precision::ALL.into_iter().find(|precision| precision.as_str() == word)
    }
}

/// A date in parts, each as typed; a blank part counts as not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts<'a> {
    /// `2026`, `2026年`, `令和8`, `R8`, `令和元年`.
    pub year: Option<&'a str>,
    /// `11`, `11月`.
    pub month: Option<&'a str>,
    /// `20`, `20日`.
    pub day: Option<&'a str>,
    /// As [`time_of_day::read`] takes it.
    pub time: Option<&'a str>,
}

/// What was typed, in one text or in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed<'a> {
    /// One text.
    Text(&'a str),
    /// Parts.
    Parts(Parts<'a>),
}

/// A moment, known to the minute, the day, the month or the year, or only about so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    year: i32,
    /// 1 where the month is not known.
    month: u8,
    /// 1 where the day is not known.
    day: u8,
    /// The minute of the day; 0 where it is not known.
    minute: u16,
    grain: Grain,
    about: bool,
    /// Minutes east of UTC.
    offset: i16,
}

/// The finest part that is known; the finer, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grain {
    Year,
    Month,
    Day,
    Minute,
}

impl Moment {
    /// Reads a moment. Without a precision, what was typed decides; a coarser one cuts what is
    /// finer. Without an offset it is Japanese time.
    ///
    /// # Errors
    /// One of the codes `moment.*` except `moment.future`, which needs a clock.
    pub fn read(typed: Typed<'_>, precision: Option<Precision>, offset: Option<&str>) -> Result<Moment, Code> {
        let date = match typed {
            Typed::Text(text) => Date::of_text(text)?,
            Typed::Parts(parts) => Date::of_parts(&parts)?,
        };
        let offset = offset.map_or(Ok(JAPAN), read_offset)?;
        date.moment(offset)?.with(precision)
    }

    /// The moment as ISO 8601 local time, as long as it is known: `2026-11-20T09:30` … `2026`.
    pub fn at(&self) -> String {
        let mut at = format!("{:04}", self.year);
        // Writing into a String cannot fail.
        if self.grain >= Grain::Month {
            let _ = write!(at, "-{:02}", self.month);
        }
        if self.grain >= Grain::Day {
            let _ = write!(at, "-{:02}", self.day);
        }
        if self.grain >= Grain::Minute {
            let _ = write!(at, "T{:02}:{:02}", self.minute / 60, self.minute % 60);
        }
        at
    }

    /// How much of it is known.
    pub const fn precision(&self) -> Precision {
        match (self.about, self.grain) {
            (true, _) => Precision::About,
            (_, Grain::Minute) => Precision::Minute,
            (_, Grain::Day) => Precision::Day,
            (_, Grain::Month) => Precision::Month,
            (_, Grain::Year) => Precision::Year,
        }
    }

    /// The offset from UTC: `+09:00`.
    pub fn offset(&self) -> String {
        let (sign, size) = (if self.offset < 0 { '-' } else { '+' }, self.offset.unsigned_abs());
        format!("{sign}{:02}:{:02}", size / 60, size % 60)
    }

    /// The first millisecond it may be, and the first one after all it may be; since the epoch, UTC.
    pub fn interval(&self) -> (i64, i64) {
        let year = i64::from(self.year);
        let day = days(year, self.month, self.day);
        let first = day * DAY_MINUTES + i64::from(self.minute);
        let length = match self.grain {
            Grain::Minute => 1,
            Grain::Day => DAY_MINUTES,
            Grain::Month => i64::from(month_length(year, self.month)) * DAY_MINUTES,
            Grain::Year => (days(year + 1, 1, 1) - day) * DAY_MINUTES,
        };
        let widened = if self.about { DAY_MINUTES } else { 0 };
        let start = first - i64::from(self.offset);
        ((start - widened) * MINUTE_MS, (start + length + widened) * MINUTE_MS)
    }

    /// Whether all of it lies after a point in time.
    pub fn wholly_after(&self, limit_ms: i64) -> bool {
        self.interval().0 > limit_ms
    }

    /// Whether all of it lies after all of another moment.
    pub fn wholly_after_moment(&self, other: &Moment) -> bool {
        self.interval().0 >= other.interval().1
    }

    /// Cuts to a precision; one that is finer than the moment is refused.
    fn with(self, precision: Option<Precision>) -> Result<Moment, Code> {
        let grain = match precision {
            None => return Ok(self),
            Some(Precision::About) => return Ok(Moment { about: true, ..self }),
            Some(Precision::Minute) => Grain::Minute,
            Some(Precision::Day) => Grain::Day,
            Some(Precision::Month) => Grain::Month,
            Some(Precision::Year) => Grain::Year,
        };
        if grain > self.grain {
            return Err(Code::MomentPrecision);
        }
        Ok(Moment {
            month: if grain >= Grain::Month { self.month } else { 1 },
            day: if grain >= Grain::Day { self.day } else { 1 },
            minute: if grain >= Grain::Minute { self.minute } else { 0 },
            grain,
            about: false,
            ..self
        })
    }
}

/// A year as typed: by era, or of the Common Era.
#[derive(Clone, Copy)]
struct Year {
    number: i32,
    era: Option<&'static Era>,
}

/// The numbers of a date, not yet held against the calendar.
struct Date {
    year: Year,
    month: Option<u8>,
    day: Option<u8>,
    minute: Option<u16>,
    about: bool,
}

impl Date {
    /// Holds the numbers against the calendar, the era and the range, in this order.
    fn moment(&self, offset: i16) -> Result<Moment, Code> {
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

    fn of_parts(parts: &Parts<'_>) -> Result<Date, Code> {
        let mut about = false;
        let mut part = |typed: Option<&str>, unit: char| {
            let Some(typed) = typed else { return Ok(None) };
            if typed.len() > TYPED_MAX {
                return Err(Code::MomentUnreadable);
            }
            let folded = fold(typed);
            let (exact, rough) = roughly(&folded);
            about |= rough;
            Ok(Some(exact.strip_suffix(unit).unwrap_or(exact).trim().to_owned())
                .filter(|text| !text.is_empty() || rough))
        };
        let year = part(parts.year, '年')?.ok_or(Code::MomentYear)?;
        let (month, day) = (part(parts.month, '月')?, part(parts.day, '日')?);
        let time = match parts.time {
            Some(time) if !time.trim().is_empty() => Some(time_of_day::read(time)?),
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
            minute: time.map(|(minute, _)| minute),
            about: about || time.is_some_and(|(_, rough)| rough),
        })
    }

    fn of_text(typed: &str) -> Result<Date, Code> {
        if typed.len() > TYPED_MAX {
            return Err(Code::MomentUnreadable);
        }
        let folded = fold(typed);
        let (text, mut about) = roughly(&folded);
        if text.is_empty() {
            return Err(Code::MomentUnreadable);
        }
        if let Some((year, month, day)) = basic(text) {
            let year = Year { number: i32::from(number(year)?), era: None };
            return Ok(Date { year, month: Some(of_two(month)?), day: Some(of_two(day)?), minute: None, about });
        }
        let (year, rest) = Scan(text).year()?;
        let (month, rest) = rest.next_number('年')?;
        let (day, rest) = if month.is_some() { rest.next_number('月')? } else { (None, rest) };
        let rest = rest.after_day(day.is_some());
        let minute = match rest.0 {
            "" => None,
            _ if day.is_none() => return Err(rest.without_day()),
            time => {
                let (minute, rough) = time_of_day::read(time)?;
                about |= rough;
                Some(minute)
            }
        };
        Ok(Date { year, month, day, minute, about })
    }
}

/// What is still to be read of a text.
#[derive(Clone, Copy)]
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
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
            0 => Err(Code::MomentUnreadable),
            4 => Ok((Year { number: i32::from(number(digits)?), era: None }, rest)),
            1 | 2 => Err(rest.short_year(digits)),
            _ => Err(Code::MomentRange),
        }
    }

    /// Why one or two digits at the beginning are no year: it is short, or it is no year at all.
    fn short_year(self, digits: &str) -> Code {
        let rest = self.0.trim_start();
        let third = rest.strip_prefix(is_separator).is_some_and(|rest| rest.contains(is_separator));
        let month = of_two(digits).is_ok_and(|month| month <= 12);
        if rest.starts_with(['月', '日', '時', ':']) || (rest.starts_with(['/', '-', '.']) && month && !third) {
            Code::MomentYear
        } else {
            Code::MomentYearShort
        }
    }

    /// After a separator or the unit of the number before: one or two digits, if any are left.
    fn next_number(self, unit: char) -> Result<(Option<u8>, Scan<'a>), Code> {
        let text = self.0.trim_start();
        let (rest, must) = match (text.strip_prefix(unit), text.strip_prefix(['-', '/', '.'])) {
            (Some(rest), _) => (rest, false),
            (None, Some(rest)) => (rest, true),
            (None, None) => return Ok((None, self)),
        };
        let (digits, after) = Scan(rest.trim_start()).digits();
        let is_time = !must && after.0.starts_with([':', '時']);
        if digits.is_empty() || is_time {
            return if must { Err(Code::MomentUnreadable) } else { Ok((None, Scan(rest))) };
        }
        Ok((Some(of_two(digits)?), after))
    }

    /// Steps over 日, the day of the week in brackets, and the T or the spaces before a time.
    fn after_day(self, day: bool) -> Scan<'a> {
        if !day {
            return Scan(self.0.trim_start());
        }
        let text = self.0.trim_start();
        let text = text.strip_prefix('日').unwrap_or(text).trim_start();
        let bracket = text.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let text = match bracket {
            Some((name, rest)) if is_weekday(name) => rest.trim_start(),
            _ => text,
        };
        Scan(text.strip_prefix(['T', 't']).filter(|rest| !rest.is_empty()).unwrap_or(text))
    }

    /// Why there is more to read where no day was: a time of day, or no date at all.
    fn without_day(self) -> Code {
        let time = self.0.strip_prefix(['T', 't']).unwrap_or(self.0);
        if time_of_day::read(time).is_ok() { Code::MomentGap } else { Code::MomentUnreadable }
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '/' | '.' | '年' | '月')
}

fn is_weekday(name: &str) -> bool {
    let name = name.strip_suffix("曜日").or_else(|| name.strip_suffix('曜')).unwrap_or(name);
    ["月", "火", "水", "木", "金", "土", "日"].contains(&name)
}

/// Eight digits, the basic form of ISO 8601.
fn basic(text: &str) -> Option<(&str, &str, &str)> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some((year, month, day))
}

/// At most four digits.
fn number(digits: &str) -> Result<u16, Code> {
    if digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Code::MomentUnreadable);
    }
    digits.parse().map_err(|_| Code::MomentUnreadable)
}

/// A month or a day: one or two digits; a longer number is no such day.
fn of_two(digits: &str) -> Result<u8, Code> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Code::MomentUnreadable);
    }
    if digits.len() > 2 { Err(Code::MomentNoSuchDay) } else { digits.parse().map_err(|_| Code::MomentNoSuchDay) }
}

/// `±HH:MM` from −12:00 to +14:00, or `Z`; in minutes.
fn read_offset(typed: &str) -> Result<i16, Code> {
    if typed.len() > TYPED_MAX {
        return Err(Code::MomentOffset);
    }
    let folded = fold(typed);
    let text = folded.trim();
    if text.eq_ignore_ascii_case("z") {
        return Ok(0);
    }
    let &[sign, b'0'..=b'9', b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9'] = text.as_bytes() else {
        return Err(Code::MomentOffset);
    };
    let (hours, minutes) = text.trim_start_matches(['+', '-']).split_once(':').ok_or(Code::MomentOffset)?;
    let part = |digits: &str| digits.parse::<i16>().map_err(|_| Code::MomentOffset);
    let size = part(hours)? * 60 + part(minutes)?;
    match sign {
        b'+' if size <= 14 * 60 => Ok(size),
        b'-' if size <= 12 * 60 => Ok(-size),
        _ => Err(Code::MomentOffset),
    }
}

#[cfg(test)]
#[path = "moment_tests.rs"]
mod tests;
