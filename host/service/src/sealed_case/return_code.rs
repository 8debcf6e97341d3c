//! Comparison of the stored hash of a case's return code with the one that was sealed.
//!
//! column `9f86…`, record `"return_code":"9f86…"`, no `code.issued` → [`ReturnCodeCheck::Same`]
//!
//! The column is clear: without this comparison, whoever can write the database could bind a code of their own to a case.

use kakekomi_store::digest::hex;
use kakekomi_store::{Event, EventKind};
use serde_json::Value;

use super::{EventError, OpenedCase, open_event};

/// The result of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnCodeCheck {
    /// The stored hash is the one that was sealed last, or both are absent.
    Same,
    /// The stored hash is another one, or the body of the last `code.issued` is gone.
    Different,
    /// The last record or event is of an earlier version, which sealed no hash.
    NotSealed,
}

impl OpenedCase {
    /// Compares the stored hash of number and return code with that of the last `code.issued`, or with that of the record.
    ///
    /// # Errors
    /// [`EventError`]: the last `code.issued` cannot be opened.
    pub fn check_return_code(&self, events: &[Event], stored: Option<&[u8]>) -> Result<ReturnCodeCheck, EventError> {
        let is_issue = |event: &&Event| event.kind == EventKind::CodeIssued.as_str();
        let sealed = match events.iter().rfind(is_issue) {
            Some(issued) => {
                // A case that opens is not erased, so its events have their bodies.
                let Some(body) = open_event(&self.identity, issued)? else { return Ok(ReturnCodeCheck::Different) };
                body.get("return_code").and_then(Value::as_str).map(|hash| Some(hash.to_owned()))
            }
            None => self.record.return_code.clone(),
        };
        let Some(sealed) = sealed else { return Ok(ReturnCodeCheck::NotSealed) };
        let is_same = sealed == stored.map(return_code_text);
        Ok(if is_same { ReturnCodeCheck::Same } else { ReturnCodeCheck::Different })
    }
}

/// Writes the hash of number and return code as it is sealed: 64 hexadecimal digits.
pub fn return_code_text(hash: &[u8]) -> String {
    hex(hash)
}
