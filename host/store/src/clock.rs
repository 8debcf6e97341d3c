//! The system clock, and moments as text. No other file of the host reads a clock.
//!
//! `parse("2026-11-20T09:30:00+09:00")` → `Some(1_795_134_600_000)`; `format_rfc3339` is the inverse.
//! Everywhere else a moment is milliseconds since the epoch, UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

/// Moments that RFC 3339 can express, years 1 to 9999, in milliseconds since the epoch.
pub const RFC3339_RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// Reads the clock, in milliseconds since the epoch. A clock set before 1970 counts as 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Parses RFC 3339 or plain milliseconds.
pub fn parse(text: &str) -> Option<i64> {
    if let Ok(milliseconds) = text.parse::<i64>() {
        return Some(milliseconds);
    }
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Parses a moment from a command line: as [`parse`], or `2026-11-20T09:30:00`, `2026-11-20T09:30` and `2026-11-20`
/// (midnight) in the desk's offset.
pub fn parse_local(text: &str, offset: &str) -> Option<i64> {
    let behind = ["", ":00", "T00:00:00"];
    parse(text).or_else(|| behind.into_iter().find_map(|rest| parse(&format!("{text}{rest}{offset}"))))
}

/// Formats a moment as RFC 3339 with whole seconds, in the desk's offset (`"+09:00"`).
///
/// A moment or an offset that RFC 3339 cannot express gives the milliseconds.
pub fn format_rfc3339(milliseconds: i64, offset: &str) -> String {
    let text = local(milliseconds, offset).and_then(|moment| moment.format(&Rfc3339).ok());
    text.unwrap_or_else(|| milliseconds.to_string())
}

fn local(milliseconds: i64, offset: &str) -> Option<OffsetDateTime> {
    let moment = OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1000)).ok()?;
    let offset = UtcOffset::parse(offset, format_description!("[offset_hour sign:mandatory]:[offset_minute]")).ok()?;
    moment.checked_to_offset(offset)
}

/// Finds the year of a moment in an offset.
pub fn year(milliseconds: i64, offset: &str) -> Option<i32> {
    local(milliseconds, offset).map(OffsetDateTime::year)
}

/// Finds the year and the month (1 to 12) of a moment in an offset.
pub fn month(milliseconds: i64, offset: &str) -> Option<(i32, u8)> {
    local(milliseconds, offset).map(|moment| (moment.year(), u8::from(moment.month())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_reads_rfc3339_and_milliseconds() {
        assert_eq!(parse("2026-11-20T09:30:00+09:00"), Some(1_795_134_600_000));
        assert_eq!(parse("2026-11-20T00:30:00Z"), Some(1_795_134_600_000));
        assert_eq!(parse("1795134600000"), Some(1_795_134_600_000));
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn parse_local_assumes_the_given_offset() {
        for text in ["2026-11-20T09:30:00", "2026-11-20T09:30", "2026-11-20T00:30:00Z", "1795134600000"] {
            assert_eq!(parse_local(text, "+09:00"), Some(1_795_134_600_000), "{text}");
        }
        assert_eq!(parse_local("2026-11-20", "+09:00"), parse("2026-11-20T00:00:00+09:00"));
        for text in ["2026-11", "2026-11-31", "2026-11-20T09", "2026-11-20T25:00", "today", ""] {
            assert_eq!(parse_local(text, "+09:00"), None, "{text}");
        }
    }

    #[test]
    fn extreme_moments_do_not_panic() {
        assert_eq!(parse("0001-01-01T00:00:00Z").as_ref(), Some(RFC3339_RANGE.start()));
        assert_eq!(parse("9999-12-31T23:59:59.999Z").as_ref(), Some(RFC3339_RANGE.end()));
        for end in [*RFC3339_RANGE.start(), *RFC3339_RANGE.end(), i64::MIN, i64::MAX] {
            for offset in ["+09:00", "-09:00"] {
                let shown = format_rfc3339(end, offset);
                assert_eq!(year(end, offset).is_none(), shown == end.to_string(), "{end} {offset}");
            }
        }
    }

    #[test]
    fn format_rfc3339_uses_the_given_offset() {
        assert_eq!(format_rfc3339(1_795_134_600_000, "+09:00"), "2026-11-20T09:30:00+09:00");
        assert_eq!(format_rfc3339(1_795_134_600_000, "-02:30"), "2026-11-19T22:00:00-02:30");
        assert_eq!(format_rfc3339(1_795_134_600_000, "JST"), "1795134600000");
    }

    #[test]
    fn year_depends_on_the_offset() {
        let new_year_in_japan = 1_798_729_200_000; // 2026-12-31T15:00:00Z
        assert_eq!(year(new_year_in_japan, "+09:00"), Some(2027));
        assert_eq!(year(new_year_in_japan - 1, "+09:00"), Some(2026));
    }
}
