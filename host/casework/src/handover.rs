//! Hand-overs to organizations, and grants to subcontractors (clauses 1②⑤).
//!
//! ```text
//! make_package(&lead, &number, None, &desk)  → MadePackage { link: /collect/5f…, … }, and the event handover.created
//! give_grant(&lead, &number, grant, &desk)   → the same with the named answers and files alone, and the event grant.given
//! linked_package("5f…") → LinkedPackage · collect("5f…") → the bytes, after the event handover.collected or grant.used
//! ```
//!
//! A package is made on a host with an identity, from the case at one moment of the chain. Its objects are durable before its row; if
//! the row is refused they are deleted, and if nobody knows, the sweep decides.

pub(crate) mod collect;
pub(crate) mod error;
pub(crate) mod link;
pub(crate) mod packing;
pub(crate) mod sender;
mod snapshot;
pub(crate) mod state;

use kakekomi_core::form::Purpose;
use kakekomi_purposes::{project, unknown_field};
use kakekomi_service::desk::Desk;
use kakekomi_store::receipt_number::Number;
use kakekomi_store::{
    EventKind, FileId, Organization, OrganizationKind, PackageId, PackageLine, PackagePurpose, Refusal,
};
use serde_json::json;

use crate::casework::{Casework, demand};
use crate::limits::{GRANT_DAYS, LINK_DAYS, TEXT_BYTES_MAX};
use crate::operator::{Operator, Right};
use error::{HandoverError, MissingStep};
use link::CollectLink;
use packing::{MadePackage, Order, Packing, event_error, stored};
use sender::Sender;

/// The status of a closed case.
const CLOSED: &str = "closed";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A grant to a subcontractor.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// The id of the organization.
    pub organization: String,
    /// The paths of the answers: `/incident/summary`, `/devices/*/os`.
    pub fields: Vec<String>,
    /// The evidence files.
    pub files: Vec<FileId>,
    /// Days until it ends.
    pub days: i64,
}

impl Casework {
    /// Makes the package for the organization that a lead has released the case to. `organization` refuses any other one.
    ///
    /// # Errors
    /// [`HandoverError`]: no package is left then.
    pub async fn make_package(
        &self,
        operator: &Operator,
        number: &Number,
        organization: Option<&str>,
        desk: &Desk,
    ) -> Result<MadePackage, HandoverError> {
        let order = self.order(operator, number, desk)?;
        let (casework, organization) = (self.clone(), organization.map(str::to_owned));
        // The package is finished also where the browser has gone: a lead can renew its link.
        let made = tokio::spawn(async move { casework.hand_over(&order, organization.as_deref()).await });
        made.await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
    }

    /// Gives a subcontractor the named answers and files of a case for a time.
    ///
    /// # Errors
    /// [`HandoverError`]: no package is left then.
    pub async fn give_grant(
        &self,
        operator: &Operator,
        number: &Number,
        grant: Grant,
        desk: &Desk,
    ) -> Result<MadePackage, HandoverError> {
        let order = self.order(operator, number, desk)?;
        let casework = self.clone();
        let made = tokio::spawn(async move { casework.grant(&order, grant).await });
        made.await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
    }

