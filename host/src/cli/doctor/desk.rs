//! The desk's data: its phone, its holidays, its documents, and its page.

use std::fs;

use kakekomi_service::desk::Desk;
use kakekomi_service::desk::document_archive::DocumentArchive;
use kakekomi_service::desk::versions::Versions;
use kakekomi_store::clock;

use super::finding::{Finding, Outcome, error, warning};
use crate::config::Settings;

/// The month in which the next year's holidays have certainly been gazetted (each February).
const GAZETTED_MONTH: u8 = 3;
/// The least number of national holidays in a year.
const HOLIDAYS_MIN: usize = 14;

/// Checks a desk.
pub fn look(desk: &Desk, settings: &Settings, now: i64) -> [Finding; 5] {
    let example = || "the example in the program".to_owned();
    let folder = settings.desk.as_ref().map_or_else(example, |desk| desk.display().to_string());
    let version = &desk.profile().version;
    [
        Finding::new("desk", Ok(format!("{folder}, version {version}"))),
        Finding::new("phone", phone(&desk.profile().phone)),
        Finding::new("holidays", holidays(desk, now)),
        Finding::new("documents", documents(desk, settings)),
        Finding::new("page", page(settings)),
    ]
}

fn phone(phone: &str) -> Outcome {
    if Desk::load(None).is_ok_and(|example| example.profile().phone == phone) {
        return warning(format!("{phone} is the example's and fictional: put your own number into desk.toml"));
    }
    Ok(phone.to_owned())
}

fn holidays(desk: &Desk, now: i64) -> Outcome {
    let last = desk.profile().calendar.last_year;
    let Some((year, month)) = clock::month(now, &desk.profile().calendar.offset) else {
        return error("the clock shows a time outside the years 1 to 9999");
    };
    let listed = desk.holidays_in(last);
    if listed < HOLIDAYS_MIN {
        return error(format!("last_year is {last}, and holidays.toml has {listed} days of that year: add them"));
    }
    let add = "add the next year to holidays.toml and raise last_year in desk.toml";
    if year > last {
        error(format!("known until {last}: the desk cannot say any more when it is open; {add}"))
    } else if year == last && month >= GAZETTED_MONTH {
        warning(format!("known until the end of {last}; the next year's are gazetted: {add}"))
    } else {
        Ok(format!("known until the end of {last}"))
    }
}

fn documents(desk: &Desk, settings: &Settings) -> Outcome {
    if let Some(changed) = Versions::read(settings.data())?.changed(desk.documents()).first() {
        return error(changed.clone());
    }
    match DocumentArchive::read(settings.data())?.changed.first() {
        Some(file) => error(format!("{}: its bytes have another digest than its name", file.display())),
        None => Ok("each text is the one that its version was first served with".to_owned()),
    }
}

fn page(settings: &Settings) -> Outcome {
    let Some(folder) = &settings.page else {
        return Ok("the one in the program".to_owned());
    };
    let index = folder.join("index.html");
    match fs::read_to_string(&index) {
        Ok(text) if text.contains("{{phone}}") => {
            warning(format!("{}, read anew each time: that is for working on it", folder.display()))
        }
        Ok(_) => error(format!("{} shows no phone number ({{{{phone}}}})", index.display())),
        Err(cause) => error(format!("{}: {cause}", index.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    fn at(text: &str) -> Level {
        Finding::new("holidays", holidays(&Desk::load(None).unwrap(), clock::parse(text).unwrap())).level
    }

    #[test]
    fn missing_holidays_are_a_warning_once_gazetted_and_an_error_once_needed() {
        assert_eq!(at("2027-02-28T23:59:59+09:00"), Level::Ok);
        assert_eq!(at("2027-03-01T00:00:00+09:00"), Level::Warning);
        assert_eq!(at("2027-12-31T23:59:59+09:00"), Level::Warning);
        assert_eq!(at("2028-01-01T00:00:00+09:00"), Level::Error);
    }

    #[test]
    fn example_phone_number_is_a_warning() {
        assert!(phone("0120-000-000").is_err());
        assert_eq!(phone("0120-123-456").unwrap(), "0120-123-456");
    }
}
