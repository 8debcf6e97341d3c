//! The desk's own data: names, documents in force, opening hours.
//!
//! A folder with `desk.toml`, `holidays.toml`, `remote_notice.toml` and the documents that `desk.toml` names → [`Desk`].
//! Without `--desk DIR` it is the profile in the binary (`host/desk/`). Everything is read and checked once, at the start;
//! an error names its file and its key.

mod days;
pub mod document_archive;
pub mod documents;
mod localized;
pub mod partners;
pub mod profile;
pub mod risk_notice;
mod source;
pub mod versions;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use kakekomi_core::{Context, Locale};
use kakekomi_store::clock;
use serde::Serialize;
use serde_json::json;

use documents::Documents;
pub use localized::Localized;
use partners::Partner;
use profile::Days;
pub use profile::{Profile, Recipient};
pub use risk_notice::RiskNotice;
pub use source::DeskError;
use source::Source;

/// The desk, read and checked.
#[derive(Debug)]
pub struct Desk {
    profile: Profile,
    documents: Documents,
    risk_notice: RiskNotice,
    /// The gazetted holidays, `YYYY-MM-DD`, in order.
    holidays: Vec<String>,
    /// The last context in each language, and the year that it was made in: within a year only `now` differs.
    made: Mutex<BTreeMap<&'static str, (Option<i32>, Context)>>,
}

/// The opening status of the desk and its next changes, in milliseconds since the epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Opening {
    /// True while the desk is open.
    pub open: bool,
    /// The time at which it closes, if it is open.
    pub closes_at: Option<i64>,
    /// The time at which it opens next, as far as the dated holidays reach.
    pub next_opens_at: Option<i64>,
    /// False where the answer is later than the last year whose holidays are gazetted.
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
        let risk_notice = RiskNotice::read(&source)?;
        let holidays = days::holidays(&source)?;
        let desk = Desk { profile, documents, risk_notice, holidays, made: Mutex::default() };
        // The core parses hours, offset and days: an error is reported at the start.
        desk.context(clock::now(), Locale::Ja)?;
        Ok(desk)
    }

    /// Returns names, phone, services and texts.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Finds the partner of a key that is accepted at a moment.
    pub fn partner(&self, key: &str, now: i64) -> Option<&Partner> {
        let today = || self.show(now).chars().take_while(|char| *char != 'T').collect();
        partners::find(&self.profile.partners, key, today)
    }

    /// Returns the documents in force.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Returns the notice that is read out before remote or guided work.
    pub fn risk_notice(&self) -> &RiskNotice {
        &self.risk_notice
    }

    /// Counts the known national holidays of a year.
    pub fn holidays_in(&self, year: i32) -> usize {
        let year = format!("{year:04}-");
        self.holidays.iter().filter(|day| day.starts_with(&year)).count()
    }

    /// Makes the context of a check at a moment (milliseconds since the epoch, UTC).
    ///
    /// It has the holidays from the year before `now` on only, since every report repeats them.
    ///
    /// # Errors
    /// [`DeskError::Value`]: the core cannot use the calendar; [`Desk::load`] has tried it.
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
        let is_recent = |day: &&String| first.as_ref().is_none_or(|first| *day >= first);
        let holidays = self.holidays.iter().filter(is_recent).cloned().collect();
        let text = json!({
            "now": now,
            "locale": locale,
            "consent": self.documents.consent.in_force(),
            "policy": self.documents.policy.in_force(),
            "calendar": Days { holidays, ..self.profile.calendar.clone() },
        });
        Context::read(text.to_string().as_bytes())
            .map_err(|failure| Source::Embedded.value("desk.toml", "calendar", failure.to_string()))
    }

    /// Finds the opening status at the context's moment.
    pub fn opening(context: &Context) -> Opening {
        let at = context.calendar.opening(context.now);
        Opening { open: at.open, closes_at: at.closes_at, next_opens_at: at.next_opens_at, dated: at.dated }
    }

    /// Reports whether the desk is open at a moment; `None` where its calendar does not reach that far.
    pub fn is_open(&self, now: i64) -> Option<bool> {
        let opening = Desk::opening(&self.context(now, Locale::Ja).ok()?);
        opening.dated.then_some(opening.open)
    }

    /// Formats a moment as RFC 3339 in the desk's offset.
    pub fn show(&self, milliseconds: i64) -> String {
        clock::format_rfc3339(milliseconds, &self.profile.calendar.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_profile_gives_a_context() {
        let desk = Desk::load(None).unwrap();
        let context = desk.context(1_795_140_000_000, Locale::Ja).unwrap();
        assert_eq!(context.now, 1_795_140_000_000);
        assert_eq!(context.consent.version, desk.profile().consent.version);
    }

    #[test]
    fn the_context_has_only_recent_and_future_holidays() {
        let desk = Desk::load(None).unwrap();
        let context = desk.context(1_795_140_000_000, Locale::Ja).unwrap().to_bytes();
        let context: serde_json::Value = serde_json::from_slice(&context).unwrap();
        let holidays = context["calendar"]["holidays"].as_array().unwrap();
        assert_eq!(holidays.first().unwrap(), "2025-01-01");
        assert!(desk.holidays.len() > holidays.len());
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Desk::load(Some(Path::new("/nowhere/at/all"))).unwrap_err();
        assert!(error.to_string().contains("desk.toml"), "{error}");
    }
}
