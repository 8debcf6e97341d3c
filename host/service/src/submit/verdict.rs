//! The host's view of a report: the verdict, the codes, and the values for the receipt.
//!
//! `{"accepted":false,"issues":[{"code":"text.not_json",…}],…}` → `text_code() == Some("text.not_json")`. The report's bytes
//! are stored and sent as the module returned them.
//!
//! Modules are built by the operator, so they are trusted in intent but not in correctness: a report that lacks a member,
//! contradicts itself, or repeats another context or ruleset is an [`InvalidReport`], and nothing is stored.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::context_match;
use crate::receipt::{Agreement, RequestedServices};

/// A report, and what the host needs of it.
#[derive(Debug)]
pub struct Verdict {
    report: Vec<u8>,
    findings: Findings,
}

#[derive(Debug)]
struct Findings {
    ruleset: String,
    accepted: bool,
    issues: Vec<Issue>,
    requested_services: Option<RequestedServices>,
}

/// The members of a report; advisories and guidance are copied only where they are escaped.
#[derive(Debug, Deserialize)]
struct View<'a> {
    ruleset: String,
    #[serde(borrow)]
    context: &'a RawValue,
    accepted: bool,
    issues: Vec<Issue>,
    #[serde(borrow)]
    advisories: Vec<Note<'a>>,
    #[serde(borrow)]
    guidance: Vec<Note<'a>>,
    #[serde(rename = "progress")]
    _progress: Vec<IgnoredAny>,
    #[serde(rename = "hidden")]
    _hidden: Vec<IgnoredAny>,
    #[serde(borrow)]
    values: Values<'a>,
}

/// The reason why bytes are no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReport {
    /// They are no JSON, or a member is missing, repeated or of another type.
    #[error("the report has another shape than a report")]
    OtherShape,
    /// It is accepted with issues, or refused without one.
    #[error("the report contradicts itself")]
    Contradiction,
    /// Its context is not that of the check.
    #[error("the report is of another context than was asked in")]
    OtherContext,
    /// Its ruleset is not the one that the module's description names.
    #[error("the report is of another ruleset than the module's description")]
    OtherRuleset,
}

/// A problem of a draft.
#[derive(Debug, Deserialize)]
pub struct Issue {
    /// JSON Pointer; empty for the text as a whole.
    pub path: String,
    /// The stable code.
    pub code: String,
    /// The sentence in the context's language.
    pub message: String,
    #[serde(default)]
    params: IssueParams,
}

#[derive(Debug, Default, Deserialize)]
struct IssueParams {
    /// Present where a draft is too long, but its fields are reported.
    largest: Option<IgnoredAny>,
}

/// An advisory or a piece of guidance.
#[derive(Debug, Deserialize)]
pub struct Note<'a> {
    /// The stable code.
    #[serde(borrow)]
    pub code: Cow<'a, str>,
    /// The sentence in the context's language.
    #[serde(borrow)]
    pub message: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Values<'a> {
    /// Unread until the draft is accepted: before, it may hold anything.
    #[serde(borrow)]
    consent: Option<&'a RawValue>,
    service: Option<ServiceValues>,
}

#[derive(Debug, Deserialize)]
struct ServiceValues {
    remote: Option<IgnoredAny>,
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
    /// [`InvalidReport`]: the bytes are no report.
    pub fn read(report: Vec<u8>) -> Result<Verdict, InvalidReport> {
        let findings = View::of(&report)?.findings();
        Ok(Verdict { report, findings })
    }

    /// Reads the report of a check in a context, by rules of a version; `None` where no description names the version.
    pub(super) fn answering(report: Vec<u8>, context: &[u8], ruleset: Option<&str>) -> Result<Verdict, InvalidReport> {
        let view = View::of(&report)?;
        if ruleset.is_some_and(|ruleset| ruleset != view.ruleset) {
            return Err(InvalidReport::OtherRuleset);
        }
        if !context_match::matches_context(view.context.get().as_bytes(), context) {
            return Err(InvalidReport::OtherContext);
        }
        let findings = view.findings();
        Ok(Verdict { report, findings })
    }

    /// Returns the report's canonical bytes.
    pub fn report(&self) -> &[u8] {
        &self.report
    }

    /// Returns the report's canonical bytes.
    pub fn into_report(self) -> Vec<u8> {
        self.report
    }

    /// Reports whether the draft can be sent.
    pub fn accepted(&self) -> bool {
        self.findings.accepted
    }

    /// Returns the version of the rules.
    pub fn ruleset(&self) -> &str {
        &self.findings.ruleset
    }

    /// Returns the issues in the form's order.
    pub fn issues(&self) -> &[Issue] {
        &self.findings.issues
    }

