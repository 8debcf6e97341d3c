//! `desk.toml`: names, hours and texts of the desk.
//!
//! Every text is in both languages, `{ ja = "…", en = "…" }` → [`Localized`]. An unknown key is an error: a misspelt key
//! would otherwise be a setting without effect.

use kakekomi_core::Locale;
use serde::{Deserialize, Serialize};

use super::days;
use super::localized::Localized;
use super::partners::{self, Partner};
use super::source::{DeskError, Source};

/// `desk.toml`; the comments in `host/desk/desk.toml` explain each value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// True for the example desk, which nobody runs: `doctor` fails where it is served to the public.
    #[serde(default)]
    pub example: bool,
    /// Raised by the operator with every change.
    pub version: String,
    /// The reception number (clause 4⑦).
    pub phone: String,
    /// Advice for a caller.
    pub phone_note: Localized<String>,
    /// The desk's name.
    pub name: Localized<String>,
    /// The company that runs the desk and answers for the data.
    pub operator: Localized<String>,
    /// The operator's page, to which the form links.
    #[serde(default)]
    pub operator_url: Option<String>,
    /// The company that is introduced for incident response and forensics (clause 1②).
    pub forensics_company: Localized<String>,
    /// The id under which that company is registered: another organization receives a case only with an approval in writing (1⑧).
    #[serde(default)]
    pub forensics_organization: Option<String>,
    /// Contacts for the hours when the desk is closed (clause 4①).
    pub outside_hours: Vec<AfterHoursContact>,
    /// The services of Annex 1.1.
    pub services: Vec<Service>,
    /// The opening hours.
    pub calendar: Days,
    /// The consent document.
    pub consent: DocumentFiles,
    /// The privacy policy.
    pub policy: DocumentFiles,
    /// Sentences of the receipt.
    pub receipt: ReceiptWords,
    /// Uses that a version of the consent document allows.
    #[serde(default)]
    pub purposes: PurposeSettings,
    /// The partners on whose pages the form may be shown.
    #[serde(default, rename = "partner")]
    pub partners: Vec<Partner>,
}

/// A contact for the hours when the desk is closed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterHoursContact {
    /// Its name.
    pub name: Localized<String>,
    /// A number, or empty.
    pub phone: String,
    /// An address, or empty.
    pub url: String,
    /// Its hours and purpose.
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
    /// Its description and price.
    pub note: Localized<String>,
}

/// Hours and days, as in the context.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// `HH:MM`, the first minute open.
    pub open: String,
    /// `HH:MM`, the first minute closed again.
    pub close: String,
    /// The desk's offset from UTC, such as `+09:00`.
    pub offset: String,
    pub(super) year_end: YearEnd,
    pub(super) weekday_excludes_holidays: bool,
    pub(super) extra_closed: Vec<String>,
    pub(super) extra_open: Vec<String>,
    /// The holidays of `holidays.toml` that a context has.
    #[serde(skip_deserializing)]
    pub(super) holidays: Vec<String>,
    /// The last year of which `holidays.toml` has the holidays.
    pub last_year: i32,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct YearEnd {
    from: String,
    to: String,
}

/// The files of a document's two texts.
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

/// `[purposes]` of `desk.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeSettings {
    /// The versions of the consent document that allow sales and consulting (clause 1④).
    #[serde(default)]
    pub sales_consent_versions: Vec<String>,
}

/// `[receipt]` of `desk.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptWords {
    /// The next steps.
    pub next: Localized<Vec<String>>,
    /// A sentence that nothing is promised (clauses 4①②).
    pub no_promise: Localized<String>,
    /// Further sentences of a consent receipt.
    pub record: RecordWords,
    /// The purposes for which the operator uses the information.
    pub purposes: Localized<Vec<String>>,
    /// Others who may receive it.
    pub recipients: Vec<RecipientTexts>,
}

impl ReceiptWords {
    /// Lists the purposes of the recipients of a kind (clause 1⑦).
    pub fn purposes_of(&self, kind: &str, locale: Locale) -> Vec<String> {
        let of_kind = self.recipients.iter().filter(|recipient| recipient.kind.as_deref() == Some(kind));
        of_kind.flat_map(|recipient| recipient.purposes.get(locale).clone()).collect()
    }
}

/// Sentences that ISO/IEC TS 27560 requires in a consent receipt beside purposes and recipients.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordWords {
    /// The country whose law applies, by ISO 3166-1.
    pub jurisdiction: String,
    /// The address of the controller; never a phone number (clause 4⑦).
    pub contact: Localized<String>,
    /// The retention period.
    pub retention: Localized<String>,
    /// The way to withdraw, and the other rights of those concerned.
    pub withdrawal: Localized<String>,
    /// The authority that oversees the controller.
    pub authority: Localized<String>,
}

/// A recipient in both languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipientTexts {
    /// `forensics` or `subcontractor`: the kind of registered organizations whose packages have these purposes.
    #[serde(default)]
    kind: Option<String>,
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
    /// Returns the recipient in a language.
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
        if profile.operator_url.as_deref().is_some_and(|url| !url.starts_with("https://")) {
            return Err(source.value(DESK, "operator_url", "must begin with https://"));
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

impl Profile {
    /// Returns the purposes for which the forensics company may use the information (clause 1⑦): those of the recipient with its
    /// name, or else of the first one.
    pub fn referral_purposes(&self, locale: Locale) -> &[String] {
        let recipients = &self.receipt.recipients;
        let company = self.forensics_company.get(Locale::Ja);
        let named = recipients.iter().find(|recipient| recipient.name.get(Locale::Ja) == company);
        named.or(recipients.first()).map_or(&[], |recipient| recipient.purposes.get(locale))
    }
}

/// The services of Annex 1.1; the form knows these three.
const SERVICES: [&str; 3] = ["consultation", "remote", "forensics"];
