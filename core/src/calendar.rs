//! Opening hours of the desk: hours, weekends, holidays, the year's end, and single days that differ.
//!
//! 2026-05-06 10:00 JST (a substitute holiday) → closed, the next opening is 2026-05-07 09:00.
//! 2026-11-20 10:00 JST (a Friday) → open until 17:00, the next opening is Tuesday the 24th.
//! 2028 with a table that ends in 2027 → `dated: false`: the status is unknown, not guessed.
//!
//! All of it is the desk's data, which comes in with the context (requirements, "Business days");
//! the holidays come as a dated table, so that a new gazette needs no new module. Reading refuses `9:00` (write `09:00`),
//! `2026-02-29`, a closing time before the opening time.

use crate::check_error::CheckError;
use crate::civil::{
    DAY_MINUTES, MINUTE_MS, clock_text, date, days, offset_text, pair_text, parse_clock, parse_date, parse_day_of_year,
    parse_offset,
};
use crate::json::{Node, Writer};
use crate::members::{Members, integer, text};
use crate::merge_sort::merge_sort;

/// A day, in milliseconds.
const DAY_MS: i64 = DAY_MINUTES * MINUTE_MS;
/// The years of a calendar.
const YEARS: core::ops::RangeInclusive<i64> = 1970..=2099;

/// The desk's calendar, by the keys of the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// `HH:MM`, the first minute open.
    open: u16,
    /// `HH:MM`, the first minute closed again; `24:00` for midnight.
    close: u16,
    /// `±HH:MM`, the desk's offset from UTC; `-00:00` is refused: write `+00:00`.
    offset: i16,
    /// `MM-DD` twice: the first and the last day of the year-end holidays, which may lie in the new year.
    year_end: ((u8, u8), (u8, u8)),
    /// True if the desk is closed on national holidays.
    weekday_excludes_holidays: bool,
    /// `YYYY-MM-DD`, closed in any case.
    extra_closed: Dates,
    /// `YYYY-MM-DD`, open unless it is also in `extra_closed`.
    extra_open: Dates,
    /// `YYYY-MM-DD`, the gazetted national holidays.
    holidays: Dates,
    /// The last year that the table of holidays covers.
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
    /// Reads the calendar of a context.
    ///
    /// # Errors
    /// [`CheckError::Context`] with the key that is missing or cannot be read.
    pub(crate) fn read(members: &Members<'_>) -> Result<Calendar, CheckError> {
        let year_end = members.object("year_end")?;
        let (from, to) = (year_end.text("from")?, year_end.text("to")?);
        let open = members.read("open", |node| parse_clock(text(node)?).filter(|open| *open < 1440))?;
        Ok(Calendar {
            open,
            close: members.read("close", |node| parse_clock(text(node)?).filter(|close| *close > open))?,
            offset: members
                .read("offset", |node| text(node).filter(|text| *text != "-00:00").and_then(parse_offset))?,
            // In a leap year, which has every day.
            year_end: parse_day_of_year(from, 2000)
                .zip(parse_day_of_year(to, 2000))
                .ok_or(CheckError::Context("year_end"))?,
            weekday_excludes_holidays: members.boolean("weekday_excludes_holidays")?,
            extra_closed: members.read("extra_closed", Dates::read)?,
            extra_open: members.read("extra_open", Dates::read)?,
            holidays: members.read("holidays", Dates::read)?,
            last_year: members.read("last_year", |node| integer(node).filter(|year| YEARS.contains(year)))?,
        })
    }

    /// Computes the opening status at a time.
    pub fn opening(&self, now_ms: i64) -> Opening {
        let local = now_ms.div_euclid(MINUTE_MS) + i64::from(self.offset);
        let (today, minute) = (local.div_euclid(DAY_MINUTES), local.rem_euclid(DAY_MINUTES));
        let (year, ..) = date(today);
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

    /// Computes the open time between two moments, in milliseconds; 0 where the second does not lie after the first.
    ///
    /// Friday 2026-11-20 16:00 → Tuesday 2026-11-24 10:00 JST: two hours, since Monday is a holiday.
    ///
    /// Beyond the last dated year, where nobody knows the holidays yet, every weekday outside the year-end holidays counts as open, so
    /// that a wait is never shown too short. Time outside the years 1970 to 2099 does not count. The work grows with the days: a
    /// year takes microseconds.
    pub fn open_between(&self, from_ms: i64, to_ms: i64) -> i64 {
        let [first, end] = [*YEARS.start(), *YEARS.end() + 1].map(|year| days(year, 1, 1) * DAY_MS);
        let local = |ms: i64| ms.saturating_add(i64::from(self.offset) * MINUTE_MS).clamp(first, end);
        let (from, to) = (local(from_ms), local(to_ms));
        let open_on = |day: i64| {
            let at = |minute: u16| day * DAY_MS + i64::from(minute) * MINUTE_MS;
            (to.min(at(self.close)) - from.max(at(self.open))).max(0)
        };
        let days = from.div_euclid(DAY_MS)..=to.div_euclid(DAY_MS);
        days.filter(|day| self.business_day(*day)).map(open_on).sum()
    }

    /// Extra closed days come before extra open days, and these before all rules.
    fn business_day(&self, day: i64) -> bool {
        let (year, month, of_month) = date(day);
        let date = Date::new(year, month, of_month);
        if self.extra_closed.has(date) {
            return false;
        }
        let weekend = (day + 3).rem_euclid(7) >= 5; // 1970-01-01 was a Thursday
        let holiday = self.weekday_excludes_holidays && self.holidays.has(date);
        self.extra_open.has(date) || !(weekend || holiday || self.year_end((month, of_month)))
    }

    /// Checks if a day lies in the year-end holidays, which may cross the new year.
    fn year_end(&self, day: (u8, u8)) -> bool {
        let (from, to) = self.year_end;
        if from <= to { (from..=to).contains(&day) } else { day >= from || day <= to }
    }

    fn utc(&self, day: i64, minute: u16) -> i64 {
        (day * DAY_MINUTES + i64::from(minute) - i64::from(self.offset)) * MINUTE_MS
    }
}

/// A date packed as YYYYMMDD, so that dates compare as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Date(u64);

impl Date {
    fn new(year: i64, month: u8, day: u8) -> Date {
        Date(u64::try_from(year).unwrap_or_default() * 10_000 + u64::from(month) * 100 + u64::from(day))
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
    fn read(node: &Node<'_>) -> Option<Dates> {
        let Node::List(nodes) = node else { return None };
        let mut listed = Vec::with_capacity(nodes.len());
        for node in nodes {
            let (year, month, day) = parse_date(text(node)?)?;
            listed.push(Date::new(year, month, day));
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

impl Calendar {
    /// Prints the calendar with the keys that it was read from.
    pub(crate) fn write(&self, out: &mut Writer) {
        out.object();
        out.text_member("open", &clock_text(self.open));
        out.text_member("close", &clock_text(self.close));
        out.text_member("offset", &offset_text(self.offset));
        let (from, to) = self.year_end;
        out.key("year_end");
        out.text_object(&[("from", &pair_text(from.0, '-', from.1)), ("to", &pair_text(to.0, '-', to.1))]);
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
