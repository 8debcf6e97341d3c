//! Business days, hours and the next opening, at their edges.

use super::*;

fn text() -> CalendarText<'static> {
    CalendarText {
        open: "09:00",
        close: "17:00",
        offset: "+09:00",
        year_end_from: "12-29",
        year_end_to: "01-03",
        weekday_excludes_holidays: true,
        extra_closed: vec!["2026-08-13"],
        extra_open: vec!["2026-08-13", "2026-11-21"],
        holidays: vec![
            "2026-05-03",
            "2026-05-04",
            "2026-05-05",
            "2026-05-06",
            "2026-09-21",
            "2026-09-22",
            "2026-09-23",
            "2026-11-23",
            "2027-01-01",
            "2027-03-21",
            "2027-03-22",
        ],
        last_year: 2027,
    }
}

/// Milliseconds of a Japanese time.
fn jst(year: i64, month: u8, day: u8, hour: i64, minute: i64) -> i64 {
    ((days(year, month, day) * 24 + hour - 9) * 60 + minute) * MINUTE_MS
}

#[test]
fn open_from_nine_to_five_on_business_days() {
    let calendar = Calendar::read(&text()).unwrap();
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
    let calendar = Calendar::read(&CalendarText { weekday_excludes_holidays: false, ..text() }).unwrap();
    assert!(calendar.opening(jst(2026, 5, 6, 10, 0)).open);
    assert!(!calendar.opening(jst(2026, 12, 30, 10, 0)).open);
}

#[test]
fn nothing_is_guessed_past_the_table() {
    let calendar = Calendar::read(&text()).unwrap();
    let nothing = Opening { open: false, closes_at: None, next_opens_at: None, dated: false };
    for now in [jst(2028, 1, 1, 0, 0), jst(2028, 6, 1, 10, 0), i64::MAX, i64::MIN, jst(1969, 12, 31, 23, 59)] {
        assert_eq!(calendar.opening(now), nothing, "{now}");
        assert!(!calendar.opening(now).is_closed());
    }
    let last = calendar.opening(jst(2027, 12, 31, 23, 59));
    assert_eq!((last.dated, last.next_opens_at, last.is_closed()), (true, None, true));
    let never =
        Calendar::read(&CalendarText { year_end_from: "01-01", year_end_to: "12-31", extra_open: vec![], ..text() })
            .unwrap();
    assert_eq!(never.opening(jst(2026, 11, 19, 10, 0)).next_opens_at, None);
}

#[test]
fn each_wrong_text_is_named() {
    let table = [
        (CalendarText { open: "9:00", ..text() }, "open"),
        (CalendarText { open: "24:00", ..text() }, "open"),
        (CalendarText { close: "09:00", ..text() }, "close"),
        (CalendarText { close: "24:01", ..text() }, "close"),
        (CalendarText { offset: "Z", ..text() }, "offset"),
        (CalendarText { offset: "+14:01", ..text() }, "offset"),
        (CalendarText { offset: "-00:00", ..text() }, "offset"),
        (CalendarText { offset: "＋09:00", ..text() }, "offset"),
        (CalendarText { offset: "", ..text() }, "offset"),
        (CalendarText { year_end_from: "13-01", ..text() }, "year_end"),
        (CalendarText { year_end_to: "02-30", ..text() }, "year_end"),
        (CalendarText { extra_closed: vec!["2026-02-29"], ..text() }, "extra_closed"),
        (CalendarText { extra_open: vec!["2026-00-01"], ..text() }, "extra_open"),
        (CalendarText { holidays: vec!["2026-1-1"], ..text() }, "holidays"),
        (CalendarText { last_year: 1969, ..text() }, "last_year"),
        (CalendarText { last_year: i64::MAX, ..text() }, "last_year"),
    ];
    for (text, key) in table {
        assert_eq!(Calendar::read(&text), Err(key), "{text:?}");
    }
}

#[test]
fn days_and_dates_are_each_others_inverse() {
    assert_eq!((days(1970, 1, 1), days(2000, 3, 1), days(2026, 11, 20)), (0, 11_017, 20_777));
    for day in days(1899, 1, 1)..days(2101, 1, 1) {
        let (year, month, of_month) = civil(day);
        assert_eq!(days(year, month, of_month), day);
        assert!((1..=month_length(year, month)).contains(&of_month));
    }
    assert_eq!([2000, 1900, 2024, 2026].map(|year| month_length(year, 2)), [29, 28, 29, 28]);
}

#[test]
fn unsorted_dates_are_found_too() {
    let calendar =
        Calendar::read(&CalendarText { holidays: vec!["2026-05-06", "2026-05-05", "2026-05-04"], ..text() }).unwrap();
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