    /// Reads the advisories, then the guidance.
    pub fn notes(&self) -> Vec<Note<'_>> {
        View::of(&self.report)
            .map(|view| view.advisories.into_iter().chain(view.guidance).collect())
            .unwrap_or_default()
    }

    /// Reports whether an issue has a code.
    pub fn has(&self, code: &str) -> bool {
        self.issues().iter().any(|issue| issue.code == code)
    }

    /// Finds the code where the text is no JSON, or too long to be read: its one issue is `text.…` at path "".
    pub fn text_code(&self) -> Option<&str> {
        self.text_issue().map(|issue| issue.code.as_str())
    }

    /// Finds the sentence where the text is no JSON.
    pub fn text_message(&self) -> Option<&str> {
        self.text_issue().map(|issue| issue.message.as_str())
    }

    fn text_issue(&self) -> Option<&Issue> {
        let issue = self.issues().first()?;
        (issue.path.is_empty() && issue.code.starts_with("text.") && issue.params.largest.is_none()).then_some(issue)
    }

    /// Returns agreement and services of an accepted draft; `None` where the values hold no agreement.
    pub fn requested_services(&self) -> Option<&RequestedServices> {
        self.findings.requested_services.as_ref()
    }
}

impl View<'_> {
    fn of(report: &[u8]) -> Result<View<'_>, InvalidReport> {
        let view: View = serde_json::from_slice(report).map_err(|_| InvalidReport::OtherShape)?;
        if view.accepted == view.issues.is_empty() { Ok(view) } else { Err(InvalidReport::Contradiction) }
    }

    fn findings(self) -> Findings {
        let requested_services = if self.accepted { self.values.requested_services() } else { None };
        Findings { ruleset: self.ruleset, accepted: self.accepted, issues: self.issues, requested_services }
    }
}

impl Values<'_> {
    fn requested_services(&self) -> Option<RequestedServices> {
        let agreement: Agreement = serde_json::from_str(self.consent?.get()).ok()?;
        let service = self.service.as_ref();
        let forensics = service.and_then(|service| service.forensics.as_ref());
        Some(RequestedServices {
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

    /// A report with these verdict, issues and values.
    fn report(accepted: bool, issues: &str, values: &str) -> String {
        format!(
            r#"{{"ruleset":"r","context":{{"now":5,"locale":"ja"}},"accepted":{accepted},"issues":[{issues}],"advisories":[],"guidance":[],"progress":[],"hidden":[],"values":{{{values}}}}}"#
        )
    }

    const VALUES: &str = r#""service":{"forensics":{"transfer_consent":false}},"consent":{"document":{"version":"1","sha256":"a"},"policy":{"version":"2","sha256":"b"},"language":"ja","agreed_at":5}"#;
    const BOM: &str = r#"{"path":"","code":"text.bom","params":{},"message":"m"}"#;

    fn read(report: &str) -> Result<Verdict, InvalidReport> {
        Verdict::read(report.as_bytes().to_vec())
    }

    #[test]
    fn requested_services_are_read_from_the_values() {
        let verdict = read(&report(true, "", VALUES)).unwrap();
        let requested_services = verdict.requested_services().unwrap();
        assert_eq!((requested_services.remote, requested_services.forensics), (false, Some(Some(false))));
        assert_eq!(
            (requested_services.agreement.agreed_at, requested_services.agreement.policy.version.as_str()),
            (5, "2")
        );
    }

    #[test]
    fn a_text_that_is_no_json_has_its_code_and_sentence() {
        let verdict = read(&report(false, BOM, "")).unwrap();
        assert_eq!((verdict.text_code(), verdict.text_message()), (Some("text.bom"), Some("m")));
        assert!(verdict.requested_services().is_none());
    }

    #[test]
    fn an_invalid_report_is_refused_with_its_reason() {
        let good = report(true, "", VALUES);
        for (bad, why) in [
            ("{}".to_owned(), InvalidReport::OtherShape),
            (good.replace("\"hidden\":[],", ""), InvalidReport::OtherShape),
            (good.replace("\"hidden\":[]", "\"hidden\":[],\"hidden\":[]"), InvalidReport::OtherShape),
            (good.replace("\"r\"", "\"r"), InvalidReport::OtherShape),
            (good.replace("\"r\"", "7"), InvalidReport::OtherShape),
            (good.replace("true", "1"), InvalidReport::OtherShape),
            (format!("{good}}}"), InvalidReport::OtherShape),
            (report(false, "", VALUES), InvalidReport::Contradiction),
            (report(true, BOM, VALUES), InvalidReport::Contradiction),
        ] {
            assert_eq!(read(&bad).err(), Some(why), "{bad}");
        }
        // A later module may say more, and strings may hold anything.
        assert!(read(&good.replace("\"hidden\":[]", "\"hidden\":[],\"more\":1")).is_ok());
        assert!(read(&good.replace("\"r\"", r#""a \"values\": { \\""#)).is_ok());
    }

    #[test]
    fn a_report_of_another_context_or_ruleset_is_refused() {
        let context = |now| format!(r#"{{"now":{now},"locale":"ja"}}"#).into_bytes();
        let of = |now| {
            report(true, "", VALUES).replace(r#"{"now":5,"locale":"ja"}"#, &String::from_utf8(context(now)).unwrap())
        };
        let answering = |now, ruleset| {
            let (report, context) = (of(now).into_bytes(), context(5));
            Verdict::answering(report, &context, ruleset).map(|verdict| verdict.accepted())
        };
        assert_eq!((answering(5, Some("r")), answering(5, None)), (Ok(true), Ok(true)));
        assert_eq!(answering(6, Some("r")), Err(InvalidReport::OtherContext));
        assert_eq!(answering(5, Some("s")), Err(InvalidReport::OtherRuleset));
    }
}
