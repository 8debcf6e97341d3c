//! What an applicant is handed once the case is durable: number, time, what comes next, consent.
//!
//! ```json
//! {"number":"234-679-ACD","received_at":1795140000000,"module":"sha256:…","ruleset":"2026.11.1",
//!  "locale":"ja","desk":"…","operator":"…","opening":{"open":false,…},"next":["…"],"no_promise":"…",
//!  "consent":{"standard":"ISO/IEC TS 27560:2023","record":"234-679-ACD","language":"ja",…}}
//! ```
//!
//! It is written once and stored as bytes; a replay of the same submission gets those bytes. It
//! promises neither an answer by a certain time nor a result (clauses 4①②), and it names what the
//! forensics company may use data for (clause 1⑦). The phone number is no part of it: it may
//! change (clause 4⑦), and the page shows the one that is served now.

use kakekomi_core::{Locale, message};
use kakekomi_store::receipt_number::Number;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::{Desk, Opening, Recipient};

/// The receipt of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt<'a> {
    /// The reception number, as `XXX-XXX-XXX`.
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// The module that judged, `sha256:<64 hex>`.
    pub module: String,
    /// Its version of the rules.
    pub ruleset: &'a str,
    /// The language of the sentences below.
    #[schema(value_type = String)]
    pub locale: Locale,
    /// The desk's name.
    pub desk: &'a str,
    /// Who runs the desk.
    pub operator: &'a str,
    /// Whether the desk was open then, and when it opens next; never when it answers (clause 4①).
    pub opening: Opening,
    /// What happens next, in sentences.
    pub next: &'a [String],
    /// That none of this is a promise (clauses 4①②).
    pub no_promise: &'a str,
    /// Whether it was sent to try the form out; left out where it was meant.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// The consent receipt.
    pub consent: ConsentReceipt<'a>,
}

/// What was agreed to, with whom, for what: after ISO/IEC TS 27560.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsentReceipt<'a> {
    /// The specification that the fields follow.
    pub standard: &'static str,
    /// The record's identifier: the reception number.
    pub record: String,
    /// Who answers for the data.
    pub controller: &'a str,
    /// Where they can be reached.
    pub contact: &'a str,
    /// Who oversees them.
    pub authority: &'a str,
    /// Whose law applies, by ISO 3166-1.
    pub jurisdiction: &'a str,
    /// On what the use of the data rests: the consent, as the rest of this record has it.
    pub lawful_basis: &'static str,
    /// The agreement as the applicant gave it.
    #[serde(flatten)]
    pub agreement: Agreement,
    /// Which of the two documents prevails (clause 1③).
    pub prevails: &'static str,
    /// How and when the agreement was expressed.
    pub event: Event,
    /// The services asked for (Annex 1.1); the consultation is always among them.
    pub services: Vec<&'static str>,
    /// Clause 1②'s consent to hand everything to the forensics company; null where no introduction is wished.
    pub transfer_consent: Option<bool>,
    /// The kinds of information that were asked for (Annex 1.2), by their titles.
    pub information: Vec<&'static str>,
    /// What the operator uses the information for (clauses 1①④).
    pub purposes: &'a [String],
    /// Who else may receive it, when, and for what (clauses 1②⑤⑦).
    pub recipients: Vec<Recipient<'a>>,
    /// How long the information is kept.
    pub retention: &'a str,
    /// How to withdraw, and the other rights.
    pub withdrawal: &'a str,
}

/// The kinds of information in Annex 1.2's order; 「その他」 is asked for later, if at all.
const INFORMATION: [&str; 5] = ["/contact", "/incident", "/devices", "/network", "/logs"];

/// Which documents were agreed to, in which language, when: `values.consent` of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agreement {
    /// Language of the texts that were shown, `ja` or `en`.
    pub language: String,
    /// Milliseconds since the epoch, by the applicant's clock.
    pub agreed_at: i64,
    /// The consent document.
    pub document: Shown,
    /// The privacy policy.
    pub policy: Shown,
}

/// A document as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shown {
    /// Its version.
    pub version: String,
    /// SHA-256 of the served file's bytes, 64 hexadecimal digits.
    pub sha256: String,
}

/// The consent event of ISO/IEC TS 27560.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Event {
    /// Pressing the button 「サービスを利用する」.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `given`; a withdrawal will be an event of its own.
    pub state: &'static str,
    /// Milliseconds since the epoch.
    pub at: i64,
}

/// What the applicant asked for and agreed to, as the report's values hold it.
#[derive(Debug, Clone)]
pub struct RequestedServices {
    /// The agreement.
    pub agreement: Agreement,
    /// Remote support is wanted.
    pub remote: bool,
    /// An introduction is wanted; within it clause 1②'s consent, if it was answered.
    pub forensics: Option<Option<bool>>,
}

/// Where and when a case came in, and what judged it.
#[derive(Debug, Clone, Copy)]
pub struct Reception<'a> {
    /// The case's number.
    pub number: &'a Number,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// `sha256:<64 hex>`.
    pub module: &'a str,
    /// The rules' version.
    pub ruleset: &'a str,
    /// The applicant's language.
    pub locale: Locale,
    /// The desk's hours, seen from `received_at`.
    pub opening: Opening,
    /// Whether it came with a partner's test key.
    pub test: bool,
}

/// Writes the receipt of a case.
pub fn receipt<'a>(desk: &'a Desk, reception: Reception<'a>, requested_services: RequestedServices) -> Receipt<'a> {
    let locale = reception.locale;
    let words = &desk.profile().receipt;
    Receipt {
        number: reception.number.to_string(),
        received_at: reception.received_at,
        module: reception.module.to_owned(),
        ruleset: reception.ruleset,
        locale,
        desk: desk.profile().name.get(locale),
        operator: desk.profile().operator.get(locale),
        opening: reception.opening,
        next: words.next.get(locale),
        no_promise: words.no_promise.get(locale),
        test: reception.test,
        consent: consent(desk, &reception, requested_services),
    }
}

fn consent<'a>(desk: &'a Desk, reception: &Reception<'_>, requested_services: RequestedServices) -> ConsentReceipt<'a> {
    let (profile, locale) = (desk.profile(), reception.locale);
    let words = &profile.receipt;
    let mut services = vec!["consultation"];
    services.extend(requested_services.remote.then_some("remote"));
    services.extend(requested_services.forensics.map(|_| "forensics"));
    ConsentReceipt {
        standard: "ISO/IEC TS 27560:2023",
        record: reception.number.to_string(),
        controller: profile.operator.get(locale),
        contact: words.record.contact.get(locale),
        authority: words.record.authority.get(locale),
        jurisdiction: &words.record.jurisdiction,
        lawful_basis: "consent",
        event: Event { kind: "explicit", state: "given", at: requested_services.agreement.agreed_at },
        agreement: requested_services.agreement,
        prevails: "document",
        services,
        transfer_consent: requested_services.forensics.map(Option::unwrap_or_default),
        information: INFORMATION.iter().filter_map(|section| message::title(section, locale)).collect(),
        purposes: words.purposes.get(locale),
        recipients: words.recipients.iter().map(|recipient| recipient.get(locale)).collect(),
        retention: words.record.retention.get(locale),
        withdrawal: words.record.withdrawal.get(locale),
    }
}

#[cfg(test)]
mod tests;
