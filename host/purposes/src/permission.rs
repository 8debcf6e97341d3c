//! The decision on an export: its purpose, its recipient, and each case of it. Everything else is refused (clause 1⑧).
//!
//! `ExportRequest::read("sales", None)` → for each case, [`ExportRequest::permit`] → the named fields, or [`LeftOut`]

use kakekomi_core::form::Purpose;
use serde::Deserialize;

use crate::rows::unknown_field;

/// The reason why an export is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No clause allows the purpose.
    #[error(
        "{0}: no clause allows this purpose (1⑧): service, referral, subcontract, sales, statistics, or approved:ID with the \
         applicant's approval in writing"
    )]
    Purpose(String),
    /// The purpose is the desk's own.
    #[error("for the purpose {0} nothing leaves the desk, so there is no recipient (1⑧)")]
    Recipient(&'static str),
    /// The purpose is the work of another company, which must be named.
    #[error("the purpose {0} needs the recipient: --recipient")]
    NoRecipient(&'static str),
    /// The recipient is not registered for the purpose, or disabled.
    #[error("{0} is no registered, enabled organization for the purpose {1} (1⑧): kakekomi organizations list")]
    UnknownRecipient(String, &'static str),
    /// Statistics are no cases.
    #[error("statistics have no cases: kakekomi stats --month 2026-10 prints the tables")]
    Statistics,
    /// The case has no such approval for the recipient.
    #[error("the case has no approval {0} for this recipient (1⑧)")]
    NoApproval(String),
    /// A grant or an approval names a field that the form does not have.
    #[error("{0} is no field of the form (docs/purposes.md)")]
    UnknownField(String),
}

/// The reason why a case is not in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It was erased.
    Erased,
    /// The applicant withdrew the application.
    Withdrawn,
    /// The agreed version of the consent document does not allow sales.
    SalesNotAgreed,
    /// It is not released to the recipient, or the package was collected already (1②).
    NotReleased,
    /// The recipient has no grant for it that is valid now (1⑤).
    NoGrant,
}

impl LeftOut {
    /// Returns the reason in words.
    pub const fn reason(self) -> &'static str {
        match self {
            LeftOut::Erased => "erased",
            LeftOut::Withdrawn => "withdrawn by the applicant",
            LeftOut::SalesNotAgreed => "agreed to a version that does not allow sales",
            LeftOut::NotReleased => "not released to the recipient, or collected already",
            LeftOut::NoGrant => "without a valid grant for the recipient",
        }
    }
}

/// An export that may be made, before its cases are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportRequest {
    /// The desk's own work.
    Service,
    /// The hand-over to a forensics company.
    Referral {
        /// The organization.
        recipient: String,
    },
    /// The work of a subcontractor.
    Subcontract {
        /// The organization.
        recipient: String,
    },
    /// The operator's own sales and consulting.
    Sales,
    /// A use that the applicant approved in writing.
    Approved {
        /// The approval, `2609-4873-1059.1`: the case and a number within it.
        approval: String,
        /// The recipient that it names.
        recipient: String,
    },
}

/// A grant to a subcontractor: the body of `grant.given`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Grant {
    /// The subcontractor.
    pub organization: String,
    /// Its package, which `grant.ended` names.
    pub package: String,
    /// The paths of the granted fields.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Milliseconds since the epoch, UTC.
    pub expires_at: i64,
}

/// An approval in writing: the body of `approval.attached`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Approval {
    /// Its id.
    pub approval: String,
    /// The recipient.
    pub recipient: String,
    /// The paths of the approved fields.
    pub fields: Vec<String>,
}

/// The facts on a case that decide.
#[derive(Debug, Clone, Default)]
pub struct CaseFacts {
    /// True after a withdrawal by the applicant.
    pub withdrawn: bool,
    /// True if its agreed version of the consent document allows sales.
    pub sales_agreed: bool,
    /// The forensics company to which it is released and that has not collected it.
    pub released_to: Option<String>,
    /// The grants that were not ended.
    pub grants: Vec<Grant>,
    /// The approvals that were not ended.
    pub approvals: Vec<Approval>,
}

