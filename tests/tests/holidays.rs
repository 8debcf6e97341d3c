//! The desk's hours on every day from 2015 to 2027, against the Act on National Holidays computed anew.
//!
//! `host/desk/holidays.toml` is a table as gazetted; here the same days come from the Act's rules (2nd Monday of January,
//! substitute holidays, a day between two holidays), the equinoxes by the usual formula and the years with special
//! days. Both ways must give the same result.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops"
)]

use std::collections::BTreeSet;

use kakekomi_core::Locale;
use kakekomi_service::desk::Desk;

/// Year, month, day.
type Day = (i64, u8, u8);

const YEARS: std::ops::RangeInclusive<i64> = 2015..=2027;
/// Days from 1970-01-01 to 2015-01-01, a Thursday.
const FIRST: i64 = 16_436;
const DAY_MS: i64 = 86_400_000;

fn length(year: i64, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Lists every day of the years, in order; the index is the number of days since 2015-01-01.
fn days() -> Vec<Day> {
    let months = YEARS.flat_map(|year| (1..=12).map(move |month| (year, month)));
    months.flat_map(|(year, month)| (1..=length(year, month)).map(move |day| (year, month, day))).collect()
}

/// 0 is Monday.
fn weekday(index: usize) -> usize {
    (index + 3) % 7
}

/// Lists the holidays of articles 2 and 3 and of the acts for single years.
fn holidays(days: &[Day]) -> BTreeSet<Day> {
    let monday = |year: i64, month: u8, nth: usize| {
        let mondays =
            days.iter().enumerate().filter(|(index, (y, m, _))| (*y, *m) == (year, month) && weekday(*index) == 0);
        *mondays.map(|(_, day)| day).nth(nth - 1).unwrap()
    };
    let equinox = |year: i64, base: i64| {
        let since = year - 1980;
        u8::try_from((base + 242_194 * since) / 1_000_000 - since / 4).unwrap()
    };
    let mut named = BTreeSet::new();
    for year in YEARS {
        named.extend(
            [(1, 1), (2, 11), (4, 29), (5, 3), (5, 4), (5, 5), (11, 3), (11, 23)]
                .map(|(month, day)| (year, month, day)),
        );
        named.extend([monday(year, 1, 2), monday(year, 9, 3)]);
        named.extend([(year, 3, equinox(year, 20_843_100)), (year, 9, equinox(year, 23_248_800))]);
        named.extend(match year {
            2020 => vec![(year, 7, 23), (year, 7, 24), (year, 8, 10)],
            2021 => vec![(year, 7, 22), (year, 7, 23), (year, 8, 8)],
            2015 => vec![monday(year, 7, 3), monday(year, 10, 2)],
            _ => vec![monday(year, 7, 3), monday(year, 10, 2), (year, 8, 11)],
        });
        named.extend(match year {
            ..=2018 => vec![(year, 12, 23)],
            2019 => vec![(year, 5, 1), (year, 10, 22)],
            _ => vec![(year, 2, 23)],
        });
    }
    let mut all = named.clone();
    for (index, day) in days.iter().enumerate() {
        if weekday(index) == 6 && named.contains(day) {
            all.extend(days[index..].iter().find(|day| !named.contains(day)));
        }
    }
    for three in days.windows(3).filter(|three| named.contains(&three[0]) && named.contains(&three[2])) {
        all.insert(three[1]);
    }
    all
}

#[test]
fn holiday_table_follows_the_act() {
    let table = include_str!("../../host/desk/holidays.toml");
    let table: BTreeSet<&str> = table.split("date = \"").skip(1).map(|rest| &rest[..10]).collect();
    let act: BTreeSet<String> =
        holidays(&days()).into_iter().map(|(year, month, day)| format!("{year}-{month:02}-{day:02}")).collect();
    assert_eq!(table, act.iter().map(String::as_str).collect());
}

#[test]
fn opening_status_is_right_on_every_day() {
    let desk = Desk::load(None).unwrap();
    let (days, holidays) = (days(), holidays(&days()));
    let is_business = |index: usize| {
        let day = days[index];
        let is_year_end = matches!((day.1, day.2), (12, 29..=31) | (1, 1..=3));
        weekday(index) < 5 && !holidays.contains(&day) && !is_year_end
    };
    let mut opens = None; // the next opening, seen from the day after
    for index in (0..days.len()).rev() {
        let nine = (FIRST + i64::try_from(index).unwrap()) * DAY_MS;
        let five = nine + 8 * 3_600_000;
        let is_open = is_business(index);
        let today = is_open.then_some(nine).or(opens);
        for (now, open, next) in
            [(nine - 1, false, today), (nine, is_open, opens), (five - 1, is_open, opens), (five, false, opens)]
        {
            let at = Desk::opening(&desk.context(now, Locale::Ja).unwrap());
            assert_eq!((at.open, at.next_opens_at, at.dated), (open, next, true), "{:?} {now}", days[index]);
        }
        opens = today;
    }
}

#[test]
fn no_status_is_guessed_after_the_last_year() {
    let desk = Desk::load(None).unwrap();
    let new_year = (FIRST + i64::try_from(days().len()).unwrap()) * DAY_MS - 9 * 3_600_000;
    let after = Desk::opening(&desk.context(new_year, Locale::Ja).unwrap());
    assert_eq!((after.open, after.next_opens_at, after.dated), (false, None, false));
    let before = Desk::opening(&desk.context(new_year - 1, Locale::Ja).unwrap());
    assert_eq!((before.open, before.next_opens_at, before.dated), (false, None, true));
}
