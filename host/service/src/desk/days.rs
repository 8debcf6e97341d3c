//! Days of the calendar in the desk's data, and `holidays.toml`.
//!
//! `[[holiday]] date = "2026-01-01" name = "元日"` → `"2026-01-01"`. The core decides if the desk is open on a day; this
//! module only checks that a day exists.

use serde::Deserialize;

use super::source::{DeskError, Source};

const HOLIDAYS: &str = "holidays.toml";

/// Checks that each text of a key is a day.
pub fn check(source: &Source, file: &str, key: &str, days: &[String]) -> Result<(), DeskError> {
    match days.iter().find(|day| !is_date(day)) {
        Some(day) => Err(source.value(file, key, format!("{day:?} is no day such as \"2026-08-13\""))),
        None => Ok(()),
    }
}

/// Reads the gazetted holidays as `YYYY-MM-DD`, sorted.
pub fn holidays(source: &Source) -> Result<Vec<String>, DeskError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        holiday: Vec<Holiday>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Holiday {
        date: String,
        name: String,
    }
    let Table { holiday } = source.toml(HOLIDAYS)?;
    if let Some(wrong) = holiday.iter().find(|holiday| !is_date(&holiday.date)) {
        return Err(source.value(
            HOLIDAYS,
            "holiday.date",
            format!("{:?} ({}) is no day such as \"2026-01-01\"", wrong.date, wrong.name),
        ));
    }
    let mut days: Vec<String> = holiday.into_iter().map(|holiday| holiday.date).collect();
    days.sort_unstable();
    Ok(days)
}

/// Reports whether a text is a day of the calendar, `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    text.len() == 10 && time::Date::parse(text, form).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        assert!(is_date("2028-02-29"));
        for wrong in ["2027-02-29", "2026-1-1", "2026-13-01", "01-01", "+2026-01-1"] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_error_of_a_wrong_day_names_its_key() {
        let error =
            check(&Source::Embedded, "desk.toml", "calendar.extra_open", &["soon".to_owned()]).unwrap_err().to_string();
        assert!(
            error.contains("desk.toml") && error.contains("calendar.extra_open") && error.contains("soon"),
            "{error}"
        );
    }
}
