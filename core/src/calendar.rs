//! Opening hours of the desk: hours, weekends, holidays, the year's end, and single days that differ.
//!
//! 2026-05-06 10:00 JST (a substitute holiday) → closed, the next opening is 2026-05-07 09:00.
//! 2026-11-20 10:00 JST (a Friday) → open until 17:00, the next opening is Tuesday the 24th.
//! 2028 with a table that ends in 2027 → `dated: false`: nothing is known, and nothing is guessed.
//!
//! All of it is the desk's data, which comes in with the context (requirements, "Business days");
//! the holidays come as a dated table, so that a new gazette needs no new module. Refused on
//! reading: `9:00` (write `09:00`), `2026-02-29`, a closing time before the opening time.

use crate::json::Writer;
use crate::merge_sort::merge_sort;

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;
/// The years a calendar may speak of.
const YEARS: core::ops::RangeInclusive<i64> = 1970..=2099;

/// The desk's calendar, as its texts came in; see [`Calendar`] for what each means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarText<'a> {
    /// `HH:MM`, the first minute open.
    pub open: &'a str,
    /// `HH:MM`, the first minute closed again; `24:00` for midnight.
    pub close: &'a str,
    /// `±HH:MM`, the desk's offset from UTC.
    pub offset: &'a str,
    /// `MM-DD`, the first day of the year-end holidays.
    pub year_end_from: &'a str,
    /// `MM-DD`, their last day; may lie in the new year.
    pub year_end_to: &'a str,
    /// True if the desk is closed on national holidays.
    pub weekday_excludes_holidays: bool,
    /// `YYYY-MM-DD`, closed in any case.
    pub extra_closed: Vec<&'a str>,
    /// `YYYY-MM-DD`, open unless it is also in `extra_closed`.
    pub extra_open: Vec<&'a str>,
    /// `YYYY-MM-DD`, the gazetted national holidays.
    pub holidays: Vec<&'a str>,
    /// The last year that the table of holidays covers.
    pub last_year: i64,
}

/// The desk's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    open: u16,
    close: u16,
    offset: i16,
    year_end: (MonthDay, MonthDay),
    weekday_excludes_holidays: bool,
    extra_closed: Dates,
    extra_open: Dates,
    holidays: Dates,
    last_year: i64,
}

/// The opening status at one point in time; times are milliseconds since the epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// True if the desk is open.
    pub open: bool,
    /// The closing time, while the desk is open.
    pub closes_at: Option<i64>,
    /// The first opening after now; `None` where the table ends before one is found.
    pub next_opens_at: Option<i64>,
    /// True if the table of holidays covers this year.
    pub dated: bool,
}

impl Opening {
    /// True if the desk is known to be closed.
    pub const fn is_closed(&self) -> bool {
        self.dated && !self.open
    }

    /// JSON with the keys of `opening` in `GET /v1/desk`; a time that is not known is null.
    ///
    /// `{"open":true,"closes_at":1795161600000,"next_opens_at":null,"dated":true}`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::with_room(128);
        out.object();
        out.key("open");
        out.boolean(self.open);
        out.key("closes_at");
        out.number_or_null(self.closes_at);
        out.key("next_opens_at");
        out.number_or_null(self.next_opens_at);
        out.key("dated");
        out.boolean(self.dated);
        out.end_object();
        out.into_bytes()
    }
}

