//! The receipt that an applicant gets once the case is durable: number, time, next steps, consent.
//!
//! ```json
//! {"number":"2609-4873-1059","received_at":1795140000000,"module":"sha256:…","ruleset":"2026.11.1",
//!  "locale":"ja","desk":"…","operator":"…","opening":{"open":false,…},"next":["…"],"no_promise":"…",
//!  "consent":{"standard":"ISO/IEC TS 27560:2023","record":"2609-4873-1059","language":"ja",…}}
//! ```
//!
//! It is written once and stored as bytes; a replay of the same submission gets those bytes. It promises neither an answer
//! by a certain time nor a result (clauses 4①②), and it names the purposes for which the forensics company may use data
//! (clause 1⑦). The phone number is not part of it: it may change (clause 4⑦), and the page shows the current one.

use kakekomi_core::{Context, Locale, message};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::{Desk, Opening, Recipient};

/// The receipt of one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt<'a> {
    /// The reception number: twelve digits in groups of four, the last one a check digit. An earlier case has nine letters and
    /// digits in groups of three.
    #[schema(pattern = r"^([0-9]{4}(-[0-9]{4}){2}|[0-9A-Z]{3}(-[0-9A-Z]{3}){2})$", example = "2609-4873-1059")]
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// The module that judged, `sha256:<64 hex>`.
    pub module: &'a str,
    /// Its version of the rules.
    pub ruleset: &'a str,
    /// The language of the sentences below.
    #[schema(value_type = String)]
    pub locale: Locale,
    /// The desk's name.
    pub desk: &'a str,
    /// The company that runs the desk.
    pub operator: &'a str,
    /// The opening status of the desk then; it says nothing of the time of an answer (clause 4①).
    pub opening: Opening,
    /// The next steps, in sentences.
    pub next: &'a [String],
    /// A sentence that none of this is a promise (clauses 4①②).
    pub no_promise: &'a str,
    /// True for a test; left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// The consent receipt.
    pub consent: ConsentReceipt<'a>,
    /// The head of the chain of events; `None` until the store has added it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<ReceiptAudit>,
}

/// The head of the chain of events after the case's own first event. The store adds it when the case is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptAudit {
    /// The position of the event.
    pub seq: i64,
    /// Its hash, 64 hexadecimal digits: with `kakekomi audit verify --head` it shows that nothing before it was changed.
    pub hash: String,
}

/// The record of the agreement after ISO/IEC TS 27560.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConsentReceipt<'a> {
    /// The specification that the fields follow.
    pub standard: &'static str,
    /// The record's identifier: the reception number.
    pub record: String,
    /// The company that answers for the data.
    pub controller: &'a str,
    /// Its address.
    pub contact: &'a str,
    /// The authority that oversees it.
    pub authority: &'a str,
    /// The country whose law applies, by ISO 3166-1.
    pub jurisdiction: &'a str,
    /// The basis of the use of the data: the consent that the rest of this record describes.
    pub lawful_basis: &'static str,
    /// The agreement as the applicant gave it.
    #[serde(flatten)]
    pub agreement: Agreement,
    /// `phone` where an operator took the agreement by telephone; left out for an agreement on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<&'static str>,
    /// The person who agreed by telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_by: Option<&'a str>,
    /// The way in which the operator showed the documents: `read_out` or `sent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<&'static str>,
    /// The document that prevails over the other (clause 1③).
    pub prevails: &'static str,
    /// The act of agreement and its time.
    pub event: Event,
    /// The services asked for (Annex 1.1); the consultation is always among them.
    pub services: Vec<&'static str>,
    /// Clause 1②'s consent to hand everything to the forensics company; null where no introduction is wished.
    pub transfer_consent: Option<bool>,
    /// The kinds of information that were asked for (Annex 1.2), by their titles.
    pub information: Vec<&'static str>,
    /// The purposes for which the operator uses the information (clauses 1①④).
    pub purposes: &'a [String],
    /// Others who may receive it, with condition and purposes (clauses 1②⑤⑦).
    pub recipients: Vec<Recipient<'a>>,
    /// The retention period.
    pub retention: &'a str,
    /// The way to withdraw, and the other rights.
    pub withdrawal: &'a str,
}