    /// Replaces the link of a package. That of a grant ends with the grant.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn renew_link(
        &self,
        operator: &Operator,
        number: &Number,
        id: &PackageId,
    ) -> Result<CollectLink, HandoverError> {
        demand(operator, Right::Release)?;
        let package = self.package_of(number, id).await?;
        self.receiver(&package.organization, kind_of(package.purpose)).await?;
        let now = self.now();
        let expires_at = match package.purpose {
            PackagePurpose::Referral => now.saturating_add(LINK_DAYS * DAY_MS),
            PackagePurpose::Subcontract => {
                package.link_expires_at.filter(|end| *end > now).ok_or(HandoverError::NoPackage)?
            }
        };
        let link = CollectLink::until(expires_at)?;
        let is_renewed = self.store().renew_link(id, link.stored()).await?;
        if is_renewed { Ok(link) } else { Err(HandoverError::NoPackage) }
    }

    /// Destroys a package that was not collected, or ends a grant.
    ///
    /// # Errors
    /// [`HandoverError`].
    pub async fn destroy_package(
        &self,
        operator: &Operator,
        number: &Number,
        id: &PackageId,
        reason: &str,
    ) -> Result<(), HandoverError> {
        demand(operator, Right::Release)?;
        let line = self.package_of(number, id).await?;
        let reason: String = reason.chars().take(TEXT_BYTES_MAX / char::MAX.len_utf8()).collect();
        let (kind, body) = match line.purpose {
            PackagePurpose::Referral => {
                (EventKind::HandoverDestroyed, json!({ "package": id.to_string(), "reason": reason }))
            }
            PackagePurpose::Subcontract => (
                EventKind::GrantEnded,
                json!({ "organization": line.organization, "package": id.to_string(), "reason": reason }),
            ),
        };
        if line.collected_at.is_some() {
            return Err(HandoverError::Refused(Refusal::NoPackage));
        }
        let event = self.sealed(operator, &self.case(number).await?, kind, &body, None, None).map_err(event_error)?;
        stored(&self.store().destroy_package(id, event).await?)
    }

    fn order(&self, operator: &Operator, number: &Number, desk: &Desk) -> Result<Order, HandoverError> {
        demand(operator, Right::Release)?;
        Ok(Order { operator: operator.clone(), number: number.clone(), sender: Sender::of(desk, self.now()) })
    }

    async fn hand_over(&self, order: &Order, organization: Option<&str>) -> Result<MadePackage, HandoverError> {
        let snapshot = self.snapshot(&order.number).await?;
        let missing = |step| HandoverError::Missing(vec![step]);
        match snapshot.case.clauses.referral.as_deref() {
            Some("released") => {}
            Some("packaged") => return Err(HandoverError::Refused(Refusal::PackageKnown)),
            state => return Err(HandoverError::Missing(state::steps_of(state))),
        }
        let released = snapshot.released_to().ok_or(missing(MissingStep::Release))?;
        if organization.is_some_and(|named| named != released) {
            return Err(HandoverError::OtherRelease);
        }
        let to = self.receiver(released, OrganizationKind::Forensics).await?;
        self.check_recipient(&to).await?;
        let files = snapshot.complete_files();
        let packing = Packing {
            purpose: PackagePurpose::Referral,
            documents: snapshot.referral_documents(&to, &order.sender, &files),
            files: self.evidence_entries(&snapshot, &files).await?,
            expires_at: self.now().saturating_add(LINK_DAYS * DAY_MS),
            granted: None,
            to,
        };
        self.pack(order, &snapshot, packing).await
    }

    async fn grant(&self, order: &Order, grant: Grant) -> Result<MadePackage, HandoverError> {
        let Grant { organization, fields, files, days } = grant;
        if fields.is_empty() && files.is_empty() || unknown_field(&fields).is_some() {
            return Err(HandoverError::Fields);
        }
        if !GRANT_DAYS.contains(&days) {
            return Err(HandoverError::Days);
        }
        let to = self.receiver(&organization, OrganizationKind::Subcontractor).await?;
        self.check_recipient(&to).await?;
        let snapshot = self.snapshot(&order.number).await?;
        // Nobody works on it any more, and the applicant may have withdrawn it.
        if snapshot.case.line.status == CLOSED {
            return Err(HandoverError::Refused(Refusal::Closed));
        }
        let mut chosen = snapshot.complete_files();
        chosen.retain(|file| files.contains(&file.line.id));
        if chosen.len() != files.len() {
            return Err(HandoverError::Fields);
        }
        let values = project(&snapshot.values(), Purpose::Subcontract, &fields);
        let packing = Packing {
            purpose: PackagePurpose::Subcontract,
            documents: snapshot.grant_documents(&values, &to, &order.sender, &chosen),
            files: self.evidence_entries(&snapshot, &chosen).await?,
            expires_at: self.now().saturating_add(days * DAY_MS),
            granted: Some((fields, files.iter().map(ToString::to_string).collect())),
            to,
        };
        self.pack(order, &snapshot, packing).await
    }

    /// Finds an organization of a kind that may receive something.
    async fn receiver(&self, id: &str, kind: OrganizationKind) -> Result<Organization, HandoverError> {
        let found = self.store().organization(id).await?;
        found.filter(|found| !found.disabled && found.kind == kind).ok_or(HandoverError::Organization)
    }

    /// Finds a package of a case whose bytes are kept.
    async fn package_of(&self, number: &Number, id: &PackageId) -> Result<PackageLine, HandoverError> {
        let found = self.store().package(id).await?;
        let is_kept = |line: &PackageLine| line.number == number.to_string() && line.destroyed_at.is_none();
        found.filter(is_kept).ok_or(HandoverError::NoPackage)
    }
}

fn kind_of(purpose: PackagePurpose) -> OrganizationKind {
    match purpose {
        PackagePurpose::Referral => OrganizationKind::Forensics,
        PackagePurpose::Subcontract => OrganizationKind::Subcontractor,
    }
}
