//! Business days, hours and the next opening, at their edges.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn calendar_json() -> Value {
    json!({
        "open": "09:00",
        "close": "17:00",
        "offset": "+09:00",
        "year_end": {"from": "12-29", "to": "01-03"},
        "weekday_excludes_holidays": true,
        "extra_closed": ["2026-08-13"],
        "extra_open": ["2026-08-13", "2026-11-21"],
        "holidays": [
            "2026-05-03", "2026-05-04", "2026-05-05", "2026-05-06", "2026-09-21", "2026-09-22", "2026-09-23", "2026-11-23",
            "2027-01-01", "2027-03-21", "2027-03-22",
        ],
        "last_year": 2027,
    })
}

/// Reads the calendar with other values for some of its keys.
fn with(changes: &[(&str, Value)]) -> Result<Calendar, CheckError> {
    let mut json = calendar_json();
    for (key, value) in changes {
        json[*key] = value.clone();
    }
    let bytes = json.to_string().into_bytes();
    let node = crate::json::read(&bytes, usize::MAX).unwrap();
    Calendar::read(&Members::of(&node).unwrap())
}

/// Milliseconds of a Japanese time.
fn jst(year: i64, month: u8, day: u8, hour: i64, minute: i64) -> i64 {
    ((days(year, month, day) * 24 + hour - 9) * 60 + minute) * MINUTE_MS
}

#[test]
fn open_from_nine_to_five_on_business_days() {
    let calendar = with(&[]).unwrap();
    let table = [
        // now, open, next opening
        (jst(2026, 11, 20, 8, 59), false, jst(2026, 11, 20, 9, 0)),
        (jst(2026, 11, 19, 9, 0), true, jst(2026, 11, 20, 9, 0)),
        (jst(2026, 11, 19, 16, 59), true, jst(2026, 11, 20, 9, 0)),
        (jst(2026, 11, 19, 17, 0), false, jst(2026, 11, 20, 9, 0)),
        (jst(2026, 11, 20, 18, 0), false, jst(2026, 11, 21, 9, 0)), // an extra Saturday
        (jst(2026, 11, 21, 10, 0), true, jst(2026, 11, 24, 9, 0)),  // the 23rd is a holiday
        (jst(2026, 11, 22, 10, 0), false, jst(2026, 11, 24, 9, 0)),
        (jst(2026, 8, 12, 17, 0), false, jst(2026, 8, 14, 9, 0)), // closed beats open
        (jst(2026, 5, 6, 10, 0), false, jst(2026, 5, 7, 9, 0)),
        (jst(2026, 9, 22, 10, 0), false, jst(2026, 9, 24, 9, 0)),
        (jst(2027, 3, 22, 10, 0), false, jst(2027, 3, 23, 9, 0)),
        (jst(2026, 12, 28, 17, 0), false, jst(2027, 1, 4, 9, 0)),
        (jst(2026, 12, 29, 10, 0), false, jst(2027, 1, 4, 9, 0)),
        (jst(2027, 1, 3, 23, 59), false, jst(2027, 1, 4, 9, 0)),
    ];
    for (now, open, next) in table {
        let at = calendar.opening(now);
        assert_eq!((at.open, at.next_opens_at, at.dated, at.is_closed()), (open, Some(next), true, !open), "{now}");
    }
    assert_eq!(calendar.opening(jst(2026, 11, 19, 9, 0)).closes_at, Some(jst(2026, 11, 19, 17, 0)));
    assert_eq!(calendar.opening(jst(2026, 11, 19, 17, 0)).closes_at, None);
    assert!(calendar.opening(jst(2026, 11, 19, 17, 0) - 1).open);
    assert!(!calendar.opening(jst(2026, 11, 19, 9, 0) - 1).open);
}

#[test]
fn holidays_only_when_the_desk_says_so() {
    let calendar = with(&[("weekday_excludes_holidays", json!(false))]).unwrap();
    assert!(calendar.opening(jst(2026, 5, 6, 10, 0)).open);
    assert!(!calendar.opening(jst(2026, 12, 30, 10, 0)).open);
}

#[test]
fn nothing_is_guessed_past_the_table() {
    let calendar = with(&[]).unwrap();
    let nothing = Opening { open: false, closes_at: None, next_opens_at: None, dated: false };
    for now in [jst(2028, 1, 1, 0, 0), jst(2028, 6, 1, 10, 0), i64::MAX, i64::MIN, jst(1969, 12, 31, 23, 59)] {
        assert_eq!(calendar.opening(now), nothing, "{now}");
        assert!(!calendar.opening(now).is_closed());
    }
    let last = calendar.opening(jst(2027, 12, 31, 23, 59));
    assert_eq!((last.dated, last.next_opens_at, last.is_closed()), (true, None, true));
    let whole_year = json!({"from": "01-01", "to": "12-31"});
    let never = with(&[("year_end", whole_year), ("extra_open", json!([]))]).unwrap();
    assert_eq!(never.opening(jst(2026, 11, 19, 10, 0)).next_opens_at, None);
}

