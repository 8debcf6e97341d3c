//! Validation of a stored case: its columns must agree with one another.
//!
//! A text with one changed byte → `["the text is not the one that was stored: …"]`. The text is compared with its SHA-256;
//! number, report, consent record and receipt are compared with one another, since each repeats parts of the others.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::case::{Case, CaseLine, IdempotencyRecord};
use super::clock;
use super::digest::sha256;
use super::error::StoreError;
use super::receipt_number::Number;

/// The columns of a case that its report repeats.
#[derive(Deserialize)]
struct ReportHead {
    ruleset: String,
    accepted: bool,
    #[serde(rename = "context")]
    _context: IgnoredAny,
}

/// The columns of a case that its receipt repeats.
#[derive(Deserialize)]
struct ReceiptHead {
    number: String,
    received_at: i64,
    module: String,
    consent: Value,
}

impl CaseLine {
    /// Lists the faults of a list's columns, for the operator; empty where they are valid.
    pub fn faults(&self) -> Vec<String> {
        let checks = [
            (is_number(&self.number), "its number is no reception number"),
            (clock::RFC3339_RANGE.contains(&self.received_at), "the time of its receipt is out of range"),
            (is_digest(&self.module), "the name of its module is not a digest"),
            (matches!(self.locale.as_str(), "ja" | "en"), "its language is neither ja nor en"),
        ];
        checks.into_iter().filter(|(is_right, _)| !is_right).map(|(_, fault)| fault.to_owned()).collect()
    }
}

impl Case {
    /// Lists the faults of the whole case, for the operator; empty where it is valid.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.line.faults();
        faults.extend(self.text_fault());
        faults.extend(self.report_fault());
        if self.page_report.as_ref().is_some_and(|report| !is_json(report)) {
            faults.push("the report of the page's module is no JSON".to_owned());
        }
        if self.page_module.as_ref().is_some_and(|module| !is_digest(module)) {
            faults.push("the name of the page's module is not a digest".to_owned());
        }
        faults.extend(self.receipt_fault());
        faults
    }

    /// Finds a text that differs from the stored one.
    pub fn text_fault(&self) -> Option<String> {
        let found = sha256(&self.text);
        let stored = &self.text_sha256;
        (found != *stored).then(|| format!("the text is not the one that was stored: SHA-256 {found}, not {stored}"))
    }

    fn report_fault(&self) -> Option<String> {
        let report: ReportHead = match read("report cannot be read", &self.report) {
            Ok(report) => report,
            Err(fault) => return Some(fault),
        };
        let is_other = report.accepted != self.line.accepted || report.ruleset != self.line.ruleset;
        is_other.then(|| "the report gives another verdict or ruleset than the case".to_owned())
    }

    fn receipt_fault(&self) -> Option<String> {
        let heads = read::<Value>("consent record is no JSON", self.consent.as_bytes());
        let heads =
            heads.and_then(|consent| Ok((consent, read::<ReceiptHead>("receipt cannot be read", &self.receipt)?)));
        let line = &self.line;
        match heads {
            Err(fault) => Some(fault),
            Ok((_, receipt))
                if (&receipt.number, receipt.received_at, &receipt.module)
                    != (&line.number, line.received_at, &line.module) =>
            {
                Some("the receipt is of another number, time or module".to_owned())
            }
            Ok((consent, receipt)) if receipt.consent != consent => {
                Some("the consent record is not the one on the receipt".to_owned())
            }
            Ok(_) => None,
        }
    }
}

impl IdempotencyRecord {
    /// Checks that the receipt can be sent again: it is well-formed and of the case's module.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]: it is not.
    pub(super) fn validated(self) -> Result<IdempotencyRecord, StoreError> {
        let damaged = |why: &str| StoreError::Damaged(self.seq, why.to_owned());
        if !is_hex(&self.text_sha256) {
            return Err(damaged("the SHA-256 of its text is not one"));
        }
        match read::<ReceiptHead>("receipt cannot be read", &self.receipt) {
            Err(fault) => Err(damaged(&fault)),
            Ok(receipt) if receipt.module != self.module || !is_number(&receipt.number) => {
                Err(damaged("the receipt is of another number or module"))
            }
            Ok(_) => Ok(self),
        }
    }
}

