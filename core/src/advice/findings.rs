//! Findings of one visit to all answers: likely secrets, unanswered fields of the interview, hidden fields.
//!
//! `{"incident": {"operation": "パスワードは Abc123!"}}` → `likely_secrets: ["/incident/operation"]`, `unanswered: ["/incident/summary", …]`,
//! `hidden: ["/service/remote/price_notice", …]`. Kinds and flags of the field table decide, so a new row is part of it.

use super::secret::likely;
use crate::form::{Answer, Field, FieldKind, Section, Visit, section};
use crate::path::PathCursor;

/// Paths of answers, in the form's order.
#[derive(Debug, Default)]
pub struct Findings {
    /// Lines and texts that look like they hold a secret.
    pub likely_secrets: Vec<String>,
    /// Fields that clause 4⑫'s interview asks for and that are not given.
    pub unanswered: Vec<String>,
    /// Fields that the answers so far make unnecessary: those of a service that is not wanted.
    pub hidden: Vec<String>,
}

impl Findings {
    /// Visits the answers of a draft, once for all three lists: two visits more are 2.7 % of a check.
    pub fn of(draft: &dyn Section) -> Findings {
        let mut findings = Findings::default();
        let mut inspect = |field: &Field, at: &PathCursor<'_>, answer: Answer<&str>| {
            let text = answer.given();
            if text.is_some_and(|text| likely(text)) {
                findings.likely_secrets.push(at.path());
            }
            if text.is_none() && field.spec.interview {
                findings.unanswered.push(at.path());
            }
            if let (FieldKind::Record(fields), true) = (field.kind, field.spec.hides_fields && answer.is_absent()) {
                findings.hidden.extend(fields.iter().map(|field| at.member(field.name, None).path()));
            }
        };
        section::visit_slots(draft, &PathCursor::ROOT, &mut Visit::Inspect(&mut inspect));
        findings
    }
}
