//! `desk.toml`: who the desk is, when it is open, what it tells people.
//!
//! Every text is in both languages, `{ ja = "…", en = "…" }` → [`Localized`]. A key that the desk does
//! not know is an error: a misspelt key would otherwise be a setting that silently does nothing.

use kakekomi_core::Locale;
use serde::{Deserialize, Serialize};

use super::days;
use super::error::DeskError;
use super::localized::Localized;
use super::partners::{self, Partner};
use super::source::Source;

/// `desk.toml`. The comments in `host/desk/desk.toml` say what each value is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Whether this is the example desk, which nobody runs: `doctor` does not let it be served to the public.
    #[serde(default)]
    pub example: bool,
    /// Raised by the operator with every change.
    pub version: String,
    /// The reception number (clause 4⑦).
    pub phone: String,
    /// What to have ready when calling.
    pub phone_note: Localized<String>,
    /// The desk's name.
    pub name: Localized<String>,
    /// Who runs the desk and answers for the data.
    pub operator: Localized<String>,
    /// The company that is introduced for incident response and forensics (clause 1②).
    pub forensics_company: Localized<String>,
    /// Whom to turn to while the desk is closed (clause 4①).
    pub outside_hours: Vec<Contact>,
    /// The services of Annex 1.1.
    pub services: Vec<Service>,
    /// When the desk is open.
    pub calendar: Days,
    /// The consent document.
    pub consent: DocumentFiles,
    /// The privacy policy.
    pub policy: DocumentFiles,
    /// What the receipt tells.
    pub receipt: ReceiptWords,
    /// On whose pages the form may stand.
    #[serde(default, rename = "partner")]
    pub partners: Vec<Partner>,
}

/// A contact for the hours when the desk is closed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Who it is.
    pub name: Localized<String>,
    /// A number, or empty.
    pub phone: String,
    /// An address, or empty.
    pub url: String,
    /// When and for what.
    pub note: Localized<String>,
}

/// A service of Annex 1.1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// `consultation`, `remote` or `forensics`.
    pub id: String,
    /// Its title.
    pub title: Localized<String>,
    /// What it is, and whether it costs.
    pub note: Localized<String>,
}

/// Hours and days, in the shape that the context has them.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// `HH:MM`, the first minute open.
    pub open: String,
    /// `HH:MM`, the first minute closed again.
    pub close: String,
    /// The desk's offset from UTC, such as `+09:00`.
    pub offset: String,
    year_end: YearEnd,
    weekday_excludes_holidays: bool,
    extra_closed: Vec<String>,
    extra_open: Vec<String>,
    /// The last year whose holidays stand in `holidays.toml`.
    #[serde(skip_serializing)]
    pub last_year: i32,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct YearEnd {
    from: String,
    to: String,
}

/// Where a document's two texts lie.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentFiles {
    /// Raised by the operator with every change.
    pub version: String,
    /// Start of the version's validity (RFC 3339, or a date and time in the desk's offset); an agreement from before it is
    /// refused.
    #[serde(default)]
    pub in_force_since: Option<String>,
    /// File of the Japanese text, which prevails.
    pub ja: String,
    /// File of the English text.
    pub en: String,
}

/// `[receipt]` of `desk.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptWords {
    /// What happens next.
    pub next: Localized<Vec<String>>,
    /// That nothing is promised (clauses 4①②).
    pub no_promise: Localized<String>,
    /// What else a consent receipt tells.
    pub record: RecordWords,
    /// What the operator uses the information for.
    pub purposes: Localized<Vec<String>>,
    /// Who else may receive it.
    pub recipients: Vec<RecipientTexts>,
}

/// What ISO/IEC TS 27560 asks of a consent receipt beside purposes and recipients.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordWords {
    /// Whose law applies, by ISO 3166-1.
    pub jurisdiction: String,
    /// Where the one who answers for the data can be reached; never a number (clause 4⑦).
    pub contact: Localized<String>,
    /// How long the information is kept.
    pub retention: Localized<String>,
    /// How to withdraw, and the other rights of those concerned.
    pub withdrawal: Localized<String>,
    /// Who oversees the controller.
    pub authority: Localized<String>,
}

/// A recipient in both languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientTexts {
    name: Localized<String>,
    condition: Localized<String>,
    purposes: Localized<Vec<String>>,
}

/// A recipient in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Recipient<'a> {
    name: &'a str,
    condition: &'a str,
    purposes: &'a [String],
}

impl RecipientTexts {
    /// The recipient in a language.
    pub fn get(&self, locale: Locale) -> Recipient<'_> {
        Recipient {
            name: self.name.get(locale),
            condition: self.condition.get(locale),
            purposes: self.purposes.get(locale),
        }
    }
}

const DESK: &str = "desk.toml";

impl Profile {
    /// Reads and checks `desk.toml`.
    ///
    /// # Errors
    /// [`DeskError`], with the key to look at.
    pub fn read(source: &Source) -> Result<Profile, DeskError> {
        let profile: Profile = source.toml(DESK)?;
        let dialled = |character: char| character.is_ascii_digit() || "+-#*() ".contains(character);
        if profile.phone.is_empty() || !profile.phone.chars().all(dialled) {
            return Err(source.value(DESK, "phone", "must be a telephone number: digits, and hyphens between them"));
        }
        if let Some(service) = profile.services.iter().find(|service| !SERVICES.contains(&service.id.as_str())) {
            return Err(source.value(
                DESK,
                "services.id",
                format!("{:?} is none of {}", service.id, SERVICES.join(", ")),
            ));
        }
        days::check(source, DESK, "calendar.extra_closed", &profile.calendar.extra_closed)?;
        days::check(source, DESK, "calendar.extra_open", &profile.calendar.extra_open)?;
        partners::check(source, DESK, &profile.partners)?;
        Ok(profile)
    }
}

/// The services of Annex 1.1; the form knows these three.
const SERVICES: [&str; 3] = ["consultation", "remote", "forensics"];
