//! One stored case against a module: the new report compared with the stored one.
//!
//! The context is that of the stored report (`{"ruleset":…,"context":{…},"accepted":…`), byte for byte.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use kakekomi_sandbox::{Sandbox, SandboxError};
use kakekomi_service::sealed_case::{CaseReader, OpenedCase};
use kakekomi_service::submit::Verdict;
use kakekomi_service::submit::context_match::context_of;
use kakekomi_store::{Case, CaseLine, Damaged, Read, seq_of};
use serde::Serialize;

/// The result of judging one case anew.
#[derive(Debug)]
pub struct Comparison {
    /// Its position in the store's sequence.
    pub seq: i64,
    /// The outcome; the damage of a case that cannot be judged.
    pub outcome: Read<Outcome>,
}

/// The outcome of judging one case anew.
#[derive(Debug)]
pub enum Outcome {
    /// The report is the same.
    Same,
    /// The report differs.
    Differs(Difference),
    /// The case was erased, so that there is nothing to judge.
    Erased,
}

/// A difference between the stored report and the new one.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// The case's position in the store's sequence.
    pub seq: i64,
    /// The reception number.
    pub number: String,
    /// The kind of difference.
    pub kind: Kind,
    /// The module of the stored report.
    pub module: String,
    /// The stored verdict.
    pub before: ShortVerdict,
    /// The new verdict; `None` where the check failed.
    pub after: Option<ShortVerdict>,
    /// The sandbox's code where the check failed.
    pub failure: Option<&'static str>,
}

impl Difference {
    /// Returns the fields of a CSV row.
    pub fn row(&self) -> impl Serialize + '_ {
        let Difference { seq, number, kind, module, before, after, failure } = self;
        let codes = after.as_ref().map(ShortVerdict::joined_codes);
        let after = (after.as_ref().map(|after| after.accepted), codes);
        (seq, number, kind, module, (before.accepted, before.joined_codes()), after, failure)
    }
}

/// The kind of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Another verdict, or other codes.
    Verdict,
    /// The same verdict; advisories, guidance, values, counts or sentences differ.
    Words,
    /// The module of the stored report gives another report now, which it must not.
    Mismatch,
    /// There is no new report.
    Failed,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(out)
    }
}

/// A verdict in short.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShortVerdict {
    /// `true` for an accepted draft.
    pub accepted: bool,
    /// The codes of its issues, each once.
    pub codes: BTreeSet<String>,
}

impl ShortVerdict {
    fn of(report: Vec<u8>) -> Option<ShortVerdict> {
        let verdict = Verdict::read(report).ok()?;
        let codes = verdict.issues().iter().map(|issue| issue.code.clone()).collect();
        Some(ShortVerdict { accepted: verdict.accepted(), codes })
    }

    /// Joins the codes with spaces.
    pub fn joined_codes(&self) -> String {
        self.codes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Opens a case and judges its text anew, unless it is not the text that was stored.
pub fn judge(sandbox: &Sandbox, reader: Option<&CaseReader>, case: Read<Case>) -> Comparison {
    let seq = seq_of(&case);
    let outcome = case.and_then(|case| {
        if case.line.is_erased() {
            return Ok(Outcome::Erased);
        }
        match opened(reader, &case) {
            Ok(opened) => Ok(compare(sandbox, case.line, opened).map_or(Outcome::Same, Outcome::Differs)),
            Err(why) => Err(Damaged { seq, number: Some(case.line.number), why }),
        }
    });
    Comparison { seq, outcome }
}

/// Opens the contents of a case, or says why they cannot be judged.
fn opened(reader: Option<&CaseReader>, case: &Case) -> Result<OpenedCase, String> {
    let opened = reader.map(|reader| reader.open(case)).transpose();
    let opened = opened.map_err(|error| format!("its contents cannot be opened: {error}"))?;
    let opened = opened.flatten().ok_or("its sealed contents are missing")?;
    opened.text_fault().map_or(Ok(opened), Err)
}

fn compare(sandbox: &Sandbox, line: CaseLine, opened: OpenedCase) -> Option<Difference> {
    let stored_by_this_module = line.module.ends_with(sandbox.current().as_str());
    let OpenedCase { text, report: stored, .. } = opened;
    let (kind, after, failure) = match check(sandbox, text, &stored) {
        Err(error) => (Kind::Failed, None, Some(error.code())),
        Ok(report) if report == stored => return None,
        Ok(report) if stored_by_this_module => (Kind::Mismatch, ShortVerdict::of(report), None),
        Ok(report) if behind_ruleset(&report) == behind_ruleset(&stored) => return None,
        Ok(report) => match (ShortVerdict::of(report), ShortVerdict::of(stored.clone())) {
            (None, _) => (Kind::Failed, None, Some(SandboxError::BadReport.code())),
            (after, before) => (if after == before { Kind::Words } else { Kind::Verdict }, after, None),
        },
    };
    let CaseLine { seq, number, module, .. } = line;
    let before = ShortVerdict::of(stored).unwrap_or_default();
    Some(Difference { seq, number, kind, module, before, after, failure })
}

fn check(sandbox: &Sandbox, text: Vec<u8>, stored_report: &[u8]) -> Result<Vec<u8>, SandboxError> {
    let context: Arc<[u8]> = context_of(stored_report).ok_or(SandboxError::BadReport)?.into();
    sandbox.check_now(sandbox.current(), text.into(), context)
}

/// Cuts off the first member: another name of the ruleset alone is no difference.
fn behind_ruleset(report: &[u8]) -> Option<&str> {
    std::str::from_utf8(report).ok()?.split_once(r#","context":"#).map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_has_what_was_before_what_is_after() {
        let verdict = |accepted, code: &str| ShortVerdict { accepted, codes: [code.to_owned()].into() };
        let difference = Difference {
            seq: 7,
            number: "R4N-HNC-KC2".to_owned(),
            kind: Kind::Verdict,
            module: "sha256:ab".to_owned(),
            before: verdict(true, "a"),
            after: Some(verdict(false, "b")),
            failure: None,
        };
        let row = serde_json::to_string(&difference.row()).unwrap();
        assert_eq!(row, r#"[7,"R4N-HNC-KC2","verdict","sha256:ab",[true,"a"],[false,"b"],null]"#);
    }

    #[test]
    fn ruleset_name_alone_is_no_difference() {
        let report = |ruleset: &str| format!(r#"{{"ruleset":"{ruleset}","context":{{}}}}"#);
        assert_eq!(behind_ruleset(report("a").as_bytes()), behind_ruleset(report("b").as_bytes()));
    }
}