/// Reads JSON, or describes its fault without serde's message, which may repeat a value and would go into the log.
fn read<'a, T: Deserialize<'a>>(fault: &str, bytes: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| {
        let kind = if error.is_data() { "a member of another kind" } else { "no JSON" };
        format!("the {fault}: {kind} at line {}, column {}", error.line(), error.column())
    })
}

/// Reports whether bytes are one JSON value.
fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Reports whether a text is a reception number in its stored form.
fn is_number(text: &str) -> bool {
    Number::read(text).is_ok_and(|number| number.to_string() == text)
}

/// Reports whether a text is `sha256:<64 hex>`.
fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(is_hex)
}

fn is_hex(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Case {
        let module = format!("sha256:{}", "ab".repeat(32));
        let number = Number::random().unwrap().to_string();
        let consent = format!(r#"{{"record":"{number}"}}"#);
        let receipt = format!(r#"{{"number":"{number}","received_at":5,"module":"{module}","consent":{consent}}}"#);
        Case {
            line: CaseLine {
                seq: 1,
                number,
                received_at: 5,
                status: "received".to_owned(),
                accepted: true,
                module,
                ruleset: "2026.11.4".to_owned(),
                partner: None,
                test: false,
                locale: "ja".to_owned(),
            },
            page_module: None,
            text_sha256: sha256(b"{ }"),
            text: b"{ }".to_vec(),
            report: br#"{"ruleset":"2026.11.4","context":{},"accepted":true}"#.to_vec(),
            page_report: None,
            consent,
            receipt: receipt.into_bytes(),
        }
    }

    #[test]
    fn a_valid_case_has_no_faults() {
        assert_eq!(case().faults(), Vec::<String>::new());
    }

    type Change = fn(&mut Case);

    #[test]
    fn every_changed_column_is_a_fault() {
        let rows: [(&str, Change); 13] = [
            ("text", |case| case.text.push(b' ')),
            ("text", |case| case.text_sha256 = "0".repeat(64)),
            ("number", |case| case.line.number = "2609-4873-1058".to_owned()),
            ("number", |case| case.line.number = case.line.number.replace('-', " ")),
            ("time", |case| case.line.received_at = i64::MAX),
            ("module", |case| case.line.module = "sha256:".to_owned()),
            ("language", |case| case.line.locale = "fr".to_owned()),
            ("report", |case| case.report = b"{".to_vec()),
            ("verdict", |case| case.line.accepted = false),
            ("page's module", |case| case.page_report = Some(b"\xff".to_vec())),
            ("consent", |case| case.consent = "no JSON".to_owned()),
            ("consent", |case| case.consent = "{}".to_owned()),
            ("receipt", |case| case.receipt = b"[]".to_vec()),
        ];
        for (word, change) in rows {
            let mut changed = case();
            change(&mut changed);
            let faults = changed.faults();
            assert!(faults.iter().any(|fault| fault.contains(word)), "{word}: {faults:?}");
        }
    }

    #[test]
    fn faults_repeat_no_value() {
        let mut changed = case();
        changed.receipt = br#"{"number":5,"received_at":"geheim"}"#.to_vec();
        changed.report = br#"{"ruleset":"geheim","accepted":"geheim"}"#.to_vec();
        changed.consent = "geheim".to_owned();
        let faults = changed.faults().join("; ");
        assert!(faults.contains("column") && !faults.contains("geheim"), "{faults}");
    }

    #[test]
    fn an_invalid_receipt_is_not_sent_again() {
        let case = case();
        let bound = IdempotencyRecord {
            seq: 1,
            text_sha256: case.text_sha256.clone(),
            receipt: case.receipt.clone(),
            module: case.line.module.clone(),
        };
        assert!(bound.clone().validated().is_ok());
        assert!(IdempotencyRecord { receipt: b"{}".to_vec(), ..bound.clone() }.validated().is_err());
        assert!(IdempotencyRecord { module: "other".to_owned(), ..bound.clone() }.validated().is_err());
        assert!(IdempotencyRecord { text_sha256: String::new(), ..bound }.validated().is_err());
    }
}
