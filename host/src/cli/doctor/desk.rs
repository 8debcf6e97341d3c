//! The desk's data: its phone, its holidays, its documents, and its page.

use kakekomi_service::desk::Desk;
use kakekomi_service::desk::versions::Versions;
use kakekomi_store::clock;

use crate::config::Settings;

use super::finding::Finding;

/// In which month the holidays of the next year have been gazetted for certain (each February).
const GAZETTED: u8 = 3;
/// Fewer national holidays has no year.
const HOLIDAYS_MIN: usize = 14;

/// What there is to know of a desk.
pub fn look(desk: &Desk, settings: &Settings, now: i64) -> Vec<Finding> {
    let example = || "the example in the program".to_owned();
    let place = settings.desk.as_ref().map_or_else(example, |desk| desk.display().to_string());
    let version = &desk.profile().version;
    vec![
        Finding::ok("desk", format!("{place}, version {version}")),
        phone(&desk.profile().phone),
        holidays(desk, now),
        documents(desk, settings),
        page(settings),
    ]
}

fn phone(phone: &str) -> Finding {
    let example = Desk::load(None).is_ok_and(|example| example.profile().phone == phone);
    if example {
        Finding::warning("phone", format!("{phone} is the example's and fictional: put your own number into desk.toml"))
    } else {
        Finding::ok("phone", phone)
    }
}

fn holidays(desk: &Desk, now: i64) -> Finding {
    let last = desk.profile().calendar.last_year;
    let Some((year, month)) = clock::month(now, &desk.profile().calendar.offset) else {
        return Finding::error("holidays", "the clock shows a time that is none");
    };
    let listed = desk.holidays_in(last);
    if listed < HOLIDAYS_MIN {
        let said = format!("last_year is {last}, and holidays.toml has {listed} days of that year: add them");
        return Finding::error("holidays", said);
    }
    let add = "add the next year to holidays.toml and raise last_year in desk.toml";
    if year > last {
        Finding::error("holidays", format!("known until {last}: the desk cannot say any more when it is open; {add}"))
    } else if year == last && month >= GAZETTED {
        Finding::warning("holidays", format!("known until the end of {last}; the next year's are gazetted: {add}"))
    } else {
        Finding::ok("holidays", format!("known until the end of {last}"))
    }
}

fn documents(desk: &Desk, settings: &Settings) -> Finding {
    match Versions::read(settings.data()) {
        Err(error) => Finding::error("documents", error.to_string()),
        Ok(versions) => match versions.changed(desk.documents()).first() {
            Some(changed) => Finding::error("documents", changed.clone()),
            None => Finding::ok("documents", "each text is the one that its version was first served with"),
        },
    }
}

fn page(settings: &Settings) -> Finding {
    let Some(folder) = &settings.page else {
        return Finding::ok("page", "the one in the program");
    };
    let index = folder.join("index.html");
    match std::fs::read_to_string(&index) {
        Ok(text) if text.contains("{{phone}}") => {
            Finding::warning("page", format!("{}, read anew each time: that is for working on it", folder.display()))
        }
        Ok(_) => Finding::error("page", format!("{} shows no phone number ({{{{phone}}}})", index.display())),
        Err(error) => Finding::error("page", format!("{}: {error}", index.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Level;

    fn at(text: &str) -> Level {
        holidays(&Desk::load(None).unwrap(), clock::parse(text).unwrap()).level
    }

    #[test]
    fn holidays_are_asked_for_once_they_are_gazetted_and_missed_once_they_are_needed() {
        assert_eq!(at("2027-02-28T23:59:59+09:00"), Level::Ok);
        assert_eq!(at("2027-03-01T00:00:00+09:00"), Level::Warning);
        assert_eq!(at("2027-12-31T23:59:59+09:00"), Level::Warning);
        assert_eq!(at("2028-01-01T00:00:00+09:00"), Level::Error);
    }

    #[test]
    fn the_examples_number_is_fictional() {
        assert_eq!(phone("0120-000-000").level, Level::Warning);
        assert_eq!(phone("0120-123-456").level, Level::Ok);
    }
}
