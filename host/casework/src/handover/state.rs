//! The state of a case's referral, with what is missing for its package.
//!
//! an intent that nobody released → `ReferralView { missing: [release], … }`

use kakekomi_store::{Organization, OrganizationKind, PackageLine};

use super::error::MissingStep;
use super::snapshot::released_to;
use crate::casework::Casework;
use crate::error::WorkError;
use crate::view::CaseView;
use kakekomi_store::receipt_number::Number;

/// The referral of a case.
#[derive(Debug, Clone)]
pub struct ReferralView {
    /// `applied`, `recorded`, `intent`, `released`, `packaged`, `collected`, `withdrawn`; `None` without one.
    pub state: Option<String>,
    /// The id of the organization that it is released to; `None` where it is not, or where the contents stay sealed.
    pub organization: Option<String>,
    /// The steps that are missing for a package; empty where one can be made, and where one is there.
    pub missing: Vec<MissingStep>,
    /// The evidence files that have not arrived: they would not be in the package.
    pub open_files: usize,
    /// All packages, the first one first.
    pub packages: Vec<PackageLine>,
    /// The organizations that may receive something.
    pub organizations: Vec<Organization>,
}

impl ReferralView {
    /// Reports whether the package can be made now.
    pub fn is_ready(&self) -> bool {
        self.state.as_deref() == Some("released") && self.missing.is_empty()
    }
}

impl Casework {
    /// Reads the referral of a viewed case.
    ///
    /// # Errors
    /// [`WorkError`].
    pub async fn referral(&self, view: &CaseView) -> Result<ReferralView, WorkError> {
        let number = Number::read(&view.case.line.number).map_err(|error| WorkError::Damaged(error.to_string()))?;
        let mut organizations = self.store().organizations().await?;
        organizations.retain(|organization| !organization.disabled);
        let state = view.case.clauses.referral.clone();
        let is_released = state.as_deref() == Some("released");
        let organization = released_to(&view.timeline).filter(|_| is_released).map(str::to_owned);
        let is_known =
            |id: &str| organizations.iter().any(|one| one.id == id && one.kind == OrganizationKind::Forensics);
        let mut missing = steps_of(state.as_deref());
        if is_released && self.parts.reader.is_some() && !organization.as_deref().is_some_and(is_known) {
            missing.push(MissingStep::Organization);
        }
        if organization.as_deref().is_some_and(|id| !self.terms.may_receive(id, &view.timeline)) {
            missing.push(MissingStep::Approval);
        }
        if state.is_some() && !view.case.line.may_hand_over() {
            missing.push(MissingStep::Reopening);
        }
        if !matches!(state.as_deref(), Some("packaged")) {
            missing.extend(self.parts.reader.is_none().then_some(MissingStep::Identity));
            missing.extend(self.parts.storage.is_none().then_some(MissingStep::Storage));
        }
        Ok(ReferralView {
            state,
            organization,
            missing,
            open_files: view.files.iter().filter(|file| file.line.state.as_str() == "receiving").count(),
            packages: self.store().packages_of(&number).await?,
            organizations,
        })
    }
}

/// Lists the steps that a state lacks for a package.
pub(crate) fn steps_of(state: Option<&str>) -> Vec<MissingStep> {
    match state {
        Some("released" | "packaged") => Vec::new(),
        Some("intent") => vec![MissingStep::Release],
        Some("recorded") => vec![MissingStep::Confirmation, MissingStep::Release],
        _ => vec![MissingStep::Intent, MissingStep::Release],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_lacks_its_steps() {
        for (state, missing) in [
            (None, &["intent", "release"][..]),
            (Some("applied"), &["intent", "release"]),
            (Some("recorded"), &["confirmation", "release"]),
            (Some("intent"), &["release"]),
            (Some("released"), &[]),
            (Some("collected"), &["intent", "release"]),
            (Some("withdrawn"), &["intent", "release"]),
        ] {
            assert!(steps_of(state).iter().map(|step| step.as_str()).eq(missing.iter().copied()), "{state:?}");
        }
    }
}
