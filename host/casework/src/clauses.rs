//! The conditions of the clauses' actions that no state of a case holds: organizations, orders, reports, and the second person.
//!
//! `RecordWork { by: WorkedBy::Operator, … }` without an order → `by: no_order` · the recorder's own confirmation →
//! [`Refusal::NotRecorded`]

use kakekomi_store::receipt_number::Number;
use kakekomi_store::{Case, EventKind, NewEvent, Organization, OrganizationKind, PackageLine, PackagePurpose, Refusal};
use serde_json::json;

use crate::action::{ApprovalDraft, ClauseAction, WorkMode, WorkedBy};
use crate::casework::{Casework, demand};
use crate::error::{ActError, WorkError};
use crate::fields::{FieldCode, FieldError};
use crate::handover::snapshot::released_to;
use crate::operator::{Operator, Right};
use crate::timeline::ShownEvent;
use crate::view::CaseView;

/// The state of a referral that is released and has no package.
const RELEASED: &str = "released";

impl Casework {
    /// Lists the organizations for forensics, by their ids; disabled ones too.
    async fn forensics_organizations(&self, operator: &Operator) -> Result<Vec<Organization>, WorkError> {
        demand(operator, Right::Act)?;
        let mut organizations = self.store().organizations().await?;
        organizations.retain(|organization| organization.kind == OrganizationKind::Forensics);
        Ok(organizations)
    }

    /// Lists the organizations that a viewed case can be released to, by their ids.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn receivers(&self, operator: &Operator, view: &CaseView) -> Result<Vec<Organization>, WorkError> {
        let mut organizations = self.forensics_organizations(operator).await?;
        organizations.retain(|one| !one.disabled && self.terms.may_receive(&one.id, &view.timeline));
        Ok(organizations)
    }

    /// Lists the organizations whose report on a viewed case is accepted, by their ids; disabled ones too.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn reporters(&self, operator: &Operator, view: &CaseView) -> Result<Vec<Organization>, WorkError> {
        let mut organizations = self.forensics_organizations(operator).await?;
        let number = Number::read(&view.case.line.number).map_err(|error| WorkError::Damaged(error.to_string()))?;
        let ids = self.reporter_ids(&number, &view.case, &view.timeline).await?;
        organizations.retain(|one| ids.contains(&one.id));
        Ok(organizations)
    }

    /// Lists the ids of the organizations that received a case; without a hand-over by the desk, that of its company.
    async fn reporter_ids(
        &self,
        number: &Number,
        case: &Case,
        timeline: &[ShownEvent],
    ) -> Result<Vec<String>, WorkError> {
        let packages = self.store().packages_of(number).await?;
        let is_kept = |line: &PackageLine| line.purpose == PackagePurpose::Referral && line.destroyed_at.is_none();
        let mut ids: Vec<_> = packages.into_iter().filter(is_kept).map(|line| line.organization).collect();
        if case.clauses.referral.as_deref() == Some(RELEASED) {
            ids.extend(released_to(timeline).map(str::to_owned));
        }
        if ids.is_empty() {
            ids.extend(self.terms.forensics_organization.clone());
        }
        Ok(ids)
    }

    /// Finds the reason why an action is not possible now, apart from the state that the store checks.
    pub(crate) async fn check_clause(
        &self,
        operator: &Operator,
        number: &Number,
        case: &Case,
        action: &ClauseAction,
        seen_n: Option<i64>,
    ) -> Result<(), ActError> {
        let fault = match action {
            ClauseAction::ConfirmIntent => return confirmation(operator, case, seen_n),
            ClauseAction::Release { organization } if !self.receives(organization, true).await? => {
                ("organization", FieldCode::NoSuchOrganization)
            }
            ClauseAction::Release { organization } => {
                if self.terms.may_receive(organization, &self.opened_events(number, case).await?) {
                    return Ok(());
                }
                ("organization", FieldCode::NeedsApproval)
            }
            ClauseAction::ReceiveReport { organization, .. } if !self.receives(organization, false).await? => {
                ("organization", FieldCode::NoSuchOrganization)
            }
            ClauseAction::ReceiveReport { organization, .. } => {
                let timeline = self.opened_events(number, case).await?;
                if self.reporter_ids(number, case, &timeline).await?.contains(organization) {
                    return Ok(());
                }
                ("organization", FieldCode::NotReceived)
            }
            ClauseAction::GiveNotice { mode: WorkMode::Remote, .. }
                if !has_order(&self.opened_events(number, case).await?) =>
            {
                ("mode", FieldCode::NoOrder)
            }
            ClauseAction::GiveNotice { version, .. } if *version != self.terms.notice_version => {
                ("version", FieldCode::OtherNotice)
            }
            ClauseAction::Acknowledge { version, .. } => {
                // The version is sealed: a host without an identity does not see it.
                let read = self.last_notice(number).await?.and_then(|notice| text_of(&notice, "version"));
                match read {
                    Some(read) if read != *version => ("version", FieldCode::OtherNotice),
                    _ => return Ok(()),
                }
            }
            ClauseAction::RecordWork { by: WorkedBy::Operator, .. } => {
                match remote_fault(&self.opened_events(number, case).await?) {
                    Some(code) => ("by", code),
                    None => return Ok(()),
                }
            }
            ClauseAction::Approve(ApprovalDraft { file: Some(file), .. }) if !self.has_file(number, file).await? => {
                ("file", FieldCode::Unknown)
            }
            ClauseAction::EndApproval { approval, .. } if !self.has_approval(number, approval).await? => {
                ("approval", FieldCode::Unknown)
            }
            ClauseAction::UseReport { report, .. }
                if !has_report(&self.opened_events(number, case).await?, *report) =>
            {
                ("report", FieldCode::NoSuchReport)
            }
            _ => return Ok(()),
        };
        Err(ActError::Fields(vec![FieldError::new(fault.0, fault.1)]))
    }

    /// Finds the last notice of the risks of a case, with its body where this host opens it.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn last_notice(&self, number: &Number) -> Result<Option<ShownEvent>, WorkError> {
        let case = self.case(number).await?;
        Ok(last_notice(&self.opened_events(number, &case).await?).cloned())
    }

    /// Reports whether an organization for forensics has this id; an enabled one where something is handed over to it.
    async fn receives(&self, id: &str, must_be_enabled: bool) -> Result<bool, ActError> {
        let found = self.store().organization(id).await?;
        Ok(found.is_some_and(|organization| {
            organization.kind == OrganizationKind::Forensics && !(must_be_enabled && organization.disabled)
        }))
    }

    /// Makes the events of the packages that a withdrawal ends. They go into its own append: the store refuses them without it.
    pub(crate) async fn ended_packages(
        &self,
        operator: &Operator,
        number: &Number,
        case: &Case,
    ) -> Result<Vec<NewEvent>, ActError> {
        let packages = self.store().packages_of(number).await?;
        let is_ended = |package: &&PackageLine| {
            package.purpose == PackagePurpose::Referral
                && package.destroyed_at.is_none()
                && package.collected_at.is_none()
        };
        let event = |package: &PackageLine| {
            let body = json!({ "package": package.id.to_string(), "reason": "withdrawn" });
            self.sealed(operator, case, EventKind::HandoverDestroyed, &body, None, None)
        };
        packages.iter().filter(is_ended).map(event).collect()
    }
}