/// The kinds of information in Annex 1.2's order; 「その他」 is asked for later, if at all.
const INFORMATION: [&str; 5] = ["/contact", "/incident", "/devices", "/network", "/logs"];

/// The agreement to the documents: `values.consent` of a report.
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
    /// SHA-256 of the served file's bytes, 64 hexadecimal digits. `/documents/<language>/<sha256>` is the address of the very
    /// text, whatever is in force later.
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

/// The agreement and the requested services, from the report's values.
#[derive(Debug, Clone)]
pub struct RequestedServices {
    /// The agreement.
    pub agreement: Agreement,
    /// Remote support is wanted.
    pub remote: bool,
    /// An introduction is wanted; within it clause 1②'s consent, if it was answered.
    pub forensics: Option<Option<bool>>,
}

/// The parts of a case that its receipt repeats.
#[derive(Debug, Clone, Copy)]
pub struct ReceiptHead<'a> {
    /// The reception number.
    pub number: &'a str,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// The module that judged, `sha256:<64 hex>`.
    pub module: &'a str,
    /// Its version of the rules.
    pub ruleset: &'a str,
    /// True for a test.
    pub test: bool,
    /// The agreement by telephone.
    pub by_phone: Option<&'a PhoneConsent>,
}

/// An agreement that an operator took by telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneConsent {
    /// The actor of the operator, `operator:ID`.
    pub taken_by: String,
    /// The person who agreed.
    pub agreed_by: String,
    /// The way in which the operator showed the documents, whose versions are in the draft: `read_out` or `sent`.
    pub shown: &'static str,
}

/// Makes the receipt of a case that was judged in a context. The store adds the member `audit`.
pub fn receipt<'a>(
    desk: &'a Desk,
    context: &Context,
    case: &ReceiptHead<'a>,
    requested: RequestedServices,
) -> Receipt<'a> {
    let (profile, locale) = (desk.profile(), context.locale);
    let number = case.number.to_owned();
    Receipt {
        received_at: case.received_at,
        module: case.module,
        ruleset: case.ruleset,
        locale,
        desk: profile.name.get(locale),
        operator: profile.operator.get(locale),
        opening: Desk::opening(context),
        next: profile.receipt.next.get(locale),
        no_promise: profile.receipt.no_promise.get(locale),
        test: case.test,
        consent: consent(desk, locale, case, requested),
        audit: None,
        number,
    }
}

fn consent<'a>(
    desk: &'a Desk,
    locale: Locale,
    case: &ReceiptHead<'a>,
    requested: RequestedServices,
) -> ConsentReceipt<'a> {
    let words = &desk.profile().receipt;
    let mut services = vec!["consultation"];
    services.extend(requested.remote.then_some("remote"));
    services.extend(requested.forensics.map(|_| "forensics"));
    ConsentReceipt {
        standard: "ISO/IEC TS 27560:2023",
        record: case.number.to_owned(),
        controller: desk.profile().operator.get(locale),
        contact: words.record.contact.get(locale),
        authority: words.record.authority.get(locale),
        jurisdiction: &words.record.jurisdiction,
        lawful_basis: "consent",
        channel: case.by_phone.map(|_| "phone"),
        agreed_by: case.by_phone.map(|phone| phone.agreed_by.as_str()),
        shown: case.by_phone.map(|phone| phone.shown),
        event: Event { kind: "explicit", state: "given", at: requested.agreement.agreed_at },
        agreement: requested.agreement,
        prevails: "document",
        services,
        transfer_consent: requested.forensics.map(Option::unwrap_or_default),
        information: INFORMATION.iter().filter_map(|section| message::title(section, locale)).collect(),
        purposes: words.purposes.get(locale),
        recipients: words.recipients.iter().map(|recipient| recipient.get(locale)).collect(),
        retention: words.record.retention.get(locale),
        withdrawal: words.record.withdrawal.get(locale),
    }
}

#[cfg(test)]
mod tests;
