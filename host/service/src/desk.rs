//! The desk's own data: who it is, which documents are in force, when it is open.
//!
//! A folder with `desk.toml`, `holidays.toml` and the documents that `desk.toml` names → [`Desk`].
//! Without `--desk DIR` it is the profile that the binary carries (`host/desk/`). Everything is read
//! and checked once, at the start; what is wrong names its file and its key.

mod days;
pub mod documents;
mod error;
mod localized;
pub mod partners;
pub mod profile;
mod source;
pub mod versions;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use kakekomi_core::{Context, Locale};
use serde::Serialize;

use documents::Documents;
pub use error::DeskError;
use kakekomi_store::clock;
pub use localized::Localized;
use partners::Partner;
pub use profile::{Profile, Recipient};
use source::Source;

/// The desk, read and checked.
#[derive(Debug)]
pub struct Desk {
    profile: Profile,
    documents: Documents,
    /// The gazetted holidays, `YYYY-MM-DD`, in order.
    holidays: Vec<String>,
    /// The last context in each language, and the year that it was made in: within a year only `now` differs.
    made: Mutex<BTreeMap<&'static str, (Option<i32>, Context)>>,
}

/// Whether the desk is open, and when that changes; milliseconds since the epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Opening {
    /// Open now.
    pub open: bool,
    /// When it closes, if it is open.
    pub closes_at: Option<i64>,
    /// When it opens next, as far as the dated holidays reach.
    pub next_opens_at: Option<i64>,
    /// False where the answer lies past the last year whose holidays are gazetted.
    pub dated: bool,
}

impl Desk {
    /// Reads a desk's folder, or the profile that the binary carries.
    ///
    /// # Errors
    /// [`DeskError`], with the file and the key to look at.
    pub fn load(folder: Option<&Path>) -> Result<Desk, DeskError> {
        let source = Source::new(folder);
        let profile = Profile::read(&source)?;
        let documents = Documents::read(&source, &profile)?;
        let holidays = days::holidays(&source)?;
        let desk = Desk { profile, documents, holidays, made: Mutex::default() };
        // Hours, offset and days are the core's to understand: ask it once, now.
        desk.context(clock::now(), Locale::Ja)?;
        Ok(desk)
    }

    /// Names, phone, services, texts.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The partner of a key.
    pub fn partner(&self, key: &str) -> Option<&Partner> {
        partners::find(&self.profile.partners, key)
    }

    /// The documents in force.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// How many national holidays of a year are known.
    pub fn holidays_in(&self, year: i32) -> usize {
        let year = format!("{year:04}-");
        self.holidays.iter().filter(|day| day.starts_with(&year)).count()
    }

    /// What the rules are told at a moment (milliseconds since the epoch, UTC).
    ///
    /// Of the holidays only those from the year before `now` on go along: every report carries them.
    ///
    /// # Errors
    /// [`DeskError::Value`] where the core cannot use the calendar; [`Desk::load`] has tried it.
    pub fn context(&self, now: i64, locale: Locale) -> Result<Context, DeskError> {
        let year = clock::year(now, &self.profile.calendar.offset);
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, context)) = made().get(locale.as_str()).filter(|(then, _)| year.is_some() && *then == year) {
            return Ok(Context { now, ..context.clone() });
        }
        let context = self.make(now, year, locale)?;
        made().insert(locale.as_str(), (year, context.clone()));
        Ok(context)
    }

    fn make(&self, now: i64, year: Option<i32>, locale: Locale) -> Result<Context, DeskError> {
        let first = year.map(|year| (year - 1).to_string());
        let holidays = self.holidays.iter().map(String::as_str);
        let holidays = holidays.filter(|day| first.as_deref().is_none_or(|first| *day >= first)).collect();
        let text = ContextText {
            now,
            locale,
            consent: self.documents.consent.in_force(),
            policy: self.documents.policy.in_force(),
            calendar: CalendarText {
                days: &self.profile.calendar,
                holidays,
                last_year: self.profile.calendar.last_year,
            },
        };
        let bytes = serde_json::to_vec(&text).unwrap_or_default();
        Context::read(&bytes).map_err(|failure| DeskError::Value {
            file: "desk.toml".to_owned(),
            key: "calendar".to_owned(),
            why: failure.to_string(),
        })
    }

    /// The desk's hours, seen from the context's now.
    pub fn opening(context: &Context) -> Opening {
        let at = context.calendar.opening(context.now);
        Opening { open: at.open, closes_at: at.closes_at, next_opens_at: at.next_opens_at, dated: at.dated }
    }

    /// A moment as the desk's clock shows it, in RFC 3339.
    pub fn show(&self, milliseconds: i64) -> String {
        clock::format_rfc3339(milliseconds, &self.profile.calendar.offset)
    }
}

/// The context's JSON, before the core has read it.
#[derive(Serialize)]
struct ContextText<'a> {
    now: i64,
    locale: Locale,
    consent: documents::InForce<'a>,
    policy: documents::InForce<'a>,
    calendar: CalendarText<'a>,
}

#[derive(Serialize)]
struct CalendarText<'a> {
    #[serde(flatten)]
    days: &'a profile::Days,
    holidays: Vec<&'a str>,
    last_year: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_in_the_binary_is_right() {
        let desk = Desk::load(None).unwrap();
        let context = desk.context(1_795_140_000_000, Locale::Ja).unwrap();
        assert_eq!(context.now, 1_795_140_000_000);
        assert_eq!(context.consent.version, desk.profile().consent.version);
    }

    #[test]
    fn only_the_holidays_around_now_go_along() {
        let desk = Desk::load(None).unwrap();
        let context = desk.context(1_795_140_000_000, Locale::Ja).unwrap().to_bytes();
        let context: serde_json::Value = serde_json::from_slice(&context).unwrap();
        let holidays = context["calendar"]["holidays"].as_array().unwrap();
        assert_eq!(holidays.first().unwrap(), "2025-01-01");
        assert!(desk.holidays.len() > holidays.len());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = Desk::load(Some(Path::new("/nowhere/at/all"))).unwrap_err();
        assert!(error.to_string().contains("desk.toml"), "{error}");
    }
}
