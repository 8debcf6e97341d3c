//! A case as one JSON object of `cases show --json` and `cases export`.
//!
//! `{"seq":7,"number":"2609-4873-1059",…,"text":"{…}","report":{…},"consent":{…},"receipt":{…}}`
//!
//! Report, consent and receipt are the stored bytes, the draft is a string. Contents that are not opened are null.

use std::borrow::Cow;

use kakekomi_store::CaseLine;
use serde::Serialize;
use serde_json::value::RawValue;

use super::reading::ShownCase;

/// A case with everything that is kept of it.
#[derive(Serialize)]
pub struct Record<'a> {
    #[serde(flatten)]
    line: &'a CaseLine,
    last_n: i64,
    changed_n: i64,
    waiting_since: Option<i64>,
    follow_up: Option<i64>,
    /// True for an erased case.
    #[serde(skip_serializing_if = "is_false")]
    erased: bool,
    page_module: Option<&'a str>,
    text_sha256: Option<&'a str>,
    text: Option<Cow<'a, str>>,
    /// The faults of a damaged case.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    damage: &'a [String],
    report: Option<&'a RawValue>,
    page_report: Option<&'a RawValue>,
    consent: Option<&'a RawValue>,
    receipt: Option<&'a RawValue>,
}

impl<'a> From<&'a ShownCase> for Record<'a> {
    fn from(ShownCase { case, opened, faults }: &'a ShownCase) -> Record<'a> {
        let opened = opened.as_ref();
        Record {
            line: &case.line,
            last_n: case.last_n,
            changed_n: case.changed_n,
            waiting_since: case.waiting_since,
            follow_up: case.follow_up,
            erased: case.line.is_erased(),
            page_module: case.page_module.as_deref(),
            text_sha256: opened.map(|opened| opened.record.text_sha256.as_str()),
            text: opened.map(|opened| String::from_utf8_lossy(&opened.text)),
            damage: faults,
            report: opened.and_then(|opened| raw(&opened.report)),
            page_report: opened.and_then(|opened| raw(opened.page_report.as_deref()?)),
            consent: opened.map(|opened| &*opened.record.consent),
            receipt: case.receipt.as_deref().and_then(raw),
        }
    }
}

/// Reads JSON byte for byte; damaged JSON is printed as null.
fn raw(json: &[u8]) -> Option<&RawValue> {
    serde_json::from_slice(json).ok()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !value
}
