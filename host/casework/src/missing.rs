//! The answers that a draft lacks, from its report.
//!
//! `{"progress":[{"section":"incident","required":5,"answered":4,"unknown":1}],…}` → [`Missing`] with that section, and
//! `/incident/purpose` among the answers that the applicant does not know

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The advisory that lists the missing answers of the interview (clause 4⑫).
const INTERVIEW_INCOMPLETE: &str = "support.interview_incomplete";

/// The answers that a draft lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// JSON Pointers of the answers 不明, in the form's order.
    pub unknown: Vec<String>,
    /// The sentence of the report on an incomplete interview, in the language of the case.
    pub interview: Option<String>,
    /// The required fields of each section.
    pub progress: Vec<SectionProgress>,
}

/// The progress of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionProgress {
    /// The section's key in the draft.
    pub section: String,
    /// The required fields.
    pub required: u32,
    /// Those that are answered.
    pub answered: u32,
    /// Those with the answer 不明.
    pub unknown: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Report {
    advisories: Vec<Advisory>,
    progress: Vec<SectionProgress>,
    values: Value,
}

#[derive(Deserialize)]
struct Advisory {
    code: String,
    message: String,
}

impl Missing {
    /// Reads a report; one that cannot be read lacks nothing that is known.
    pub fn of(report: &[u8]) -> Missing {
        let Ok(Report { advisories, progress, values }) = serde_json::from_slice(report) else {
            return Missing::default();
        };
        let interview = advisories.into_iter().find(|advisory| advisory.code == INTERVIEW_INCOMPLETE);
        let mut unknown = Vec::new();
        collect_unknown(&values, "", &mut unknown);
        Missing { unknown, interview: interview.map(|advisory| advisory.message), progress }
    }
}

/// Collects the paths of `{"unknown":true}`.
fn collect_unknown(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) if members.get("unknown") == Some(&Value::Bool(true)) => found.push(path.to_owned()),
        Value::Object(members) => {
            for (key, value) in members {
                collect_unknown(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                collect_unknown(value, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_answers_and_the_interview_are_listed() {
        let report = br#"{"advisories":[{"code":"desk.closed","clause":"","path":"","message":"x"},
            {"code":"support.interview_incomplete","clause":"4-12","path":"","message":"missing: a"}],
            "progress":[{"section":"incident","required":5,"answered":4,"unknown":1}],
            "values":{"incident":{"summary":"s","purpose":{"unknown":true}},"devices":[{"os":{"unknown":true}}]}}"#;
        let missing = Missing::of(report);
        assert_eq!(missing.unknown, ["/devices/0/os", "/incident/purpose"]);
        assert_eq!(missing.interview.as_deref(), Some("missing: a"));
        assert_eq!(missing.progress[0].unknown, 1);
        assert_eq!(Missing::of(b"{"), Missing::default());
    }
}