#[test]
fn each_wrong_text_is_named() {
    let table = [
        ("open", json!("9:00")),
        ("open", json!("24:00")),
        ("open", json!(9)),
        ("close", json!("09:00")),
        ("close", json!("24:01")),
        ("offset", json!("Z")),
        ("offset", json!("+14:01")),
        ("offset", json!("-12:01")),
        ("offset", json!("-00:00")),
        ("offset", json!("＋09:00")),
        ("offset", json!("")),
        ("year_end", json!({"from": "13-01", "to": "01-03"})),
        ("year_end", json!({"from": "12-29", "to": "02-30"})),
        ("year_end", json!("12-29")),
        ("extra_closed", json!(["2026-02-29"])),
        ("extra_open", json!(["2026-00-01"])),
        ("holidays", json!(["2026-1-1"])),
        ("holidays", json!(["26-01-01"])),
        ("holidays", json!([20_260_101])),
        ("last_year", json!(1969)),
        ("last_year", json!(2100)),
    ];
    for (key, value) in table {
        assert_eq!(with(&[(key, value.clone())]), Err(CheckError::Context(key)), "{value}");
    }
    assert_eq!(with(&[("year_end", json!({"from": "12-29"}))]), Err(CheckError::Context("to")));
}

#[test]
fn unsorted_dates_are_found_too() {
    let calendar = with(&[("holidays", json!(["2026-05-06", "2026-05-05", "2026-05-04"]))]).unwrap();
    assert!(!calendar.opening(jst(2026, 5, 4, 10, 0)).open);
    assert_eq!(calendar.opening(jst(2026, 5, 4, 10, 0)).next_opens_at, Some(jst(2026, 5, 7, 9, 0)));
}

