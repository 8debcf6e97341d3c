//! The record of a case: the body of its event `case.received`, sealed with the case.
//!
//! `{"number":"2609-4873-1059","received_at":1795140000000,…,"consent":{…},"text_sha256":"…"}`
//!
//! It repeats the clear columns, so that a change of one of them is found by comparing both.

use kakekomi_store::Case;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// The body of `case.received`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseRecord {
    /// As on the receipt.
    pub number: String,
    /// Milliseconds since the epoch, UTC.
    pub received_at: i64,
    /// The partner whose page sent it; null for the desk's own page.
    pub partner: Option<String>,
    /// True if it came with a partner's test key.
    pub test: bool,
    /// `ja` or `en`.
    pub locale: String,
    /// The verdict.
    pub accepted: bool,
    /// Version of the rules.
    pub ruleset: String,
    /// Digest of the module that judged, `sha256:<64 hex>`.
    pub module: String,
    /// Digest of the page's module, as the page reported it.
    pub page_module: Option<String>,
    /// The client's key of the submission.
    pub key: String,
    /// The consent record.
    pub consent: Box<RawValue>,
    /// SHA-256 of the draft, 64 hexadecimal digits.
    pub text_sha256: String,
    /// SHA-256 of the report.
    pub report_sha256: String,
    /// SHA-256 of the report of the page's module.
    pub page_report_sha256: Option<String>,
    /// The urgency that the rules gave it; absent in a case of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// The actor who took it by telephone, `operator:ID`; absent for one that the applicant sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<String>,
    /// The hash of number and return code, 64 hexadecimal digits; null without a code, absent in a case of an earlier version.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub return_code: Option<Option<String>>,
}

/// Reads a member that is there, null or not.
#[expect(clippy::option_option, reason = "None is absent, Some(None) is null")]
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl CaseRecord {
    /// Lists the columns of a case that differ from the record.
    pub(super) fn faults(&self, case: &Case) -> Vec<String> {
        let line = &case.line;
        let checks = [
            (self.number == line.number, "number"),
            (self.received_at == line.received_at, "time of receipt"),
            (self.partner == line.partner, "partner"),
            (self.test == line.test, "mark of a test"),
            (self.locale == line.locale, "language"),
            (self.accepted == line.accepted, "verdict"),
            (self.ruleset == line.ruleset, "ruleset"),
            (self.module == line.module, "module"),
            (self.page_module == case.page_module, "page's module"),
            (self.key == case.idempotency_key, "idempotency key"),
            (self.urgency == case.first_urgency, "first urgency"),
            (self.consent_is_on(case.receipt.as_deref()), "consent on the receipt"),
        ];
        let differing = checks.into_iter().filter(|(is_same, _)| !is_same);
        differing.map(|(_, name)| format!("its {name} is not the one that was sealed with it")).collect()
    }

    fn consent_is_on(&self, receipt: Option<&[u8]>) -> bool {
        #[derive(Deserialize)]
        struct Receipt {
            consent: Value,
        }
        let receipt = receipt.and_then(|receipt| serde_json::from_slice::<Receipt>(receipt).ok());
        let sealed = serde_json::from_str::<Value>(self.consent.get()).ok();
        receipt.map(|receipt| receipt.consent) == sealed
    }
}