impl ExportRequest {
    /// Reads `--purpose` and `--recipient`.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn read(purpose: &str, recipient: Option<&str>) -> Result<ExportRequest, Refusal> {
        let recipient = recipient.map(str::trim).filter(|recipient| !recipient.is_empty());
        let own = |request: ExportRequest| match recipient {
            Some(_) => Err(Refusal::Recipient(request.purpose().as_str())),
            None => Ok(request),
        };
        let named = |purpose: Purpose| recipient.map(str::to_owned).ok_or(Refusal::NoRecipient(purpose.as_str()));
        match purpose.split_once(':') {
            None if purpose == Purpose::Service.as_str() => own(ExportRequest::Service),
            None if purpose == Purpose::Sales.as_str() => own(ExportRequest::Sales),
            None if purpose == Purpose::Statistics.as_str() => Err(Refusal::Statistics),
            None if purpose == Purpose::Referral.as_str() => {
                Ok(ExportRequest::Referral { recipient: named(Purpose::Referral)? })
            }
            None if purpose == Purpose::Subcontract.as_str() => {
                Ok(ExportRequest::Subcontract { recipient: named(Purpose::Subcontract)? })
            }
            Some(("approved", approval)) if !approval.is_empty() => {
                Ok(ExportRequest::Approved { approval: approval.to_owned(), recipient: named(Purpose::Approved)? })
            }
            _ => Err(Refusal::Purpose(purpose.to_owned())),
        }
    }

    /// Returns the purpose.
    pub fn purpose(&self) -> Purpose {
        match self {
            ExportRequest::Service => Purpose::Service,
            ExportRequest::Referral { .. } => Purpose::Referral,
            ExportRequest::Subcontract { .. } => Purpose::Subcontract,
            ExportRequest::Sales => Purpose::Sales,
            ExportRequest::Approved { .. } => Purpose::Approved,
        }
    }

    /// Returns the purpose as the register of exports has it, an approval with its id.
    pub fn label(&self) -> String {
        match self {
            ExportRequest::Approved { approval, .. } => format!("approved:{approval}"),
            other => other.purpose().as_str().to_owned(),
        }
    }

    /// Returns the recipient; `None` where nothing leaves the desk.
    pub fn recipient(&self) -> Option<&str> {
        match self {
            ExportRequest::Service | ExportRequest::Sales => None,
            ExportRequest::Referral { recipient }
            | ExportRequest::Subcontract { recipient }
            | ExportRequest::Approved { recipient, .. } => Some(recipient),
        }
    }

    /// Decides on a case: the paths of the named fields, which [`project`](crate::project) takes.
    ///
    /// # Errors
    /// A refusal of the whole export.
    pub fn permit(&self, facts: &CaseFacts, now: i64) -> Result<Result<Vec<String>, LeftOut>, Refusal> {
        let named = match self {
            ExportRequest::Service => return Ok(Ok(Vec::new())),
            _ if facts.withdrawn => return Ok(Err(LeftOut::Withdrawn)),
            ExportRequest::Sales if !facts.sales_agreed => return Ok(Err(LeftOut::SalesNotAgreed)),
            ExportRequest::Referral { recipient } if facts.released_to.as_ref() != Some(recipient) => {
                return Ok(Err(LeftOut::NotReleased));
            }
            ExportRequest::Sales | ExportRequest::Referral { .. } => Vec::new(),
            ExportRequest::Subcontract { recipient } => {
                let is_valid = |grant: &&Grant| grant.organization == *recipient && grant.expires_at > now;
                let valid: Vec<_> = facts.grants.iter().filter(is_valid).collect();
                if valid.is_empty() {
                    return Ok(Err(LeftOut::NoGrant));
                }
                valid.into_iter().flat_map(|grant| grant.fields.clone()).collect()
            }
            ExportRequest::Approved { approval: id, recipient } => {
                let found = facts.approvals.iter().find(|known| known.approval == *id && known.recipient == *recipient);
                found.ok_or_else(|| Refusal::NoApproval(id.clone()))?.fields.clone()
            }
        };
        match unknown_field(&named) {
            Some(path) => Err(Refusal::UnknownField(path.clone())),
            None => Ok(Ok(named)),
        }
    }
}