/// Checks that a second person confirms what the page showed. The command line and the desk know the same person by one name.
fn confirmation(operator: &Operator, case: &Case, seen_n: Option<i64>) -> Result<(), ActError> {
    if seen_n.is_none() {
        return Err(ActError::Fields(vec![FieldError::new("n", FieldCode::Required)]));
    }
    let recorder = case.clauses.recorded_by.as_deref().unwrap_or_default();
    let recorder = recorder.split_once(':').map_or(recorder, |(_, name)| name);
    if recorder == operator.name() { Err(ActError::Refused(Refusal::NotRecorded)) } else { Ok(()) }
}

/// Finds what remote work lacks apart from the acknowledgement. The mode of the notice is sealed: a host without an identity does
/// not see it.
fn remote_fault(timeline: &[ShownEvent]) -> Option<FieldCode> {
    if !has_order(timeline) {
        return Some(FieldCode::NoOrder);
    }
    let mode = last_notice(timeline).and_then(|notice| text_of(notice, "mode"));
    (mode.as_deref() == Some(WorkMode::Guided.as_str())).then_some(FieldCode::GuidedNotice)
}

fn last_notice(timeline: &[ShownEvent]) -> Option<&ShownEvent> {
    timeline.iter().rfind(|event| event.kind == EventKind::RemoteNotice.as_str())
}

fn text_of(event: &ShownEvent, name: &str) -> Option<String> {
    event.body.as_ref()?.get(name)?.as_str().map(str::to_owned)
}

/// Reports whether an order of remote support has not ended. The mode of a notice is sealed, and the kinds of events are not.
fn has_order(events: &[ShownEvent]) -> bool {
    let last = events.iter().rev().find_map(|event| match event.kind.parse() {
        Ok(EventKind::RemoteOrdered) => Some(true),
        Ok(EventKind::RemoteEnded) => Some(false),
        _ => None,
    });
    last == Some(true)
}

fn has_report(events: &[ShownEvent], n: i64) -> bool {
    let kind = EventKind::ForensicsReportReceived.as_str();
    events.iter().any(|event| event.n == Some(n) && event.kind == kind)
}
