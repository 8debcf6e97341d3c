//! What time it is, and how a moment is read and written: the one place where the host asks a clock.
//!
//! `read("2026-11-20T09:30:00+09:00")` → `Some(1_795_134_600_000)`; `show` writes it back.
//! Everywhere else a moment is milliseconds since the epoch, UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// The moments that RFC 3339 can say, years 1 to 9999, in milliseconds since the epoch.
pub const SAYABLE: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// Milliseconds since the epoch. A clock set before 1970 counts as 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A moment from RFC 3339 or from plain milliseconds; `None` where it is neither.
pub fn read(text: &str) -> Option<i64> {
    if let Ok(milliseconds) = text.parse::<i64>() {
        return Some(milliseconds);
    }
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// A moment as people write it on a command line: as [`read`] takes it, or `2026-11-20T09:30:00`, `2026-11-20T09:30` and
/// `2026-11-20` in the desk's offset, where a day begins at midnight.
pub fn read_here(text: &str, offset: &str) -> Option<i64> {
    let behind = ["", ":00", "T00:00:00"];
    read(text).or_else(|| behind.into_iter().find_map(|rest| read(&format!("{text}{rest}{offset}"))))
}

/// A moment as RFC 3339 with whole seconds, in the desk's offset (`"+09:00"`).
///
/// A moment or an offset that cannot be written gives the milliseconds themselves.
pub fn show(milliseconds: i64, offset: &str) -> String {
    written(milliseconds, offset).unwrap_or_else(|| milliseconds.to_string())
}

fn written(milliseconds: i64, offset: &str) -> Option<String> {
    let moment = OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1000)).ok()?;
    moment.checked_to_offset(read_offset(offset)?)?.format(&Rfc3339).ok()
}

/// `"+09:00"` → the offset.
fn read_offset(text: &str) -> Option<UtcOffset> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    UtcOffset::from_hms(sign * hours.parse::<i8>().ok()?, sign * minutes.parse::<i8>().ok()?, 0).ok()
}

/// The year that a moment falls in, by the desk's offset.
pub fn year(milliseconds: i64, offset: &str) -> Option<i32> {
    let moment = OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1000)).ok()?;
    Some(moment.checked_to_offset(read_offset(offset)?)?.year())
}

/// The year and the month (1 to 12) that a moment falls in, by an offset.
pub fn month(milliseconds: i64, offset: &str) -> Option<(i32, u8)> {
    let moment = OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1000)).ok()?;
    let moment = moment.checked_to_offset(read_offset(offset)?)?;
    Some((moment.year(), u8::from(moment.month())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_moment_are_read() {
        assert_eq!(read("2026-11-20T09:30:00+09:00"), Some(1_795_134_600_000));
        assert_eq!(read("2026-11-20T00:30:00Z"), Some(1_795_134_600_000));
        assert_eq!(read("1795134600000"), Some(1_795_134_600_000));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn what_says_no_offset_is_in_the_desks() {
        for text in ["2026-11-20T09:30:00", "2026-11-20T09:30", "2026-11-20T00:30:00Z", "1795134600000"] {
            assert_eq!(read_here(text, "+09:00"), Some(1_795_134_600_000), "{text}");
        }
        assert_eq!(read_here("2026-11-20", "+09:00"), read("2026-11-20T00:00:00+09:00"));
        for text in ["2026-11", "2026-11-31", "2026-11-20T09", "2026-11-20T25:00", "today", ""] {
            assert_eq!(read_here(text, "+09:00"), None, "{text}");
        }
    }

    #[test]
    fn the_ends_of_time_are_no_panic() {
        assert_eq!(read("0001-01-01T00:00:00Z").as_ref(), Some(SAYABLE.start()));
        assert_eq!(read("9999-12-31T23:59:59.999Z").as_ref(), Some(SAYABLE.end()));
        for end in [*SAYABLE.start(), *SAYABLE.end(), i64::MIN, i64::MAX] {
            for offset in ["+09:00", "-09:00"] {
                let shown = show(end, offset);
                assert_eq!(year(end, offset).is_none(), shown == end.to_string(), "{end} {offset}");
            }
        }
    }

    #[test]
    fn a_moment_is_shown_in_the_desks_offset() {
        assert_eq!(show(1_795_134_600_000, "+09:00"), "2026-11-20T09:30:00+09:00");
        assert_eq!(show(1_795_134_600_000, "-02:30"), "2026-11-19T22:00:00-02:30");
        assert_eq!(show(1_795_134_600_000, "JST"), "1795134600000");
    }

    #[test]
    fn the_year_turns_by_the_desks_offset() {
        let new_year_in_japan = 1_798_729_200_000; // 2026-12-31T15:00:00Z
        assert_eq!(year(new_year_in_japan, "+09:00"), Some(2027));
        assert_eq!(year(new_year_in_japan - 1, "+09:00"), Some(2026));
    }
}
