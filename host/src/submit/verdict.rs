//! What the host reads in a report: the verdict, the codes, and what the receipt needs.
//!
//! The report's bytes are kept as they came from the module and are what is stored and sent; this
//! is only a view of them. `{"accepted":false,"issues":[{"code":"text.not_json",…}],…}` →
//! `text_code() == Some("text.not_json")`.

use serde::Deserialize;

use crate::receipt::{Agreement, Wishes};

/// A report, and a view of it.
#[derive(Debug)]
pub struct Verdict {
    report: Vec<u8>,
    view: View,
}

#[derive(Debug, Deserialize)]
struct View {
    ruleset: String,
    accepted: bool,
    issues: Vec<Issue>,
    #[serde(default)]
    advisories: Vec<Note>,
    #[serde(default)]
    guidance: Vec<Note>,
    values: Values,
}

/// What is to be mended.
#[derive(Debug, Deserialize)]
pub struct Issue {
    /// JSON Pointer; empty for the text as a whole.
    pub path: String,
    /// The stable word.
    pub code: String,
    /// The sentence in the context's language.
    pub message: String,
}

/// An advisory or a piece of guidance.
#[derive(Debug, Deserialize)]
pub struct Note {
    /// The stable word.
    pub code: String,
    /// The sentence in the context's language.
    pub message: String,
}

#[derive(Debug, Deserialize)]
struct Values {
    /// Unread until the draft is accepted: before, it may hold anything.
    consent: Option<serde_json::Value>,
    service: Option<Service>,
}

#[derive(Debug, Deserialize)]
struct Service {
    remote: Option<serde::de::IgnoredAny>,
    forensics: Option<Forensics>,
}

#[derive(Debug, Deserialize)]
struct Forensics {
    transfer_consent: Option<serde_json::Value>,
}

impl Verdict {
    /// Reads a report's bytes.
    ///
    /// # Errors
    /// They are no report: the module broke its word.
    pub fn read(report: Vec<u8>) -> Result<Verdict, serde_json::Error> {
        let view = serde_json::from_slice(&report)?;
        Ok(Verdict { report, view })
    }

    /// The report's canonical bytes.
    pub fn report(&self) -> &[u8] {
        &self.report
    }

    /// The report's canonical bytes, given away.
    pub fn into_report(self) -> Vec<u8> {
        self.report
    }

    /// Whether the draft can be sent.
    pub fn accepted(&self) -> bool {
        self.view.accepted
    }

    /// The version of the rules.
    pub fn ruleset(&self) -> &str {
        &self.view.ruleset
    }

    /// What is to be mended, in the form's order.
    pub fn issues(&self) -> &[Issue] {
        &self.view.issues
    }

    /// Advisories, then guidance: what the applicant is told beside.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.view.advisories.iter().chain(&self.view.guidance)
    }

    /// Whether an issue has a code.
    pub fn has(&self, code: &str) -> bool {
        self.view.issues.iter().any(|issue| issue.code == code)
    }

    /// The code where the text is no JSON: its one issue is `text.…` at path "".
    pub fn text_code(&self) -> Option<&str> {
        self.text_issue().map(|issue| issue.code.as_str())
    }

    /// The sentence where the text is no JSON.
    pub fn text_message(&self) -> Option<&str> {
        self.text_issue().map(|issue| issue.message.as_str())
    }

    fn text_issue(&self) -> Option<&Issue> {
        self.view.issues.first().filter(|issue| issue.path.is_empty() && issue.code.starts_with("text."))
    }

    /// Agreement and services of an accepted draft; `None` where the values hold no agreement.
    pub fn wishes(&self) -> Option<Wishes> {
        let agreement = Agreement::deserialize(self.view.values.consent.as_ref()?).ok()?;
        let service = self.view.values.service.as_ref();
        let forensics = service.and_then(|service| service.forensics.as_ref());
        Some(Wishes {
            agreement,
            remote: service.is_some_and(|service| service.remote.is_some()),
            forensics: forensics
                .map(|forensics| forensics.transfer_consent.as_ref().and_then(serde_json::Value::as_bool)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPTED: &str = r#"{"ruleset":"r","context":{},"accepted":true,"issues":[],"values":{"service":{"forensics":{"transfer_consent":false}},
        "consent":{"document":{"version":"1","sha256":"a"},"policy":{"version":"2","sha256":"b"},"language":"ja","agreed_at":5}}}"#;
    const NOT_JSON: &str = r#"{"ruleset":"r","accepted":false,"issues":[{"path":"","code":"text.bom","params":{},"message":"m"}],"values":{}}"#;

    #[test]
    fn wishes_are_read_from_the_values() {
        let wishes = Verdict::read(ACCEPTED.into()).unwrap().wishes().unwrap();
        assert_eq!((wishes.remote, wishes.forensics), (false, Some(Some(false))));
        assert_eq!((wishes.agreement.agreed_at, wishes.agreement.policy.version.as_str()), (5, "2"));
    }

    #[test]
    fn a_text_that_is_no_json_is_told_apart() {
        let verdict = Verdict::read(NOT_JSON.into()).unwrap();
        assert_eq!((verdict.text_code(), verdict.text_message()), (Some("text.bom"), Some("m")));
        assert!(verdict.wishes().is_none());
        assert!(Verdict::read(b"{}".to_vec()).is_err());
    }
}
