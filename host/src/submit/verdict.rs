//! What the host reads in a report: the verdict, the codes, and what the receipt needs.
//!
//! The report's bytes are kept as they came from the module and are what is stored and sent; this
//! is only a view of them. `{"accepted":false,"issues":[{"code":"text.not_json",…}],…}` →
//! `text_code() == Some("text.not_json")`.
//!
//! A module is not believed beyond what its bytes show: a report that is not canonical, or that
//! contradicts itself, is none ([`NotReport`]), and nothing is stored on its word.

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
    context: Echo,
    accepted: bool,
    issues: Vec<Issue>,
    #[serde(default)]
    advisories: Vec<Note>,
    #[serde(default)]
    guidance: Vec<Note>,
    values: Values,
}

/// What the host looks at of the context that the report repeats.
#[derive(Debug, Deserialize)]
struct Echo {
    now: i64,
    locale: String,
}

/// Why bytes are no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReport {
    /// White space between its pieces, or its members missing or in another order.
    #[error("the report is not canonical")]
    NotCanonical,
    /// Not JSON, or members of another kind.
    #[error("the report has another shape than a report")]
    OtherShape,
    /// Accepted with issues, or refused without one.
    #[error("the report contradicts itself")]
    Contradiction,
}

/// The members of a report in their order (contract); a later module may have further ones.
const MEMBERS: [&str; 9] =
    ["ruleset", "context", "accepted", "issues", "advisories", "guidance", "progress", "hidden", "values"];

/// Whether bytes could be canonical JSON with a report's members, by one walk over them: no white space
/// outside of strings, and the members that are known in their order, each once.
fn canonical(report: &[u8]) -> bool {
    let (mut depth, mut known) = (0_usize, MEMBERS.iter());
    let mut rest = report;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => {
                let Some(end) = string_end(rest) else { return false };
                let (text, after) = (rest.get(..end), rest.get(end.saturating_add(1)..).unwrap_or_default());
                let is_member = depth == 1 && after.first() == Some(&b':');
                let is_known = is_member && MEMBERS.iter().any(|member| Some(member.as_bytes()) == text);
                if is_known && known.next().map(|member| member.as_bytes()) != text {
                    return false;
                }
                rest = after;
            }
            b'{' | b'[' => depth = depth.saturating_add(1),
            b'}' | b']' => depth = depth.saturating_sub(1),
            b' ' | b'\t' | b'\r' | b'\n' => return false,
            _ => {}
        }
    }
    known.next().is_none()
}

/// Where a string ends whose opening quote was just before.
fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    bytes.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })
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
    /// [`NotReport`]: the module broke its word.
    pub fn read(report: Vec<u8>) -> Result<Verdict, NotReport> {
        if !canonical(&report) {
            return Err(NotReport::NotCanonical);
        }
        let view: View = serde_json::from_slice(&report).map_err(|_| NotReport::OtherShape)?;
        if view.accepted != view.issues.is_empty() {
            return Err(NotReport::Contradiction);
        }
        Ok(Verdict { report, view })
    }

    /// The moment and the language that were judged in, as the report says them.
    pub fn judged_in(&self) -> (i64, &str) {
        (self.view.context.now, &self.view.context.locale)
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

    /// A report with these verdict, issues and values.
    fn report(accepted: bool, issues: &str, values: &str) -> String {
        format!(
            r#"{{"ruleset":"r","context":{{"now":5,"locale":"ja"}},"accepted":{accepted},"issues":[{issues}],"advisories":[],"guidance":[],"progress":[],"hidden":[],"values":{{{values}}}}}"#
        )
    }

    const VALUES: &str = r#""service":{"forensics":{"transfer_consent":false}},"consent":{"document":{"version":"1","sha256":"a"},"policy":{"version":"2","sha256":"b"},"language":"ja","agreed_at":5}"#;
    const BOM: &str = r#"{"path":"","code":"text.bom","params":{},"message":"m"}"#;

    fn read(report: &str) -> Result<Verdict, NotReport> {
        Verdict::read(report.as_bytes().to_vec())
    }

    #[test]
    fn wishes_are_read_from_the_values() {
        let wishes = read(&report(true, "", VALUES)).unwrap().wishes().unwrap();
        assert_eq!((wishes.remote, wishes.forensics), (false, Some(Some(false))));
        assert_eq!((wishes.agreement.agreed_at, wishes.agreement.policy.version.as_str()), (5, "2"));
    }

    #[test]
    fn a_text_that_is_no_json_is_told_apart() {
        let verdict = read(&report(false, BOM, "")).unwrap();
        assert_eq!((verdict.text_code(), verdict.text_message()), (Some("text.bom"), Some("m")));
        assert!(verdict.wishes().is_none());
        assert_eq!(verdict.judged_in(), (5, "ja"));
    }

    #[test]
    fn a_module_that_breaks_its_word_has_given_no_report() {
        let good = report(true, "", VALUES);
        for (bad, why) in [
            ("{}".to_owned(), NotReport::NotCanonical),
            (good.replace("\"issues\":", "\"issues\": "), NotReport::NotCanonical),
            (format!("{good}\n"), NotReport::NotCanonical),
            (good.replace("\"hidden\":[],", ""), NotReport::NotCanonical),
            (
                good.replace("\"issues\":[],\"advisories\":[]", "\"advisories\":[],\"issues\":[]"),
                NotReport::NotCanonical,
            ),
            (good.replace("\"hidden\":[]", "\"hidden\":[],\"hidden\":[]"), NotReport::NotCanonical),
            (good.replace("\"r\"", "\"r"), NotReport::NotCanonical),
            (good.replace("\"now\":5", "\"now\":5.5"), NotReport::OtherShape),
            (good.replace("true", "1"), NotReport::OtherShape),
            (format!("{good}}}"), NotReport::OtherShape),
            (report(false, "", VALUES), NotReport::Contradiction),
            (report(true, BOM, VALUES), NotReport::Contradiction),
        ] {
            assert_eq!(read(&bad).err(), Some(why), "{bad}");
        }
        // A later module may say more, and strings may hold anything.
        assert!(read(&good.replace("\"hidden\":[]", "\"hidden\":[],\"more\":1")).is_ok());
        assert!(read(&good.replace("\"r\"", r#""a \"values\": { \\""#)).is_ok());
    }
}