impl Calendar {
    /// Reads the calendar's texts.
    ///
    /// # Errors
    /// The key whose text cannot be read.
    pub fn read(text: &CalendarText<'_>) -> Result<Calendar, &'static str> {
        let open = clock(text.open).filter(|open| *open < 1440).ok_or("open")?;
        Ok(Calendar {
            open,
            close: clock(text.close).filter(|close| *close > open).ok_or("close")?,
            offset: offset(text.offset).ok_or("offset")?,
            year_end: month_day(text.year_end_from).zip(month_day(text.year_end_to)).ok_or("year_end")?,
            weekday_excludes_holidays: text.weekday_excludes_holidays,
            extra_closed: Dates::read(&text.extra_closed).ok_or("extra_closed")?,
            extra_open: Dates::read(&text.extra_open).ok_or("extra_open")?,
            holidays: Dates::read(&text.holidays).ok_or("holidays")?,
            last_year: Some(text.last_year).filter(|year| YEARS.contains(year)).ok_or("last_year")?,
        })
    }

    /// Computes the opening status at a time.
    pub fn opening(&self, now_ms: i64) -> Opening {
        let local = now_ms.div_euclid(MINUTE_MS) + i64::from(self.offset);
        let (today, minute) = (local.div_euclid(DAY_MINUTES), local.rem_euclid(DAY_MINUTES));
        let (year, ..) = civil(today);
        if !(*YEARS.start()..=self.last_year).contains(&year) {
            return Opening { open: false, closes_at: None, next_opens_at: None, dated: false };
        }
        let hours = i64::from(self.open)..i64::from(self.close);
        let open = hours.contains(&minute) && self.business_day(today);
        let first = today + i64::from(minute >= hours.start);
        let next = (first..days(self.last_year + 1, 1, 1)).find(|day| self.business_day(*day));
        Opening {
            open,
            closes_at: open.then(|| self.utc(today, self.close)),
            next_opens_at: next.map(|day| self.utc(day, self.open)),
            dated: true,
        }
    }

    /// Extra closed days come before extra open days, and these before all rules.
    fn business_day(&self, day: i64) -> bool {
        let (year, month, of_month) = civil(day);
        let date = Date::new(year, month, of_month);
        if self.extra_closed.has(date) {
            return false;
        }
        let weekend = (day + 3).rem_euclid(7) >= 5; // 1970-01-01 was a Thursday
        let holiday = self.weekday_excludes_holidays && self.holidays.has(date);
        self.extra_open.has(date) || !(weekend || holiday || self.year_end(MonthDay(month, of_month)))
    }

    /// Checks if a day lies in the year-end holidays, which may cross the new year.
    fn year_end(&self, day: MonthDay) -> bool {
        let (from, to) = self.year_end;
        if from <= to { (from..=to).contains(&day) } else { day >= from || day <= to }
    }

    fn utc(&self, day: i64, minute: u16) -> i64 {
        (day * DAY_MINUTES + i64::from(minute) - i64::from(self.offset)) * MINUTE_MS
    }
}

/// The days since 1970-01-01 of a date of the proleptic Gregorian calendar.
pub(crate) const fn days(year: i64, month: u8, day: u8) -> i64 {
    // Count from 1 March, so that a leap day comes last: 153 days are five months from March on.
    let (year, month) = if month > 2 { (year, month as i64 - 3) } else { (year - 1, month as i64 + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (153 * month + 2) / 5 + day as i64 - 1 - 719_468
}

/// The days of a month; 0 where there is no such month.
pub(crate) const fn month_length(year: i64, month: u8) -> u8 {
    match month {
        2 if year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}

/// The year, month and day of a count of days since 1970-01-01.
fn civil(days: i64) -> (i64, u8, u8) {
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

/// A date packed as YYYYMMDD, so that dates compare as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Date(u64);

impl Date {
    fn new(year: i64, month: u8, day: u8) -> Date {
        Date(u64::try_from(year).unwrap_or_default() * 10_000 + u64::from(month) * 100 + u64::from(day))
    }

    fn read(text: &str) -> Option<Date> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
        let year = i64::from(two(y1, y2)?) * 100 + i64::from(two(y3, y4)?);
        let (month, day) = (two(m1, m2)?, two(d1, d2)?);
        (1..=month_length(year, month)).contains(&day).then(|| Date::new(year, month, day))
    }
}

/// Dates in the order they came in, and sorted if that is another one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dates {
    listed: Vec<Date>,
    /// With a 0 beside each, so that they are sorted by the code that sorts issues.
    sorted: Option<Vec<(u64, usize)>>,
}

impl Dates {
    fn read(texts: &[&str]) -> Option<Dates> {
        let mut listed = Vec::with_capacity(texts.len());
        for text in texts {
            listed.push(Date::read(text)?);
        }
        let sorted = (!listed.is_sorted()).then(|| merge_sort(listed.iter().map(|date| (date.0, 0)).collect()));
        Some(Dates { listed, sorted })
    }

    fn has(&self, date: Date) -> bool {
        match &self.sorted {
            Some(sorted) => sorted.binary_search(&(date.0, 0)).is_ok(),
            None => self.listed.binary_search(&date).is_ok(),
        }
    }
}

/// A day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct MonthDay(u8, u8);

fn month_day(text: &str) -> Option<MonthDay> {
    let &[m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    (1..=month_length(2000, month)).contains(&day).then_some(MonthDay(month, day))
}

/// `HH:MM` as minutes, at most `24:00`.
fn clock(text: &str) -> Option<u16> {
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let minute = u16::from(two(m1, m2).filter(|minute| *minute < 60)?);
    Some(u16::from(two(h1, h2)?) * 60 + minute).filter(|all| *all <= 1440)
}

/// `±HH:MM` as minutes from −12:00 to +14:00; `-00:00` is written `+00:00`.
fn offset(text: &str) -> Option<i16> {
    let (sign, size) = text.split_at_checked(1)?;
    let size = i16::try_from(clock(size)?).ok()?;
    match sign {
        "+" if size <= 14 * 60 => Some(size),
        "-" if (1..=12 * 60).contains(&size) => Some(-size),
        _ => None,
    }
}

/// The value of two ASCII digits.
pub(crate) const fn two(tens: u8, ones: u8) -> Option<u8> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() { Some((tens - b'0') * 10 + (ones - b'0')) } else { None }
}

impl Calendar {
    /// Prints the calendar with the keys that it was read from.
    pub(crate) fn write(&self, out: &mut Writer) {
        out.object();
        out.text_member("open", &hours(self.open));
        out.text_member("close", &hours(self.close));
        let sign = if self.offset < 0 { "-" } else { "+" };
        out.key("offset");
        out.pieces(&[sign, &hours(self.offset.unsigned_abs())]);
        out.key("year_end");
        out.object();
        out.text_member("from", &self.year_end.0.text());
        out.text_member("to", &self.year_end.1.text());
        out.end_object();
        out.key("weekday_excludes_holidays");
        out.boolean(self.weekday_excludes_holidays);
        let rows =
            [("extra_closed", &self.extra_closed), ("extra_open", &self.extra_open), ("holidays", &self.holidays)];
        for (key, dates) in rows {
            out.key(key);
            out.list();
            for date in &dates.listed {
                date.write(out);
            }
            out.end_list();
        }
        out.number_member("last_year", self.last_year);
        out.end_object();
    }
}

fn hours(minutes: u16) -> String {
    two_and_two(u32::from(minutes / 60), ':', u32::from(minutes % 60))
}

impl MonthDay {
    fn text(self) -> String {
        two_and_two(u32::from(self.0), '-', u32::from(self.1))
    }
}

fn two_and_two(first: u32, sign: char, second: u32) -> String {
    [digit(first / 10), digit(first), sign, digit(second / 10), digit(second)].into_iter().collect()
}

/// The last decimal digit of a number.
fn digit(number: u32) -> char {
    char::from_digit(number % 10, 10).unwrap_or_default()
}

impl Date {
    /// The ten characters are made on the stack: a calendar holds hundreds of dates.
    fn write(self, out: &mut Writer) {
        let mut text = *b"0000-00-00";
        let mut rest = self.0;
        for byte in text.iter_mut().rev().filter(|byte| **byte == b'0') {
            *byte = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        out.ascii(&text);
    }
}

#[cfg(test)]
mod tests;
