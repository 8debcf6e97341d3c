//! A moment as an interval: its known parts, its text and its first and last millisecond.
//!
//! 2026-11-20, known to the day → `at()` is `2026-11-20`, `interval()` is that day in its offset.

use crate::civil::{DAY_MINUTES, MINUTE_MS, clock_text, days, month_length, offset_text, pair_text};
use crate::code::Code;
use crate::text::concat;

/// The first year that a moment may lie in.
pub const YEAR_MIN: i32 = 1970;
/// The last year that a moment may lie in.
pub const YEAR_MAX: i32 = 2099;

/// The known part of a moment.
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
    pub(super) const ALL: [Precision; 5] =
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

    /// The precision of a word, `None` for an unknown word.
    pub fn read(word: &str) -> Option<Precision> {
        Precision::ALL.into_iter().find(|precision| precision.as_str() == word)
    }
}

/// A moment, known to the minute, the day, the month or the year, exactly or roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub(super) year: i32,
    /// 1 where the month is not known.
    pub(super) month: u8,
    /// 1 where the day is not known.
    pub(super) day: u8,
    /// The minute of the day; 0 where it is not known.
    pub(super) minute: u16,
    pub(super) grain: Grain,
    pub(super) about: bool,
    /// Minutes east of UTC.
    pub(super) offset: i16,
}

/// The finest part that is known; the finer, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grain {
    Year,
    Month,
    Day,
    Minute,
}

impl Moment {
    /// The moment as ISO 8601 local time, as long as it is known: `2026-11-20T09:30` … `2026`.
    pub fn at(&self) -> String {
        let (day, clock) = (pair_text(self.month, '-', self.day), clock_text(self.minute));
        let mut at = concat(&[&self.year.to_string(), "-", &day, "T", &clock]);
        at.truncate(match self.grain {
            Grain::Year => 4,
            Grain::Month => 7,
            Grain::Day => 10,
            Grain::Minute => 16,
        });
        at
    }

    /// The precision of the moment.
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
        offset_text(self.offset)
    }

    /// The first millisecond of the moment and the first one after it, since the epoch, UTC.
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

    /// Checks if all of it lies after a point in time.
    pub fn wholly_after(&self, limit_ms: i64) -> bool {
        self.interval().0 > limit_ms
    }

    /// Checks if all of it lies after all of another moment.
    pub fn wholly_after_moment(&self, other: &Moment) -> bool {
        self.interval().0 >= other.interval().1
    }

    /// Cuts the moment to a precision; a finer one is refused.
    pub(super) fn with(self, precision: Option<Precision>) -> Result<Moment, Code> {
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
