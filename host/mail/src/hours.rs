//! The hours in which an operator gets mail, by the desk's calendar.
//!
//! `open`, at night → the next opening; `closed`, in the day → no mail
//!
//! The calendar is the one of the queue, `kakekomi_core::calendar`.

use kakekomi_core::calendar::Calendar;
use serde::Deserialize;

/// The hours in which an operator gets mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hours {
    /// While the desk is open; what happens outside these hours arrives at the next opening.
    Open,
    /// While the desk is closed, for those on duty then.
    Closed,
    /// At any time.
    #[default]
    Always,
}

/// The moment of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// At once.
    Now,
    /// At a later moment, in milliseconds since the epoch.
    Later(i64),
    /// Never.
    Never,
}

impl Hours {
    /// Finds the moment of a mail about an event.
    ///
    /// Beyond the days that the calendar knows, mail is sent at once. A mail for the closed hours that is late, because the server did
    /// not take it, is sent all the same: only an event of the open hours is left to those who work then.
    pub fn timing(self, calendar: &Calendar, event_at: i64, now: i64) -> Timing {
        let opening = calendar.opening(now);
        match self {
            Hours::Open if opening.is_closed() => opening.next_opens_at.map_or(Timing::Now, Timing::Later),
            Hours::Closed if opening.open && calendar.opening(event_at).open => Timing::Never,
            _ => Timing::Now,
        }
    }
}

#[cfg(test)]
mod tests {
    use kakekomi_core::Locale;
    use kakekomi_service::desk::Desk;
    use kakekomi_store::clock;

    use super::*;

    #[test]
    fn mail_follows_the_hours_of_the_example_desk() {
        let calendar = Desk::load(None).unwrap().context(1_795_140_000_000, Locale::Ja).unwrap().calendar;
        let jst = |text: &str| clock::parse_local(text, "+09:00").unwrap();
        let (friday, evening) = (jst("2026-11-20T11:00"), jst("2026-11-20T17:00"));
        // Monday is a holiday.
        let tuesday = jst("2026-11-24T09:00");
        for (hours, event_at, now, expected) in [
            (Hours::Open, friday, friday, Timing::Now),
            (Hours::Open, evening, evening, Timing::Later(tuesday)),
            (Hours::Open, evening, tuesday, Timing::Now),
            (Hours::Closed, friday, friday, Timing::Never),
            (Hours::Closed, evening, evening, Timing::Now),
            (Hours::Closed, evening - 1, evening, Timing::Now),
            (Hours::Closed, evening, tuesday, Timing::Now),
            (Hours::Always, friday, friday, Timing::Now),
            (Hours::Always, evening, evening, Timing::Now),
            (Hours::Open, jst("2028-05-01"), jst("2028-05-01"), Timing::Now),
            (Hours::Closed, jst("2028-05-01"), jst("2028-05-01"), Timing::Now),
        ] {
            assert_eq!(hours.timing(&calendar, event_at, now), expected, "{hours:?} {event_at} {now}");
        }
    }
}
