//! Validation of the clear columns of a stored case: they must agree with one another.
//!
//! A receipt of another number → `["the receipt is of another number, time or module"]`. The sealed contents are compared
//! with these columns where there is an identity (`kakekomi-service`).

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::case::{Case, CaseLine, IdempotencyRecord};
use super::clock;
use super::error::StoreError;
use super::event::{ERASED, may_hand_over};
use super::receipt_number::Number;

/// The length of a keyed hash in bytes.
const HASH_BYTES: usize = 32;

/// The columns of a case that its receipt repeats.
#[derive(Deserialize)]
struct ReceiptHead {
    number: String,
    received_at: i64,
    module: String,
    #[serde(rename = "consent")]
    _consent: IgnoredAny,
}

impl CaseLine {
    /// Reports whether the case was erased.
    pub fn is_erased(&self) -> bool {
        self.status == ERASED
    }

    /// Reports whether it may be handed over by its status: a closed case only if its outcome is the introduction.
    pub fn may_hand_over(&self) -> bool {
        may_hand_over(&self.status, self.outcome.as_deref())
    }

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
    /// Lists the faults of the clear columns, for the operator; empty where they are valid.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.line.faults();
        if self.page_module.as_ref().is_some_and(|module| !is_digest(module)) {
            faults.push("the name of the page's module is not a digest".to_owned());
        }
        if self.line.is_erased() {
            if self.sealed.is_some() || self.receipt.is_some() || self.text_hash.is_some() || self.recipient.is_some() {
                faults.push("it was erased, but still has contents".to_owned());
            }
            return faults;
        }
        if self.text_hash.as_ref().is_none_or(|hash| hash.len() != HASH_BYTES) {
            faults.push("the keyed hash of its text has the wrong length".to_owned());
        }
        if self.sealed.is_none() || self.recipient.is_none() {
            faults.push("its sealed contents are missing".to_owned());
        }
        faults.extend(self.receipt_fault());
        faults
    }

    fn receipt_fault(&self) -> Option<String> {
        let Some(receipt) = &self.receipt else { return Some("its receipt is missing".to_owned()) };
        let line = &self.line;
        match read::<ReceiptHead>("receipt cannot be read", receipt) {
            Err(fault) => Some(fault),
            Ok(receipt)
                if (&receipt.number, receipt.received_at, &receipt.module)
                    != (&line.number, line.received_at, &line.module) =>
            {
                Some("the receipt is of another number, time or module".to_owned())
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
        let (text_hash, receipt) = match (&self.text_hash, &self.receipt) {
            (None, None) => return Ok(self),
            (Some(text_hash), Some(receipt)) => (text_hash, receipt),
            _ => return Err(damaged("it has only one of receipt and keyed hash of its text")),
        };
        if text_hash.len() != HASH_BYTES {
            return Err(damaged("the keyed hash of its text has the wrong length"));
        }
        match read::<ReceiptHead>("receipt cannot be read", receipt) {
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
    use crate::case::CodedAnswers;
    use crate::event::ClauseStates;

    type Change = fn(&mut Case);

    fn case() -> Case {
        let module = format!("sha256:{}", "ab".repeat(32));
        let number = Number::random().unwrap().to_string();
        let receipt = format!(r#"{{"number":"{number}","received_at":5,"module":"{module}","consent":{{}}}}"#);
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
                coded: CodedAnswers::default(),
                outcome: None,
                assignee: None,
                urgency: None,
                held: false,
            },
            page_module: None,
            idempotency_key: "k".to_owned(),
            first_urgency: None,
            text_hash: Some(vec![1; 32]),
            recipient: Some("age1".to_owned()),
            receipt: Some(receipt.into_bytes()),
            sealed: Some(vec![1]),
            sealed_to: Some("ab".to_owned()),
            waiting_since: Some(5),
            follow_up: None,
            clauses: ClauseStates::default(),
            last_n: 1,
            changed_n: 1,
        }
    }

    #[test]
    fn a_valid_case_has_no_faults_and_each_change_is_named() {
        assert_eq!(case().faults(), Vec::<String>::new());
        let changes: [(Change, &str); 9] = [
            (|case| case.line.number = "2609-4873-1058".to_owned(), "its number is no reception number"),
            (|case| case.line.received_at = 6, "the receipt is of another number"),
            (|case| case.line.module = "sha256:ab".to_owned(), "the name of its module is not a digest"),
            (|case| case.line.locale = "fr".to_owned(), "its language is neither ja nor en"),
            (|case| case.page_module = Some("x".to_owned()), "the name of the page's module is not a digest"),
            (|case| case.text_hash = None, "the keyed hash of its text has the wrong length"),
            (|case| case.sealed = None, "its sealed contents are missing"),
            (|case| case.receipt = Some(b"{".to_vec()), "the receipt cannot be read: no JSON"),
            (|case| case.line.status = "erased".to_owned(), "it was erased, but still has contents"),
        ];
        for (change, fault) in changes {
            let mut other = case();
            change(&mut other);
            let faults = other.faults();
            assert!(faults.iter().any(|found| found.starts_with(fault)), "{fault}: {faults:?}");
        }
    }

    #[test]
    fn a_bound_key_has_both_its_hash_and_its_receipt_or_was_erased() {
        let Case { line, text_hash, receipt, .. } = case();
        let (number, module) = (line.number, line.module);
        let record = IdempotencyRecord { seq: 1, number, text_hash, receipt, module, return_code: None };
        assert!(record.clone().validated().is_ok());
        assert!(IdempotencyRecord { text_hash: None, receipt: None, ..record.clone() }.validated().is_ok());
        for damaged in [
            IdempotencyRecord { text_hash: None, ..record.clone() },
            IdempotencyRecord { text_hash: Some(vec![1]), ..record.clone() },
            IdempotencyRecord { receipt: Some(b"{}".to_vec()), ..record.clone() },
            IdempotencyRecord { module: "sha256:cd".to_owned(), ..record },
        ] {
            assert!(matches!(damaged.validated(), Err(StoreError::Damaged(1, _))));
        }
    }
}
