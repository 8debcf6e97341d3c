//! The conditions of the clauses' actions that no state of a case holds: organizations, orders, reports, and the second person.
//!
//! `RecordWork { by: WorkedBy::Operator, … }` without an order → `by: no_order` · the recorder's own confirmation →
//! [`Refusal::NotRecorded`]

use kakekomi_service::sealed_case::open_event;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    Case, Event, EventKind, NewEvent, Organization, OrganizationKind, PackageLine, PackagePurpose, Refusal,
};
use serde_json::json;

use crate::action::{ApprovalDraft, ClauseAction, WorkMode, WorkedBy};
use crate::casework::{Casework, demand};
use crate::error::{ActError, WorkError};
use crate::fields::{FieldCode, FieldError};
use crate::operator::{Operator, Right};

impl Casework {
    /// Lists the organizations for forensics, by their ids; disabled ones too.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn forensics_organizations(&self, operator: &Operator) -> Result<Vec<Organization>, WorkError> {
        demand(operator, Right::Act)?;
        let mut organizations = self.store().organizations().await?;
        organizations.retain(|organization| organization.kind == OrganizationKind::Forensics);
        Ok(organizations)
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
            ClauseAction::ReceiveReport { organization, .. } if !self.receives(organization, false).await? => {
                ("organization", FieldCode::NoSuchOrganization)
            }
            ClauseAction::GiveNotice { mode: WorkMode::Remote, .. } if !has_order(&self.events(number).await?) => {
                ("mode", FieldCode::NoOrder)
            }
            ClauseAction::RecordWork { by: WorkedBy::Operator, .. } => {
                match self.remote_fault(case, &self.events(number).await?)? {
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
            ClauseAction::UseReport { report, .. } if !has_report(&self.events(number).await?, *report) => {
                ("report", FieldCode::NoSuchReport)
            }
            _ => return Ok(()),
        };
        Err(ActError::Fields(vec![FieldError::new(fault.0, fault.1)]))
    }

    /// Finds what remote work lacks apart from the acknowledgement. The mode of the notice is sealed: a host without an identity
    /// does not see it.
    fn remote_fault(&self, case: &Case, events: &[Event]) -> Result<Option<FieldCode>, ActError> {
        if !has_order(events) {
            return Ok(Some(FieldCode::NoOrder));
        }
        let notice = events.iter().rfind(|event| event.kind == EventKind::RemoteNotice.as_str());
        let (Some(reader), Some(notice)) = (self.parts.reader.as_deref(), notice) else { return Ok(None) };
        let damaged = |fault: String| ActError::Work(WorkError::Damaged(fault));
        let Some(opened) = reader.open(case).map_err(|error| damaged(error.to_string()))? else { return Ok(None) };
        let body = open_event(&opened.identity, notice)?;
        let is_guided = body.is_some_and(|body| body.get("mode").is_some_and(|mode| mode == WorkMode::Guided.as_str()));
        Ok(is_guided.then_some(FieldCode::GuidedNotice))
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

/// Reports whether an order of remote support has not ended. The mode of a notice is sealed, and the kinds of events are not.
fn has_order(events: &[Event]) -> bool {
    let last = events.iter().rev().find_map(|event| match event.kind.parse() {
        Ok(EventKind::RemoteOrdered) => Some(true),
        Ok(EventKind::RemoteEnded) => Some(false),
        _ => None,
    });
    last == Some(true)
}

fn has_report(events: &[Event], n: i64) -> bool {
    let kind = EventKind::ForensicsReportReceived.as_str();
    events.iter().any(|event| event.n == Some(n) && event.kind == kind)
}
