//! One stored case against a module: what the report says now, beside what it said then.
//!
//! The context is in the stored report (`{"ruleset":…,"context":{…},"accepted":…`), and is judged in
//! again, byte for byte.

use std::collections::BTreeSet;
use std::sync::Arc;

use kakekomi_sandbox::{Sandbox, SandboxError};
use kakekomi_store::{Case, Damaged, Read};
use serde::Serialize;

use kakekomi_service::submit::Verdict;
use kakekomi_service::submit::context_match::context_of;

/// What came of one case.
#[derive(Debug)]
pub struct Finding {
    /// Its place in the store's sequence.
    pub seq: i64,
    /// What differs, if anything does.
    pub difference: Option<Difference>,
    /// The damage that keeps the case from being judged.
    pub damaged: Option<Damaged>,
}

/// A case of which something differs.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// Its place in the store's sequence.
    pub seq: i64,
    /// As on the receipt.
    pub number: String,
    /// What differs: see [`Kind`].
    pub kind: Kind,
    /// The module that judged then.
    pub module: String,
    /// What was said then.
    pub before: Said,
    /// What is said now; nothing where the check failed.
    pub after: Option<Said>,
    /// The sandbox's code where the check failed.
    pub failure: Option<&'static str>,
}

/// How a case differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Accepted then and not now, the other way round, or for other reasons.
    Verdict,
    /// The same verdict; advisories, guidance, values, counts or sentences differ.
    Words,
    /// The module that judged then says something else now: it must not.
    Mismatch,
    /// There is no report.
    Failed,
}

/// A verdict in short.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Whether the draft was accepted.
    pub accepted: bool,
    /// The codes of its issues, each once.
    pub codes: BTreeSet<String>,
}

impl Said {
    fn of(report: Vec<u8>) -> Option<Said> {
        let verdict = Verdict::read(report).ok()?;
        let codes = verdict.issues().iter().map(|issue| issue.code.clone()).collect();
        Some(Said { accepted: verdict.accepted(), codes })
    }
}

/// Judges a case's text anew, unless it is not the text that was stored.
pub fn judge(sandbox: &Sandbox, case: &Read<Case>) -> Finding {
    let damaged = |damaged: Damaged| Finding { seq: damaged.seq, difference: None, damaged: Some(damaged) };
    match case {
        Err(unreadable) => damaged(unreadable.clone()),
        Ok(case) => match case.text_fault() {
            Some(why) => damaged(Damaged { seq: case.line.seq, number: Some(case.line.number.clone()), why }),
            None => compare(sandbox, case),
        },
    }
}

fn compare(sandbox: &Sandbox, case: &Case) -> Finding {
    let difference = |kind, after, failure| {
        Some(Difference {
            seq: case.line.seq,
            number: case.line.number.clone(),
            kind,
            module: case.line.module.clone(),
            before: Said::of(case.report.clone()).unwrap_or_default(),
            after,
            failure,
        })
    };
    let difference = match ask(sandbox, case) {
        Err(error) => difference(Kind::Failed, None, Some(error.code())),
        Ok(report) if report == case.report => None,
        Ok(report) if case.line.module.ends_with(sandbox.current().as_str()) => {
            difference(Kind::Mismatch, Said::of(report), None)
        }
        Ok(report) if behind_ruleset(&report) == behind_ruleset(&case.report) => None,
        Ok(report) => match (Said::of(report), Said::of(case.report.clone())) {
            (None, _) => difference(Kind::Failed, None, Some(SandboxError::BadReport.code())),
            (after, before) => difference(if after == before { Kind::Words } else { Kind::Verdict }, after, None),
        },
    };
    Finding { seq: case.line.seq, difference, damaged: None }
}

fn ask(sandbox: &Sandbox, case: &Case) -> Result<Vec<u8>, SandboxError> {
    let context: Arc<[u8]> = context_of(&case.report).ok_or(SandboxError::BadReport)?.into();
    sandbox.check_now(sandbox.current(), case.text.clone().into(), context)
}

/// A report without its first member: another ruleset's name alone is no difference.
fn behind_ruleset(report: &[u8]) -> Option<&str> {
    std::str::from_utf8(report).ok()?.split_once(r#","context":"#).map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rulesets_name_alone_is_no_difference() {
        let report = |ruleset: &str| format!(r#"{{"ruleset":"{ruleset}","context":{{}}}}"#);
        assert_eq!(behind_ruleset(report("a").as_bytes()), behind_ruleset(report("b").as_bytes()));
    }
}
