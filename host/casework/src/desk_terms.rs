//! The parts of the desk's profile that the clauses' actions are checked against.
//!
//! `DeskTerms::of(&desk)` → the company of clause 1②, which alone receives cases without a further approval in writing (1⑧)

use kakekomi_service::desk::Desk;
use kakekomi_store::EventKind;

use crate::timeline::ShownEvent;

/// The terms of a desk. Without them no organization receives a case unless its applicant approved it in writing.
#[derive(Debug, Clone, Default)]
pub struct DeskTerms {
    /// The id of the organization that the consent document names.
    pub forensics_organization: Option<String>,
    /// The version of the notice of the risks that is in force.
    pub notice_version: String,
}

impl DeskTerms {
    /// Takes the terms of a desk's profile.
    pub fn of(desk: &Desk) -> DeskTerms {
        DeskTerms {
            forensics_organization: desk.profile().forensics_organization.clone(),
            notice_version: desk.risk_notice().version.clone(),
        }
    }

    /// Reports whether an organization may receive a case: the desk's company, or one that the applicant approved in writing. An
    /// approval that this host does not open allows nothing.
    pub(crate) fn may_receive(&self, id: &str, timeline: &[ShownEvent]) -> bool {
        self.forensics_organization.as_deref() == Some(id) || is_approved(id, timeline)
    }
}

/// Finds an approval in writing that has not ended and whose recipient is the id of an organization. A withdrawal of the application
/// ends those before it.
fn is_approved(id: &str, timeline: &[ShownEvent]) -> bool {
    let is_of = |event: &&ShownEvent, kind: EventKind| event.kind == kind.as_str();
    let text = |event: &ShownEvent, name: &str| Some(event.body.as_ref()?.get(name)?.as_str()?.trim().to_owned());
    let ended = timeline.iter().filter(|event| is_of(event, EventKind::ApprovalEnded));
    let ended: Vec<_> = ended.filter_map(|event| text(event, "approval")).collect();
    let valid = timeline.iter().rev().take_while(|event| !is_of(event, EventKind::CaseWithdrawn));
    let mut approvals = valid.filter(|event| is_of(event, EventKind::ApprovalAttached));
    approvals.any(|event| {
        let has_ended = text(event, "approval").is_some_and(|approval| ended.contains(&approval));
        !has_ended && text(event, "recipient").is_some_and(|recipient| recipient == id)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(kind: &str, body: Option<Value>) -> ShownEvent {
        ShownEvent { seq: 1, n: Some(1), at: 1, actor: "operator:lead".to_owned(), kind: kind.to_owned(), body }
    }

    #[test]
    fn another_organization_needs_an_approval_that_names_its_id() {
        let terms = DeskTerms { forensics_organization: Some("ntt-at".to_owned()), ..DeskTerms::default() };
        let approved = event("approval.attached", Some(json!({ "approval": "1", "recipient": "other" })));
        assert!(terms.may_receive("ntt-at", &[]) && !terms.may_receive("other", &[]));
        assert!(terms.may_receive("other", std::slice::from_ref(&approved)));
        assert!(!terms.may_receive("oth", std::slice::from_ref(&approved)));
        let ended = |approval: &str| event("approval.ended", Some(json!({ "approval": approval })));
        assert!(terms.may_receive("other", &[approved.clone(), ended("2")]));
        assert!(!terms.may_receive("other", &[approved.clone(), ended("1")]));
        let sealed = event("approval.attached", None);
        assert!(!terms.may_receive("other", &[sealed]), "nobody knows whom it names");
        assert!(!terms.may_receive("other", &[approved, event("case.withdrawn", None)]));
        assert!(!DeskTerms::default().may_receive("ntt-at", &[]));
    }
}