#[test]
fn opening_follows_the_time_that_is_given_and_not_the_contexts() {
    let context = include_bytes!("context.json");
    let closed = r#"{"open":false,"closes_at":null,"next_opens_at":1795132800000,"dated":true}"#;
    let open = r#"{"open":true,"closes_at":1795161600000,"next_opens_at":1795478400000,"dated":true}"#;
    for (now, json) in [
        (jst(2026, 11, 20, 8, 59), closed),
        (jst(2026, 11, 20, 9, 0) - 1, closed),
        (jst(2026, 11, 20, 9, 0), open),
        (jst(2026, 11, 20, 10, 17), open),
        (jst(2026, 11, 20, 17, 0) - 1, open),
        (jst(2026, 11, 20, 17, 0), r#"{"open":false,"closes_at":null,"next_opens_at":1795478400000,"dated":true}"#),
        (jst(2028, 1, 4, 10, 0), r#"{"open":false,"closes_at":null,"next_opens_at":null,"dated":false}"#),
        ((1 << 53) - 1, r#"{"open":false,"closes_at":null,"next_opens_at":null,"dated":false}"#),
    ] {
        assert_eq!(crate::opening(context, now).as_deref(), Ok(json.as_bytes()), "{now}");
    }
}

#[test]
fn opening_refuses_a_time_out_of_range_and_a_context_that_cannot_be_used() {
    for now in [1 << 53, -(1 << 53), i64::MAX, i64::MIN] {
        let refused = crate::opening(include_bytes!("context.json"), now);
        assert_eq!(refused, Err(crate::CheckError::Context("now")), "{now}");
    }
    assert!(crate::opening(b"{}", 0).is_err());
}

#[test]
fn open_time_counts_the_hours_of_business_days_alone() {
    const HOUR: i64 = 60 * MINUTE_MS;
    let calendar = with(&[]).unwrap();
    let table = [
        // from, to, hours
        (jst(2026, 11, 19, 9, 0), jst(2026, 11, 19, 17, 0), 8),
        (jst(2026, 11, 19, 0, 0), jst(2026, 11, 20, 0, 0), 8),
        (jst(2026, 11, 19, 10, 0), jst(2026, 11, 19, 12, 0), 2),
        (jst(2026, 11, 19, 16, 0), jst(2026, 11, 20, 10, 0), 2),
        (jst(2026, 11, 19, 17, 0), jst(2026, 11, 20, 9, 0), 0),
        (jst(2026, 11, 20, 16, 0), jst(2026, 11, 24, 10, 0), 10), // an extra Saturday; the 23rd is a holiday
        (jst(2026, 8, 13, 0, 0), jst(2026, 8, 14, 0, 0), 0),      // closed beats open
        (jst(2026, 5, 2, 0, 0), jst(2026, 5, 7, 0, 0), 0),        // holidays and a weekend
        (jst(2026, 9, 21, 0, 0), jst(2026, 9, 24, 0, 0), 0),
        (jst(2026, 12, 28, 16, 0), jst(2027, 1, 4, 10, 0), 2), // over the year's end
        (jst(2027, 12, 31, 0, 0), jst(2028, 1, 4, 0, 0), 0),   // the year-end holidays are known in 2028 as well
        (jst(2028, 1, 4, 0, 0), jst(2028, 1, 5, 0, 0), 8),     // past the table a weekday is open
        (jst(2028, 5, 3, 0, 0), jst(2028, 5, 4, 0, 0), 8),     // … also one that will be a holiday
        (jst(2028, 1, 8, 0, 0), jst(2028, 1, 10, 0, 0), 0),    // … and a weekend is not
        (jst(2026, 11, 19, 12, 0), jst(2026, 11, 19, 12, 0), 0),
        (jst(2026, 11, 19, 12, 0), jst(2026, 11, 19, 11, 0), 0),
        (jst(2026, 11, 20, 12, 0), jst(2026, 11, 10, 11, 0), 0),
        (i64::MAX, i64::MIN, 0),
    ];
    for (from, to, hours) in table {
        assert_eq!(calendar.open_between(from, to), hours * HOUR, "{from} {to}");
    }
    assert_eq!(
        calendar.open_between(jst(2026, 11, 19, 9, 0) - 1, jst(2026, 11, 19, 9, 0) + 1),
        1,
        "to the millisecond"
    );
    let whole = calendar.open_between(i64::MIN, i64::MAX);
    assert_eq!(whole, calendar.open_between(jst(1970, 1, 1, 0, 0), jst(2100, 1, 1, 0, 0)));
    assert_eq!(calendar.open_between(jst(2100, 1, 1, 0, 0), i64::MAX), 0, "no year of a calendar");
    let day_and_night =
        with(&[("open", json!("00:00")), ("close", json!("24:00")), ("weekday_excludes_holidays", json!(false))])
            .unwrap();
    assert_eq!(day_and_night.open_between(jst(2026, 5, 4, 0, 0), jst(2026, 5, 9, 0, 0)), 5 * 24 * HOUR);
}

/// Sums the open minutes between two whole minutes, one by one.
fn open_minutes(calendar: &Calendar, from: i64, to: i64) -> i64 {
    let open = (from..to).step_by(60_000).filter(|minute| calendar.opening(*minute).open);
    i64::try_from(open.count()).unwrap() * MINUTE_MS
}

proptest! {
    #[test]
    fn open_time_is_the_sum_of_its_open_minutes(
        start in days(2025, 12, 20) * DAY_MINUTES..days(2027, 12, 31) * DAY_MINUTES,
        minutes in 0..3 * DAY_MINUTES,
        (open, close) in (0..1439_u16).prop_flat_map(|open| (Just(open), open + 1..=1440)),
        offset in prop::sample::select(&["+09:00", "+00:00", "-12:00", "+14:00", "+05:45"]),
    ) {
        let calendar = with(&[
            ("open", json!(clock_text(open))),
            ("close", json!(clock_text(close))),
            ("offset", json!(offset)),
        ])
        .unwrap();
        let (from, to) = (start * MINUTE_MS, (start + minutes) * MINUTE_MS);
        // No minute of this span is past the table in any offset.
        prop_assume!(to < (days(2027, 12, 31) * DAY_MINUTES - 14 * 60) * MINUTE_MS);
        prop_assert_eq!(calendar.open_between(from, to), open_minutes(&calendar, from, to));
    }

    #[test]
    fn open_times_of_parts_add_up(bounds in prop::collection::vec(jst(2026, 1, 1, 0, 0)..jst(2032, 1, 1, 0, 0), 3)) {
        let mut bounds = bounds;
        bounds.sort_unstable();
        let calendar = with(&[]).unwrap();
        let [from, middle, to] = [bounds[0], bounds[1], bounds[2]];
        let parts = calendar.open_between(from, middle) + calendar.open_between(middle, to);
        prop_assert_eq!(parts, calendar.open_between(from, to));
    }
}
